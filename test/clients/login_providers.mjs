// What docs/LOGIN.md says to set for each provider, with tokens and keys as that
// provider gives them: made by an OpenID provider on this machine, which stands at
// the address of the statement but for the host.
import assert from 'node:assert/strict';
import test from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { authority, client, features, fetchKeys, key, section, serve, setUpFetching, token } from './lib/oidc.mjs';
import { ask, connect } from './lib/world.mjs';

const page = section('What each provider says');
const statements = Object.fromEntries([...page.matchAll(/^- (.+?): `(SELECT gov_set_issuer\(.*?\);)`$/gm)].map(([, name, sql]) => [name, sql]));
const admin = await connect('postgres');
await setUpFetching(admin);
const login = await connect('gateway');

const oid = '6a2f9f52-1c1e-4d5b-9a59-0a4f0d5f1e11';
const group = '0f6b1a7e-7a6c-4d52-8d53-4a5d2c9f3b0c';

// place: its issuer behind the host; claims: what its tokens have beside iss, iat
// and exp; refused: changes that open
// nothing.  without: members that its keys lack.
const providers = {
	'Keycloak': {
		place: '/realms/REALM',
		header: { typ: 'JWT' },
		claims: {
			sub: 'c5a3a4f1-42f1-4a51-8c41-6f3a7c0d1b11', aud: ['governance', 'account'], azp: 'web', typ: 'Bearer', groups: ['readers'],
			realm_access: { roles: ['offline_access'] }, preferred_username: 'rosa', email_verified: true,
		},
		group: 'readers',
		refused: { 'no mapper "Audience"': { aud: 'account' } },
		enc: true,
	},
	'Entra ID': {
		place: '/TENANT/v2.0',
		header: { typ: 'JWT' },
		claims: { sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ', oid, tid: 'TENANT', aud: 'CLIENT', ver: '2.0', groups: [group] },
		person: oid, group,
		refused: {
			'the audience of version 1': { aud: 'api://governance' },
			'the issuer of version 1': { iss: 'https://sts.windows.net/TENANT/' },
			'another person of the same sub': { oid: '00000000-0000-0000-0000-000000000000' },
		},
		nogroups: { groups: undefined, _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.windows.net/x' } } },
		without: ['alg'],
	},
	'Okta': {
		place: '/oauth2/SERVER',
		header: { typ: undefined },
		claims: { ver: 1, jti: 'AT.x', sub: 'rosa@example.com', uid: '00u1', cid: '0oa1', aud: 'api://governance', scp: ['openid'], groups: ['readers'] },
		group: 'readers',
		refused: { "the org's own server": { aud: 'https://example.okta.com' } },
	},
	'Auth0': {
		place: '/',
		header: { typ: 'JWT' },
		claims: {
			sub: 'auth0|5f7c8ec7c33c6c004bbafe82', aud: ['https://governance.example.com', 'https://example.eu.auth0.com/userinfo'],
			azp: 'x', scope: 'openid', 'https://example.com/groups': ['readers'],
		},
		group: 'readers',
		refused: { 'the issuer without its slash': iss => ({ iss: iss.slice(0, -1) }) },
	},
	'Google': {
		place: '',
		header: { typ: 'JWT' },
		claims: {
			sub: '110169484474386276334', aud: 'CLIENT.apps.googleusercontent.com', azp: 'CLIENT.apps.googleusercontent.com',
			hd: 'example.com', email: 'rosa@example.com', email_verified: true,
		},
		newcomer: true,
		refused: { 'another domain': { sub: '1', hd: 'example.net' }, 'a private account': { sub: '2', hd: undefined } },
		elsewhere: true,
	},
	'SPIFFE': {
		place: '',
		header: { typ: 'JOSE' },
		alg: 'ES256',
		claims: { sub: 'spiffe://example.org/ns/prod/sa/score', aud: ['governance'] },
		refused: { 'no issuer': { iss: undefined }, 'another workload': { sub: 'spiffe://example.org/ns/prod/sa/other' } },
		without: ['use', 'alg'],
	},
};

test('each provider has a line, and each line is one of them', () => {
	assert.deepEqual(Object.keys(statements), Object.keys(providers));
	for (const name of Object.keys(providers)) assert.match(page, new RegExp(`^\\| ${name} \\|`, 'm'));
});

// who a token is, with the roles that its groups give
async function who(jwt) {
	try {
		await login.query('BEGIN');
		await login.query('SELECT gov_begin_as($1)', [jwt]);
		const { rows: [{ me }] } = await login.query('SELECT gov_whoami() AS me');
		return [me.user_id, (me.group_roles ?? []).map(given => given.role).join()];
	} catch (error) {
		return [error.code, ''];
	} finally {
		await login.query('ROLLBACK');
	}
}

for (const [name, { place, header, claims, alg = 'RS256', person = claims.sub, group, refused, newcomer, nogroups, without = [], enc, elsewhere }] of Object.entries(providers)) {
	test(name, async t => {
		let provider;
		const prefix = place.replace(/\/$/, '');
		const server = await serve((request, reply) => {
			// as whatever mounts it does
			request.originalUrl = request.url;
			request.url = request.url.slice(prefix.length);
			provider.callback()(request, reply);
		});
		t.after(() => { server.closeAllConnections(); server.close(); });
		const issuer = server.origin + place;
		const endpoint = `${server.origin}${prefix}/token`;
		const sign = await key(alg, `${name}-1`);
		const shown = Object.fromEntries(Object.entries(sign).filter(([member]) => !['d', 'p', 'q', 'dp', 'dq', 'qi', ...without].includes(member)));
		const keys = enc ? [{ ...await exportJWK((await generateKeyPair('RSA-OAEP', { extractable: true })).publicKey), kid: 'enc', use: 'enc', alg: 'RSA-OAEP' }, shown] : [shown];
		const jwks = await serve((request, reply) => reply.end(JSON.stringify({ keys })));
		t.after(() => { jwks.closeAllConnections(); jwks.close(); });

		let change = {};
		provider = new Provider(issuer, {
			jwks: { keys: [sign] },
			clients: [client('service', alg)],
			features: features('governance', () => alg),
			enabledJWA: { idTokenSigningAlgValues: [alg] },
			formats: {
				customizers: {
					jwt(context, accessToken, jwt) {
						const { iss, iat, exp } = jwt.payload;
						jwt.header = header;
						jwt.payload = { iss, iat, exp, ...claims, ...change };
					},
				},
			},
		});
		// the keys as that provider shows them; Google's are on another host
		provider.use(async (context, next) => {
			await next();
			if (context.path === '/jwks') context.body = { keys };
			else if (elsewhere && context.path === '/.well-known/openid-configuration') context.body = { ...context.body, jwks_uri: `${jwks.origin}/certs` };
		});
		const changed = async what => {
			change = typeof what === 'function' ? what(issuer) : what;
			return token(endpoint, 'service');
		};

		await admin.query(statements[name].replace(/'https:\/\/[^/']+/, `'${server.origin}`));
		if (!newcomer) await admin.query('SELECT gov_link_identity($1, $2, $3)', ['rosa', issuer, person]);
		if (group) await admin.query('SELECT gov_map_group($1, $2, $3)', [issuer, group, 'auditor']);
		assert.deepEqual(await fetchKeys('--issuer', issuer, '--ca-file', authority), [0, `governance-jwks: ${issuer}: has new keys\n`]);

		const jwt = await changed({});
		assert.equal(JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url')).typ, header.typ);
		const [, roles] = await who(jwt);
		assert.equal((await ask(jwt, 'GET', '/models')).status, 200);
		assert.match((await who(jwt))[0], newcomer ? /^u-[0-9a-f]{20}$/ : /^rosa$/);
		assert.equal(roles, group ? 'auditor' : '');
		if (nogroups) assert.deepEqual(await who(await changed(nogroups)), ['rosa', '']);
		for (const [what, wrong] of Object.entries(refused)) {
			const bad = await changed(wrong);
			assert.equal((await who(bad))[0], '28000', what);
			assert.equal((await ask(bad, 'GET', '/models')).status, 401, what);
		}
		await admin.query('SELECT gov_drop_issuer($1)', [issuer]);
	});
}

test('SPIFFE: the trust bundle, stored by hand', async () => {
	const { publicKey } = await generateKeyPair('ES256', { extractable: true });
	const shown = await exportJWK(publicKey);
	await admin.query("SELECT gov_set_issuer('https://spire.example.org', 'governance')");
	await admin.query("SELECT gov_create_role('keys', permissions => '{identity:keys}'), gov_assign_role('postgres', 'keys')");
	await admin.query('SELECT gov_store_issuer_keys($1, $2)', ['https://spire.example.org', {
		keys: [{ ...shown, use: 'x509-svid', x5c: ['MIIB'] }, { ...shown, use: 'jwt-svid', kid: 'k1' }], spiffe_sequence: 1, spiffe_refresh_hint: 300,
	}]);
	const { rows } = await admin.query('SELECT kid FROM governance.issuer_keys');
	assert.deepEqual(rows, [{ kid: 'k1' }]);
});
test.after(async () => {
	await admin.query('DROP ROLE governance_jwks');
	await login.end();
	await admin.end();
});
