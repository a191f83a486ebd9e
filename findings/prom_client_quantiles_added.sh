#!/usr/bin/env bash
#
# Package:   prom-client 15.1.3 (npm)
# Date:      2026-11-29
# Expected:  where the workers of a cluster are put together into one page of
#            metrics, quantiles of their summaries are left out or at least not
#            added: two p99 make no third.
# Seen:      they are added, as counters are.  Four workers with a p99 of 100 ms
#            are one service with a p99 of 400 ms; with more workers the same
#            service breaks its objective.  Only a histogram may be added.
#
# Needs node and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund prom-client@15.1.3 >/dev/null
cat >workers.js <<'END'
const { AggregatorRegistry, Registry, Summary } = require('prom-client')
console.log('prom-client ' + require('prom-client/package.json').version)
const worker = async () => {
  const registry = new Registry()
  const latency = new Summary({ name: 'latency', help: 'ms', percentiles: [0.99], registers: [registry] })
  for (let i = 0; i < 50; i++) latency.observe(100)
  return registry.getMetricsAsJSON()
}
;(async () => {
  for (const workers of [1, 4]) {
    const pages = await Promise.all(Array.from({ length: workers }, worker))
    const text = await AggregatorRegistry.aggregate(pages).metrics()
    console.log(`${workers} of 100 ms: ${text.match(/^latency\{.*$/m)[0]}`)
  }
})()
END
node workers.js | tee seen
grep -qx '1 of 100 ms: latency{quantile="0.99"} 100' seen
grep -qx '4 of 100 ms: latency{quantile="0.99"} 400' seen
