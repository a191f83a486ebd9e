#!/usr/bin/env bash
#
# Package:   semver 7.8.6 (npm)
# Date:      2026-11-29
# Expected:  numbers of a prerelease are compared as numbers, however many digits
#            they have (Semantic Versioning 2.0.0, item 11.4.1).  A build that is
#            numbered by the clock down to the millisecond has 17 digits.
# Seen:      they are compared as doubles, whose last digits are lost beyond 2^53
#            (16 digits): two builds a millisecond apart are equal, and which of
#            them is the newest is left to the order of the list.  (A number of
#            the release itself of that size is refused in words.)
#
# Needs node and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund semver@7.8.6 >/dev/null
cat >compare.js <<'END'
const semver = require('semver')
console.log('semver ' + require('semver/package.json').version)
const say = (older, newer) => console.log(`${older} and ${newer}: equal ${semver.eq(older, newer)}, ` +
  `newest ${semver.maxSatisfying([older, newer], '*', { includePrerelease: true })} or ` +
  `${semver.maxSatisfying([newer, older], '*', { includePrerelease: true })}`)
say('1.0.0-20261231093000', '1.0.0-20261231093001')
say('1.0.0-20261231093000123', '1.0.0-20261231093000124')
END
node compare.js | tee seen
grep -qx '1.0.0-20261231093000 and 1.0.0-20261231093001: equal false, newest 1.0.0-20261231093001 or 1.0.0-20261231093001' seen
grep -qx '1.0.0-20261231093000123 and 1.0.0-20261231093000124: equal true, newest 1.0.0-20261231093000123 or 1.0.0-20261231093000124' seen
