// Types that openapi-typescript makes of the OpenAPI document: TypeScript takes
// a client that uses them rightly, under --strict, and no other.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';
import openapi, { astToString } from 'openapi-typescript';
import { gateway } from './lib/world.mjs';

const folder = process.env.TMPDIR;
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

await writeFile(join(folder, 'api.d.ts'),
	astToString(await openapi(new URL(`${gateway}/api/governance/openapi.json`))));

const client = (path, body, field) => `
import type { paths, components } from './api.d.ts';

type Post<P extends { post: unknown }> = P['post'];
type Body<O> = O extends { requestBody?: { content: { 'application/json': infer B } } } ? B : never;

const body: Body<Post<paths['${path}']>> = ${body};
const version = {} as components['schemas']['ModelVersion'];
const status: 'registered' | 'approved' | 'deployed_staging' | 'deployed_production'
	| 'rolled_back' | 'deprecated' = version.status;
console.log(body, status, version.${field});
`;
const right = ['/models/register', `{ model_id: 'm', version: '1', hyperparameters: {} }`, 'approved_by?.length'];
const wrong = {
	'a path that does not exist': right.with(0, '/models/regster'),
	'a body without what it needs': right.with(1, `{ version: '1' }`),
	'a body with a value of another type': right.with(1, `{ model_id: 'm', version: 1 }`),
	'a field of the reply that does not exist': right.with(2, 'aproved_by'),
	'a field of the reply that may be null': right.with(2, 'approved_by.length'),
};

// One run of the compiler over all of them: what it says, a line each.
const programs = { right: client(...right) };
for (const [i, parts] of Object.values(wrong).entries()) programs[`wrong${i}`] = client(...parts);
for (const [name, program] of Object.entries(programs)) await writeFile(join(folder, `${name}.ts`), program);
const options = ['--strict', '--noEmit', '--skipLibCheck', 'false', '--target', 'es2022',
	'--module', 'nodenext', '--lib', 'es2022,dom'];
const said = await promisify(execFile)(process.execPath,
	[tsc, ...options, ...Object.keys(programs).map(name => `${name}.ts`)], { cwd: folder })
	.then(() => '', failure => failure.stdout);

test('a client that is right, and the types themselves', () => {
	const lines = said.split('\n').filter(line => /\S/.test(line) && !/^wrong\d|^ /.test(line));
	assert.deepEqual(lines, []);
});
for (const [i, what] of Object.keys(wrong).entries()) {
	test(`refused: ${what}`, () => assert.match(said, new RegExp(`^wrong${i}\\.ts.*error TS\\d+`, 'm')));
}
