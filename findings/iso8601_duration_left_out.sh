#!/usr/bin/env bash
#
# Packages:  iso8601-duration 2.1.4 and tinyduration 3.4.1 (npm)
# Date:      2026-11-29
# Expected:  ISO 8601 lets the smallest unit of a duration have a fraction: P1W0.5D
#            and P1M1.5D are well formed.  A parser that does not take a fraction
#            of a day refuses it, as it does with P1.5D alone.
# Seen:      iso8601-duration reads as far as it understands and leaves out the
#            rest in silence: P1M1.5D is one month.  The sign of -P1D goes the
#            same way, at the other end: it is a day forward.  tinyduration reads
#            all of them.
#
# Needs node and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund iso8601-duration@2.1.4 tinyduration@3.4.1 >/dev/null
cat >read.js <<'END'
const fs = require('node:fs')
const version = (name) => name + ' ' + JSON.parse(fs.readFileSync(`node_modules/${name}/package.json`)).version
const first = require('iso8601-duration')
const second = require('tinyduration')
console.log(version('iso8601-duration') + ', ' + version('tinyduration'))
const said = (parse, text) => {
  try {
    return Object.entries(parse(text)).filter(([, n]) => n).map(([unit, n]) => `${unit} ${n}`).join(' ')
  } catch { return 'refused' }
}
for (const text of ['P1DT0.5H', 'P1.5D', 'P1M1.5D', 'P1W0.5D', '-P1D'])
  console.log(`${text}: ${said(first.parse, text)}; ${said(second.parse, text)}`)
END
node read.js | tee seen
grep -qx 'P1DT0.5H: days 1 hours 0.5; days 1 hours 0.5' seen
grep -qx 'P1.5D: refused; days 1.5' seen
grep -qx 'P1M1.5D: months 1; months 1 days 1.5' seen
grep -qx 'P1W0.5D: weeks 1; weeks 1 days 0.5' seen
grep -qx -e '-P1D: days 1; days 1 negative true' seen
