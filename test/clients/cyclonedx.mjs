// Bills of materials, validated by CycloneDX's own library in its strict schema of 1.6.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { connect } from './lib/world.mjs';

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const odd = ['a "b" \\\\', 'é \u{1f41e}', ' ', 'x'.repeat(2000), '<&>', '-1', 'sha256:zz', 'a/b c?d#e'];

const rosa = await connect('rosa');
const hash = i => i.toString(16).padStart(64, '0');
const register = (id, rest) => rosa.query(`SELECT gov_register_model($1, '1', description => $2, source_commit => $3, training_data_hash => $4,
	hyperparameters => $5, model_path => $6, artifacts => $7)`, [id, rest.description ?? '', rest.commit ?? null, rest.data ?? null,
	rest.hyperparameters ?? {}, rest.path ?? '', JSON.stringify(rest.artifacts ?? {})]);
const models = ['bom-least', 'bom-list', 'bom-full'];
await register('bom-least', {});
await register('bom-list', { artifacts: ['s3://a', { nested: [1] }, null, 5] });
await register('bom-full', { description: 'a model', commit: 'abc123', data: `sha256:${hash(7)}`, path: 's3://models/full',
	hyperparameters: { rate: 0.1, layers: [1, 2], off: null, name: 'x' }, artifacts: { weights: `sha256:${hash(1)}`, card: 'text', sum: 'd41d8cd98f00b204e9800998ecf8427e' } });
for (const [i, text] of odd.entries()) {
	models.push(`bom-odd-${i}`);
	await register(`bom-odd-${i}`, { description: text, commit: text, data: text, path: text, hyperparameters: { [text]: text }, artifacts: { [text]: text } });
}
await rosa.query(`SELECT gov_record_model_metrics('bom-full', '1', '{"accuracy": 0.9, "latency_ms": 12}')`);
await rosa.query(`SELECT gov_record_model_metrics('bom-full', '1', '{"accuracy": 0.95}')`);
await rosa.end();
const amir = await connect('amir');
await amir.query(`SELECT gov_approve_model('bom-full', '1', 'well done')`);
await amir.end();

const ann = await connect('ann');
const ask = async id => (await ann.query(`SELECT gov_model_bom($1, '1') AS bom`, [id])).rows[0].bom;
const boms = await Promise.all(models.map(ask));
const again = await Promise.all(models.map(ask));
await ann.end();
const full = boms[2];

test('each is valid', async () => {
	for (const bom of boms) assert.equal(await validator.validate(JSON.stringify(bom)), null, bom.metadata.component.name);
});
test('what is none is not', async () => assert.notEqual(await validator.validate(JSON.stringify({ ...full, components: [{}] })), null));
test('references lead somewhere, each to one thing', () => {
	for (const bom of boms) {
		const refs = [bom.metadata.component, ...bom.components, ...bom.declarations.assessors, ...bom.declarations.claims, ...bom.declarations.evidence].map(c => c['bom-ref']);
		assert.equal(new Set(refs).size, refs.length);
		for (const d of bom.dependencies) for (const ref of [d.ref, ...d.dependsOn ?? []]) assert.ok(refs.includes(ref), ref);
		for (const c of bom.declarations.claims) for (const ref of [c.target, ...c.evidence]) assert.ok(refs.includes(ref), ref);
	}
});
test('it says what the model is', () => {
	const { component } = full.metadata;
	assert.equal(component.type, 'machine-learning-model');
	assert.deepEqual(component.modelCard.quantitativeAnalysis.performanceMetrics, [{ type: 'accuracy', value: '0.95' }, { type: 'latency_ms', value: '12' }]);
	assert.deepEqual(full.components.map(c => [c.name, c.hashes?.[0].alg]).sort(), [['card', undefined], ['sum', 'MD5'], ['training data', 'SHA-256'], ['weights', 'SHA-256']]);
	assert.deepEqual(full.declarations.assessors.map(a => a.organization.contact[0].name), ['amir']);
});
test('the same document until something changes', () => assert.deepEqual(again, boms));
