#!/usr/bin/env bash
#
# Package:   prom-client 15.1.3 (npm)
# Date:      2026-11-29
# Expected:  of a hundred observations, 99 of 20 ms and one of 5000 ms, a summary
#            gives 20 as the median and as p95, or something near it: t-digests
#            are exact where few values differ.
# Seen:      p50 is 69.8, p90 is 4053.8 and p95 is 4551.8.  Equal values become
#            one heavy point, and what lies beyond its middle is drawn on a line
#            to the next value.  Latencies in whole milliseconds are such values:
#            one slow answer moves every quantile from the median up.  Counts in
#            the buckets of a histogram are off by a bucket at most.
#
# Needs node and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund prom-client@15.1.3 >/dev/null
cat >quantiles.js <<'END'
const { Summary } = require('prom-client')
console.log('prom-client ' + require('prom-client/package.json').version)
const latency = new Summary({ name: 'latency', help: 'ms', percentiles: [0.5, 0.9, 0.95] })
for (let i = 0; i < 99; i++) latency.observe(20)
const say = async (what) => console.log(what + ': ' + (await latency.get()).values
  .filter((v) => v.labels.quantile).map((v) => `p${v.labels.quantile * 100} ${v.value.toFixed(1)}`).join(', '))
say('99 of 20 ms').then(() => { latency.observe(5000); return say('and one of 5000 ms') })
END
node quantiles.js | tee seen
grep -qx '99 of 20 ms: p50 20.0, p90 20.0, p95 20.0' seen
grep -qx 'and one of 5000 ms: p50 69.8, p90 4053.8, p95 4551.8' seen
