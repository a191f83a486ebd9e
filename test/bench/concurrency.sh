#!/usr/bin/env bash
#
# Measure people at work at once: 1 to 32 clients that approve, deploy, observe
# and check permissions while the worker seals, against what one would use
# instead; changes by 16 clients with sealing on and off, and against a
# hash-chained table; SQLite with one commit a call; node-casbin.
#
#	test/bench/concurrency.sh
#
# On a private cluster with the module preloaded and durability as it is by
# default.  Two ways to the same end run in turns; the figure is the median.
# pgbench and the database share the machine's cores.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS
. test/cluster.sh
. test/bench/common.sh
export PG_CONFIG

RUNS=5
TIME=1			# seconds of each run
LEVELS="1 4 16 32"
SEAL_RUNS=10
SEAL_TIME=2
MODELS=40000	# every other one approved: enough for all runs
SQLITE_CALLS=200

# rate WHAT SIDE USER CLIENTS HOW-LONG SCRIPT: a second, the median of the runs.
rate() {
	pgbench_rate "$3" "$4" "$5" "$6"
	sql -c "INSERT INTO bench.rates VALUES ('$1', '$2', $4, $REPLY)"
}

# sqlite_rate CLIENTS: so many processes approve, one commit a call, each
# models of its own.
sqlite_rate() {
	local client call script start ends pids=()
	for ((client = 0; client < $1; client++)); do
		script=$dir/calls.$client
		echo ".timeout 60000" >"$script"
		echo "PRAGMA synchronous = FULL;" >>"$script"
		for ((call = 0; call < SQLITE_CALLS / $1; call++)); do
			sqlite_next=$((sqlite_next + 1))
			echo "BEGIN IMMEDIATE; INSERT INTO approval_history (model_id, version, approval_status, reviewer, reviewed_at, content_digest) SELECT model_id, version, 'approved', 'bench_approver', strftime('%Y-%m-%d %H:%M:%f'), content_digest FROM model_versions WHERE model_id = 'bench_model_$sqlite_next' AND version = '1.0.0'; COMMIT; SELECT status FROM model_versions WHERE model_id = 'bench_model_$sqlite_next' AND version = '1.0.0';"
		done >>"$script"
	done
	start=${EPOCHREALTIME/./}
	for ((client = 0; client < $1; client++)); do
		sqlite3 -bail "$dir/registry.db" <"$dir/calls.$client" >"$dir/out.$client" &
		pids+=($!)
	done
	for client in "${pids[@]}"; do
		wait "$client" || { complain "sqlite3 failed"; exit 1; }
	done
	ends=${EPOCHREALTIME/./}
	sql -c "INSERT INTO bench.rates VALUES ('approve', 'SQLite', $1,
		$((SQLITE_CALLS / $1 * $1)) / ($((ends - start)) / 1000000.0))"
}

# set_worker on|off
set_worker() {
	sql -c "ALTER SYSTEM SET governance.worker = $1" -c "SELECT pg_reload_conf()" >/dev/null
	sleep 0.3
}

bench_open bench "shared_preload_libraries = 'governance'" "fsync = on" \
	"max_wal_size = 4GB" "shared_buffers = 512MB" "autovacuum = off"
export PGOPTIONS="-c client_min_messages=warning"
say "$MODELS models"
sql -f test/bench/setup.sql -f test/bench/versions.sql -f test/bench/people.sql \
	-c "CALL bench.add_users(1, 10000)" -c "CALL bench.make_calls(10000)" \
	-f test/bench/check_baseline.sql \
	-c "CALL bench.add_versions(1, $MODELS, 1)" \
	-f test/bench/rules_baseline.sql -f test/bench/chain_baseline.sql \
	-f test/bench/people_grants.sql -c "VACUUM ANALYZE" -c "CHECKPOINT" >/dev/null

# approve PREFIX: the next version that waits; deploy: that is approved
approve() {
	echo "SELECT status FROM $1approve_model('bench_model_' || 2 * nextval('bench.${1%?}_approve'), '1.0.0');"
}
deploy() {
	echo "SELECT status FROM $1deploy_model('bench_model_' || 2 * nextval('bench.${1%?}_deploy') + 1, '1.0.0', 'staging');"
}
# a change of any model
update="\\set n random(0, $((MODELS - 1)))
"
# pgbench would take a colon in a text for a variable of its own
user="\\set n random(1, 10000)
"
observe="\\set n random(1, 9)
\\set ms random(1, 900)
"
for clients in $LEVELS; do
	say "$clients clients"
	decisions=$((clients > 4 ? 960 / clients : 240))	# of each client in a run
	for ((run = 0; run < RUNS; run++)); do
		rate approve plpgsql bench_approver "$clients" --transactions=$decisions "$(approve rules.)"
		rate approve here bench_approver "$clients" --transactions=$decisions "$(approve gov_)"
		rate deploy plpgsql bench_operator "$clients" --transactions=$decisions "$(deploy rules.)"
		rate deploy here bench_operator "$clients" --transactions=$decisions "$(deploy gov_)"
		rate observe plpgsql bench_operator "$clients" --time=$TIME "${observe}INSERT INTO bench.observations VALUES ('model', 'bench_' || :n, now(), :ms, true);"
		rate observe here bench_operator "$clients" --time=$TIME "${observe}SELECT gov_observe('model', 'bench_' || :n, :ms);"
		rate check plpgsql bench_operator "$clients" --time=$TIME "${user}SELECT bench.holds('bench_user_' || :n, 'model' || chr(58) || 'deploy');"
		rate check here bench_operator "$clients" --time=$TIME "${user}SELECT gov_has_permission('bench_user_' || :n, 'model' || chr(58) || 'deploy');"
	done
