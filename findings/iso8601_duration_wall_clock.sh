#!/usr/bin/env bash
#
# Packages:  iso8601-duration 2.1.4 and date-fns 4.4.0 (npm)
# Date:      2026-11-29
# Expected:  24 hours are 24 hours: PT24H after a moment is the same moment
#            whatever the time zone of the process, and only P1D may follow the
#            calendar.
# Seen:      end() of iso8601-duration adds hours to the wall clock.  Where the
#            clocks go back, PT24H ends 25 hours later, where they go forward 23;
#            toSeconds() says 86400 all the same.  A deadline by it moves with the
#            TZ of the server.  date-fns adds 24 hours.
#
# Needs node and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund iso8601-duration@2.1.4 date-fns@4.4.0 >/dev/null
cat >add.js <<'END'
const fs = require('node:fs')
const version = (name) => name + ' ' + JSON.parse(fs.readFileSync(`node_modules/${name}/package.json`)).version
const { end, parse, toSeconds } = require('iso8601-duration')
const { add } = require('date-fns')
const hours = (from, to) => (to - from) / 3600e3
if (process.env.TZ === 'UTC') console.log(version('iso8601-duration') + ', ' + version('date-fns'))
for (const day of ['2026-03-28', '2026-10-24']) {
  const from = new Date(day + 'T12:00:00Z')
  console.log(`${process.env.TZ}, PT24H from ${day}: ${hours(from, end(parse('PT24H'), from))} hours, ` +
    `said to be ${toSeconds(parse('PT24H'), from)} seconds; date-fns ${hours(from, add(from, { hours: 24 }))} hours`)
}
END
for zone in UTC Europe/Berlin; do
	TZ=$zone node add.js
done | tee seen
grep -qx 'UTC, PT24H from 2026-10-24: 24 hours, said to be 86400 seconds; date-fns 24 hours' seen
grep -qx 'Europe/Berlin, PT24H from 2026-03-28: 23 hours, said to be 86400 seconds; date-fns 24 hours' seen
grep -qx 'Europe/Berlin, PT24H from 2026-10-24: 25 hours, said to be 86400 seconds; date-fns 24 hours' seen
