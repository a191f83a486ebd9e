// The story of one model, told by a program in TypeScript that uses a client
// made from the OpenAPI document: compiled under --strict, then run.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

export const folder = process.env.TMPDIR;

// What each program begins with: who is who, and how a step is judged.
const head = `
declare const process: { env: Record<string, string> };
declare const console: { log(...what: unknown[]): void };
const people = JSON.parse(process.env.TOKENS!) as Record<string, string>;
const baseUrl = process.env.GATEWAY_URL + '/api/governance';
const tell = (line: string): void => console.log(line);

// The answer, which must be there.
function done<T>(answer: { data?: T; error?: unknown }): T {
	if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
	return answer.data;
}

// The SQLSTATE of a refusal, which must be one.
function refused(answer: { data?: unknown; error?: { code: string } }): string {
	if (answer.error === undefined) throw new Error('not refused: ' + JSON.stringify(answer.data));
	return answer.error.code;
}
`;

// Compile it and run it: what it tells, line by line.
export async function tell(program) {
	await writeFile(join(folder, 'package.json'), '{"type": "commonjs"}');
	await writeFile(join(folder, 'story.ts'), head + program);
	const options = ['--strict', '--target', 'es2022', '--module', 'commonjs', '--moduleResolution', 'node10',
		'--lib', 'es2022,dom,dom.iterable', '--typeRoots', 'none', '--outDir', 'out'];
	const said = await run(process.execPath, [tsc, ...options, 'story.ts'], { cwd: folder })
		.then(() => '', failure => failure.stdout || String(failure));
	assert.equal(said, '', 'it compiles under --strict');
	const { stdout } = await run(process.execPath, [join('out', 'story.js')], { cwd: folder });
	return stdout.trim().split('\n');
}

export const expected = [
	'registered, pending',
	'42501: who registered it may not approve',
	'MG001: not even with the right to',
	'approved by amir',
	'deployed_staging',
	'MG003: not to production without its accuracy',
	'deployed_production',
	'3 observed, compliant',
	'critical: response_time_p95 violated',
	'incident open, then acknowledged',
	'rolled_back, requires_changes',
	'approvals: approved by amir',
	'report with controls: pass, fail, manual',
	'trail: model_version.rollback by olga',
];
