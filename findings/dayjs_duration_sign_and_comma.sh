#!/usr/bin/env bash
#
# Package:   dayjs 1.11.23 (npm), its plugin duration
# Date:      2026-11-29
# Expected:  the plugin reads what it writes.  A duration that its parser accepts
#            keeps its sign and its decimal comma (which ISO 8601 prefers to the
#            point); what it cannot take is refused.
# Seen:      half an hour back is written as -PT30M, and -PT30M is read as half an
#            hour forward: the sign is matched and thrown away.  PT1,5H is no time
#            at all, P0D, for the comma is matched and then is no number.
#
# Needs node and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund dayjs@1.11.23 >/dev/null
cat >read.js <<'END'
const dayjs = require('dayjs')
dayjs.extend(require('dayjs/plugin/duration'))
console.log('dayjs ' + require('dayjs/package.json').version)
for (const text of ['PT30M', 'PT-30M', '-PT30M', 'PT1.5H', 'PT1,5H'])
  console.log(`${text}: ${dayjs.duration(text).asMinutes()} minutes, ${dayjs.duration(text).toISOString()}`)
END
node read.js | tee seen
grep -qx 'PT30M: 30 minutes, PT30M' seen
grep -qx 'PT-30M: -30 minutes, -PT30M' seen
grep -qx -e '-PT30M: 30 minutes, PT30M' seen
grep -qx 'PT1.5H: 90 minutes, PT1.5H' seen
grep -qx 'PT1,5H: 0 minutes, P0D' seen
