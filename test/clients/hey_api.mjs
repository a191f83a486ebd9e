// A client by @hey-api/openapi-ts: it compiles under --strict, and tells the
// story of a model by functions that are named after SQL's.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { createClient } from '@hey-api/openapi-ts';
import { expected, folder, tell } from './lib/story.mjs';
import { gateway } from './lib/world.mjs';

const document = join(folder, 'openapi.json');
await writeFile(document, await (await fetch(`${gateway}/api/governance/openapi.json`)).text());
await createClient({
	input: document,
	output: join(folder, 'api'),
	plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
	logs: { level: 'silent' },
});

const program = `
import { createClient } from './api/client';
import * as api from './api';

const as = (who: string) => ({ client: createClient({ baseUrl, auth: people[who]! }) });
const rosa = as('rosa'), amir = as('amir'), olga = as('olga'), ann = as('ann'), dora = as('dora'), pia = as('pia');
const path = { model_id: 'vehicle_classifier', version: '1.0.0' };
const sla = { path: { resource_type: 'model' as const, resource_id: 'vehicle_classifier' } };

async function story(): Promise<void> {
	const made: api.ModelVersion = done(await api.registerModel({ ...rosa, body: { ...path, model_path: 's3://models/vc', hyperparameters: { depth: 6 } } }));
	tell(made.status + ', ' + made.approval_status);
	tell(refused(await api.approveModel({ ...rosa, path })) + ': who registered it may not approve');
	done(await api.registerModel({ ...pia, body: { ...path, version: '0.9.0' } }));
	tell(refused(await api.approveModel({ ...pia, path: { ...path, version: '0.9.0' } })) + ': not even with the right to');
	tell('approved by ' + done(await api.approveModel({ ...amir, path, body: { comments: 'validated' } })).approved_by);
	tell(done(await api.deployModel({ ...olga, path, body: { environment: 'staging' } })).status);
	tell(refused(await api.deployModel({ ...olga, path })) + ': not to production without its accuracy');
	done(await api.recordModelMetrics({ ...olga, path, body: { metrics: { accuracy: 0.93, latency_ms: 12 } } }));
	tell(done(await api.deployModel({ ...olga, path, body: { notes: 'go' } })).status);
	done(await api.defineSla({ ...dora, ...sla, body: { response_time_p95: 200, response_time_p99: 400 } }));
	const observed = done(await api.observeMany({ ...olga, ...sla, body: { latency_ms: [10, 12, 15] } }));
	tell(observed.recorded + ' observed, ' + done(await api.slaReport({ ...ann, ...sla })).status);
	done(await api.recordMeasurement({ ...olga, ...sla, body: { metrics: { response_time_p95: 900 } } }));
	const [violation] = done(await api.slaViolations({ ...ann, ...sla })).violations;
	tell(violation!.severity + ': ' + violation!.violation_type + ' violated');
	const { incident_id } = done(await api.reportIncident({ ...olga, body: { category: 'performance', severity: 'critical', title: 'slow',
		description: 'p95 doubled', resource: 'vehicle_classifier:1.0.0' } }));
	tell('incident ' + done(await api.incident({ ...ann, path: { incident_id } })).status + ', then '
		+ done(await api.acknowledgeIncident({ ...olga, path: { incident_id } })).status);
	const back = done(await api.rollbackVersion({ ...olga, path, body: { reason: 'too slow' } }));
	tell(back.status + ', ' + back.approval_status);
	const vote = done(await api.modelApprovals({ ...ann, path })).approvals.find(v => v.approval_status === 'approved');
	tell('approvals: approved by ' + vote?.reviewer);
	const report = done(await api.createComplianceReports({ ...ann, body: { period_days: 1 } }));
	const results: ReadonlyArray<api.ControlResult['result']> = ['pass', 'fail', 'manual'];
	tell('report with controls: ' + results.filter(word => report.controls.some(c => c.result === word)).join(', '));
	const [event] = done(await api.auditTrail({ ...ann, query: { resource: 'model_version/vehicle_classifier:1.0.0', limit: 1 } })).entries;
	tell('trail: ' + event!.event_type + ' by ' + event!.actor);
}
story();
`;

test('the story of a model', async () => assert.deepEqual(await tell(program), expected));
