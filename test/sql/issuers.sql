-- Issuers of signed tokens, their keys, and whom they mean.

CREATE ROLE regress_issuers_config;
CREATE ROLE regress_issuers_keys;
CREATE ROLE regress_issuers_people;
CREATE ROLE regress_issuers_reader;
GRANT pg_read_all_data TO regress_issuers_reader;
SELECT user_id FROM gov_create_user('issuers-config', NULL, 'regress_issuers_config');
SELECT user_id FROM gov_create_user('issuers-keys', NULL, 'regress_issuers_keys');
SELECT user_id FROM gov_create_user('issuers-people', NULL, 'regress_issuers_people');
SELECT user_id FROM gov_create_user('issuers-reader', NULL, 'regress_issuers_reader');
SELECT user_id FROM gov_create_user('issuers-ann', NULL);
SELECT user_id FROM gov_create_user('issuers-ben', NULL);
-- no built-in role has identity:keys; a holder of admin may grant it
SELECT count(*) FROM governance.role_permissions WHERE permission = 'identity:keys';
SELECT role FROM gov_create_role('issuers-fetcher', permissions => '{identity:keys}');
SELECT role FROM gov_create_role('issuers-config', permissions => '{system:config}');
SELECT role FROM gov_create_role('issuers-people', permissions => '{user:manage}');
SELECT role FROM gov_assign_role('issuers-keys', 'issuers-fetcher');
SELECT role FROM gov_assign_role('issuers-config', 'issuers-config');
SELECT role FROM gov_assign_role('issuers-people', 'issuers-people');

-- issuers ------------------------------------------------------------------------
SET ROLE regress_issuers_config;
SELECT issuer, audience, user_claim, groups_claim, leeway, email_is_identity, create_users, required_claims, set_by
FROM gov_set_issuer('https://op.example/realms/a', 'governance');
SELECT user_claim, groups_claim, leeway, required_claims
FROM gov_set_issuer('https://op.example/realms/a', 'governance', user_claim => 'oid', groups_claim => 'groups',
    leeway => '5 s', create_users => true, required_claims => '{"tid": "4e1c"}');
SELECT user_claim FROM gov_set_issuer('https://mail.example', 'governance', user_claim => 'email', email_is_identity => true);
-- the same again writes nothing
SELECT set_at AS first_set FROM governance.issuers WHERE issuer = 'https://mail.example' \gset
SET client_min_messages = error;
SELECT set_at = :'first_set' AS same FROM gov_set_issuer('https://mail.example', 'governance', user_claim => 'email', email_is_identity => true);
RESET client_min_messages;
\set VERBOSITY default
SELECT gov_set_issuer('https://x.example', 'governance', user_claim => 'email');
SELECT gov_set_issuer('https://x.example', 'governance', user_claim => 'name');
SELECT gov_set_issuer('https://x.example', 'governance', create_users => true);
SELECT gov_set_issuer('https://x.example', 'governance', required_claims => '{"hd": ["a"]}');
SELECT gov_set_issuer('https://x.example', 'governance', leeway => '-1 s');
SELECT gov_set_issuer('postgres:ldap', 'governance');
\set VERBOSITY sqlstate
SELECT gov_set_issuer('https://x.example', 'governance', leeway => '61 min');
SELECT gov_set_issuer('https://x.example', 'governance', leeway => '1 day -23:30');
SELECT gov_set_issuer('https://x.example', 'governance', required_claims => '{"hd": ""}');
SELECT gov_set_issuer('https://x.example', 'governance', required_claims => '[]');
SELECT gov_set_issuer('https://x.example', '');
SELECT gov_set_issuer('', 'governance');
SELECT gov_set_issuer(E'https://x\n', 'governance');
SELECT gov_set_issuer('https://' || repeat('x', 505), 'governance');
SELECT count(*) FROM governance.issuers WHERE issuer LIKE 'https://x%';
SELECT gov_store_issuer_keys('https://op.example/realms/a', '{"keys": []}');   -- 42501: another right
RESET ROLE;
SELECT gov_store_issuer_keys('https://op.example/realms/a', '{"keys": []}');   -- 42501: not an admin's either

