#!/usr/bin/env bash
#
# Measure the gateway: a permission check over HTTP at 32 connections, beside
# a Flask service with the same route, in one run.
#
#	test/bench/gateway.sh
#
# Both run from the beginning and are measured in turns; the figures are medians
# of the runs, of the p99 too.  ROUNDS and SECONDS_EACH say how many and how
# long, POOLS measures pools of other sizes.
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

ROUNDS=${ROUNDS:-7}
SECONDS_EACH=${SECONDS_EACH:-3}
CONNECTIONS=32
PORT=$((20000 + RANDOM % 10000))
services=()		# process ids
names=()		# what each is called, and its port is PORT + its number
measured=build/bench-gateway.tsv	# name, requests a second, p50, p99 (ms)

finish() {
	local status=$? pid
	for pid in "${services[@]}"; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
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
PATH_OF_CHECK=/api/governance/users/ops/permissions/model:deploy

url() {
	echo "http://127.0.0.1:$((PORT + $1))$PATH_OF_CHECK"
}

# serve NAME COMMAND...: start a service and wait until it answers.
serve() {
	local i n=${#services[@]}
	names+=("$1")
	shift
	"$@" >/dev/null 2>&1 &
	services+=($!)
	for ((i = 0; i < 100; i++)); do
		curl -s -o /dev/null -H "Authorization: Bearer $TOKEN" "$(url "$n")" && break
		sleep 0.1
	done
	[ "$i" -lt 100 ] || { complain "the service does not answer: ${names[n]}"; exit 1; }
	wrk -t1 -c$CONNECTIONS -d1 -H "Authorization: Bearer $TOKEN" "$(url "$n")" >/dev/null
}

# measure NUMBER: one run of that service.
measure() {
	local report
	report=$(wrk -t1 -c$CONNECTIONS -d"$SECONDS_EACH" --latency \
		-H "Authorization: Bearer $TOKEN" "$(url "$1")")
	! grep -q Non-2xx <<<"$report" || { complain "${names[$1]}: refused"; exit 1; }
	awk -v name="${names[$1]}" '
		function ms(text) {
			return text + 0 == 0 ? 0 : text ~ /us$/ ? text / 1000 : text ~ /ms$/ ? text + 0 : text * 1000
		}
		/^Requests\/sec/ {rate = $2}
		$1 == "50%" {p50 = ms($2)}
		$1 == "99%" {p99 = ms($2)}
		END {printf "%s\t%s\t%s\t%s\n", name, rate, p50, p99}' <<<"$report" >>"$measured"
}

# median NAME FIELD: of that service's runs.
median() {
	awk -F'\t' -v name="$1" -v field="$2" '$1 == name {print $field}' "$measured" |
		sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

# most NAME FIELD: of them all.
most() {
	awk -F'\t' -v name="$1" -v field="$2" '$1 == name {print $field}' "$measured" | sort -g | tail -n 1
}

: >"$measured"
for pool in ${POOLS:-16}; do
	here="governance-gateway, pool of $pool"
	serve "$here" ./governance-gateway --listen "127.0.0.1:$((PORT + ${#services[@]}))" \
		--db "$BENCH_DB" --access-log build/bench-access.log --pool "$pool"
done
flask="Flask, psycopg2, gunicorn"
want gunicorn command -v gunicorn
want python3-flask /usr/bin/python3 -c 'import flask'
want python3-psycopg2 /usr/bin/python3 -c 'import psycopg2'
if command -v gunicorn >/dev/null && /usr/bin/python3 -c 'import flask, psycopg2' 2>/dev/null; then
	serve "$flask" /usr/bin/python3 -m gunicorn --chdir test/bench \
		--bind "127.0.0.1:$((PORT + ${#services[@]}))" --workers "$(nproc)" --threads 8 \
		--log-level error gateway_flask:app
else
	skipped "Flask for REST" "gunicorn, python3-flask and python3-psycopg2 are not installed and cannot be"
	flask=
fi
for ((round = 0; round < ROUNDS; round++)); do
	for ((n = 0; n < ${#services[@]}; n++)); do
		measure "$n"
	done
done

echo "permission check, $CONNECTIONS connections, $(nproc) cores, medians of $ROUNDS runs of $SECONDS_EACH s"
for name in "${names[@]}"; do
	printf '%-34s %9.0f requests/s   p50 %6.2f ms   p99 %6.2f ms (at most %.2f)\n' "$name" \
		"$(median "$name" 2)" "$(median "$name" 3)" "$(median "$name" 4)" "$(most "$name" 4)"
done
judge() {
	note ratio "$1" "$2" "$(awk -v a="$3" -v b="$4" 'BEGIN {print a / b}')" "$5" "$6" \
		"$(awk -v a="$3" -v b="$4" -v bar="$6" 'BEGIN {print bar ~ /^>/ ? (a >= b ? "met" : "MISSED") : (a <= b ? "met" : "MISSED")}')"
}
rate=$(median "$here" 2)
judge "gateway, permission checks a second, $CONNECTIONS connections" "the bar, 10,000" "$rate" 10000 rate ">= 1"
judge "gateway, p99 of a permission check" "the bar, 10 ms" "$(median "$here" 4)" 10 time "<= 1"
[ -z "$flask" ] || note ratio "gateway, permission checks a second" "$flask" \
	"$(awk -v a="$rate" -v b="$(median "$flask" 2)" 'BEGIN {print a / b}')" rate "" ""
rm -f build/bench-access.log
