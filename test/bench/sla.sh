#!/usr/bin/env bash
#
# Measure service levels: sketches against sorting and t-digests, observing
# against rows in a table, and verdicts with 100 million observations behind
# them against reading rows.
#
#	test/bench/sla.sh
#
# On a private cluster, not preloaded, with fsync on and jit and parallel plans
# off; two ways to the same end run in turns, the figure is the median, or
# against a bar the best.  The t-digest is Debian's postgresql-NN-tdigest; where
# it is not installed and cannot be, its rows say so.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS
. test/cluster.sh
. test/bench/common.sh
export PG_CONFIG

RUNS=5
ORDERS=8	# of merging

# measure WHAT STATEMENT: milliseconds, in a session of its own.
measure() {
	sql -c "SET max_parallel_workers_per_gather = 0" -c "SET jit = off" \
		-c "SET work_mem = '256MB'" \
		-c "SELECT bench.measure('$1', \$\$$2\$\$)" >/dev/null
}

# timed WHAT STATEMENT...: milliseconds, with the commits.
timed() {
	local what=$1 statement commands=()
	shift
	for statement; do
		commands+=(-c "$statement")
	done
	sql -c "CREATE TEMP TABLE t AS SELECT clock_timestamp() AS t" "${commands[@]}" \
		-c "INSERT INTO bench.measured SELECT '$what', extract(epoch FROM clock_timestamp() - t) * 1000 FROM t" \
		>/dev/null
}

# calls WHAT CALL: milliseconds of one, in a session that has made some.
calls() {
	sql -c "SET jit = off" -c "SELECT count($2) FROM generate_series(1, 20)" \
		-c "CREATE TEMP TABLE t AS SELECT clock_timestamp() AS t" \
		-c "SELECT count($2) FROM generate_series(1, 200)" \
		-c "INSERT INTO bench.measured SELECT '$1', extract(epoch FROM clock_timestamp() - t) * 1000 / 200 FROM t" \
		>/dev/null
}

have() {
	[ "$(sql -c "SELECT count(*) FROM pg_proc WHERE proname = '$1'")" != 0 ]
}

have_tdigest() {
	[ -f "$("$PG_CONFIG" --sharedir)/extension/tdigest.control" ]
}

