# shellcheck shell=bash
#
# What the benches share, to be sourced after test/cluster.sh from the top
# folder.
#
# Beside the tables that people read, each bench appends lines to $BENCH_TSV,
# which the summary and the plots are made of, fields separated by tabs:
#
#	ratio    WHAT AGAINST TIMES GOAL BAR VERDICT	GOAL: time, rate, speed, ...
#	growth   FUNCTION OF N MICROSECONDS
#	clients  FUNCTION SIDE CLIENTS RATE
BENCH_TSV=${BENCH_TSV:-build/bench.tsv}

sql() {
	"$(cluster_bin)/psql" --no-psqlrc --quiet --no-align --tuples-only \
		--dbname=bench --set=ON_ERROR_STOP=1 "$@" ||
		{ complain "the bench broke off: psql $*"; exit 1; }
}

# table: print what SQL gives as a table.
table() {
	"$(cluster_bin)/psql" --no-psqlrc --quiet --dbname=bench \
		--pset=footer=off --set=ON_ERROR_STOP=1 "$@" ||
		{ complain "the bench broke off: psql $*"; exit 1; }
}

# seconds STATEMENT: how long it takes, in a session of its own.
seconds() {
	sql -c "CREATE TEMP TABLE t AS SELECT clock_timestamp() AS t; $1" \
		-c "SELECT round(extract(epoch FROM clock_timestamp() - t)::numeric, 4) FROM t" |
		tail -n 1
}

# note KIND FIELD...: a line of the file for summary and plots.
note() {
	local IFS=$'\t'
	printf '%s\n' "$*" >>"$BENCH_TSV"
}

# note_sql QUERY: its rows as such lines.
note_sql() {
	sql --field-separator=$'\t' -c "$1" >>"$BENCH_TSV"
}

# want PACKAGE TEST...: Debian's package unless the test succeeds; fails where
# that does not help either.
want() {
	local package=$1 as_root=()
	shift
	! "$@" >/dev/null 2>&1 || return 0
	command -v apt-get >/dev/null || return
	[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install \
		--no-install-recommends --no-upgrade "$package" \
		>/dev/null 2>&1 </dev/null
	"$@" >/dev/null 2>&1
}

# skipped WHAT WHY: loudly.
skipped() {
	complain "SKIPPED: $1: $2"
	note skipped "$1" "$2"
}

# bench_open NAME [LINE...]: build, install, and a cluster with the database
# bench in it.
bench_open() {
	mkdir -p build/log
	cluster_run test/setup >/dev/null || exit 1
	if ! { cluster_run make -s --no-print-directory -j"$(nproc)" all \
		PG_CONFIG="$PG_CONFIG" && cluster_install; } \
		>build/log/bench-build.log 2>&1; then
		tail -n 30 build/log/bench-build.log >&2
		exit 1
	fi
	cluster_open "$@" || exit 1
	"$(cluster_bin)/createdb" bench || exit 1
}

# pgbench_rate USER CLIENTS HOW-LONG SCRIPT: transactions a second, in REPLY.
pgbench_rate() {
	local log=build/log/bench-pgbench.log
	printf '%s\n' "$4" | "$(cluster_bin)/pgbench" --no-vacuum \
		--protocol=prepared --client="$2" --jobs=2 "$3" \
		--username="$1" --file=- bench >"$log" 2>&1
	REPLY=$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' "$log")
	if [ -z "$REPLY" ] || grep -q 'aborted' "$log"; then
		cat "$log" >&2
		complain "pgbench failed: $4"
		exit 1
	fi
}
