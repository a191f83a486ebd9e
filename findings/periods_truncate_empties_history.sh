#!/usr/bin/env bash
#
# Package:   postgresql-15-periods 1.2.2-1+b1 (Debian 12), PostgreSQL 15.20-0+deb12u1
# Date:      2026-11-29
# Expected:  the history of a system-versioned table outlives its rows.  A DELETE
#            moves them there, and the README calls the history read-only: to
#            trim it one stops versioning first.
# Seen:      TRUNCATE of the table empties its history as well, in one step and
#            without a word.  Who may truncate the table takes every earlier state
#            with it.
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
ask "INSERT INTO versions VALUES (1, 'staging'), (2, 'staging')"
ask "DELETE FROM versions WHERE id = 1"
ask "UPDATE versions SET stage = 'production'"
echo "rows in the history after DELETE and UPDATE: $(ask 'SELECT count(*) FROM versions_history')" | tee seen
ask "TRUNCATE versions"
echo "after TRUNCATE of the table: $(ask 'SELECT count(*) FROM versions_history')" | tee -a seen
grep -qx 'rows in the history after DELETE and UPDATE: 2' seen
grep -qx 'after TRUNCATE of the table: 0' seen
