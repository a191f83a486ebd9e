// Attestations, verified by Sigstore's own library with the public key alone.
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { bundleFromJSON } from '@sigstore/bundle';
import { Verifier, toSignedEntity } from '@sigstore/verify';
import { connect } from './lib/world.mjs';

const key = createPublicKey(readFileSync(process.env.ATTESTATION_KEY));
const trusted = hint => {
	assert.equal(hint, bundles[0].verificationMaterial.publicKey.hint);
	return { publicKey: key, validFor: () => true };
};
// Of a key there is neither a certificate nor an entry of a public log.
const verifier = () => new Verifier({ certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [], publicKey: trusted },
	{ tlogThreshold: 0, ctlogThreshold: 0, tsaThreshold: 0, timestampThreshold: 0 });
const verify = json => verifier().verify(toSignedEntity(bundleFromJSON(json)));

const dora = await connect('dora');
await dora.query('SELECT gov_audit_seal()');
await dora.end();
const ann = await connect('ann');
const { rows: versions } = await ann.query('SELECT model_id, version FROM governance.model_versions ORDER BY 1, 2');
const ask = async () => (await Promise.all(versions.map(v => ann.query('SELECT gov_attestations($1, $2) AS bundle', [v.model_id, v.version])))).flatMap(r => r.rows.map(row => row.bundle));
const bundles = await ask();
const again = await ask();
await ann.end();
const statement = bundle => JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64'));

test('there are approvals and deployments', () => {
	const acts = new Set(bundles.map(b => statement(b).predicate.act));
	assert.ok(acts.has('approval') && acts.has('deployment'), [...acts].join());
});
test('each is verified', () => bundles.forEach(verify));
test('the same bytes each time', () => assert.deepEqual(again, bundles));
test('a payload that was changed is not', () => {
	for (const change of [p => p.replace('"who"', '"whO"'), p => `${p} `]) {
		const bent = structuredClone(bundles[0]);
		bent.dsseEnvelope.payload = Buffer.from(change(Buffer.from(bent.dsseEnvelope.payload, 'base64').toString())).toString('base64');
		assert.throws(() => verify(bent));
	}
});
test('nor a signature of another one', () => {
	const bent = structuredClone(bundles[0]);
	bent.dsseEnvelope.signatures = bundles[1].dsseEnvelope.signatures;
	assert.throws(() => verify(bent));
});
