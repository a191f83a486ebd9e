#!/usr/bin/env bash
#
# Measure a compliance report over 1,000,000 audit events and 100,000 incidents.
#
#	test/bench/compliance.sh
#
# On a private cluster, without preload.  The figure is the median of the runs.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS
. test/cluster.sh
. test/bench/common.sh
export PG_CONFIG

RUNS=5

bench_open bench "fsync = on" "shared_buffers = 512MB" "max_wal_size = 8GB"
export PGOPTIONS="-c client_min_messages=warning"
say "1,000,000 events, 100,000 incidents"
sql -f test/bench/compliance_setup.sql >/dev/null

# report NAME CALL [BAR]: its median in seconds, as a line and for the summary.
report() {
	local run took ratio="" verdict=""
	took=$(for ((run = 0; run < RUNS; run++)); do
		seconds "SELECT length(($2)::text)"
	done | sort -g | sed -n "$(((RUNS + 1) / 2))p")
	if [ -n "${3:-}" ]; then
		ratio=$(awk -v t="$took" -v bar="$3" 'BEGIN {printf "%.3f", t / bar}')
		verdict=$(awk -v ratio="$ratio" 'BEGIN {print ratio <= 1 ? "met" : "MISSED"}')
		note ratio "$1" "the bar, $3 s" "$ratio" time "<= 1" "$verdict"
	fi
	printf '%-52s %8s s %6s %6s  %s\n' "$1" "$took" "${3:-}" "$ratio" "$verdict"
}

printf '%-52s %10s %6s %6s\n' "1,000,000 events, 100,000 incidents" here bar ratio
report "compliance report of the last 30 days" "gov_compliance_report()" 2
report "  of 30 days that ended ten days ago" "gov_compliance_report(until => now() - interval '10 days')"
report "  its page, HTML" "gov_compliance_report_html(1)"
cluster_close
