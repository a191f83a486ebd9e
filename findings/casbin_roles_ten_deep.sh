#!/usr/bin/env bash
#
# Package:   casbin 5.51.1 (npm)
# Date:      2026-11-29
# Expected:  what a person may do by roles of roles is one answer, whichever
#            function of the library one asks: the decision, the list of roles
#            and the list of permissions.
# Seen:      the decision follows ten steps from role to role and no more; the
#            lists follow all.  Eleven steps away the permission is listed as the
#            person's, and the request is refused, without an error or a word in
#            the log.  A review made from the lists is not what is enforced.
#
# Needs node and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund casbin@5.51.1 >/dev/null
cat >roles.js <<'END'
const { newEnforcer, newModelFromString } = require('casbin')
const text = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
`
console.log('casbin ' + require('casbin/package.json').version)
;(async () => {
  for (const steps of [10, 11]) {
    const enforcer = await newEnforcer(newModelFromString(text))
    await enforcer.addPolicy('role' + steps, 'model', 'read')
    for (let i = 1; i < steps; i++) await enforcer.addGroupingPolicy('role' + i, 'role' + (i + 1))
    await enforcer.addGroupingPolicy('alice', 'role1')
    console.log([steps + ' steps',
      'roles ' + (await enforcer.getImplicitRolesForUser('alice')).length,
      'permissions ' + (await enforcer.getImplicitPermissionsForUser('alice')).length,
      'allowed ' + await enforcer.enforce('alice', 'model', 'read')].join(', '))
  }
})()
END
node roles.js | tee seen
grep -qx '10 steps, roles 10, permissions 1, allowed true' seen
grep -qx '11 steps, roles 11, permissions 1, allowed false' seen
