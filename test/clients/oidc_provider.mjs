// An OpenID provider on this machine, by https with an authority of its own: its
// keys come by governance-jwks as docs/LOGIN.md says, its tokens open, and its
// keys change under load without a request that fails.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { ask, connect } from './lib/world.mjs';

const folder = tmpdir();
const file = name => join(folder, name);

// --- the provider --------------------------------------------------------------------

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'inherit'] });
const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
openssl('req', '-x509', ...ec, '-days', '2', '-subj', '/CN=the authority', '-keyout', file('ca.key'), '-out', file('ca.pem'));
openssl('req', ...ec, '-subj', '/CN=localhost', '-keyout', file('tls.key'), '-out', file('tls.csr'));
writeFileSync(file('san'), 'subjectAltName = DNS:localhost');
openssl('x509', '-req', '-days', '2', '-in', file('tls.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-set_serial', '1',
	'-extfile', file('san'), '-out', file('tls.pem'));

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
const make = { RS256: ['RS256'], PS256: ['PS256'], ES256: ['ES256'], EdDSA: ['EdDSA', { crv: 'Ed25519' }], Ed25519: ['Ed25519'] };
async function key(alg, generation) {
	const [name, options] = make[alg];
	const { privateKey } = await generateKeyPair(name, { ...options, extractable: true });
	return { ...await exportJWK(privateKey), kid: `${alg}-${generation}`, alg, use: 'sig' };
}

let provider;
const server = createServer({ key: readFileSync(file('tls.key')), cert: readFileSync(file('tls.pem')) },
	(request, reply) => provider.callback()(request, reply));
await new Promise(resolve => server.listen(0, 'localhost', resolve));
const issuer = `https://localhost:${server.address().port}`;
const uncomplaining = console.warn;
console.warn = () => {};

// The keys in the order in which they are taken to sign.
function provide(keys) {
	provider = new Provider(issuer, {
		jwks: { keys },
		clients: algorithms.map(alg => ({
			client_id: `service|${alg}`, client_secret: 'not for production', grant_types: ['client_credentials'],
			redirect_uris: [], response_types: [], id_token_signed_response_alg: alg,
		})),
		features: {
			devInteractions: { enabled: false },
			clientCredentials: { enabled: true },
			resourceIndicators: {
				enabled: true,
				defaultResource: () => 'https://governance.example.com',
				getResourceServerInfo: (context, resource, client) => ({
					scope: '', audience: 'https://governance.example.com', accessTokenFormat: 'jwt',
					jwt: { sign: { alg: client.clientId.split('|')[1] } },
				}),
			},
		},
		enabledJWA: { idTokenSigningAlgValues: algorithms },
	});
}

const ca = readFileSync(file('ca.pem'));
const https = await import('node:https');
const agent = new https.Agent({ ca, keepAlive: true });
async function token(alg) {
	const body = new URLSearchParams({ grant_type: 'client_credentials' }).toString();
	const [status, text] = await new Promise((resolve, reject) => {
		const request = https.request(`${issuer}/token`, {
			agent, method: 'POST',
			headers: {
				'Content-Type': 'application/x-www-form-urlencoded',
				Authorization: `Basic ${Buffer.from(`${encodeURIComponent(`service|${alg}`)}:${encodeURIComponent('not for production')}`).toString('base64')}`,
			},
		}, reply => {
			const parts = [];
			reply.on('data', part => parts.push(part));
			reply.on('end', () => resolve([reply.statusCode, Buffer.concat(parts).toString()]));
		});
		request.on('error', reject);
		request.end(body);
	});
	assert.equal(status, 200, text);
	return JSON.parse(text).access_token;
}
const header = jwt => JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url'));

// --- as docs/LOGIN.md says ---------------------------------------------------------------

const page = readFileSync(new URL('../docs/LOGIN.md', import.meta.url), 'utf8').split(/^## /m).find(part => part.startsWith('Fetching keys'));
const block = kind => page.match(new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\``, 'ms'))[1];
const admin = await connect('postgres');
for (const statement of block('sql').split(/;\n/).filter(text => text.trim())) await admin.query(statement);
// an issuer that is nowhere could not be fetched
await admin.query('SELECT gov_drop_issuer(issuer) FROM governance.issuers');
await admin.query('SELECT gov_set_issuer($1, $2)', [issuer, 'https://governance.example.com']);
for (const alg of algorithms) await admin.query('SELECT gov_link_identity($1, $2, $3)', ['rosa', issuer, `service|${alg}`]);

const db = `host=${process.env.PGHOST} port=${process.env.PGPORT} dbname=${process.env.PGDATABASE} user=governance_jwks`;
const [, ...words] = block('sh').trim().match(/'[^']*'|\S+/g).map(word => word.startsWith("'") ? db : word);
// What it says, and its exit status.
async function fetchKeys(...more) {
	try {
		const { stderr } = await promisify(execFile)(process.env.JWKS, ['--db', db, ...more]);
		return [0, stderr];
	} catch (error) {
		return [error.code, error.stderr];
	}
}

let generation = 0;
const next = async () => { generation++; return Promise.all(algorithms.map(alg => key(alg, generation))); };
let keys = await next();
provide(keys);

test('an authority that is not known is not believed', async () => {
	const [status, said] = await fetchKeys();
	assert.equal(status, 1);
	assert.match(said, /not fetched: .*certificate/i);
});
test('the command as it is written', async () => {
	assert.deepEqual(await fetchKeys(...words.slice(2), '--ca-file', file('ca.pem')), [0, `governance-jwks: ${issuer}: ok\n`]);
	assert.deepEqual(await fetchKeys('--ca-file', file('ca.pem')), [0, `governance-jwks: ${issuer}: has new keys\n`]);
	assert.deepEqual(await fetchKeys('--ca-file', file('ca.pem')), [0, '']);
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
		assert.equal((await fetchKeys('--ca-file', file('ca.pem')))[0], 0);
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
	assert.equal((await fetchKeys('--ca-file', file('ca.pem')))[0], 0);
	assert.equal((await ask(old, 'GET', '/models')).status, 200);
});
test('a key that is gone opens nothing', async () => {
	const jwt = await token('ES256');
	keys = await next();
	provide(keys);
	assert.equal((await fetchKeys('--ca-file', file('ca.pem')))[0], 0);
	assert.equal((await ask(jwt, 'GET', '/models')).status, 401);
	assert.equal((await ask(await token('ES256'), 'GET', '/models')).status, 200);
});
test('a provider that is down leaves its keys', async () => {
	const jwt = await token('PS256');
	agent.destroy();
	server.closeAllConnections();
	await new Promise(resolve => server.close(resolve));
	assert.equal((await fetchKeys('--ca-file', file('ca.pem')))[0], 1);
	assert.equal((await ask(jwt, 'GET', '/models')).status, 200);
});
test.after(async () => {
	console.warn = uncomplaining;
	await admin.query('DROP ROLE governance_jwks');
	await admin.end();
	server.close();
});
