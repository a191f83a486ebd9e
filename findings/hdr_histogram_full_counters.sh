#!/usr/bin/env bash
#
# Package:   hdr-histogram-js 3.0.1 (npm)
# Date:      2026-11-29
# Expected:  a histogram with small counters (bitBucketSize 8 or 16, to save
#            memory) stops at a full counter, by an error or at its highest
#            value.
# Seen:      the counter begins at 0 again, while totalCount goes on.  256
#            records of 5 ms are 256 records whose every percentile is 0; with
#            bitBucketSize 16 it takes 65536 of them.  The faster a service and
#            the more even its latency, the sooner a p99 below the limit is
#            reported that nobody measured.
#
# Needs node and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund hdr-histogram-js@3.0.1 >/dev/null
cat >count.js <<'END'
const { build } = require('hdr-histogram-js')
console.log('hdr-histogram-js ' + require('hdr-histogram-js/package.json').version)
for (const [bits, records] of [[8, 255], [8, 256], [16, 65535], [16, 65536], [32, 65536]]) {
  const histogram = build({ bitBucketSize: bits })
  for (let i = 0; i < records; i++) histogram.recordValue(5)
  console.log(`${bits} bits, ${records} records of 5: total ${histogram.totalCount}, ` +
    `p50 ${histogram.getValueAtPercentile(50)}, p99 ${histogram.getValueAtPercentile(99)}`)
}
END
node count.js | tee seen
grep -qx '8 bits, 255 records of 5: total 255, p50 5, p99 5' seen
grep -qx '8 bits, 256 records of 5: total 256, p50 0, p99 0' seen
grep -qx '16 bits, 65535 records of 5: total 65535, p50 5, p99 5' seen
grep -qx '16 bits, 65536 records of 5: total 65536, p50 0, p99 0' seen
grep -qx '32 bits, 65536 records of 5: total 65536, p50 5, p99 5' seen
