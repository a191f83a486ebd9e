#!/usr/bin/env bash
#
# Package:   postgresql-15 15.20-0+deb12u1 (Debian 12, security), beside
#            postgresql-15 15.18-0+deb12u1 (Debian 12)
# Date:      2026-11-29
# Expected:  a plain table of a server can be dumped and loaded by an older minor
#            release of the same major version.  So does pg_upgrade, by the pg_dump
#            of the new major version, of whatever minor release that is.
# Seen:      15.20 notes an option pg_attver with each column of a table that it
#            makes; the dump of 15.18 sets it, and 15.18 stops with: unrecognized
#            parameter "pg_attver".  So does pg_upgrade from 17.12 to 18.6.
#
# Needs apt-get on Debian 12, with its security archive.
set -eu
dir=$(mktemp -d -p /tmp)
as=()
[ "$(id -u)" -ne 0 ] || as=(runuser -u nobody --)
cleanup() {
	cd /
	for version in 18 20; do
		"${as[@]}" "$dir/$version/usr/lib/postgresql/15/bin/pg_ctl" -m immediate \
			-D "$dir/data/$version" stop >/dev/null 2>&1 || true
	done
	rm -rf "$dir"
}
trap cleanup EXIT
cd "$dir"
chmod 755 "$dir"
mkdir data
[ "$(id -u)" -ne 0 ] || chown nobody data
export PGHOST=$dir/data PGUSER=postgres
for version in 18 20; do
	apt-get -qq download postgresql{,-client}-15=15.$version-0+deb12u1 2>/dev/null
	for package in *.deb; do
		dpkg-deb -x "$package" $version
	done
	rm -- *.deb
	bin=$dir/$version/usr/lib/postgresql/15/bin
	"${as[@]}" "$bin/initdb" --no-sync -A trust -U postgres -D data/$version >/dev/null
	"${as[@]}" "$bin/pg_ctl" -D data/$version -o "-k $dir/data -h '' -p 60$version" \
		-l data/log -w start >/dev/null
done
psql() {
	"$bin/psql" -XAtq -v ON_ERROR_STOP=1 -d postgres "$@"
}
psql -p 6020 -c 'CREATE TABLE plain (a integer)'
options=$(psql -p 6020 -c "SELECT attoptions FROM pg_attribute WHERE attrelid = 'plain'::regclass AND attnum = 1")
18/usr/lib/postgresql/15/bin/pg_dump -p 6020 -d postgres >dump.sql
seen=$(psql -p 6018 -f dump.sql 2>&1 >/dev/null) && status=0 || status=$?
echo "PostgreSQL 15.20: column a has $options; dumped and loaded by 15.18: ${seen:-goes well}, status $status"
[[ $options == *pg_attver* && $seen == *'unrecognized parameter "pg_attver"'* ]]
