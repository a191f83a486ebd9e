#!/usr/bin/env bash
#
# Package:   cloudevents 10.0.0 (npm)
# Date:      2026-11-29
# Expected:  an event's time is a Timestamp of RFC 3339 and passes through as it
#            is, with its fraction: PostgreSQL's times have six digits.
# Seen:      whatever is sent or read is rewritten with three digits and in UTC,
#            in binary and in structured mode.  Two events 200 microseconds apart
#            have one time behind it, so a consumer who sorts by it loses their
#            order, and one who looks the event up by its time finds nothing.
#
# Needs node 20 and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund cloudevents@10.0.0 >/dev/null
cat >time.mjs <<'END'
import { createRequire } from 'node:module'
import { CloudEvent, HTTP } from 'cloudevents'

const { version } = createRequire(import.meta.url)('cloudevents/package.json')
console.log(`cloudevents ${version}`)
for (const time of ['2026-11-29T12:00:00.123401+02:00', '2026-11-29T12:00:00.123601+02:00']) {
  const event = new CloudEvent({ id: '1', source: '/registry', type: 'model.approved', time, data: {} })
  const read = HTTP.toEvent({ headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({ specversion: '1.0', id: '1', source: '/registry', type: 'model.approved', time }) })
  console.log(`${event.time}: binary ${HTTP.binary(event).headers['ce-time']}, ` +
    `structured ${JSON.parse(HTTP.structured(event).body).time}, read ${read.time}`)
}
END
node time.mjs | tee seen
for digits in 401 601; do
	grep -qFx "2026-11-29T12:00:00.123$digits+02:00: binary 2026-11-29T10:00:00.123Z, structured 2026-11-29T10:00:00.123Z, read 2026-11-29T10:00:00.123Z" seen
done
