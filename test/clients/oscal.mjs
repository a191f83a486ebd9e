// A compliance report as OSCAL assessment results and as a plan of action and
// milestones, by NIST's own schemas and ajv, with texts full of odd white space.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import Ajv from 'ajv';
import formats from 'ajv-formats';
import { connect, data } from './lib/world.mjs';

const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);
const [results, plan] = ['assessment-results', 'poam'].map(name => ajv.compile(JSON.parse(readFileSync(data(`oscal/${name}.json`)))));
const errors = (valid, document) => (valid(document) ? [] : valid.errors.map(e => `${e.instancePath} ${e.message}`));

// What some reader takes for white space, or for the end of a line, and some do
// not; at the ends, in between, and alone.
const odd = ['\n', '\r\n', '\r', '\t', '\v', '\f', ' ', '\u0001', '\u001c', '\u001f', '\u007f', '\u0085', '\u00a0', '\u1680', '\u180e', '\u2000',
	'\u2009', '\u200b', '\u200e', '\u2028', '\u2029', '\u202f', '\u205f', '\u2060', '\u3000', '\ufeff', '\u0301', '\ufffe', '\u{1f41e}', '\u{10ffff}'];
const admin = await connect('postgres');
for (const [i, blank] of odd.entries()) {
	for (const [j, text] of [`${blank}a b${blank}`, `a${blank}${blank}b`, blank, `${blank} ${blank}x`].entries()) {
		// what says nothing at all is refused before it can be in a report
		const must = text.trim() === '' || /^[\s\u0000-\u0020]*$/.test(text) ? `x${text}` : text;
		await admin.query(`SELECT gov_add_control($1, $2, $3, $4, source => $5, criterion => $5)`,
			[`odd-${i}-${j}`, must.slice(0, 200), must, `SELECT $q$${text}$q$::text, ${j % 2 === 0}`, text]);
		await admin.query(`SELECT gov_report_incident('other', 'error', $1, $2, $1)`, [must, text]);
	}
}
await admin.end();

const ann = await connect('ann');
const { rows: [{ report_id: id }] } = await ann.query(
	`SELECT (gov_compliance_report() ->> 'report_id')::bigint AS report_id`);
const ask = async () => (await ann.query('SELECT gov_compliance_report_oscal($1) AS oscal, gov_compliance_report_poam($1) AS poam', [id])).rows[0];
const { oscal, poam } = await ask();
const again = await ask();
await ann.end();

test('assessment results are valid', () => assert.deepEqual(errors(results, oscal), []));
test('so is the plan of action and milestones', () => assert.deepEqual(errors(plan, poam), []));
test('both are of OSCAL 1.2.1, and have every control', () => {
	const [result] = oscal['assessment-results'].results;
	assert.deepEqual([oscal['assessment-results'], poam['plan-of-action-and-milestones']].map(d => d.metadata['oscal-version']), ['1.2.1', '1.2.1']);
	const failed = result.findings.filter(f => f.target.status.reason === 'fail').map(f => f.uuid);
	assert.ok(failed.length >= 2 * odd.length);
	assert.deepEqual(poam['plan-of-action-and-milestones']['poam-items'].map(i => i['related-findings'][0]['finding-uuid']), failed);
	assert.equal(result.risks.length, 4 * odd.length + 1, 'every incident is a risk');
});
test('the same report gives the same document', () => assert.deepEqual(again, { oscal, poam }));
test('no white space of any reader is at an end, and no line ends within one', () => {
	const blank = '[\\u0000-\\u0020\\u007f-\\u00a0\\u1680\\u180e\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]';
	const wrong = new RegExp(`^${blank}|${blank}$|(?! )${blank}`, 'u');
	const seen = [];
	const look = value => {
		for (const [key, inner] of Object.entries(value)) {
			if (typeof inner === 'object') look(inner);
			else if (['title', 'value', 'name', 'id', 'target-id'].includes(key) && wrong.test(inner)) seen.push(inner);
		}
	};
	look({ oscal, poam });
	assert.deepEqual(seen, []);
});
test('the schema speaks of what is missing, or has another form', () => {
	for (const spoil of [
		results => delete results.metadata['oscal-version'],
		results => { results.uuid = 'none'; },
		results => { results.metadata['last-modified'] = 'yesterday'; },
		results => delete results.results[0].findings[0].target,
		results => { results.results[0].made_up = true; },
		results => { results.results[0].observations[0].props[0].value += '\u00a0'; },
	]) {
		const spoilt = structuredClone(oscal);
		spoil(spoilt['assessment-results']);
		assert.notDeepEqual(errors(results, spoilt), [], spoil.toString());
	}
});
