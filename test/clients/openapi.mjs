// The OpenAPI document: valid by two validators of others, and what an endpoint
// answers has the shape that it promises.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
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

// The path in the document that a call is of: the one with the fewest names in it.
function pathOf(call, method) {
	const words = call.split('?')[0].split('/');
	const fits = path => path.split('/').length === words.length && api.paths[path][method]
		&& path.split('/').every((word, i) => word.startsWith('{') || word === words[i]);
	return Object.keys(api.paths).filter(fits).sort((a, b) => a.split('{').length - b.split('{').length)[0];
}

const now = Math.floor(Date.now() / 1000);
const version = '/models/openapi/versions/1', other = '/models/openapi/versions/2';
const usecase = '/usecases/openapi', sla = '/sla/model/openapi';
const uc = { usecase_id: 'openapi', name: 'OpenAPI', description: 'a document', owner: 'rosa', model_ids: ['openapi'] };
const incident = { category: 'other', severity: 'info', title: 't', description: 'd', resource: 'openapi:1' };
const rollback = { action: 'model_rollback', context: { model_id: 'openapi' } };

// A model's signature, as OpenSSF Model Signing has it.
const signer = generateKeyPairSync('ed25519');
const file = createHash('sha256').update('weights').digest();
const payload = Buffer.from(JSON.stringify({ _type: 'https://in-toto.io/Statement/v1',
	subject: [{ name: 'openapi', digest: { sha256: createHash('sha256').update(file).digest('hex') } }],
	predicateType: 'https://model_signing/signature/v1.0',
	predicate: { serialization: { method: 'files', hash_type: 'sha256' },
		resources: [{ name: 'weights', algorithm: 'sha256', digest: file.toString('hex') }] } }));
const payloadType = 'application/vnd.in-toto+json';
const envelope = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]);
const bundle = { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial: { publicKey: { hint: 'ci' } },
	dsseEnvelope: { payload: payload.toString('base64'), payloadType,
		signatures: [{ sig: sign(null, envelope, signer.privateKey).toString('base64') }] } };

