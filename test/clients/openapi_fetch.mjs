// A client by openapi-typescript's types and openapi-fetch: it compiles under
// --strict, and tells the story of a model.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import openapi, { astToString } from 'openapi-typescript';
import { expected, folder, tell } from './lib/story.mjs';
import { gateway } from './lib/world.mjs';

await writeFile(join(folder, 'api.d.ts'),
	astToString(await openapi(new URL(`${gateway}/api/governance/openapi.json`))));

const program = `
import createClient from 'openapi-fetch';
import type { paths } from './api';

const as = (who: string) => createClient<paths, 'application/json'>({ baseUrl, headers: { Authorization: 'Bearer ' + people[who] } });
const rosa = as('rosa'), amir = as('amir'), olga = as('olga'), ann = as('ann'), dora = as('dora'), pia = as('pia');
const path = { model_id: 'vehicle_classifier', version: '1.0.0' };
const one = { params: { path } };
const sla = { params: { path: { resource_type: 'model' as const, resource_id: 'vehicle_classifier' } } };

async function story(): Promise<void> {
	const made = done(await rosa.POST('/models/register', { body: { ...path, model_path: 's3://models/vc', hyperparameters: { depth: 6 } } }));
	tell(made.status + ', ' + made.approval_status);
	tell(refused(await rosa.POST('/models/{model_id}/versions/{version}/approve', one)) + ': who registered it may not approve');
	done(await pia.POST('/models/register', { body: { ...path, version: '0.9.0' } }));
	tell(refused(await pia.POST('/models/{model_id}/versions/{version}/approve', { params: { path: { ...path, version: '0.9.0' } } })) + ': not even with the right to');
	tell('approved by ' + done(await amir.POST('/models/{model_id}/versions/{version}/approve', { ...one, body: { comments: 'validated' } })).approved_by);
	tell(done(await olga.POST('/models/{model_id}/versions/{version}/deploy', { ...one, body: { environment: 'staging' } })).status);
	tell(refused(await olga.POST('/models/{model_id}/versions/{version}/deploy', one)) + ': not to production without its accuracy');
	done(await olga.POST('/models/{model_id}/versions/{version}/metrics', { ...one, body: { metrics: { accuracy: 0.93, latency_ms: 12 } } }));
	tell(done(await olga.POST('/models/{model_id}/versions/{version}/deploy', { ...one, body: { notes: 'go' } })).status);
	done(await dora.POST('/sla/{resource_type}/{resource_id}/define', { ...sla, body: { response_time_p95: 200, response_time_p99: 400 } }));
	const observed = done(await olga.POST('/sla/{resource_type}/{resource_id}/observations', { ...sla, body: { latency_ms: [10, 12, 15] } }));
	tell(observed.recorded + ' observed, ' + done(await ann.GET('/sla/{resource_type}/{resource_id}/status', sla)).status);
	done(await olga.POST('/sla/{resource_type}/{resource_id}/measurements', { ...sla, body: { metrics: { response_time_p95: 900 } } }));
	const [violation] = done(await ann.GET('/sla/{resource_type}/{resource_id}/violations', sla)).violations;
	tell(violation!.severity + ': ' + violation!.violation_type + ' violated');
	const { incident_id } = done(await olga.POST('/incidents/report', { body: { category: 'performance', severity: 'critical', title: 'slow',
		description: 'p95 doubled', resource: 'vehicle_classifier:1.0.0' } }));
	const incident = { params: { path: { incident_id } } };
	tell('incident ' + done(await ann.GET('/incidents/{incident_id}', incident)).status + ', then '
		+ done(await olga.POST('/incidents/{incident_id}/acknowledge', incident)).status);
	const back = done(await olga.POST('/models/{model_id}/versions/{version}/rollback', { ...one, body: { reason: 'too slow' } }));
	tell(back.status + ', ' + back.approval_status);
	const vote = done(await ann.GET('/models/{model_id}/versions/{version}/approvals', one)).approvals.find(v => v.approval_status === 'approved');
	tell('approvals: approved by ' + vote?.reviewer);
	const report = done(await ann.POST('/compliance/reports', { body: { period_days: 1 } }));
	const results: ReadonlyArray<'pass' | 'fail' | 'manual'> = ['pass', 'fail', 'manual'];
	tell('report with controls: ' + results.filter(word => report.controls.some(c => c.result === word)).join(', '));
	const [event] = done(await ann.GET('/audit-log', { params: { query: { resource: 'model_version/vehicle_classifier:1.0.0', limit: 1 } } })).entries;
	tell('trail: ' + event!.event_type + ' by ' + event!.actor);
}
story();
`;

test('the story of a model', async () => assert.deepEqual(await tell(program), expected));
