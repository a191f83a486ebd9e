#!/usr/bin/env bash
#
# Package:   standardwebhooks 1.0.0 (npm)
# Date:      2026-11-29
# Expected:  "whsec_" says that base64 follows, as Standard Webhooks has it; a
#            secret without that prefix is its own bytes.
# Seen:      a secret without the prefix is decoded as base64 too.  What happens
#            to be base64 signs with another key than its text would, without a
#            word; other texts are refused.  Only { format: 'raw' } takes a
#            secret as it is.
#
# Needs node 20 and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund standardwebhooks@1.0.0 >/dev/null 2>&1
cat >sign.mjs <<'END'
import { createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import { Webhook } from 'standardwebhooks'

const { version } = createRequire(import.meta.url)('standardwebhooks/package.json')
const secret = 'horsebatterystaple'.padEnd(32, 'x')
const at = new Date(1700000000000)
const signed = key => 'v1,' + createHmac('sha256', key).update('msg_1.1700000000.{}').digest('base64')
const by = (...args) => new Webhook(...args).sign('msg_1', at, '{}')
let words
try { words = by('a secret, in words') } catch (e) { words = 'refused' }
console.log(`standardwebhooks ${version}: as text ${by(secret) === signed(secret)},`,
  `as base64 ${by(secret) === signed(Buffer.from(secret, 'base64'))},`,
  `words ${words}, raw ${by(secret, { format: 'raw' }) === signed(secret)}`)
END
seen=$(node sign.mjs)
echo "$seen"
[ "$seen" = 'standardwebhooks 1.0.0: as text false, as base64 true, words refused, raw true' ]
