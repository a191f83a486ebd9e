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
BAR=2		# seconds

bench_open bench "fsync = on" "shared_buffers = 512MB" "max_wal_size = 8GB"
export PGOPTIONS="-c client_min_messages=warning"
say "1,000,000 events, 100,000 incidents"
sql -f test/bench/compliance_setup.sql >/dev/null

# report NAME WHAT CALL: its median in seconds, as a line and for the summary.
report() {
	local run took verdict
	took=$(for ((run = 0; run < RUNS; run++)); do
		seconds "SELECT length(($2)::text)"
	done | sort -g | sed -n "$(((RUNS + 1) / 2))p")
	verdict=$(awk -v t="$took" -v bar=$BAR 'BEGIN {print t <= bar ? "met" : "MISSED"}')
	printf '%-46s %8s s %8s s %6s %s\n' "$1" "$took" "$BAR" \
		"$(awk -v t="$took" -v bar=$BAR 'BEGIN {printf "%.2f", t / bar}')" "$verdict"
	note ratio "$1" "the bar, $BAR s" "$(awk -v t="$took" -v bar=$BAR 'BEGIN {print t / bar}')" time "<= 1" "$verdict"
}

printf '%-46s %10s %10s %6s\n' "1,000,000 events, 100,000 incidents" here bar ratio
report "compliance report of the last 30 days" "gov_compliance_report()"
report "compliance report until ten days ago" "gov_compliance_report(until => now() - interval '10 days')"
report "the page of one, HTML" "gov_compliance_report_html(1)"
cluster_close
