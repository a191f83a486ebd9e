// An OpenID provider on this machine, by https with an authority of its own: its
// keys come by governance-jwks as docs/LOGIN.md says, its tokens open, and its
// keys change under load without a request that fails.
import assert from 'node:assert/strict';
import test from 'node:test';
import Provider from 'oidc-provider';
import { agent, authority, block, client, db, features, fetchKeys, key, section, serve, setUpFetching, token as tokenOf } from './lib/oidc.mjs';
import { ask, connect } from './lib/world.mjs';

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
let provider;
const server = await serve((request, reply) => provider.callback()(request, reply));
const issuer = server.origin;

// The keys in the order in which they are taken to sign.
function provide(keys) {
	provider = new Provider(issuer, {
		jwks: { keys },
		clients: algorithms.map(alg => client(`service|${alg}`, alg)),
		features: features('https://governance.example.com', id => id.split('|')[1]),
		enabledJWA: { idTokenSigningAlgValues: algorithms },
	});
}
const token = alg => tokenOf(`${issuer}/token`, `service|${alg}`);
const header = jwt => JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url'));

// --- as docs/LOGIN.md says ---------------------------------------------------------------

const admin = await connect('postgres');
await setUpFetching(admin);
await admin.query('SELECT gov_set_issuer($1, $2)', [issuer, 'https://governance.example.com']);
for (const alg of algorithms) await admin.query('SELECT gov_link_identity($1, $2, $3)', ['rosa', issuer, `service|${alg}`]);
const [, ...words] = block(section('Fetching keys'), 'sh').trim().match(/'[^']*'|\S+/g).map(word => word.startsWith("'") ? db : word);

let generation = 0;
const next = async () => { generation++; return Promise.all(algorithms.map(alg => key(alg, `${alg}-${generation}`))); };
let keys = await next();
provide(keys);

test('an authority that is not known is not believed', async () => {
	const [status, said] = await fetchKeys();
	assert.equal(status, 1);
	assert.match(said, /not fetched: .*certificate/i);
});
test('the command as it is written', async () => {
	assert.deepEqual(await fetchKeys(...words.slice(2), '--ca-file', authority), [0, `governance-jwks: ${issuer}: ok\n`]);
	assert.deepEqual(await fetchKeys('--ca-file', authority), [0, `governance-jwks: ${issuer}: has new keys\n`]);
	assert.deepEqual(await fetchKeys('--ca-file', authority), [0, '']);
});
for (const alg of algorithms) {
	test(`${alg} opens`, async () => {
		const jwt = await token(alg);
		assert.equal(header(jwt).alg, alg);
		assert.equal((await ask(jwt, 'GET', '/models')).status, 200);
	});
}
test('keys change under load', async () => {
	const answers = {};
	const kids = new Set();
	let going = true;
	const load = algorithms.map(async alg => {
		while (going) {
			const jwt = await token(alg);
			kids.add(header(jwt).kid);
			const { status } = await ask(jwt, 'GET', '/models');
			answers[status] = (answers[status] ?? 0) + 1;
		}
	});
	for (let round = 0; round < 3; round++) {
		const fresh = await next();
		// shown, fetched, and only then used
		provide([...keys, ...fresh]);
		assert.equal((await fetchKeys('--ca-file', authority))[0], 0);
		provide([...fresh, ...keys]);
		const wanted = kids.size + algorithms.length;
		while (kids.size < wanted) await new Promise(resolve => setImmediate(resolve));
		// one that is not used any more goes when its tokens are over
		keys = fresh;
	}
	going = false;
	await Promise.all(load);
	assert.deepEqual(Object.keys(answers), ['200']);
	provide(keys);
	const [old] = [await token('RS256')];
	assert.equal((await fetchKeys('--ca-file', authority))[0], 0);
	assert.equal((await ask(old, 'GET', '/models')).status, 200);
});
test('a key that is gone opens nothing', async () => {
	const jwt = await token('ES256');
	keys = await next();
	provide(keys);
	assert.equal((await fetchKeys('--ca-file', authority))[0], 0);
	assert.equal((await ask(jwt, 'GET', '/models')).status, 401);
	assert.equal((await ask(await token('ES256'), 'GET', '/models')).status, 200);
});
test('a provider that is down leaves its keys', async () => {
	const jwt = await token('PS256');
	agent.destroy();
	server.closeAllConnections();
	await new Promise(resolve => server.close(resolve));
	assert.equal((await fetchKeys('--ca-file', authority))[0], 1);
	assert.equal((await ask(jwt, 'GET', '/models')).status, 200);
});
test.after(async () => {
	await admin.query('DROP ROLE governance_jwks');
	await admin.end();
	server.close();
});
