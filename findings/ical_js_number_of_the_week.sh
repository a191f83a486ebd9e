#!/usr/bin/env bash
#
# Packages:  ical.js 2.2.1 and rrule 2.8.1 (npm)
# Date:      2026-11-29
# Expected:  "Monday of week 20, every year" is what RFC 5545, section 3.8.5.3,
#            says of its example FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO from 12 May 1997:
#            that day, 11 May 1998 and 17 May 1999.
# Seen:      ical.js gives 19 and 26 May and 2 June 1997: the number of the week is
#            passed over, each Monday will do, and the first day is not among
#            them.  It is the same with the "20th Monday of the year" (20MO).
#            rrule gives what the RFC says.  A yearly review by the week of the
#            year becomes a weekly one.
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
for (const [rule, from] of [['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3', '1997-05-12'],
  ['FREQ=YEARLY;BYDAY=20MO;COUNT=3', '1997-05-19']]) {
  const days = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromString(from + 'T09:00:00Z'))
  console.log(`${rule} by ical.js: ${[1, 2, 3].map(() => days.next().toString().slice(0, 10)).join(' ')}`)
  console.log(`${rule} by rrule: ` + rrule.rrulestr(`DTSTART:${from.replaceAll('-', '')}T090000Z\nRRULE:${rule}`)
    .all().map((day) => day.toISOString().slice(0, 10)).join(' '))
}
END
TZ=UTC node days.mjs | tee seen
grep -qx 'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3 by ical.js: 1997-05-19 1997-05-26 1997-06-02' seen
grep -qx 'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3 by rrule: 1997-05-12 1998-05-11 1999-05-17' seen
grep -qx 'FREQ=YEARLY;BYDAY=20MO;COUNT=3 by ical.js: 1997-05-19 1997-05-26 1997-06-02' seen
grep -qx 'FREQ=YEARLY;BYDAY=20MO;COUNT=3 by rrule: 1997-05-19 1998-05-18 1999-05-17' seen
