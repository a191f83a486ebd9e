#!/usr/bin/env bash
#
# Package:   date-fns 4.4.0 (npm)
# Date:      2026-11-29
# Expected:  formatISODuration() writes what a Duration of the same package
#            holds, weeks among it: { weeks: 2, days: 1 } is P15D or P2W1D.
# Seen:      P0Y0M1DT0H0M0S: weeks are left out in silence, though add() of the
#            same package goes by them.  { weeks: 2 } is written as no time at
#            all.  A notice period of weeks that is stored as text is gone.
#
# Needs node and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund date-fns@4.4.0 >/dev/null
cat >write.js <<'END'
const { add, formatISODuration } = require('date-fns')
console.log('date-fns ' + JSON.parse(require('node:fs').readFileSync('node_modules/date-fns/package.json')).version)
const from = new Date('2026-11-01T12:00:00Z')
for (const period of [{ days: 15 }, { weeks: 2, days: 1 }, { weeks: 2 }])
  console.log(`${JSON.stringify(period)}: ${(add(from, period) - from) / 864e5} days, ${formatISODuration(period)}`)
END
TZ=UTC node write.js | tee seen
grep -qx '{"days":15}: 15 days, P0Y0M15DT0H0M0S' seen
grep -qx '{"weeks":2,"days":1}: 15 days, P0Y0M1DT0H0M0S' seen
grep -qx '{"weeks":2}: 14 days, P0Y0M0DT0H0M0S' seen
