#!/usr/bin/env bash
#
# Package:   postgresql-15-semver 0.32.0-1+b1 (Debian 12), PostgreSQL 15.20-0+deb12u1
# Date:      2026-11-29
# Expected:  numbers of a prerelease are compared as numbers, however many
#            digits they have (Semantic Versioning 2.0.0, item 11.4.1).  Builds
#            are often numbered by the clock: 1.0.0-20261231093000.
# Seen:      they are compared as 32-bit integers, and what is larger wraps
#            around without an error: 1.0.0-3000000000 comes before 1.0.0-1, and
#            the build of New Year's Day 2027 before that of the day before.
#            max() then gives the older version.  (A number of the release
#            itself above 2^31 - 1 is refused in words.)
#
# Needs apt-get on Debian 12, and root to become a user who may run a server.
set -eu
export LC_ALL=C
dir=$(mktemp -d)
bin=$dir/root/usr/lib/postgresql/15/bin
as=(env)
[ "$(id -u)" -ne 0 ] || as=(setpriv --reuid nobody --regid nogroup --clear-groups --)
trap '"${as[@]}" "$bin/pg_ctl" stop -s -m immediate -D "$dir/run/data" >/dev/null 2>&1 || true; rm -rf "$dir"' EXIT

cd "$dir"
apt-get -qq download postgresql-15=15.20-0+deb12u1 \
	postgresql-client-15=15.20-0+deb12u1 postgresql-15-semver=0.32.0-1+b1 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" root; done
chmod 755 "$dir"
mkdir run
[ "$(id -u)" -ne 0 ] || chown nobody run
"${as[@]}" "$bin/initdb" -D run/data -A trust -U postgres -N >/dev/null
"${as[@]}" "$bin/pg_ctl" start -s -w -D run/data -l run/log \
	-o "-c listen_addresses='' -c unix_socket_directories=$dir/run -c fsync=off"
ask() {
	"$bin/psql" -h "$dir/run" -U postgres -XAtq -v ON_ERROR_STOP=1 -c "$1" postgres
}
ask "SELECT version()"
ask 'CREATE EXTENSION semver'
compare() {
	ask "SELECT '$1 < $2: ' || (semver '$1' < semver '$2')" | tee -a seen
}
compare 1.0.0-9 1.0.0-10
compare 1.0.0-1 1.0.0-3000000000
compare 1.0.0-20261231093000 1.0.0-20270101093000
grep -qx '1.0.0-9 < 1.0.0-10: true' seen
grep -qx '1.0.0-1 < 1.0.0-3000000000: false' seen
grep -qx '1.0.0-20261231093000 < 1.0.0-20270101093000: false' seen
