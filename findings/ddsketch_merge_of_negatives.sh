#!/usr/bin/env bash
#
# Package:   @datadog/sketches-js 2.1.1 (npm)
# Date:      2026-11-29
# Expected:  DDSketch's promise: the quantiles of two merged sketches are those
#            of one sketch that has seen all values, within its accuracy.  A
#            sketch takes negative values too and answers for them rightly.
# Seen:      merge() adds the positive buckets and the zeros, not the negative
#            ones, yet it adds their count and their sum.  Half of the values are
#            -100, the minimum says -100, and each quantile is +100, the lowest as
#            well.  A measure with a sign (drift, a difference from a forecast)
#            must not be merged so.
#
# Needs node and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund @datadog/sketches-js@2.1.1 >/dev/null
cat >merge.js <<'END'
const { DDSketch } = require('@datadog/sketches-js')
console.log('sketches-js ' + require('@datadog/sketches-js/package.json').version)
const fill = (sketch, value) => { for (let i = 0; i < 50; i++) sketch.accept(value) }
const say = (what, sketch) => console.log(`${what}: count ${sketch.count}, min ${sketch.min}, quantiles ` +
  [0.01, 0.25, 0.75].map((q) => sketch.getValueAtQuantile(q).toFixed(0)).join(', '))
const one = new DDSketch()
fill(one, 100)
fill(one, -100)
say('one sketch', one)
const [above, below] = [new DDSketch(), new DDSketch()]
fill(above, 100)
fill(below, -100)
above.merge(below)
say('two merged', above)
END
node merge.js | tee seen
grep -qx 'one sketch: count 100, min -100, quantiles -100, -100, 100' seen
grep -qx 'two merged: count 100, min -100, quantiles 100, 100, 100' seen
