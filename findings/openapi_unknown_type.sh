#!/usr/bin/env bash
#
# Packages:  @seriousme/openapi-schema-validator 2.11.0,
#            @redocly/openapi-core 1.34.24 (npm)
# Date:      2026-11-28
# Expected:  a validator of OpenAPI 3.1 documents refuses a schema whose "type"
#            is no type of JSON Schema, such as "int".
# Seen:      the first calls the document valid: the schema of OpenAPI 3.1
#            leaves a document's own schemas to their dialect, so anything that
#            is an object passes, here and in whatever follows that schema alone.
#            Redocly's rules name it.
#
# Needs node 20 and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund \
	@seriousme/openapi-schema-validator@2.11.0 @redocly/openapi-core@1.34.24 >/dev/null 2>&1
cat >openapi.json <<'END'
{"openapi": "3.1.0", "info": {"title": "t", "version": "1", "license": {"name": "x", "identifier": "MIT"}},
 "servers": [{"url": "https://api.example.org"}], "security": [],
 "paths": {"/size": {"get": {"operationId": "size", "summary": "s", "responses": {
   "200": {"description": "d", "content": {"application/json": {"schema": {"type": "int"}}}},
   "400": {"description": "d"}}}}}}
END
cat >ask.mjs <<'END'
import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import redocly from '@redocly/openapi-core'

const document = JSON.parse(readFileSync('openapi.json'))
const answer = await new Validator().validate(document)
console.log('openapi-schema-validator: ' + (answer.valid ? 'valid' : 'not valid'))
const config = await redocly.createConfig({ extends: ['recommended'] })
const problems = await redocly.lint({ ref: 'openapi.json', config })
console.log('redocly: ' + problems.filter(p => p.severity === 'error').map(p => p.message.split('\n')[0]).join('; '))
END
seen=$(node ask.mjs)
echo "$seen"
# shellcheck disable=SC2016 # backquotes of the message
[[ $seen == *'openapi-schema-validator: valid'* && $seen == *'redocly: `type` can be one of the following only'* ]]
