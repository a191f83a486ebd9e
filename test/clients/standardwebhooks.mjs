// Webhooks, read by the library of Standard Webhooks: each event verifies, and
// one that was changed on its way does not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Webhook } from 'standardwebhooks';
import { connect, until } from './lib/world.mjs';

const got = [];
const endpoint = createServer(async (request, reply) => {
	const chunks = [];
	for await (const chunk of request) chunks.push(chunk);
	got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
	reply.end();
});
endpoint.listen(0, '127.0.0.1');
await once(endpoint, 'listening');

const secret = 'a secret of the endpoint';
const folder = process.env.TMPDIR;
writeFileSync(join(folder, 'secret'), `${secret}\n`, { mode: 0o600 });
writeFileSync(join(folder, 'webhooks'),
	`oncall http://127.0.0.1:${endpoint.address().port}/hook ${folder}/secret governance.incident.*\n`);

const admin = await connect('postgres');
await admin.query(`SELECT gov_create_user('gateway', NULL, 'gateway')`);
// what was there before is numbered before the consumer begins
await admin.query('SELECT gov_run_maintenance()');
await admin.query(`SELECT gov_create_consumer('oncall', 'gateway')`);
const log = openSync(join(folder, 'gateway.log'), 'w');
const sender = spawn(process.env.GATEWAY, ['--listen', '127.0.0.1:0', '--webhooks', join(folder, 'webhooks'),
	'--db', `host=${process.env.PGHOST} port=${process.env.PGPORT} dbname=${process.env.PGDATABASE} user=gateway`],
	{ stdio: ['ignore', log, log] });
await until(async () => (await admin.query(`SELECT FROM pg_locks WHERE locktype = 'advisory'`)).rowCount === 1);

const titles = ['slow', 'Grüße, "quoted" \\ and \u{1f41e}', 'x'.repeat(500)];
for (const title of titles)
	await admin.query(`SELECT gov_report_incident('performance', 'error', $1, 'd', 'risk')`, [title]);
await admin.query('SELECT gov_run_maintenance()');
await until(() => got.length >= titles.length);

const webhook = new Webhook(secret, { format: 'raw' });
test('each event verifies', () => {
	const events = got.map(({ headers, body }) => webhook.verify(body, headers));
	assert.deepEqual(events.map(e => e.type), titles.map(() => 'governance.incident.report'));
	assert.deepEqual(events.map(e => e.id), got.map(g => g.headers['webhook-id']));
});
test('refused: another body, id, time or secret', () => {
	const { headers, body } = got[0];
	assert.throws(() => webhook.verify(`${body} `, headers), /signature/);
	assert.throws(() => webhook.verify(body, { ...headers, 'webhook-id': 'other' }), /signature/);
	assert.throws(() => webhook.verify(body, { ...headers,
		'webhook-timestamp': String(headers['webhook-timestamp'] - 1) }), /signature/);
	assert.throws(() => new Webhook('another secret', { format: 'raw' }).verify(body, headers), /signature/);
});
test.after(async () => {
	await admin.end();
	sender.kill();
	await once(sender, 'exit');
	endpoint.close();
});