-- keys -----------------------------------------------------------------------------
-- the public keys of RFC 7515, A.2 and A.3, and of RFC 8037, A.1; the secret of RFC 7515, A.1
\set rsa '{"kty": "RSA", "kid": "r", "use": "sig", "alg": "RS256", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}'
\set ec '{"kty": "EC", "kid": "e", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}'
\set ed '{"kty": "OKP", "crv": "Ed25519", "key_ops": ["verify"], "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
\set oct '{"kty": "oct", "kid": "o", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}'
SET ROLE regress_issuers_keys;
\set VERBOSITY default
-- what is for something else is left out in silence, what is weak with a notice
SELECT issuer FROM gov_store_issuer_keys('https://op.example/realms/a', jsonb_build_object('keys', jsonb_build_array(
    :'rsa'::jsonb, :'ec'::jsonb, :'ed'::jsonb, :'oct'::jsonb,
    :'ec'::jsonb || '{"kid": "1", "use": "enc"}', :'ec'::jsonb || '{"kid": "2", "alg": "ES384"}',
    :'ec'::jsonb || '{"kid": "3", "key_ops": ["sign"]}', :'ed'::jsonb || '{"kid": "4", "crv": "X25519"}',
    '{"kid": "5", "kty": "of another kind"}'::jsonb,
    :'rsa'::jsonb || '{"kid": "6", "e": "AQ"}', :'rsa'::jsonb || '{"kid": "7", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp"}',
    :'ec'::jsonb || '{"kid": "8", "y": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}', :'ed'::jsonb || '{"kid": "9", "x": "AQAB"}',
    '{"kid": "10", "kty": "oct", "k": "c2hvcnQ"}'::jsonb)));
SELECT thumbprint, kid, kty, crv, alg, length(n) AS n, stored_by FROM governance.issuer_keys ORDER BY thumbprint;
SELECT gov_store_issuer_keys('https://op.example/realms/a', '{"keys": []}');
SELECT gov_store_issuer_keys('https://op.example/realms/a', '[]');
SELECT gov_store_issuer_keys('https://op.example/realms/a', jsonb_build_object('keys', jsonb_build_array(:'rsa'::jsonb, :'ec'::jsonb || '{"kid": "r"}')));
SELECT gov_store_issuer_keys('https://op.example/realms/a', jsonb_build_object('keys', jsonb_build_array(:'ec'::jsonb || '{"d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}')));
SELECT gov_store_issuer_keys('https://op.example/realms/a', jsonb_build_object('x', repeat('x', 65536), 'keys', jsonb_build_array(:'ec'::jsonb)));
SELECT gov_store_issuer_keys('https://op.example', jsonb_build_object('keys', jsonb_build_array(:'ec'::jsonb)));
\set VERBOSITY sqlstate
SELECT gov_store_issuer_keys('https://op.example/realms/a', NULL);
SELECT gov_store_issuer_keys('https://op.example/realms/a', '{"keys": {"a": {"kty": "EC"}}}');
SELECT gov_store_issuer_keys('https://op.example/realms/a', jsonb_build_object('keys', (SELECT jsonb_agg(:'ec'::jsonb - 'kid') FROM generate_series(1, 65))));
SELECT gov_store_issuer_keys('https://op.example/realms/a', jsonb_build_object('keys', jsonb_build_array(:'ec'::jsonb || '{"kid": 1}')));
SELECT count(*) AS the_last_good_set_stays FROM governance.issuer_keys;
-- a new set takes the place of the old one; what is in both stays as it is
SELECT stored_at AS first_stored FROM governance.issuer_keys WHERE kid = 'e' \gset
SELECT issuer FROM gov_store_issuer_keys('https://op.example/realms/a', jsonb_build_object('keys', jsonb_build_array(:'ec'::jsonb, :'oct'::jsonb, :'rsa'::jsonb || '{"kid": "r2"}')));
SELECT kid, stored_at = :'first_stored' AS same FROM governance.issuer_keys ORDER BY kid;
RESET ROLE;
SELECT gov_store_issuer_keys('https://op.example/realms/a', jsonb_build_object('keys', jsonb_build_array(:'ec'::jsonb)));   -- 42501: not an admin's
-- secrets are read by nobody, not in the trail either
SET ROLE regress_issuers_keys;
SELECT secret FROM governance.issuer_keys;
SET ROLE regress_issuers_reader;
SELECT kid FROM governance.issuer_keys WHERE secret IS NOT NULL;
RESET ROLE;
SELECT count(*) FROM governance.audit_events WHERE new_row::text LIKE '%AyM1SysPpb%' OR old_row::text LIKE '%AyM1SysPpb%';
SELECT event_type, resource, actor FROM governance.audit_events
WHERE resource_type IN ('issuer', 'issuer_key') AND outcome = 'success' ORDER BY event_id;

