#!/usr/bin/env bash
#
# Package:   @cyclonedx/cyclonedx-library 10.3.0 (npm)
# Date:      2026-11-29
# Expected:  a bill of materials with a machine-learning model, written by a
#            version of the specification that has no such kind of component
#            (1.4; the kind came with 1.5), is an error or a warning, or has the
#            model as another kind.
# Seen:      the model is left out without a word, and the list of dependencies
#            still names it: what depends on it depends on nothing that is there.
#            Who writes for an older reader counts the components first.
#
# Needs node 20.18 or later, and npm.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund @cyclonedx/cyclonedx-library@10.3.0 >/dev/null
cat >write.js <<'END'
const { Enums, Models, Serialize, Spec } = require('@cyclonedx/cyclonedx-library')
console.log('cyclonedx-library ' + require('./node_modules/@cyclonedx/cyclonedx-library/package.json').version)
const model = new Models.Component(Enums.ComponentType.MachineLearningModel, 'fraud', { bomRef: 'model' })
const service = new Models.Component(Enums.ComponentType.Application, 'scoring', { bomRef: 'service' })
const bom = new Models.Bom()
service.dependencies.add(model.bomRef)
bom.components.add(model)
bom.components.add(service)
for (const spec of [Spec.Spec1dot4, Spec.Spec1dot6]) {
  const writer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(spec))
  const written = JSON.parse(writer.serialize(bom, { sortLists: true }))
  console.log(`${written.specVersion}: components ${written.components.map((c) => c['bom-ref']).join(' ')}; ` +
    `service depends on ${written.dependencies.find((d) => d.ref === 'service').dependsOn.join(' ')}`)
}
END
node write.js 2>&1 | tee seen
[ "$(wc -l <seen)" -eq 3 ]
grep -qx '1.4: components service; service depends on model' seen
grep -qx '1.6: components model service; service depends on model' seen
