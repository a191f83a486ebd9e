#!/usr/bin/env bash
#
# Package:   postgresql-15-periods 1.2.2-1+b1 (Debian 12), PostgreSQL 15.20-0+deb12u1
# Date:      2026-11-29
# Expected:  a system-versioned table keeps every earlier state of each row, or
#            refuses a change of the table that it cannot follow.  Its README
#            advises to stop versioning around ALTER TABLE.
# Seen:      a column added without that is accepted, and the history never gets
#            it: updates of the new column do add rows to the history, each
#            without the value that was replaced, and nothing is said.
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
	postgresql-client-15=15.20-0+deb12u1 postgresql-15-periods=1.2.2-1+b1 2>/dev/null
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
ask 'CREATE EXTENSION periods CASCADE' 2>/dev/null
ask 'CREATE TABLE versions (id int PRIMARY KEY, stage text)'
ask "SELECT periods.add_system_time_period('versions'), periods.add_system_versioning('versions')" >/dev/null 2>&1
ask "INSERT INTO versions VALUES (1, 'staging')"
ask "ALTER TABLE versions ADD COLUMN approver text"
ask "UPDATE versions SET approver = 'alice'"
ask "UPDATE versions SET approver = 'bob'"
echo "rows in the history: $(ask 'SELECT count(*) FROM versions_history')" | tee seen
columns=$(ask "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'versions_history'::regclass AND attnum > 0")
echo "its columns: $columns" | tee -a seen
grep -qx 'rows in the history: 2' seen
grep -qx 'its columns: id stage system_time_start system_time_end' seen