-- links ----------------------------------------------------------------------------
SET ROLE regress_issuers_people;
SELECT user_id, issuer, subject, linked_by FROM gov_link_identity('issuers-ann', 'https://op.example/realms/a', 'auth0|5f7c8ec7c33c6c004bbafe82');
SELECT user_id FROM gov_link_identity('issuers-ann', 'https://op.example/realms/a', 'auth0|5f7c8ec7c33c6c004bbafe82');
SELECT user_id, subject FROM gov_link_identity('issuers-ann', 'postgres:cert', 'CN=Ann Miller,O=Bank');
-- the same subject of another issuer is another person
SELECT user_id FROM gov_link_identity('issuers-ben', 'https://mail.example', 'auth0|5f7c8ec7c33c6c004bbafe82');
\set VERBOSITY default
SELECT gov_link_identity('issuers-ben', 'https://op.example/realms/a', 'auth0|5f7c8ec7c33c6c004bbafe82');
SELECT gov_link_identity('issuers-ben', 'https://nobody.example', 'ben');
SELECT gov_link_identity('issuers-none', 'https://mail.example', 'none');
-- 42501: the user may more than who links
SELECT gov_link_identity('issuers-config', 'https://mail.example', 'me@example.com');
\set VERBOSITY sqlstate
SELECT gov_link_identity('issuers-ben', 'postgres:', 'ben');
SELECT gov_link_identity('issuers-ben', 'https://mail.example', '');
SELECT gov_link_identity('issuers-ben', 'https://mail.example', E'ben\n');
SELECT gov_link_identity('issuers-ben', 'https://mail.example', repeat('x', 2049));
SELECT length(subject) FROM gov_link_identity('issuers-ben', 'https://mail.example', repeat('x', 2048));
SELECT gov_unlink_identity('https://mail.example', repeat('x', 2048));
SELECT gov_unlink_identity('https://mail.example', 'not linked');
-- without user:manage or audit:read one sees one's own
SET ROLE regress_issuers_keys;
SELECT count(*) FROM governance.user_identities;
SELECT gov_link_identity('issuers-keys', 'https://mail.example', 'keys');
SELECT gov_unlink_identity('https://mail.example', 'auth0|5f7c8ec7c33c6c004bbafe82');
RESET ROLE;
SELECT event_type, resource, actor FROM governance.audit_events
WHERE resource_type = 'user_identity' AND outcome = 'success' AND length(resource) < 200 ORDER BY event_id;

-- groups --------------------------------------------------------------------------------
SET ROLE regress_issuers_people;
SELECT gov_map_group('https://mail.example', 'staff', 'issuers-people');   -- 42501: role:manage
RESET ROLE;
SELECT issuer, group_name, role, mapped_by = gov_current_actor() AS by_me
FROM gov_map_group('https://mail.example', 'CN=People, DC=bank', 'issuers-people');
SELECT gov_map_group('https://nobody.example', 'staff', 'issuers-people');
SELECT gov_map_group('https://mail.example', 'staff', 'issuers-none');
SELECT gov_map_group('https://mail.example', '', 'issuers-people');
SELECT gov_map_group('https://mail.example', repeat('x', 513), 'issuers-people');
\set VERBOSITY default
SELECT gov_map_group('https://mail.example', 'staff', NULL);
-- it is shown, and the role that goes takes it along
SELECT via_role FROM gov_who_can('user:manage') WHERE user_id IS NULL;
SELECT gov_unmap_group('https://mail.example', 'staff', 'issuers-people');
SELECT gov_map_group('https://mail.example', 'staff', 'issuers-fetcher') IS NOT NULL AS mapped;
SELECT gov_unmap_group('https://mail.example', 'staff', 'issuers-fetcher');
SELECT role FROM gov_create_role('issuers-short-lived');
SELECT group_name FROM gov_map_group('https://mail.example', 'staff', 'issuers-short-lived');
SELECT gov_drop_role('issuers-short-lived');
\set VERBOSITY sqlstate
SELECT event_type, resource FROM governance.audit_events
WHERE resource_type = 'group_role' AND outcome = 'success' ORDER BY event_id;

-- the guard
UPDATE governance.group_roles SET role = 'admin';                  -- 55000
UPDATE governance.issuer_keys SET x = 'another' WHERE kid = 'e';   -- 55000
UPDATE governance.user_identities SET subject = 'another';         -- 55000
UPDATE governance.issuers SET user_claim = 'email' WHERE NOT email_is_identity;   -- 23514
DELETE FROM governance.issuers;   -- 23503

-- a dropped issuer leaves nothing behind
SET ROLE regress_issuers_config;
SELECT gov_drop_issuer('https://op.example/realms/a');
SELECT gov_drop_issuer('https://op.example/realms/a');
SELECT gov_drop_issuer('https://mail.example');
SET ROLE regress_issuers_people;
SELECT gov_drop_issuer('https://mail.example');   -- 42501
RESET ROLE;
SELECT (SELECT count(*) FROM governance.group_roles) AS groups, (SELECT count(*) FROM governance.issuers) AS issuers, (SELECT count(*) FROM governance.issuer_keys) AS keys;
SELECT user_id, issuer FROM governance.user_identities;
SELECT gov_unlink_identity('postgres:cert', 'CN=Ann Miller,O=Bank');

REVOKE pg_read_all_data FROM regress_issuers_reader;
SELECT gov_deactivate_user(user_id) IS NOT NULL AS off FROM governance.users WHERE user_id LIKE 'issuers-%';
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'issuers-%';
DROP ROLE regress_issuers_config, regress_issuers_keys, regress_issuers_people, regress_issuers_reader;
