// Tokens that jose signs open what gov_begin_as and the gateway guard; those that
// it signs for something else do not.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { ask, connect } from './lib/world.mjs';

const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
const secret = randomBytes(32);
const stranger = (await generateKeyPair('EdDSA', { crv: 'Ed25519' })).privateKey;
const keys = [
	{ ...await exportJWK(publicKey), kid: 'ed', alg: 'EdDSA', use: 'sig' },
	{ ...await exportJWK(secret), kid: 'hs', alg: 'HS256', use: 'sig' },
];

// The file has to be the server's: the server writes it.
const admin = await connect('postgres');
await admin.query(`COPY (SELECT '${JSON.stringify({ keys })}') TO PROGRAM 'umask 077 && cat >${process.env.JWKS_FILE}'`);

const ed = ['EdDSA', 'ed', privateKey];
const hs = ['HS256', 'hs', secret];
const sign = ([alg, kid, key], change = token => token) =>
	change(new SignJWT({}).setSubject('rosa').setAudience('clients').setIssuedAt().setExpirationTime('1h'))
		.setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(key);

const login = await connect('gateway');
async function who(token) {
	try {
		await login.query('BEGIN');
		const { rows: [row] } = await login.query('SELECT gov_begin_as($1) AS actor', [token]);
		const { rows: [{ me }] } = await login.query('SELECT gov_whoami() AS me');
		assert.equal(me.evidence, 'verified');
		assert.equal(me.user_id, row.actor);
		return row.actor;
	} catch (error) {
		return error.code;
	} finally {
		await login.query('ROLLBACK');
	}
}

for (const kind of [ed, hs]) {
	test(`${kind[0]} opens`, async () => {
		assert.equal(await who(await sign(kind)), 'rosa');
		assert.equal((await ask(await sign(kind), 'GET', '/models')).status, 200);
	});
	test(`${kind[0]}, begun, for several audiences`, async () => {
		assert.equal(await who(await sign(kind, t => t.setNotBefore('1m ago').setAudience(['other', 'clients']))), 'rosa');
	});
	for (const [what, change] of [
		['another audience', t => t.setAudience('other')],
		['expired', t => t.setExpirationTime('1m ago')],
		['not begun', t => t.setNotBefore('1h')],
		['an unknown user', t => t.setSubject('nobody')],
	]) {
		test(`${kind[0]} refused: ${what}`, async () => {
			const token = await sign(kind, change);
			assert.equal(await who(token), '28000');
			assert.equal((await ask(token, 'GET', '/models')).status, 401);
		});
	}
}
// Every other algorithm, of an issuer whose keys are rows.
const issuer = 'https://issuer.test';
test('an issuer: RS, PS, ES, EdDSA and Ed25519', async () => {
	const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
	const pairs = await Promise.all(algorithms.map(alg => generateKeyPair(alg, { extractable: true })));
	const set = await Promise.all(pairs.map(async (pair, i) =>
		({ ...await exportJWK(pair.publicKey), kid: algorithms[i], alg: algorithms[i], use: 'sig' })));
	await admin.query("SELECT gov_create_role('keys', permissions => '{identity:keys}'), gov_assign_role('postgres', 'keys')");
	await admin.query('SELECT gov_set_issuer($1, $2)', [issuer, 'clients']);
	await admin.query('SELECT gov_link_identity($1, $2, $3)', ['rosa', issuer, 'auth0|rosa']);
	await admin.query('SELECT gov_store_issuer_keys($1, $2)', [issuer, { keys: set }]);
	for (const [i, alg] of algorithms.entries()) {
		const token = await sign([alg, alg, pairs[i].privateKey], t => t.setIssuer(issuer).setSubject('auth0|rosa'));
		assert.equal(await who(token), 'rosa', alg);
		assert.equal((await ask(token, 'GET', '/models')).status, 200, alg);
	}
});
test('refused: another key, or the name of another', async () => {
	for (const kind of [['EdDSA', 'ed', stranger], ['HS256', 'hs', randomBytes(32)],
		['EdDSA', 'other', privateKey], ['HS256', 'ed', secret]])
		assert.equal(await who(await sign(kind)), '28000', kind.slice(0, 2).join());
});
test.after(async () => {
	await login.end();
	await admin.end();
});
