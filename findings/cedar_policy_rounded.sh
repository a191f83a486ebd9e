#!/usr/bin/env bash
#
# Package:   @cedar-policy/cedar-wasm 4.13.0 (npm)
# Date:      2026-11-29
# Expected:  a policy that is taken to JSON and back by the package's own two
#            functions decides as before.  Cedar's whole numbers have 64 bits, and
#            what does not go into a JavaScript number is refused or goes as a
#            text.
# Seen:      beyond 2^53 the number is rounded without an error: a policy for
#            account 9007199254740993 comes back as one for 9007199254740992.
#            Large numbers that are names belong into a policy as texts.
#
# Needs node 20 and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund @cedar-policy/cedar-wasm@4.13.0 >/dev/null
cat >again.js <<'END'
const cedar = require('@cedar-policy/cedar-wasm/nodejs')
console.log('cedar-wasm ' + JSON.parse(require('node:fs')
  .readFileSync('node_modules/@cedar-policy/cedar-wasm/package.json')).version)
for (const account of ['9007199254740991', '9007199254740993']) {
  const policy = `permit(principal, action, resource) when { context.account == ${account} };`
  const again = cedar.policyToText(cedar.policyToJson(policy).json)
  console.log(`${policy}\n  again: ${again.text}`)
}
END
node again.js | tee seen
grep -qx '  again: permit(principal, action, resource) when { context.account == 9007199254740991 };' seen
grep -qx '  again: permit(principal, action, resource) when { context.account == 9007199254740992 };' seen
