// What the tests in Node share: who they are, how they ask, when they cannot run.
//
// run puts each test's database, gateway and tokens into its environment.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

export const tokens = JSON.parse(process.env.TOKENS);
export const gateway = process.env.GATEWAY_URL;

// This test cannot run here.
export function skip(reason) {
	console.log(reason);
	process.exit(77);
}

// The path of a file of the public data.
export function data(name) {
	if (!process.env.TEST_DATA) skip('public data is needed: TEST_DATA names no folder');
	const path = join(process.env.TEST_DATA, name);
	if (!existsSync(path)) skip(`TEST_DATA has no ${name}`);
	return path;
}

// A connection as a database role, until the test ends.
export async function connect(user) {
	const client = new pg.Client({ user });
	await client.connect();
	return client;
}

// ask('rosa', 'GET', '/models'): the reply, with its body read as .json.
export async function ask(who, method, path, body) {
	const reply = await fetch(gateway + (path.startsWith('/api/') ? path : `/api/governance${path}`), {
		method,
		headers: {
			...(who && { Authorization: `Bearer ${tokens[who] ?? who}` }),
			...(body && { 'Content-Type': 'application/json' }),
		},
		body: body && JSON.stringify(body),
	});
	reply.json = await reply.json();
	return reply;
}

// Ask again until there is an answer, as long as PostgreSQL's own tests would.
export async function until(question) {
	const end = Date.now() + 1000 * (process.env.PG_TEST_TIMEOUT_DEFAULT ?? 180);
	for (;;) {
		const answer = await question();
		if (answer || Date.now() > end) return answer;
		await new Promise(resolve => setTimeout(resolve, 100));
	}
}
