// The life of a model version by node-postgres: values go in and come out as
// JavaScript has them, errors have their SQLSTATE, and in a pool nobody keeps the
// identity of whoever had the connection before.
import assert from 'node:assert/strict';
import test from 'node:test';
import pg from 'pg';
import { connect, tokens, until } from './lib/world.mjs';

const people = {};
for (const user of ['rosa', 'amir', 'olga', 'ann', 'postgres']) people[user] = await connect(user);

// The rows of a query of somebody.
const rows = async (user, text, ...values) => (await people[user].query(text, values)).rows;

test('register', async () => {
	const [version] = await rows('rosa', `SELECT * FROM gov_register_model($1, $2, hyperparameters => $3,
		model_size_bytes => $4, artifacts => $5)`, 'node', '1.0.0', { depth: 6, names: ['a', 'ü'] },
		'9007199254740993', { onnx: { sha256: 'ab' } });
	assert.equal(version.status, 'registered');
	assert.equal(version.created_by, 'rosa');
	assert.deepEqual(version.hyperparameters, { depth: 6, names: ['a', 'ü'] });
	assert.equal(version.model_size_bytes, '9007199254740993');
	assert.ok(version.created_at instanceof Date);
	await rows('rosa', 'SELECT gov_record_model_metrics($1, $2, $3)', 'node', '1.0.0', { accuracy: 0.93 });
	const [model] = await rows('rosa', 'SELECT * FROM gov_update_model($1, tags => $2)', 'node', ['a', 'b c']);
	assert.deepEqual(model.tags, ['a', 'b c']);
});
test('refused with its SQLSTATE, and what to do', async () => {
	const refused = (user, text, wanted) => assert.rejects(rows(user, text), wanted);
	await refused('rosa', `SELECT gov_register_model('node', '1.0.0')`, { code: '23505' });
	await refused('rosa', `SELECT gov_approve_model('node', '1.0.0')`, { code: '42501', hint: /gov_explain_permission/ });
	await refused('rosa', `SELECT gov_register_model('no de', '1.0.0')`, { code: '22023' });
	await refused('olga', `SELECT gov_deploy_model('node', '1.0.0')`, { code: '55000' });
	await rows('postgres', `SELECT gov_register_model('node', '2.0.0')`);
	await refused('postgres', `SELECT gov_approve_model('node', '2.0.0')`, { code: 'MG001', detail: /registered it/ });
});
test('approve, deploy, read', async () => {
	const [version] = await rows('amir', 'SELECT * FROM gov_approve_model($1, $2, comments => $3)', 'node', '1.0.0', 'good');
	assert.equal(version.approval_status, 'approved');
	await rows('olga', `SELECT gov_deploy_model('node', '1.0.0', 'staging')`);
	const before = new Date();
	const [deployment] = await rows('olga', `SELECT * FROM gov_deploy_model('node', '1.0.0')`);
	assert.deepEqual([deployment.environment, deployment.status], ['production', 'active']);
	const [live] = await rows('ann', `SELECT * FROM gov_deployed_model($1)`, 'node');
	assert.equal(live.version, '1.0.0');
	assert.deepEqual(await rows('ann', 'SELECT * FROM gov_deployed_model($1, as_of => $2)', 'node',
		new Date(before - 3600000)), []);
	const trail = await rows('ann', 'SELECT event_type, actor FROM gov_audit_trail(resource => $1)', 'model_version/node:1.0.0');
	assert.deepEqual(trail.at(-1), { event_type: 'model_version.register', actor: 'rosa' });
});
test('an approval request by its id', async () => {
	const [asked] = await rows('olga', `SELECT * FROM gov_request_approval('model_rollback', $1)`, { model_id: 'node' });
	const [{ r }] = await rows('ann', 'SELECT gov_approval_request($1) AS r', asked.request_id);
	assert.deepEqual([r.request_id, r.status, r.context], [asked.request_id, 'pending', { model_id: 'node' }]);
});
test('many observations as arrays', async () => {
	const [{ n }] = await rows('olga', `SELECT gov_observe_many('model', 'risk', $1, $2) AS n`,
		[1.5, 2.5, 1e3], [true, true, false]);
	assert.equal(n, '3');
});
test('a pool: the token binds one transaction', async () => {
	const pool = new pg.Pool({ user: 'gateway', max: 1 });
	const as = async (token, text) => {
		const client = await pool.connect();
		try {
			await client.query('BEGIN');
			if (token) await client.query('SELECT gov_begin_as($1)', [token]);
			const { rows: [row] } = await client.query(text);
			await client.query('COMMIT');
			return row;
		} catch (error) {
			await client.query('ROLLBACK');
			throw error;
		} finally {
			client.release();
		}
	};
	const me = 'SELECT gov_current_actor() AS actor';
	assert.equal((await as(tokens.rosa, me)).actor, 'rosa');
	assert.equal((await as(null, me)).actor, null);
	await assert.rejects(as(tokens.rosa, `SELECT gov_approve_model('node', '2.0.0')`), { code: '42501' });
	assert.equal((await as(null, me)).actor, null);
	assert.equal((await as(tokens.amir, me)).actor, 'amir');
	await assert.rejects(as(`${tokens.amir}x`, me), { code: '28000' });
	await pool.end();
});
test('events are announced, and read on from the last one seen', async () => {
	const announced = [];
	people.ann.on('notification', message => announced.push(message));
	await people.ann.query('LISTEN governance_events');
	await rows('rosa', `SELECT gov_register_model('node', '3.0.0')`);
	await rows('postgres', 'SELECT gov_run_maintenance()');
	const types = `SELECT type FROM governance.events WHERE published_no <= $1 AND subject LIKE '%node:3.0.0'`;
	assert.ok(await until(async () => announced.length && (await rows('ann', types, announced.at(-1).payload)).length),
		'its event is among those that were announced');
});
test.after(() => Promise.all(Object.values(people).map(client => client.end())));
