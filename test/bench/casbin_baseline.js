// node-casbin with role-based access: 10,000 users of one role each, 20 roles,
// the same rights as the bench's users have.  Prints microseconds a check, for
// users at random, by enforceSync() and by enforce() of the cached enforcer, which
// has every answer already.
//
//	node casbin_baseline.js FOLDER-WITH-node_modules
'use strict';

const path = require('path');
const { newEnforcer, newCachedEnforcer, newModelFromString, StringAdapter } =
	require(path.resolve(process.argv[2], 'node_modules', 'casbin'));

const USERS = 10000;
const CALLS = 5000;

const model = `
[request_definition]
r = sub, act
[policy_definition]
p = sub, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && g(r.sub, p.sub)
`;

async function main() {
	const lines = [];
	for (let i = 0; i < 20; i++) {
		lines.push(`p, bench_role_${i}, ${i < 10 ? 'model:deploy' : 'audit:read'}`);
		lines.push(`p, bench_role_${i}, incident:report`);
	}
	for (let i = 1; i <= USERS; i++)
		lines.push(`g, bench_user_${i}, bench_role_${i % 20}`);
	const enforcer = await newEnforcer(newModelFromString(model),
		new StringAdapter(lines.join('\n')));
	const calls = Array.from({ length: CALLS },
		() => `bench_user_${1 + Math.floor(Math.random() * USERS)}`);

	let granted = 0;
	for (const user of calls)	// warm
		granted += enforcer.enforceSync(user, 'model:deploy');
	if (granted < CALLS / 4 || granted > CALLS * 3 / 4)
		throw new Error(`${granted} of ${CALLS} are granted`);
	let start = process.hrtime.bigint();
	for (const user of calls)
		enforcer.enforceSync(user, 'model:deploy');
	const sync = Number(process.hrtime.bigint() - start) / 1000 / CALLS;

	const remembers = await newCachedEnforcer(newModelFromString(model),
		new StringAdapter(lines.join('\n')));
	for (const user of calls)
		await remembers.enforce(user, 'model:deploy');
	start = process.hrtime.bigint();
	for (const user of calls)
		await remembers.enforce(user, 'model:deploy');
	const cached = Number(process.hrtime.bigint() - start) / 1000 / CALLS;
	console.log(`${sync.toFixed(3)} ${cached.toFixed(3)}`);
}

main();
