#!/usr/bin/env bash
#
# Package:   cppcheck 2.10-2 (Debian 12)
# Date:      2026-11-28
# Expected:  a file whose header ends in #error for want of a macro is reported
#            as one that could not be checked, or --error-exitcode says so; at
#            the least with --enable=all.
# Seen:      the file is left out without a word and the status is 0, as if it
#            had been found clean.  With the macro given by -D the same file has
#            an access beyond an array's end.  Server headers that ask for a
#            platform's macros make a whole tree look clean so.
#
# Needs apt-get on Debian 12.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download cppcheck=2.10-2 libtinyxml2-9 libpcre3 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" root; done
ln -s ../share/cppcheck/cfg root/usr/bin/cfg
LD_LIBRARY_PATH=$(echo root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
cat >width.h <<'END'
#ifndef WIDTH
#error "WIDTH is not known"
#endif
END
cat >beyond.c <<'END'
#include "width.h"
int beyond(void) { int a[2] = {0, 0}; return a[5]; }
END
check() {
	status=0
	said=$(root/usr/bin/cppcheck --quiet --error-exitcode=1 "$@" beyond.c 2>&1) || status=$?
	echo "$*: status $status, $(grep -c 'error:' <<<"$said") errors"
}
root/usr/bin/cppcheck --version
check --enable=all
silent="$status,$said"
check --enable=all -DWIDTH=8
[ "$silent" = "0," ] && [ "$status" = 1 ] && [[ $said == *arrayIndexOutOfBounds* ]]
