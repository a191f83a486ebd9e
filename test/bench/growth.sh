#!/usr/bin/env bash
#
# Measure what size does: approving, deploying, observing, sealing, verdicts
# and proofs with 1,000 to 1,000,000 versions, observations or events there, and
# what these take in space.
#
#	test/bench/growth.sh
#
# On a private cluster, not preloaded, each call in a session that has made
# some, without its commit; the figure is the least of five runs, for what
# others do on the machine only adds time.  Least squares of log time on log n give the
# exponent: 0 is flat, 1 is in proportion.  How permission checks grow with
# users is measured by test/bench/run.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS
. test/cluster.sh
. test/bench/common.sh
export PG_CONFIG

RUNS=5
CALLS=200
SIZES=${BENCH_SIZES:-1000 10000 100000 1000000}

# calls WHAT N HOW-MANY STATEMENT: microseconds a call; the statement makes so
# many, $1 in it is the number of the run.  Nothing of it remains.
calls() {
	local run value
	for ((run = 1; run <= RUNS; run++)); do
		value=$(sql -c "SET jit = off" -c "SET synchronous_commit = off" -c "BEGIN" \
			-c "${4//\$1/0}" \
			-c "CREATE TEMP TABLE t AS SELECT clock_timestamp() AS t" \
			-c "${4//\$1/$run}" \
			-c "SELECT 'took', extract(epoch FROM clock_timestamp() - t) * 1000000 / $3 FROM t" \
			-c "ROLLBACK" | sed -n 's/^took|//p')
		sql -c "INSERT INTO bench.grown VALUES ('$1', $2, $value)"
	done
}

bench_open bench "fsync = on" "shared_buffers = 512MB" "max_wal_size = 8GB" \
	"synchronous_commit = off" "autovacuum = off"
export PGOPTIONS="-c client_min_messages=warning"
sql -f test/bench/setup.sql -f test/bench/versions.sql \
	-c "CREATE TABLE bench.grown (what text, n bigint, us float8)" \
	-c "CREATE TABLE bench.space (n int, what text, bytes float8, against text, there float8)" \
	-c "SELECT gov_define_sla('model', 'bench_' || s) FROM unnest('{${SIZES// /,}}'::int[]) AS s" >/dev/null

have=0
logged=0
for size in $SIZES; do
	say "$size versions"
	sql -c "CALL bench.add_versions($((have + 1)), $size, 10)" \
		-c "VACUUM ANALYZE governance.models, governance.model_versions, governance.approval_history" \
		-c "DROP TABLE IF EXISTS bench.some" \
		-c "SELECT setseed(0.5)" \
		-c "CREATE TABLE bench.some AS
			SELECT row_number() OVER (PARTITION BY status ORDER BY random()) - 1 AS no, model_id, version, status
			FROM governance.model_versions" \
		-c "CREATE INDEX ON bench.some (status, no)" -c "ANALYZE bench.some" >/dev/null
	have=$size
	calls check "$size" 10000 "SELECT count(*) FILTER (WHERE gov_has_permission('postgres', 'model:deploy', v.model_id)) FROM (SELECT model_id FROM governance.model_versions, generate_series(1, 10) LIMIT 10000) AS v"
	for what in approve=registered deploy=approved; do
		call="gov_${what%=*}_model(s.model_id, s.version$([ "$what" = approve=registered ] || echo ", 'staging'"))"
		calls "${what%=*}" "$size" $((CALLS / 4)) "SELECT count(v) FROM bench.some AS s, LATERAL $call AS v
			WHERE s.status = '${what#*=}' AND s.no >= \$1 * $((CALLS / 4)) AND s.no < (\$1 + 1) * $((CALLS / 4))"
	done

	say "$size observations"
	sql -c "DO \$\$ BEGIN FOR i IN 0..$((size / 1000 - 1)) LOOP
		PERFORM gov_observe_many('model', 'bench_$size', array_agg(50 * exp(random())),
			observed_at => array_agg(now() - interval '23 hours' * random()))
		FROM generate_series(1, 1000); END LOOP; END \$\$" \
		-c "SELECT gov_run_maintenance()" \
		-c "VACUUM ANALYZE governance.sla_deltas, governance.sla_minutes, governance.sla_hours, governance.sla_days" >/dev/null
	calls observe "$size" 10000 "SELECT count(gov_observe('model', 'bench_$size', i)) FROM generate_series(1, 10000) AS i"
	calls "status" "$size" "$CALLS" "SELECT count(gov_sla_status('model', 'bench_$size', 24)) FROM generate_series(1, $CALLS)"
	calls "report" "$size" "$CALLS" "SELECT count(gov_sla_report('model', 'bench_$size', 24)) FROM generate_series(1, $CALLS)"

	say "$size events"
	# the last 5,000 are what is sealed
	log="PERFORM gov_log_event('bench', 'registered', 'model_version/model_' || i || ':1.0',
		details => jsonb_build_object('source_commit', md5(i::text), 'status', 'registered', 'i', i));
		IF i % 100 = 0 THEN COMMIT; END IF;"
	sql -c "DO \$\$ BEGIN FOR i IN $((logged + 1))..$size LOOP $log END LOOP; END \$\$" \
		-c "SELECT gov_audit_seal()" \
		-c "DO \$\$ BEGIN FOR i IN $((size + 1))..$((size + 5000)) LOOP $log END LOOP; END \$\$" \
		-c "VACUUM ANALYZE governance.audit_events, governance.audit_leaves, governance.audit_tiles" >/dev/null
	logged=$((size + 5000))
	for ((run = 0; run < RUNS; run++)); do
		value=$(sql -c "BEGIN" -c "CREATE TEMP TABLE t AS SELECT clock_timestamp() AS t" \
			-c "SELECT gov_audit_seal()" \
			-c "SELECT 'took', extract(epoch FROM clock_timestamp() - t) * 1000000 / 5000 FROM t" \
			-c "ROLLBACK" | sed -n 's/^took|//p')
		sql -c "INSERT INTO bench.grown VALUES ('seal', $size, $value)"
	done
	sql -c "SELECT gov_audit_seal()" >/dev/null
	calls proof "$size" "$CALLS" "SELECT count(p) FROM (SELECT event_id FROM governance.audit_leaves
		WHERE leaf_index IN (SELECT (random() * ($size - 1))::int FROM generate_series(1, $CALLS))) AS e, LATERAL gov_audit_inclusion_proof(e.event_id) AS p"
