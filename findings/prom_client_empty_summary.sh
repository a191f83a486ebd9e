#!/usr/bin/env bash
#
# Package:   prom-client 15.1.3 (npm)
# Date:      2026-11-29
# Expected:  a summary whose window holds no observation has no quantile: the
#            Prometheus clients of other languages say NaN, which no rule takes
#            for a measurement.
# Seen:      every quantile is 0, before the first observation and again when
#            the window (maxAgeSeconds) has passed, while _count stays as it
#            was.  A service that nobody calls, or that hangs, has a p99 of 0 ms:
#            "below 200 ms" is met, and an average over time is drawn to 0.  Who
#            takes over such a quantile looks first whether _count has moved.
#
# Needs node and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund prom-client@15.1.3 >/dev/null
cat >quantiles.js <<'END'
const { Summary } = require('prom-client')
console.log('prom-client ' + require('prom-client/package.json').version)
const said = async (summary) => (await summary.get()).values
  .map((v) => (v.metricName || 'p' + v.labels.quantile * 100) + ' ' + v.value).join(', ')
const pause = (ms) => new Promise((done) => setTimeout(done, ms))
;(async () => {
  const latency = new Summary({ name: 'latency', help: 'ms', percentiles: [0.99], maxAgeSeconds: 1, ageBuckets: 2 })
  console.log('before the first: ' + await said(latency))
  latency.observe(250)
  console.log('one of 250 ms: ' + await said(latency))
  await pause(5000)
  console.log('5 s later: ' + await said(latency))
})()
END
node quantiles.js | tee seen
grep -qx 'before the first: p99 0, latency_sum 0, latency_count 0' seen
grep -qx 'one of 250 ms: p99 250, latency_sum 250, latency_count 1' seen
grep -qx '5 s later: p99 0, latency_sum 250, latency_count 1' seen
