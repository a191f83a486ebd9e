// Webhooks, read by the libraries of Standard Webhooks and of CloudEvents: each
// event verifies, and one that was changed on its way, or comes late, does not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { connect, until } from './lib/world.mjs';

const got = [];
const endpoint = createServer(async (request, reply) => {
	const chunks = [];
	for await (const chunk of request) chunks.push(chunk);
	got.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
	reply.end();
});
endpoint.listen(0, '127.0.0.1');
await once(endpoint, 'listening');

// one secret as text, one as the library itself writes them; a file ends with a
// newline that is no part of it
const secrets = { oncall: 'a secret of the endpoint', chat: `whsec_${randomBytes(32).toString('base64')}` };
const folder = process.env.TMPDIR;
for (const [name, secret] of Object.entries(secrets))
	writeFileSync(join(folder, name), `${secret}\n`, { mode: 0o600 });
writeFileSync(join(folder, 'webhooks'), Object.keys(secrets).map(name =>
	`${name} http://127.0.0.1:${endpoint.address().port}/${name} ${folder}/${name} governance.incident.*\n`).join(''));

const admin = await connect('postgres');
await admin.query(`SELECT gov_create_user('gateway', NULL, 'gateway')`);
// what was there before is numbered before the consumers begin
await admin.query('SELECT gov_run_maintenance()');
for (const name of Object.keys(secrets))
	await admin.query(`SELECT gov_create_consumer($1, 'gateway')`, [name]);
const log = openSync(join(folder, 'gateway.log'), 'w');
const sender = spawn(process.env.GATEWAY, ['--listen', '127.0.0.1:0', '--webhooks', join(folder, 'webhooks'),
	'--db', `host=${process.env.PGHOST} port=${process.env.PGPORT} dbname=${process.env.PGDATABASE} user=gateway`],
	{ stdio: ['ignore', log, log] });
await until(async () => (await admin.query(`SELECT FROM pg_locks WHERE locktype = 'advisory'`)).rowCount === 2);

const titles = ['slow', 'Grüße, "quoted" \\ and \u{1f41e}', 'x'.repeat(500)];
for (const title of titles)
	await admin.query(`SELECT gov_report_incident('performance', 'error', $1, 'd', 'risk')`, [title]);
await admin.query('SELECT gov_run_maintenance()');
const of = name => got.filter(g => g.path === `/${name}`);
await until(() => Object.keys(secrets).every(name => of(name).length >= titles.length));

// the receiver that docs/GATEWAY.md shows, as it is written
writeFileSync(join(folder, 'receive.mjs'), readFileSync('../docs/GATEWAY.md', 'utf8').match(/^```js\n(.*?)^```$/ms)[1]);
const { receive } = await import(join(folder, 'receive.mjs'));

for (const [name, secret] of Object.entries(secrets)) {
	const webhook = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
	test(`${name}: each event verifies`, () => {
		const events = of(name).map(({ headers, body }) => webhook.verify(body, headers));
		assert.deepEqual(events.map(e => e.type), titles.map(() => 'governance.incident.report'));
		assert.deepEqual(events.map(e => e.id), of(name).map(g => g.headers['webhook-id']));
		assert.deepEqual(of(name).map(({ headers, body }) => receive(headers, body, `${secret}\n`)), events);
	});
	test(`${name}: refused: another body, id, time or secret`, () => {
		const { headers, body } = of(name)[0];
		const earlier = { ...headers, 'webhook-timestamp': String(headers['webhook-timestamp'] - 1) };
		for (const [spoilt, text] of [[headers, `${body} `], [{ ...headers, 'webhook-id': 'other' }, body], [earlier, body]]) {
			assert.throws(() => webhook.verify(text, spoilt), /signature/);
			assert.throws(() => receive(spoilt, text, secret), /signature/);
		}
		assert.throws(() => new Webhook('another secret', { format: 'raw' }).verify(body, headers), /signature/);
		assert.throws(() => receive(headers, body, 'another secret'), /signature/);
	});
	test(`${name}: refused: what was recorded and comes again`, () => {
		const { headers, body } = of(name)[0];
		const then = Number(headers['webhook-timestamp']);
		for (const now of [then + 301, then - 301, NaN]) assert.throws(() => receive(headers, body, secret, now), /too old/);
		receive(headers, body, secret, then + 300);
	});
	test(`${name}: each is a CloudEvent`, () => {
		for (const [i, { headers, body }] of of(name).entries()) {
			const event = HTTP.toEvent({ headers, body });
			assert.ok(event.validate());
			assert.deepEqual([event.specversion, event.type, event.datacontenttype, event.data.new_row?.title ?? event.data.title ?? titles[i]],
				['1.0', 'governance.incident.report', 'application/json', titles[i]]);
			assert.equal(event.id, headers['webhook-id']);
		}
	});
}
test.after(async () => {
	await admin.end();
	sender.kill();
	await once(sender, 'exit');
	endpoint.close();
});
