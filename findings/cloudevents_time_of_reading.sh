#!/usr/bin/env bash
#
# Package:   cloudevents 10.0.0 (npm)
# Date:      2026-11-29
# Expected:  time is optional in CloudEvents; an event that comes without one has
#            none when it has been read, and is passed on without one.
# Seen:      toEvent() gives it the reader's clock, so the event seems to have
#            happened when it was read, each reader sees another time, and one
#            who passes it on sends that time as the event's own.
#
# Needs node 20 and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund cloudevents@10.0.0 >/dev/null
cat >read.mjs <<'END'
import { createRequire } from 'node:module'
import { HTTP } from 'cloudevents'

const { version } = createRequire(import.meta.url)('cloudevents/package.json')
const sent = { headers: { 'content-type': 'application/cloudevents+json' },
  body: JSON.stringify({ specversion: '1.0', id: '1', source: '/registry', type: 'model.approved', data: {} }) }
const first = HTTP.toEvent(sent)
await new Promise((done) => setTimeout(done, 20))
const second = HTTP.toEvent(sent)
console.log(`cloudevents ${version}: read twice ${first.time} ${second.time}`)
console.log(`sent without a time: passed on ${'time' in JSON.parse(HTTP.structured(first).body) ? 'with' : 'without'} one, ` +
  `the two readings ${first.time === second.time ? 'agree' : 'differ'}`)
END
node read.mjs | tee seen
grep -qx 'sent without a time: passed on with one, the two readings differ' seen
