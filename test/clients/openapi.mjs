// The OpenAPI document: valid by two validators of others, and what an endpoint
// answers has the shape that it promises.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { ask, gateway } from './lib/world.mjs';

const text = await (await fetch(`${gateway}/api/governance/openapi.json`)).text();
const api = JSON.parse(text);

test('it is valid by the schema of OpenAPI 3.1', async () => {
	const validator = new Validator();
	const result = await validator.validate(structuredClone(api));
	assert.deepEqual(result.errors ?? [], []);
	assert.equal(result.valid, true);
	assert.equal(validator.version, '3.1');
});

test('Redocly\'s recommended rules find nothing', async () => {
	const config = await createConfig({ extends: ['recommended'] });
	const problems = await lintFromString({ source: text, absoluteRef: '/openapi.json', config });
	assert.deepEqual(problems.map(p => `${p.location[0].pointer}: ${p.message}`), []);
});

// --- replies ---------------------------------------------------------------------

const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addFormat('int32', true).addFormat('int64', true);
ajv.addSchema(api, 'api');

// The schema that the document has for a reply, by the way to it.
function shape(path, method, status) {
	const escaped = path.replaceAll('~', '~0').replaceAll('/', '~1');
	const reply = api.paths[path]?.[method]?.responses?.[status];
	assert.ok(reply, `${method} ${path} promises a ${status}`);
	const way = reply.$ref
		? `api${reply.$ref}/content/application~1json/schema`
		: `api#/paths/${escaped}/${method}/responses/${status}/content/application~1json/schema`;
	return ajv.compile({ $ref: way });
}

const replies = [
	['rosa', 'get', '/models', '/models', 200],
	['rosa', 'get', '/models/{model_id}/versions', '/models/risk/versions', 200],
	['rosa', 'get', '/models/{model_id}/versions/{version}', '/models/risk/versions/1.0.0', 200],
	['rosa', 'get', '/models/{model_id}/versions/{version}', '/models/risk/versions/9.9.9', 404],
	['rosa', 'get', '/models/{model_id}/deployed', '/models/risk/deployed', 200],
	['rosa', 'post', '/models/register', '/models/register', 201, { model_id: 'openapi', version: '1' }],
	['rosa', 'post', '/models/register', '/models/register', 409, { model_id: 'openapi', version: '1' }],
	['rosa', 'post', '/models/register', '/models/register', 400, { model_id: '?', version: '1' }],
	['rosa', 'post', '/models/{model_id}/versions/{version}/approve', '/models/openapi/versions/1/approve', 403],
	['amir', 'post', '/models/{model_id}/versions/{version}/approve', '/models/openapi/versions/1/approve', 200],
	['rosa', 'get', '/usecases', '/usecases', 200],
	['rosa', 'get', '/usecases/{usecase_id}', '/usecases/lending', 200],
	['rosa', 'get', '/incidents', '/incidents', 200],
	['rosa', 'get', '/approvals', '/approvals', 200],
	['rosa', 'get', '/sla/{resource_type}/{resource_id}/status', '/sla/model/risk/status', 200],
	['ann', 'get', '/audit-log', '/audit-log', 200],
	['ann', 'get', '/compliance/report', '/compliance/report', 200],
	[null, 'get', '/models', '/models', 401],
	[null, 'get', '/health', '/health', 200],
];
for (const [who, method, path, call, status, body] of replies) {
	test(`${method} ${call} as ${who}: ${status}, in its shape`, async () => {
		const reply = await ask(who, method.toUpperCase(), call, body);
		assert.equal(reply.status, status);
		const valid = shape(path, method, status);
		assert.ok(valid(reply.json), ajv.errorsText(valid.errors));
	});
}