done

say "changes by 16 clients, sealing on and off, and a hash chain"
change="${update}SELECT model_id FROM gov_update_model('bench_model_' || :n, description => md5(random()::text));"
chained="${update}SELECT model_id FROM chain.update_model('bench_model_' || :n, md5(random()::text));"
for ((run = 0; run < SEAL_RUNS; run++)); do
	# the first of two has the machine as the last left it: in turns
	sides=(off on)
	((run % 2 == 0)) || sides=(on off)
	for side in "${sides[@]}"; do
		set_worker "$side"
		rate change "$side" bench_registrar 16 --time=$SEAL_TIME "$change"
		sql -c "SELECT gov_audit_seal()" >/dev/null		# none of it is the next one's
	done
done
set_worker on
for ((run = 0; run < RUNS; run++)); do
	rate change chain bench_registrar 16 --time=$SEAL_TIME "$chained"
	rate change here bench_registrar 16 --time=$SEAL_TIME "$change"
	rate change chain bench_registrar 1 --time=$SEAL_TIME "$chained"
	rate change here bench_registrar 1 --time=$SEAL_TIME "$change"
done
# No row missed, none twice; and the tree says what the rows say.
sql -c "SELECT gov_audit_seal()" -c "DO \$\$ BEGIN
	ASSERT (SELECT count(*) FROM governance.audit_leaves) = (SELECT count(*) FROM governance.audit_events
		WHERE xid < pg_snapshot_xmin(pg_current_snapshot())), 'a row was missed';
	ASSERT (SELECT count(*) = count(DISTINCT event_id) AND max(leaf_index) + 1 = count(*) FROM governance.audit_leaves), 'a row was sealed twice';
	ASSERT (SELECT bool_and(ok) FROM gov_audit_verify()), 'the log does not verify'; END \$\$" >/dev/null

if want sqlite3 command -v sqlite3; then
	say "SQLite, one commit a call"
	dir=$(mktemp -d -p build) || exit 1
	CLUSTER_SCRATCH+=("$dir")
	sqlite3 "$dir/registry.db" <test/bench/sqlite_baseline.sql >/dev/null || exit 1
	sqlite_next=0
	for clients in $LEVELS; do
		for ((run = 0; run < RUNS; run++)); do
			sqlite_rate "$clients"
		done
	done
	[ "$(sqlite3 "$dir/registry.db" "SELECT count(*) FROM model_versions WHERE status = 'approved'")" = "$sqlite_next" ] ||
		{ complain "SQLite did not approve all of $sqlite_next"; exit 1; }
else
	skipped "SQLite" "sqlite3 is not installed and cannot be"
fi

if want nodejs command -v node && want npm command -v npm; then
	say "node-casbin"
	mkdir -p build/casbin
	if npm install --prefix build/casbin --no-audit --no-fund casbin@5 >build/log/bench-npm.log 2>&1; then
		for ((run = 0; run < RUNS; run++)); do
			read -r sync cached <<<"$(node test/bench/casbin_baseline.js build/casbin)"
			sql -c "INSERT INTO bench.measured VALUES ('casbin', $sync), ('casbin, cached', $cached)"
			CALLS="SELECT count(*) FILTER (WHERE user_id <> '' AND gov_has_permission(user_id, 'model:deploy')) FROM bench.calls"
			sql -c "SET max_parallel_workers_per_gather = 0; SET jit = off" -c "$CALLS" \
				-c "SELECT bench.measure('check', 200000, \$\$$CALLS\$\$, \$\$SELECT count(*) FILTER (WHERE user_id <> '') FROM bench.calls\$\$)" >/dev/null
		done
	else
		skipped "node-casbin" "npm could not install it: see build/log/bench-npm.log"
	fi
else
	skipped "node-casbin" "node and npm are not installed and cannot be"
fi

sql -f test/bench/concurrency_report.sql
table -c "SELECT * FROM bench.by_clients" -c "SELECT what, here, against, there, ratio, bar, verdict AS \" \" FROM bench.report ORDER BY n"
note_sql "SELECT 'ratio', what, against, times, goal, bar, verdict FROM bench.report ORDER BY n"
note_sql "SELECT 'clients', what, side, clients, percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) FROM bench.rates GROUP BY what, side, clients ORDER BY what, side, clients"
cluster_close