done

sql -f test/bench/space.sql
table -c "WITH best AS (
	SELECT what, n, min(us) AS us FROM bench.grown GROUP BY 1, 2
), fitted AS (
	SELECT what, regr_slope(ln(us), ln(n)) AS exponent, array_agg(us ORDER BY n) AS us, array_agg(n ORDER BY n) AS n
	FROM best GROUP BY what
)
SELECT f.what, k.counted AS \"behind it\", $(i=0; for size in $SIZES; do
	i=$((i + 1)); echo "to_char(f.us[$i], 'FM999990.00') || ' us' AS \"n = $size\","; done)
	to_char(f.exponent, 'FMS0.000') AS exponent, k.bar, CASE WHEN k.bar = '' THEN '' WHEN f.exponent <= 0.1 THEN 'met' ELSE 'MISSED' END AS \" \"
FROM fitted AS f JOIN (VALUES ('check', 'versions', '<= 0.1'), ('approve', 'versions', '<= 0.1'), ('deploy', 'versions', '<= 0.1'), ('status', 'observations', '<= 0.1'), ('report', 'observations', ''), ('observe', 'observations', ''), ('seal', 'events, 5,000 more sealed', ''), ('proof', 'events', '')) AS k(what, counted, bar) USING (what)
ORDER BY k.bar = '', f.what"
table -c "SELECT what AS \"in space, indexes included\", round(bytes) AS bytes, against, round(there) AS bytes, to_char(bytes / there, 'FM990.000') || ' x size' AS ratio
	FROM bench.space ORDER BY n"
note_sql "SELECT 'growth', what, '', n, min(us) FROM bench.grown GROUP BY what, n ORDER BY what, n"
note_sql "SELECT 'ratio', 'growth of ' || what || ', exponent', 'flat (0)', regr_slope(ln(us), ln(n)), 'exponent', '<= 0.1', CASE WHEN regr_slope(ln(us), ln(n)) <= 0.1 THEN 'met' ELSE 'MISSED' END
	FROM (SELECT what, n, min(us) AS us FROM bench.grown WHERE what IN ('check', 'approve', 'deploy', 'status') GROUP BY what, n) AS g GROUP BY what ORDER BY what"
note_sql "SELECT 'space', what, against, bytes, there FROM bench.space ORDER BY n"
cluster_close
