#!/usr/bin/env bash
#
# Packages:  ical.js 2.2.1 and rrule 2.8.1 (npm)
# Date:      2026-11-29
# Expected:  what recurs yearly from 29 February recurs in leap years: RFC 5545,
#            section 3.3.10, has dates that do not exist ignored.
# Seen:      ical.js puts it on 1 March in between.  rrule gives the leap years,
#            and so does ical.js once BYMONTH and BYMONTHDAY say what the start
#            says already.
#
# Needs node 20 and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund ical.js@2.2.1 rrule@2.8.1 >/dev/null
cat >days.mjs <<'END'
import fs from 'node:fs'
import ICAL from 'ical.js'
import rrule from 'rrule'

const version = (name) => name + ' ' + JSON.parse(fs.readFileSync(`node_modules/${name}/package.json`)).version
console.log(version('ical.js') + ', ' + version('rrule'))
for (const rule of ['FREQ=YEARLY;COUNT=5', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=5']) {
  const days = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromString('2024-02-29T09:00:00Z'))
  console.log(`${rule} by ical.js: ${[1, 2, 3, 4, 5].map(() => days.next().toString().slice(0, 10)).join(' ')}`)
  console.log(`${rule} by rrule: ` + rrule.rrulestr(`DTSTART:20240229T090000Z\nRRULE:${rule}`)
    .all().map((day) => day.toISOString().slice(0, 10)).join(' '))
}
END
TZ=UTC node days.mjs | tee seen
leap='2024-02-29 2028-02-29 2032-02-29 2036-02-29 2040-02-29'
grep -qx 'FREQ=YEARLY;COUNT=5 by ical.js: 2024-02-29 2025-03-01 2026-03-01 2027-03-01 2028-02-29' seen
grep -qx "FREQ=YEARLY;COUNT=5 by rrule: $leap" seen
grep -qx "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=5 by ical.js: $leap" seen
