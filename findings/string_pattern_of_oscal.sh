#!/usr/bin/env bash
#
# Packages:  ajv 8.17.1 (npm), python3-jsonschema 4.10.3-1 (Debian 12)
# Date:      2026-11-28
# Expected:  two validators of JSON Schema that both hold to ECMA-262 give one
#            answer on one schema and one string.  The pattern here is that of
#            OSCAL 1.2's StringDatatype (NIST): no white space at either end.
# Seen:      white space is whose regular expressions they are.  A string that
#            begins with a byte order mark (U+FEFF) is valid for jsonschema and
#            not for ajv; one that begins with U+001F is valid for ajv and not
#            for jsonschema.  A no-break space they both refuse.  So a document
#            that is to be valid for everybody keeps its strings clear of both
#            sets.
#
# Needs node, npm and apt-get on Debian 12.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download python3-jsonschema=4.10.3-1 python3-attr=22.2.0-1 python3-pyrsistent=0.18.1-1+b3 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" root; done
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund ajv@8.17.1 >/dev/null
cat >schema.json <<'END'
{"type": "string", "pattern": "^\\S(.*\\S)?$"}
END
cat >strings.json <<'END'
{"plain": "a control", "no-break space": "\u00a0a control", "byte order mark": "\ufeffa control", "unit separator": "\u001fa control"}
END
cat >with.js <<'END'
const fs = require('fs')
const validate = new (require('ajv'))().compile(JSON.parse(fs.readFileSync('schema.json')))
for (const [name, text] of Object.entries(JSON.parse(fs.readFileSync('strings.json'))))
  console.log(name + ': ' + (validate(text) ? 'valid' : 'not valid'))
END
cat >with.py <<'END'
import json, jsonschema
validator = jsonschema.Draft7Validator(json.load(open('schema.json')))
for name, text in json.load(open('strings.json')).items():
    print(name + ': ' + ('valid' if validator.is_valid(text) else 'not valid'))
END
ajv=$(node with.js)
python=$(PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 with.py)
printf 'ajv %s, node %s\n%s\n' "$(node -p 'require("ajv/package.json").version')" "$(node --version)" "$ajv"
printf 'jsonschema 4.10.3, %s\n%s\n' "$(/usr/bin/python3 --version)" "$python"
[ "$ajv" = 'plain: valid
no-break space: not valid
byte order mark: not valid
unit separator: valid' ] && [ "$python" = 'plain: valid
no-break space: not valid
byte order mark: valid
unit separator: not valid' ]
