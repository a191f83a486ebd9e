// Every public function by node-postgres, with JavaScript's own values; every row
// of every table and view comes out, and no moment is an Invalid Date.
import assert from 'node:assert/strict';
import test from 'node:test';
import { connect } from './lib/world.mjs';

const client = await connect('postgres');
const now = new Date();
const later = (hours) => new Date(now.getTime() + hours * 3600000);

// By the argument's name (and function), else by its type.
const named = {
	model_id: 'risk', version: '1.0.0', usecase_id: 'lending', user_id: 'olga', role: 'operator', permission: 'audit:read',
	environment: 'staging', alias: 'champion', resource_type: 'model', resource_id: 'risk', resource: 'risk:1.0.0', category: 'safety',
	severity: 'error', name: 'model.require_staging', status: null, machine: 'model_version', operator: '>=', metric: 'accuracy',
	starts_at: later(1), ends_at: later(2), until: later(2), since: later(-1), expires_at: later(24), model_ids: ['risk'], roles: ['analyst'],
	permissions: ['audit:read'], metrics: { accuracy: 0.91 }, context: { model_id: 'risk' }, hours: 24, value: true, action: 'model_rollback',
	'gov_create_user.user_id': 'newcomer', 'gov_create_role.role': 'new', 'gov_register_model.version': '9.0.0', 'gov_policy.name': 'gate.sla',
	'gov_incidents.status': 'unresolved', 'gov_set_escalation_rule.violation_type': 'availability', 'gov_log_event.status': 'success',
	'gov_create_environment.name': 'canary', step: '10 min', 'gov_moment.value': 1700000000,
};
const typed = {
	text: 'text', name: 'rosa', integer: 3, bigint: 3, 'double precision': 99.5, numeric: 0.5, boolean: true, 'timestamp with time zone': now,
	date: '2030-02-01', interval: '5 min', uuid: '00000000-0000-4000-8000-000000000001', jsonb: {}, bytea: Buffer.alloc(32), 'text[]': ['a'],
	'double precision[]': [1.5, 2.5], 'boolean[]': [true, false], 'timestamp with time zone[]': [now, now], 'bytea[]': [Buffer.alloc(32)],
};
const notOurs = new Set(['42883', '42725', '42P18', '42804', '42846']);

// Its rows, or the SQLSTATE; nothing of it remains.
async function tried(text, values = []) {
	await client.query('BEGIN');
	try {
		const { rows } = await client.query(text, values);
		for (const row of rows) {
			for (const [column, value] of Object.entries(row)) {
				assert.ok(!(value instanceof Date) || !Number.isNaN(value.getTime()), `${text}: ${column} is an ${value}`);
			}
		}
		return rows;
	} catch (error) {
		if (!error.code || error instanceof assert.AssertionError) throw error;
		assert.ok(!notOurs.has(error.code), `${text}: ${error.code} ${error.message}`);
		return error.code;
	} finally {
		await client.query('ROLLBACK');
	}
}

test('every function', async () => {
	// One name is one call: which function it is, the server tells from values of no type.
	const { rows: functions } = await client.query(`
		SELECT DISTINCT ON (p.proname) p.proname AS name, p.proargnames[1:p.pronargs]::text[] AS names, ARRAY(
			SELECT t.type::regtype::text FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, n) ORDER BY t.n) AS types
		FROM pg_proc AS p
		JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
		JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'governance'
		WHERE p.proname LIKE 'gov\\_%' AND p.prokind = 'f' AND p.proname NOT IN ('gov_pre_restore', 'gov_post_restore')
			AND NOT p.proargtypes::oid[] && ARRAY['internal', 'record', 'anyelement', 'governance.sketch', 'governance.model_versions', 'governance.use_cases']::regtype[]::oid[]
			AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype)
		ORDER BY 1, p.oid`);
	assert.ok(functions.length > 120);
	let answered = 0;
	for (const { name, names, types } of functions) {
		const values = types.map((type, i) => {
			const value = [`${name}.${names[i]}`, names[i]].map((key) => named[key]).find((known) => known !== undefined);
			return value !== undefined ? value : names[i] === 'status' ? null : typed[type];
		});
		if (Array.isArray(await tried(`SELECT * FROM ${name}(${values.map((_, i) => `$${i + 1}`).join(', ')})`, values))) answered += 1;
	}
	assert.ok(answered > 90, `${answered} answered`);
});
test('every table and view', async () => {
	const { rows: relations } = await client.query(`SELECT c.oid::regclass::text AS name FROM pg_class AS c
		WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'v')`);
	assert.ok(relations.length > 50);
	for (const { name } of relations) assert.ok(Array.isArray(await tried(`SELECT * FROM ${name}`)), name);
});
test('numbers and booleans', async () => {
	const [{ threshold }] = await tried(`SELECT threshold FROM gov_set_deployment_gate('staging', 'accuracy', '>=', $1)`, [0.9]);
	assert.equal(threshold, '0.9');
	for (const [name, value] of [['model.required_approvals', 2], ['model.require_staging', false]]) {
		const [row] = await tried('SELECT value FROM gov_set_policy($1, $2, $3)', [name, value, 'why']);
		assert.equal(row.value, value);
	}
});
test('the first revision of a service level is from the beginning', async () => {
	const [{ valid_from: from }] = await tried(`SELECT valid_from FROM gov_define_sla('system', 'node')`);
	assert.equal(from, null);
});
test.after(() => client.end());
