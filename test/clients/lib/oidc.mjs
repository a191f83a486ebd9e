// What the tests with an OpenID provider share: a provider on this machine, by
// https with an authority of its own, tokens of it, and governance-jwks.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exportJWK, generateKeyPair } from 'jose';

const file = name => join(tmpdir(), name);
const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'inherit'] });
const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
openssl('req', '-x509', ...ec, '-days', '2', '-subj', '/CN=the authority', '-keyout', file('ca.key'), '-out', file('ca.pem'));
openssl('req', ...ec, '-subj', '/CN=localhost', '-keyout', file('tls.key'), '-out', file('tls.csr'));
writeFileSync(file('san'), 'subjectAltName = DNS:localhost');
openssl('x509', '-req', '-days', '2', '-in', file('tls.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-set_serial', '1',
	'-extfile', file('san'), '-out', file('tls.pem'));
export const authority = file('ca.pem');

// The provider has much to say about keys that are fit for a test alone.
console.warn = () => {};

// A server that answers by handle(request, reply).
export async function serve(handle) {
	const server = createServer({ key: readFileSync(file('tls.key')), cert: readFileSync(file('tls.pem')) }, handle);
	await new Promise(resolve => server.listen(0, 'localhost', resolve));
	server.origin = `https://localhost:${server.address().port}`;
	return server;
}

// A private key that signs by that algorithm, as JSON Web Key.
const make = { EdDSA: ['EdDSA', { crv: 'Ed25519' }] };
export async function key(alg, kid) {
	const [name, options] = make[alg] ?? [alg];
	const { privateKey } = await generateKeyPair(name, { ...options, extractable: true });
	return { ...await exportJWK(privateKey), kid, alg, use: 'sig' };
}

// What a provider is told of a client that asks for tokens of its own.
export const client = (id, alg) => ({
	client_id: id, client_secret: 'not for production', grant_types: ['client_credentials'],
	redirect_uris: [], response_types: [], id_token_signed_response_alg: alg,
});

// Its settings, for signed tokens with that audience.
export const features = (audience, algorithmOf) => ({
	devInteractions: { enabled: false },
	clientCredentials: { enabled: true },
	resourceIndicators: {
		enabled: true,
		defaultResource: () => 'https://governance.example.com',
		getResourceServerInfo: (context, resource, { clientId }) => ({
			scope: '', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: algorithmOf(clientId) } },
		}),
	},
});

export const agent = new Agent({ ca: readFileSync(authority), keepAlive: true });

// A token of the client, from that address.
export async function token(endpoint, id) {
	const [status, text] = await new Promise((resolve, reject) => {
		const asking = request(endpoint, {
			agent, method: 'POST',
			headers: {
				'Content-Type': 'application/x-www-form-urlencoded',
				Authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent('not for production')}`).toString('base64')}`,
			},
		}, reply => {
			const parts = [];
			reply.on('data', part => parts.push(part));
			reply.on('end', () => resolve([reply.statusCode, Buffer.concat(parts).toString()]));
		});
		asking.on('error', reject);
		asking.end(new URLSearchParams({ grant_type: 'client_credentials' }).toString());
	});
	if (status !== 200) throw new Error(text);
	return JSON.parse(text).access_token;
}

// The blocks of a section of docs/LOGIN.md in that language; its text.
export const section = heading =>
	readFileSync(new URL('../../docs/LOGIN.md', import.meta.url), 'utf8').split(/^## /m).find(part => part.startsWith(heading));
export const block = (text, language) => text.match(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms'))[1];

export const db = `host=${process.env.PGHOST} port=${process.env.PGPORT} dbname=${process.env.PGDATABASE} user=governance_jwks`;

// What governance-jwks says, and its exit status.
export async function fetchKeys(...more) {
	try {
		const { stderr } = await promisify(execFile)(process.env.JWKS, ['--db', db, ...more]);
		return [0, stderr];
	} catch (error) {
		return [error.code, error.stderr];
	}
}

// Its login and its user, as docs/LOGIN.md says.
export async function setUpFetching(admin) {
	for (const statement of block(section('Fetching keys'), 'sql').split(/;\n/).filter(text => text.trim())) await admin.query(statement);
	// an issuer that is nowhere could not be fetched
	await admin.query('SELECT gov_drop_issuer(issuer) FROM governance.issuers');
}
