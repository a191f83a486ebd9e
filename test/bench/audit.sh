#!/usr/bin/env bash
#
# Measure the sealed audit log: sealing in events a second, and verification
# against what OpenSSL takes to hash the same bytes.
#
#	test/bench/audit.sh [EVENTS]
#
# On a private cluster with fsync on.  Each figure is the
# best of some runs: what others do on the machine only ever adds time.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS
. test/cluster.sh
. test/bench/common.sh
export PG_CONFIG

EVENTS=${1:-100000}
RUNS=5

best() {
	sort -n | head -n 1
}

# The log's bytes a second that verification must be held against: by the clock,
# as verification is, for who else is on the machine takes from both.
openssl_rate() {
	local i
	for ((i = 0; i < 3; i++)); do
		openssl speed -elapsed -bytes "$1" -seconds 1 "${@:2}" sha256 2>/dev/null |
			awk '/^sha256/ {sub("k", "", $2); printf "%.0f\n", $2 * 1000}'
	done | sort -n | tail -n 1
}

cluster_run test/setup >/dev/null || exit 1
cluster_run make -s --no-print-directory -j"$(nproc)" all \
	PG_CONFIG="$PG_CONFIG" >/dev/null || exit 1
cluster_install >/dev/null || exit 1
# not preloaded: no worker seals what is to be measured
cluster_open bench "fsync = on" "synchronous_commit = off" "shared_buffers = 1GB" "max_wal_size = 8GB" \
	"autovacuum = off" || exit 1
"$(cluster_bin)/createdb" bench || exit 1
sql -c "CREATE EXTENSION governance"

say "$EVENTS events"
# two sessions at once, some events a transaction
for half in 1 2; do
	sql -c "DO \$\$ BEGIN FOR i IN 1..$((EVENTS / 2)) LOOP
		PERFORM gov_log_event('bench', 'registered', 'model_version/model_' || i || ':1.' || $half,
			details => jsonb_build_object('model_id', 'model_' || i, 'version', '1.' || $half, 'status', 'registered',
				'source_commit', md5(i::text) || md5('$half'), 'training_data_hash', md5('t' || i) || md5('u' || i),
				'hyperparameters', jsonb_build_object('learning_rate', 0.001, 'epochs', 40 + i % 7, 'optimizer', 'adam'),
				'artifacts', jsonb_build_object('weights', 's3://models/model_' || i || '/weights.bin', 'card', 'model card'),
				'model_size_bytes', 1048576 + i, 'approval_status', 'pending',
				'description', repeat('A model that tells one vehicle from another. ', 10)));
		IF i % 10 = 0 THEN COMMIT; END IF;
		END LOOP; END \$\$" &
done
wait
sql -c "VACUUM ANALYZE governance.audit_events" -c "CHECKPOINT"

say "sealing"
seal_seconds=$(for ((i = 0; i < RUNS; i++)); do
	# all but the last run are undone
	sql -c "BEGIN" -c "CREATE TEMP TABLE t AS SELECT clock_timestamp() AS t" \
		-c "SELECT gov_audit_seal()" \
		-c "SELECT round(extract(epoch FROM clock_timestamp() - t)::numeric, 4) FROM t" \
		-c "ROLLBACK" | tail -n 1
done | best)
commit_seconds=$(seconds "SET synchronous_commit = on; SELECT gov_audit_seal()")
sealed=$(sql -c "SELECT count(*) FROM governance.audit_leaves")
sql -c "VACUUM ANALYZE governance.audit_leaves" -c "VACUUM ANALYZE governance.audit_tiles"

say "verification"
bytes=$(sql -c "SELECT sum(1 + octet_length(decode(line::json ->> 'c', 'base64'))) FROM gov_audit_export() AS line")
verify() {
	sql -c "SELECT bool_and(ok) FROM gov_audit_verify($1, $2)" \
		-c "CREATE TEMP TABLE t AS SELECT clock_timestamp() AS t" \
		-c "SELECT bool_and(ok) FROM gov_audit_verify($1, $2)" \
		-c "SELECT round(extract(epoch FROM clock_timestamp() - t)::numeric, 4) FROM t" |
		tail -n 1
}
average=$((bytes / sealed))
verify_seconds=$(for ((i = 0; i < RUNS; i++)); do verify 0 NULL; done | best)
# the middle, at the border of a stretch
middle=$((sealed / 2 - sealed / 2 % 1024))
two_seconds=$(for ((i = 0; i < RUNS; i++)); do
	{
		verify 0 $middle &
		verify $middle NULL &
		wait
	} | sort -n | tail -n 1
done | best)
# the tree has as many nodes as leaves, of a byte and two hashes
bytes=$((bytes + 65 * sealed))
hash_rate=$(openssl_rate "$average")
two_rate=$(openssl_rate "$average" -multi 2)
cluster_close

awk -v n="$sealed" -v s="$seal_seconds" -v c="$commit_seconds" -v v="$verify_seconds" -v w="$two_seconds" \
	-v tsv="$BENCH_TSV" -v bytes="$bytes" -v h="$hash_rate" -v h2="$two_rate" -v average="$average" 'BEGIN {
	printf "%-52s %10s %10s %7s %5s\n", "what", "here", "baseline", "ratio", "bar"
	printf "%-52s %10.0f %10s %7s %5s\n", "sealing, events/s", n / s, "100000", sprintf("%.2f", n / s / 100000), "1"
	printf "%-52s %10.0f %10s %7s %5s\n", "  once, with its commit", n / c, "100000", sprintf("%.2f", n / c / 100000), "1"
	printf "%-52s %10.0f %10.0f %7.2f %5s\n", "verification, MB/s of " average " bytes an event, one session", bytes / v / 1e6, h / 1e6, bytes / v / h, "0.3"
	printf "%-52s %10.0f %10.0f %7.2f %5s\n", "  two sessions, against openssl -multi 2", bytes / w / 1e6, h2 / 1e6, bytes / w / h2, ""
	form = "ratio\t%s\t%s\t%s\trate\t%s\t%s\n"
	printf form, "sealing, events a second", "the bar, 100,000", n / s / 100000, ">= 1", (n / s >= 100000 ? "met" : "MISSED") >>tsv
	printf form, "full verification, bytes a second", "openssl speed sha256", bytes / v / h, ">= 0.3", (bytes / v / h >= 0.3 ? "met" : "MISSED") >>tsv
}'