// Who asks for what, the status, the body, and what of the reply the next ones
// need: kept.x is $x in a call.
const kept = {};
const keep = field => json => { kept[field] = json[field]; };
const story = [
	['rosa', 'post /models/register', 201, { model_id: 'openapi', version: '1' }],
	['rosa', 'post /models/register', 409, { model_id: 'openapi', version: '1' }],
	['rosa', 'post /models/register', 400, { model_id: '?', version: '1' }],
	['rosa', 'post /models/register', 201, { model_id: 'openapi', version: '2', hyperparameters: { a: [1] }, artifacts: ['x'], metadata: {} }],
	['rosa', 'get /models?limit=1', 200],
	['rosa', 'get /models/openapi', 200],
	['rosa', 'patch /models/openapi', 200, { description: 'a document', tags: ['json'] }],
	['rosa', 'get /models/openapi/versions', 200],
	['rosa', `get ${version}`, 200],
	['rosa', 'get /models/openapi/versions/9', 404],
	['rosa', `post ${version}/request-approval`, 200],
	['rosa', `post ${version}/approve`, 403],
	['amir', `post ${version}/request-changes`, 200, { comments: 'more' }],
	['rosa', `post ${version}/request-approval`, 200],
	['amir', `post ${version}/approve`, 200],
	['amir', `post ${other}/reject`, 200, { reason: 'no' }],
	['rosa', `post ${other}/deprecate`, 200],
	['olga', `post ${version}/deploy`, 200, { environment: 'staging' }],
	['olga', `post ${version}/deploy`, 409],
	['olga', `post ${version}/metrics`, 200, { metrics: { accuracy: 0.9 } }],
	['olga', `post ${version}/deploy`, 200, { environment: 'production' }],
	['rosa', 'get /models/openapi/deployed', 200],
	['rosa', 'put /models/openapi/aliases/best', 200, { version: '1' }],
	['rosa', 'get /models/openapi/aliases', 200],
	['rosa', 'delete /models/openapi/aliases/best', 200],
	['rosa', 'post /models/create', 201, { name: 'by name', tags: { team: 'crm' } }, keep('model_id')],
	['rosa', 'post /models/$model_id/rename', 200, { name: 'by another' }],
	['rosa', 'put /models/$model_id/tags/team', 200, { value: 'sales' }],
	['rosa', 'get /models/$model_id/tags', 200],
	['rosa', "get /search/models?filter=tags.team='sales'&order_by=name%20DESC", 200],
	['rosa', 'delete /models/$model_id/tags/team', 200],
	['rosa', 'delete /models/$model_id', 200],
	['rosa', 'delete /models/$model_id', 404],
	['rosa', `put ${version}/description`, 200, { description: 'said later' }],
	['rosa', `put ${version}/tags/team`, 200, { value: '' }],
	['rosa', `get ${version}/tags`, 200],
	['rosa', "get /search/versions?filter=name='openapi'", 200],
	['rosa', `delete ${version}/tags/team`, 200],
	['rosa', `delete ${other}`, 200, { reason: 'over' }],
	['rosa', `get ${version}/history`, 200],
	['rosa', `get ${version}/approvals`, 200],
	['ann', `get ${version}/evidence`, 200],
	['ann', `get ${version}/attestations`, 200],
	['ann', `get ${version}/bom`, 200],
	['dora', 'post /signers', 201, { name: 'ci', kind: 'key', material: signer.publicKey.export({ type: 'spki', format: 'pem' }), models: ['openapi'] }],
	['rosa', 'post /models/register', 201, { model_id: 'openapi', version: '3', artifacts: { weights: `sha256:${file.toString('hex')}` } }],
	['rosa', 'put /models/openapi/versions/3/signatures', 200, bundle],
	['rosa', 'put /models/openapi/versions/3/signatures', 200, { bundle }],
	['rosa', 'put /models/openapi/versions/1/signatures', 409, bundle],
	['rosa', 'get /models/openapi/versions/3/signatures', 200],
	['rosa', 'get /signers', 200],
	['dora', 'post /signers/ci/revoke', 200, { reason: 'stolen' }],
	['dora', 'post /gates', 201, { environment: 'staging', metric: 'recall', operator: '>=', threshold: 0.1, model_id: 'churn' }, keep('gate_id')],
	['rosa', 'get /gates', 200],
	['dora', 'delete /gates/$gate_id', 200],
	['dora', 'delete /gates/$gate_id', 404],
	['dora', 'post /environments', 201, { name: 'canary', rank: 50 }],
	['rosa', 'get /environments', 200],
	['rosa', 'get /transitions', 200],
	['rosa', 'get /impact-questions', 200, undefined, json => {
		kept.answers = Object.fromEntries(json.questions.map(q => [q.question_id, q.answer_type === 'boolean' ? false : q.options[0].answer]));
	}],
	['rosa', 'post /usecases/create', 201, uc],
	['rosa', `post ${usecase}/assess`, 200, () => kept.answers],
	['rosa', `post ${usecase}/submit`, 200],
	['amir', `post ${usecase}/reject`, 200, { reason: 'no' }],
	['rosa', `post ${usecase}/submit`, 200],
	['amir', `post ${usecase}/approve`, 200],
	['olga', `post ${usecase}/deploy`, 200, {}],
	['olga', `post ${usecase}/metrics`, 200, { metrics: { served: 3 } }],
	['rosa', 'get /usecases', 200],
	['rosa', `get ${usecase}`, 200],
	['rosa', `get ${usecase}/deployments`, 200],
	['rosa', `get ${usecase}/admit`, 200],
	['rosa', `post ${usecase}/deprecate`, 200],
	['rosa', `post ${usecase}/archive`, 200],
	['olga', `post ${version}/rollback`, 200, { reason: 'slow' }],
	['olga', 'post /models/openapi/undeploy', 200, { environment: 'staging' }],
	['dora', 'post /users/create', 201, { user_id: 'newcomer', email: 'n@example.com' }],
	['dora', 'get /users', 200],
	['dora', 'patch /users/newcomer', 200, { metadata: { team: 'a' } }],
	['dora', 'get /users/newcomer', 200],
	['dora', 'post /users/newcomer/deactivate', 200],
	['dora', 'post /users/newcomer/activate', 200],
	['dora', 'post /users/newcomer/roles/analyst/assign', 200, { expires_at: now + 3600 }],
	['dora', 'get /users/newcomer/roles', 200],
	['dora', 'get /users/newcomer/permissions/audit:read', 200],
	['dora', 'get /users/newcomer/explain/audit:read', 200],
	['dora', 'post /users/newcomer/revoke/analyst', 200],
	['rosa', 'get /permissions', 200],
	['rosa', 'get /roles', 200],
	['ann', 'get /permissions/audit:read/holders', 200],
	['amir', 'post /delegations', 201, { role: 'approver', to_user: 'newcomer', until: now + 3600, reason: 'holiday' }],
	['amir', 'delete /delegations?role=approver&to_user=newcomer', 200],
	['rosa', 'post /tokens', 201, { name: 'openapi' }],
	['rosa', 'get /tokens', 200, undefined, json => { kept.token_id = json.tokens[0].token_id; }],
	['rosa', 'delete /tokens/$token_id', 200],
	['rosa', 'post /approvals/request', 200, rollback, keep('request_id')],
	['rosa', 'post /approvals/$request_id/withdraw', 200],
	['rosa', 'post /approvals/request', 200, rollback, keep('request_id')],
	['amir', 'post /approvals/$request_id/approve', 200],
	['rosa', 'get /approvals/$request_id', 200],
	['rosa', 'post /approvals/request', 200, { ...rollback, context: { model_id: 'churn' } }, keep('request_id')],
	['amir', 'post /approvals/$request_id/reject', 200, { reason: 'no' }],
	['rosa', 'get /approvals', 200],
	['amir', 'get /inbox', 200],
	['rosa', 'get /policies', 200],
	['dora', 'put /policies/model.require_staging', 200, { value: true }],
	['olga', 'post /incidents/report', 201, incident, keep('incident_id')],
	['olga', 'post /incidents/$incident_id/acknowledge', 200],
	['olga', 'post /incidents/$incident_id/comment', 200, { comments: 'c' }],
	['olga', 'post /incidents/$incident_id/reportable', 200, { regime: 'gdpr', kind: 'personal_data_breach' }, json => {
		[kept.stage, kept.jurisdiction] = [json.deadlines[0].stage, json.deadlines[0].jurisdiction];
	}],
	['olga', 'get /inbox', 200],
	['olga', 'post /incidents/$incident_id/notifications/gdpr/$stage/$jurisdiction', 200],
	['olga', 'post /incidents/$incident_id/resolve', 200, { resolution: 'r' }],
	['olga', 'post /incidents/$incident_id/reopen', 200, { reason: 'again' }],
	['olga', 'post /incidents/$incident_id/resolve', 200, { resolution: 'r' }],
	['olga', 'post /incidents/$incident_id/close', 200],
	['rosa', 'get /incidents?status=all', 200],
	['rosa', 'get /incidents/$incident_id', 200],
	['rosa', 'get /incidents/$incident_id/timeline', 200],
	['dora', `post ${sla}/define`, 201, { response_time_p95: 100, response_time_p99: 200 }],
	['rosa', 'get /sla', 200],
	['olga', `post ${sla}/observations`, 200, { latency_ms: [1, 2, 3] }],
	['olga', `post ${sla}/measurements`, 200, { metrics: { response_time_p95: 900 } }],
	['rosa', `get ${sla}/status`, 200],
	['rosa', `get ${sla}/series?since=${now - 3600}`, 200],
	['dora', `post ${sla}/maintenance-windows`, 201, { starts_at: now + 3600, ends_at: now + 7200, reason: 'r' }],
	['rosa', `get ${sla}/violations`, 200, undefined, json => { kept.violation_id = json.violations[0].violation_id; }],
	['olga', `post ${sla}/violations/$violation_id/acknowledge`, 200],
	['rosa', 'get /violations', 200],
	['ann', 'get /compliance/report', 200],
	['ann', 'post /compliance/reports', 201, { period_days: 1 }, keep('report_id')],
	['ann', 'get /compliance/reports', 200],
	['ann', 'get /compliance/reports/$report_id', 200],
	['rosa', 'get /compliance/controls', 200],
	['ann', 'get /compliance/controls/eu-ai-act-12.1/evidence', 200],
	['ann', 'get /audit-log', 200],
	['ann', 'get /audit/checkpoint', 200],
	['ann', 'get /audit/proof/1', 200],
	['ann', 'get /audit/proof/1/file', 200],
	['ann', 'get /audit/consistency?from=1&to=2', 200],
	[null, 'get /models', 401],
	[null, 'get /health', 200],
];
const shown = new Set();
for (const [who, what, status, body, then] of story) {
	test(`${what} as ${who}: ${status}, in its shape`, async () => {
		const [method, written] = what.split(' ');
		const call = written.replaceAll(/\$(\w+)/g, (_, name) => kept[name]);
		const path = pathOf(call, method);
		const reply = await ask(who, method.toUpperCase(), call, typeof body === 'function' ? body() : body);
		assert.equal(reply.status, status, JSON.stringify(reply.json));
		const valid = shape(path, method, status);
		assert.ok(valid(reply.json), ajv.errorsText(valid.errors));
		if (status < 300) shown.add(`${method} ${path}`);
		then?.(reply.json);
	});
}

test('each operation was seen', () => {
	const all = Object.entries(api.paths).flatMap(([path, methods]) => Object.keys(methods).map(method => `${method} ${path}`));
	assert.deepEqual(all.filter(one => !shown.has(one)), ['get /metrics', 'get /openapi.json']);
});
