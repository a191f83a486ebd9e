#!/usr/bin/env bash
#
# Packages:  python3-authlib 1.2.0-1+deb12u2 and python3-jwt 2.6.0-1+deb12u1 (Debian 12),
#            node-jose 2.2.0 and jose 6.2.18 (npm)
# Date:      2026-11-29
# Expected:  RFC 7517, section 5: of a key set an implementation should ignore
#            the keys whose "kty" it does not know.  So a provider may publish a
#            key of a new kind ("AKP", of ML-DSA) beside those in use.
# Seen:      PyJWT and jose go on with the keys that they know; Authlib and
#            node-jose refuse the whole set (KeyError 'AKP'; "unsupported key
#            type"), and with it every token.  Who publishes a key of a new kind
#            asks first who reads the set.
#
# Needs node, npm and apt-get on Debian 12, with python3-cryptography.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download python3-authlib=1.2.0-1+deb12u2 python3-jwt=2.6.0-1+deb12u1 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" root; done
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund node-jose@2.2.0 jose@6.2.18 >/dev/null
# The elliptic key is that of RFC 7515, appendix A.3.
cat >keys.json <<'END'
{"keys": [
 {"kty": "AKP", "alg": "ML-DSA-44", "kid": "new", "pub": "AAAA"},
 {"kty": "EC", "kid": "old", "crv": "P-256",
  "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}
END
cat >read.py <<'END'
import json
import jwt
from authlib import __version__
from authlib.jose import JsonWebKey
keys = json.load(open('keys.json'))
print(f'PyJWT {jwt.__version__}: keys {len(jwt.PyJWKSet.from_dict(keys).keys)}')
try:
    print(f'Authlib {__version__}: keys {len(JsonWebKey.import_key_set(keys).keys)}')
except Exception as error:
    print(f'Authlib {__version__}: {error!r}')
END
cat >read.mjs <<'END'
import fs from 'node:fs'
import { createLocalJWKSet } from 'jose'
import nodeJose from 'node-jose'
const keys = JSON.parse(fs.readFileSync('keys.json'))
const version = (name) => JSON.parse(fs.readFileSync(`node_modules/${name}/package.json`)).version
const found = await createLocalJWKSet(keys)({ alg: 'ES256', kid: 'old' })
console.log(`jose ${version('jose')}: ${found.type} key found`)
await nodeJose.JWK.asKeyStore(keys).then(
  (store) => console.log(`node-jose ${version('node-jose')}: keys ${store.all().length}`),
  (error) => console.log(`node-jose ${version('node-jose')}: ${error.message}`))
END
PYTHONPATH=$dir/root/usr/lib/python3/dist-packages python3 read.py | tee seen
node read.mjs | tee -a seen
grep -qx 'PyJWT 2.6.0: keys 1' seen
grep -qx "Authlib 1.2.0: KeyError('AKP')" seen
grep -qx 'jose 6.2.18: public key found' seen
grep -qx 'node-jose 2.2.0: unsupported key type' seen
