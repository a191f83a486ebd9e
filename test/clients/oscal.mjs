// A compliance report as OSCAL, by NIST's own schema and ajv.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import Ajv from 'ajv';
import formats from 'ajv-formats';
import { connect, data } from './lib/world.mjs';

const schema = JSON.parse(readFileSync(data('oscal/assessment-results.json')));
const ann = await connect('ann');
const { rows: [{ report_id: id }] } = await ann.query(
	`SELECT (gov_compliance_report() ->> 'report_id')::bigint AS report_id`);
const { rows: [{ oscal }] } = await ann.query('SELECT gov_compliance_report_oscal($1) AS oscal', [id]);
await ann.end();

const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);
const valid = ajv.compile(schema);
const errors = document => (valid(document) ? [] : valid.errors.map(e => `${e.instancePath} ${e.message}`));

test('assessment results are valid', () => assert.deepEqual(errors(oscal), []));
test('the schema speaks of what is missing, or has another form', () => {
	for (const spoil of [
		results => delete results.metadata['oscal-version'],
		results => { results.uuid = 'none'; },
		results => { results.metadata['last-modified'] = 'yesterday'; },
		results => delete results.results[0].findings[0].target,
		results => { results.results[0].made_up = true; },
	]) {
		const spoilt = structuredClone(oscal);
		spoil(spoilt['assessment-results']);
		assert.notDeepEqual(errors(spoilt), [], spoil.toString());
	}
});
