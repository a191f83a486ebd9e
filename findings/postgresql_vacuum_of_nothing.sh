#!/usr/bin/env bash
#
# Package:   PostgreSQL 15.20-0+deb12u1 (Debian 12's postgresql-15)
# Date:      2026-11-29
# Expected:  VACUUM of an empty table changes no plan: there is nothing in it,
#            before and after.
# Seen:      before it the planner takes ten pages for granted, and a prepared
#            statement looks up a primary key by the index; after it the table
#            has none, and the statement reads it whole.  The plan that is kept
#            stays so while the same session fills the table, since nobody
#            analyzes it meanwhile: each look-up reads all rows.
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
	postgresql-client-15=15.20-0+deb12u1 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" root; done
chmod 755 "$dir"
mkdir run
[ "$(id -u)" -ne 0 ] || chown nobody run
"${as[@]}" "$bin/initdb" -D run/data -A trust -U postgres -N >/dev/null
"${as[@]}" "$bin/pg_ctl" start -s -w -D run/data -l run/log \
	-o "-c listen_addresses='' -c unix_socket_directories=$dir/run -c fsync=off -c autovacuum=off"
ask() {
	"$bin/psql" -h "$dir/run" -U postgres -XAtq -v ON_ERROR_STOP=1 -c "$1" postgres
}
ask "SELECT version()"
# The plan of a look-up that was prepared while the table was empty.
plan() {
	ask "CREATE TABLE $1 (id int PRIMARY KEY, name text)"
	[ "$2" = new ] || ask "VACUUM $1"
	ask "SET plan_cache_mode = force_generic_plan;
PREPARE look_up(int) AS SELECT name FROM $1 WHERE id = \$1;
EXECUTE look_up(1);
INSERT INTO $1 SELECT n, 'a name' FROM generate_series(1, 10000) AS n;
EXPLAIN (COSTS OFF) EXECUTE look_up(1)" | grep Scan | head -n 1 | sed "s/^ *\(->\)* */$2: /" | tee -a seen
}
plan fresh new
plan swept vacuumed
grep -q '^new: .*Index.*Scan' seen || grep -q '^new: Bitmap' seen
grep -qx 'vacuumed: Seq Scan on swept' seen
