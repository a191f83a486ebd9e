#!/usr/bin/env bash
#
# Package:   cloudevents 10.0.0 (npm)
# Date:      2026-11-29
# Expected:  an event whose data is a text and whose datacontenttype is
#            application/json goes out in binary mode with a body that is JSON,
#            "v2" with its quotation marks, as it does in structured mode.
# Seen:      the body is the bare text under "content-type: application/json",
#            which is no JSON and which a receiver's parser refuses.  The
#            package's own toEvent() takes it as a text again, so its round trip
#            hides it.
#
# Needs node 20 and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund cloudevents@10.0.0 >/dev/null 2>&1
cat >send.mjs <<'END'
import { createRequire } from 'node:module'
import { CloudEvent, HTTP } from 'cloudevents'

const { version } = createRequire(import.meta.url)('cloudevents/package.json')
const event = new CloudEvent({ id: '1', source: '/registry', type: 'model.approved',
  datacontenttype: 'application/json', data: 'v2' })
const binary = HTTP.binary(event)
const structured = HTTP.structured(event)
let parsed
try { parsed = JSON.parse(binary.body) } catch (e) { parsed = e.name }
console.log(`cloudevents ${version}: ${binary.headers['content-type'].split(';')[0]}, body ${binary.body}, parsed: ${parsed}; ` +
  `structured: ${JSON.stringify(JSON.parse(structured.body).data)}; its own reader: ${JSON.stringify(HTTP.toEvent(binary).data)}`)
END
seen=$(node send.mjs)
echo "$seen"
[ "$seen" = 'cloudevents 10.0.0: application/json, body v2, parsed: SyntaxError; structured: "v2"; its own reader: "v2"' ]
