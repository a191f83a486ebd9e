# shellcheck shell=bash
# What it shares with test/run and test/cluster.sh:
# shellcheck disable=SC2034,SC2154
#
# The regression tests beside the worker and beside a load: the phase "beside"
# of test/run, which sources this.
#
#	make test-beside SEEDS=20 TESTS="retire audit"
#
# For each seed the tests run on a new cluster with default settings, some seeds at
# once, and visits of the background worker are
# let in behind statements that the seed chooses: of the seeds 1 to 20, and of
# each 20 after them, every statement has a visit behind it with one.  The seed
# also chooses the day of the server's clock, and with an even one a minute goes by
# before each visit, as on a machine that is slow.  Meanwhile every processor is
# kept busy, a little less than by the tests.
#
# SEEDS=20 are the seeds 1 to 20, SEEDS="4 7" these two, SEED=4 this one alone.
#
# A line for each seed says how many visits came, and in which files; below a
# test that fails are the statements that had one behind them.

# beside_seeds: the seeds that are asked for, else 1 to 3, into the array seeds.
beside_seeds() {
	local seed
	read -ra seeds <<<"${SEED:-${SEEDS:-3}}"
	for seed in "${seeds[@]}"; do
		[[ $seed =~ ^[1-9][0-9]*$ ]] || return
	done
	[ -n "${SEED:-}" ] || [ ${#seeds[@]} -gt 1 ] ||
		mapfile -t seeds <<<"$(seq "${seeds[0]}")"
}

# beside_start COMMAND...: in the background, until beside_stop or the end of
# the script; the leader of its process group in REPLY.
beside_start() {
	setsid "$@" </dev/null &
	REPLY=$!
	CLUSTER_CHILDREN["$REPLY"]=$REPLY
}

beside_stop() {
	kill -TERM -- "-$1" 2>/dev/null
	wait "$1" 2>/dev/null
	unset "CLUSTER_CHILDREN[$1]"
}

# beside_load: keep every processor busy; the process groups into loads.
beside_load() {
	local i
	loads=()
	if command -v stress-ng >/dev/null; then
		beside_start nice -n 10 stress-ng --quiet --cpu "$(nproc)"
		loads=("$REPLY")
		return
	fi
	for ((i = $(nproc); i > 0; i--)); do
		beside_start nice -n 10 bash -c 'while :; do :; done'
		loads+=("$REPLY")
	done
}

# beside_open SEED FILE: a cluster with the proxy before it, whose folder is in
# the variable door; the proxy's process group in REPLY.  Visits go into FILE.
# But for the proxy's, one comes every ten seconds.
beside_open() {
	door=$(mktemp -d -p /tmp) && CLUSTER_SCRATCH+=("$door") &&
		cp build/visit/{visit,clock}.so "$door/" &&
		head -c 8 /dev/zero >"$door/clock" &&
		chmod 755 "$door" "$door"/*.so && chmod 644 "$door/clock" || return
	LD_PRELOAD=$door/clock.so MOVED_CLOCK=$door/clock \
		cluster_open "beside-$1" "shared_preload_libraries = 'governance'" \
		"governance.seal_interval = '1h'" &&
		"$(cluster_bin)/psql" -qX -d postgres -c "CREATE FUNCTION visit(oid)
			RETURNS void LANGUAGE c STRICT AS '$door/visit'" || return
	beside_start test/visit/proxy "$door" "$1" "$2"
	while [ ! -S "$door/.s.PGSQL.$PGPORT" ]; do
		kill -0 "$REPLY" 2>/dev/null || return
		sleep 0.1
	done
}

# beside_seed SEED TEST...: the tests, with visits, on a new cluster.
beside_seed() {
	local seed=$1 visits=$LOG/beside-$1.visits log=$LOG/beside-$1.proxy
	local before=$failed door proxy name
	shift
	: >"$visits"
	if ! beside_open "$seed" "$visits" 2>"$log"; then
		fail "beside, seed $seed: no proxy" "$log"
		cluster_close immediate
		return
	fi
	proxy=$REPLY
	PGHOST=$door suite "beside-$seed" "$pgxs_test/regress/pg_regress" \
		"beside, seed $seed:" --dbname=contrib_regression -- "$@"
	kill -0 "$proxy" 2>/dev/null || fail "beside, seed $seed: proxy" "$log"
	beside_stop "$proxy"
	cluster_close
	rm -rf "$door"
	say "seed $seed: $(wc -l <"$visits") visits:$(
		cut -d ' ' -f 1 "$visits" | uniq -c | while read -r count name; do
			printf ' %s %d' "$name" "$count"
		done)"
	for name in "${failures[@]:before}"; do
		echo "visits in ${name##* } were behind the statements before:"
		grep "^${name##* } " "$visits" | sed 's/^/    /'
	done
}

# beside TEST...: these tests, three times unless SEEDS or SEED says otherwise.
beside() {
	local seeds loads seed pid
	if ! beside_seeds; then
		fail "beside: SEEDS are numbers from 1" /dev/null
		return
	fi
	if ! make -s --no-print-directory build/visit/{visit,clock}.so \
		PG_CONFIG="$PG_CONFIG" >"$LOG/visit.log" 2>&1; then
		fail "beside: build" "$LOG/visit.log"
		return
	fi
	beside_load
	for seed in "${seeds[@]}"; do
		job_begin "beside-$seed" beside_seed "$seed" "$@"
	done
	jobs_end
	for pid in "${loads[@]}"; do
		beside_stop "$pid"
	done
}
