#!/usr/bin/env bash
#
# Measure the gateway: a permission check over HTTP at 32 connections, beside
# a Flask service with the same route, in one run.
#
#	test/bench/gateway.sh [SECONDS]
#
# Needs wrk; for the comparison gunicorn, Flask and psycopg2 (on Debian: wrk,
# gunicorn, python3-flask, python3-psycopg2).  On a private cluster.  wrk, the
# services and the database share the machine's cores.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS
. test/cluster.sh
. test/bench/common.sh
export PG_CONFIG

SECONDS_EACH=${1:-10}
CONNECTIONS=32
PORT=$((20000 + RANDOM % 10000))
service=
rate=
p99=

stop_service() {
	[ -z "$service" ] || kill "$service" 2>/dev/null
	[ -z "$service" ] || wait "$service" 2>/dev/null
	service=
}

finish() {
	local status=$?
	stop_service
	(exit "$status")
	cluster_cleanup
}
trap finish EXIT

want wrk command -v wrk || { complain "wrk is missing: apt-get install wrk"; exit 1; }
cluster_run test/setup >/dev/null || exit 1
cluster_run make -s --no-print-directory -j"$(nproc)" all \
	PG_CONFIG="$PG_CONFIG" >/dev/null || exit 1
cluster_install >/dev/null || exit 1
cluster_open bench "shared_preload_libraries = 'governance'" || exit 1
"$(cluster_bin)/createdb" bench || exit 1
TOKEN=$("$(cluster_bin)/psql" --no-psqlrc -qtA -d bench -v ON_ERROR_STOP=1 -c "
	CREATE EXTENSION governance" -c "
	CREATE ROLE gateway LOGIN" -c "
	SET client_min_messages = warning" -c "
	DO \$\$ BEGIN PERFORM gov_create_user('ops', 'ops@example.com');
	PERFORM gov_assign_role('ops', 'operator'); END \$\$" -c "
	SELECT gov_create_api_token('ops', 'bench')") || exit 1
export BENCH_DB="host=$PGHOST port=$PGPORT dbname=bench user=gateway"
URL=http://127.0.0.1:$PORT/api/governance/users/ops/permissions/model:deploy

# wait_for: until the service answers.
wait_for() {
	local i
	for ((i = 0; i < 100; i++)); do
		curl -s -o /dev/null -H "Authorization: Bearer $TOKEN" "$URL" && return
		sleep 0.1
	done
	complain "the service does not answer"
	exit 1
}

# measure NAME: requests a second, and the 99th percentile.
measure() {
	local report
	wait_for
	wrk -t1 -c$CONNECTIONS -d2 -H "Authorization: Bearer $TOKEN" "$URL" >/dev/null
	report=$(wrk -t1 -c$CONNECTIONS -d"$SECONDS_EACH" --latency \
		-H "Authorization: Bearer $TOKEN" "$URL")
	rate=$(awk '/^Requests\/sec/ {print $2}' <<<"$report")
	p99=$(awk '$1 == "99%" {ms = $2 + 0
		if ($2 ~ /us$/) ms /= 1000; else if ($2 !~ /ms$/) ms *= 1000
		print ms}' <<<"$report")
	printf '%-34s %10s requests/s   p50 %-9s p99 %-9s %s\n' "$1" \
		"$rate" \
		"$(awk '$1 == "50%" {print $2}' <<<"$report")" \
		"$(awk '$1 == "99%" {print $2}' <<<"$report")" \
		"$(awk '/Non-2xx/' <<<"$report")"
}

echo "permission check, $CONNECTIONS connections, $(nproc) cores"
for pool in ${POOLS:-16}; do
	./governance-gateway --listen "127.0.0.1:$PORT" --db "$BENCH_DB" \
		--access-log build/bench-access.log --pool "$pool" 2>/dev/null &
	service=$!
	measure "governance-gateway, pool of $pool"
	here=$rate
	here_p99=$p99
	stop_service
done
judge() {
	note ratio "$1" "$2" "$(awk -v a="$3" -v b="$4" 'BEGIN {print a / b}')" "$5" "$6" \
		"$(awk -v a="$3" -v b="$4" -v bar="$6" 'BEGIN {print bar ~ /^>/ ? (a >= b ? "met" : "MISSED") : (a <= b ? "met" : "MISSED")}')"
}
judge "gateway, permission checks a second, $CONNECTIONS connections" "the bar, 10,000" "$here" 10000 rate ">= 1"
judge "gateway, p99 of a permission check" "the bar, 10 ms" "$here_p99" 10 time "<= 1"
want gunicorn command -v gunicorn
want python3-flask /usr/bin/python3 -c 'import flask'
want python3-psycopg2 /usr/bin/python3 -c 'import psycopg2'
if command -v gunicorn >/dev/null && /usr/bin/python3 -c 'import flask, psycopg2' 2>/dev/null; then
	/usr/bin/python3 -m gunicorn --chdir test/bench --bind "127.0.0.1:$PORT" \
		--workers "$(nproc)" --threads 8 --log-level error \
		gateway_flask:app >/dev/null 2>&1 &
	service=$!
	measure "Flask, psycopg2, gunicorn"
	note ratio "gateway, permission checks a second" "Flask, psycopg2, gunicorn" \
		"$(awk -v a="$here" -v b="$rate" 'BEGIN {print a / b}')" rate "" ""
	stop_service
else
	skipped "Flask for REST" "gunicorn, python3-flask and python3-psycopg2 are not installed and cannot be"
fi
rm -f build/bench-access.log