# The server's own package of it, where the server is a package too.
install_tdigest() {
	local version as_root=()
	version=$("$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
	[[ $("$PG_CONFIG" --bindir) == /usr/lib/postgresql/* ]] || return
	command -v apt-get >/dev/null || return
	[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install \
		"postgresql-$version-tdigest" >/dev/null 2>&1 </dev/null
}

cluster_run test/setup >/dev/null || exit 1
cluster_run make -s --no-print-directory -j"$(nproc)" all \
	PG_CONFIG="$PG_CONFIG" >/dev/null || exit 1
cluster_install >/dev/null || exit 1
have_tdigest || install_tdigest
cluster_open bench "fsync = on" "shared_buffers = 1GB" "max_wal_size = 8GB" \
	"autovacuum = off" || exit 1
"$(cluster_bin)/createdb" bench || exit 1
sql -f test/bench/sla_setup.sql >/dev/null

methods=(sketch percentile_cont)
if have_tdigest; then
	sql -c "CREATE EXTENSION tdigest"
	methods+=(tdigest)
fi
declare -A answers=(
	[sketch]="governance.sketch_quantiles(governance.sketch(%1\$I), '{0.5,0.95,0.99}')"
	[percentile_cont]="percentile_cont('{0.5,0.95,0.99}'::float8[]) WITHIN GROUP (ORDER BY %1\$I)"
	[tdigest]="tdigest_percentile(%1\$I, 100, '{0.5,0.95,0.99}'::float8[])")

say "quantiles against sorting"
for method in "${methods[@]}"; do
	for kind in uniform lognormal pareto bimodal gaps; do
		sql -c "CALL bench.compare('$kind', '$method', \$\$${answers[$method]}\$\$)"
	done
done

say "aggregates"
for ((run = 0; run < RUNS; run++)); do
	for method in "${methods[@]}"; do
		query=${answers[$method]//%1\$I/lognormal}
		measure "aggregate $method" "SELECT $query FROM bench.latencies"
		measure "groups $method" "SELECT i % 2000, $query FROM bench.latencies GROUP BY 1"
	done
done

say "merging"
for method in "${methods[@]}"; do
	case $method in
		sketch)
			make="governance.sketch(gaps)"
			p95="governance.sketch_quantile(governance.sketch(part ORDER BY by), 0.95)"
			;;
		tdigest)
			make="tdigest(gaps, 100)"
			p95="tdigest_percentile(part, 0.95 ORDER BY by)"
			;;
		*) continue ;;
	esac
	sql -c "CREATE TABLE bench.parts_$method AS SELECT i % 2000 AS g, $make AS part FROM bench.latencies GROUP BY 1" \
		-c "VACUUM ANALYZE bench.parts_$method" \
		-c "INSERT INTO bench.sizes SELECT '$method', pg_column_size(part) FROM bench.parts_$method"
	for ((order = 0; order < ORDERS; order++)); do
		sql -c "INSERT INTO bench.errors SELECT 'merged', '$method', 0.95, 1, $p95
			FROM (SELECT part, md5(g || ' $order') AS by FROM bench.parts_$method) AS t"
	done
done
for ((run = 0; run < RUNS; run++)); do
	measure "merge sketch" "SELECT governance.sketch(part) FROM bench.parts_sketch"
	! have_tdigest || measure "merge tdigest" "SELECT tdigest(part) FROM bench.parts_tdigest"
done

if have gov_observe_many; then
	say "a month of observations"
	rows=$CLUSTER_DIR/rows.copy
	sql -v file="$rows" -f test/bench/sla_ingest.sql >/dev/null
	say "observing"
	for ((run = 0; run < RUNS; run++)); do
		sql -c "CHECKPOINT"
		timed "copy observations" "COPY governance.sla_observations FROM '$rows'"
		sql -c "TRUNCATE bench.bare" -c "CHECKPOINT"
		timed "copy bare" "COPY bench.bare FROM '$rows'"
		timed "observe_many" "SELECT count(gov_observe_many('model', 'bench_1', latencies)) FROM bench.thousand, generate_series(1, 2000)"
		sql -c "TRUNCATE bench.bare"
		timed "insert" "INSERT INTO bench.bare SELECT 'model', 'bench_1', now(), l, true FROM bench.thousand, generate_series(1, 500), unnest(latencies) AS l"
	done
	# All of it counted, or the rates would say nothing.
	sql -c "DO \$\$ BEGIN
		ASSERT (SELECT sum(observations) FROM governance.sla_deltas WHERE resource_id <> 'bench_month') = $RUNS * (1000000 + 2000 * 1000); END \$\$"
fi
if have gov_sla_status && have gov_sla_report; then
	say "verdicts"
	for ((run = 0; run < RUNS; run++)); do
		calls "status" "gov_sla_status('model', 'bench_month', 24)"
		calls "report" "gov_sla_report('model', 'bench_month', 24)"
		calls "report of 30 days" "gov_sla_report('model', 'bench_month', 720)"
		measure "rows" "SELECT count(*), count(*) FILTER (WHERE latency_ms > 500), count(*) FILTER (WHERE NOT success),
			percentile_cont('{0.5,0.95,0.99}'::float8[]) WITHIN GROUP (ORDER BY latency_ms)
			FROM bench.day WHERE resource_type = 'model' AND resource_id = 'bench_month' AND observed_at > now() - interval '24 hours'"
	done
fi

table -f test/bench/sla_report.sql
note_sql "SELECT 'ratio', what, against, times, goal, bar, verdict FROM bench.report WHERE times IS NOT NULL ORDER BY n"
note_sql "SELECT 'ratio', 'p50, p95, p99 of 5 kinds of values, worst error', 'the exact values, per cent', 100 * max(abs(answer / exact - 1)), 'error', '<= 1',
	CASE WHEN max(abs(answer / exact - 1)) <= 0.01 THEN 'met' ELSE 'MISSED' END FROM bench.errors WHERE method = 'sketch' AND kind <> 'merged'"
note_sql "SELECT 'ratio', 'p95 of 2,000 sketches merged in $ORDERS orders', 'answers that differ', count(DISTINCT answer), 'answers', '<= 1',
	CASE WHEN count(DISTINCT answer) = 1 THEN 'met' ELSE 'MISSED' END FROM bench.errors WHERE method = 'sketch' AND kind = 'merged'"
have_tdigest || skipped "tdigest" "the extension is not installed and cannot be"
cluster_close
