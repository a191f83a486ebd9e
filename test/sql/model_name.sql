-- Models by name: made, renamed, described, tagged and deleted; aliases that are
-- protected whoever sets them.
\set VERBOSITY default
\set SHOW_CONTEXT never

CREATE ROLE regress_name_ann;
CREATE ROLE regress_name_dep;
CREATE ROLE regress_name_all;
SELECT user_id FROM gov_create_user('name_ann', 'name_ann@names.example', db_role => 'regress_name_ann');
SELECT user_id FROM gov_create_user('name_dep', 'name_dep@names.example', db_role => 'regress_name_dep');
SELECT user_id FROM gov_create_user('name_none', 'name_none@names.example', db_role => 'regress_name_all');
SELECT role FROM gov_create_role('name_registrar');
SELECT permission FROM gov_grant_permission('name_registrar', 'model:register');
SELECT permission FROM gov_grant_permission('name_registrar', 'usecase:create');
SELECT role FROM gov_create_role('name_deployer');
SELECT count(gov_grant_permission('name_deployer', p))
FROM unnest('{model:register,model:deploy,model:rollback,model:deprecate}'::text[]) AS p;
SELECT role FROM gov_assign_role('name_ann', 'name_registrar');
SELECT role FROM gov_assign_role('name_dep', 'name_deployer');

-- --- names -----------------------------------------------------------------------------
SET ROLE regress_name_ann;
SELECT model_id, name, description, owner FROM gov_create_model('names', 'first', '{"a": "1", "b/c": ""}');
SELECT model_id ~ '^Un-nom-de-mod-le-[0-9a-f]{12}$' AS made, name FROM gov_create_model('Un nom de modèle');
SELECT key, value FROM governance.model_tags WHERE model_id = 'names' ORDER BY key;
SELECT gov_create_model('names');   -- 23505
SELECT name FROM gov_create_model('Names');   -- warning: differs by case
SELECT name FROM gov_create_model(U&'n\0430mes');   -- warning: a Cyrillic letter
SELECT name FROM gov_register_model('by_id', '1') AS v JOIN governance.models USING (model_id);
\set VERBOSITY sqlstate
SELECT gov_create_model('');
SELECT gov_create_model('a/b');
SELECT gov_create_model('a:b');
SELECT gov_create_model(' a');
SELECT gov_create_model(U&'a\00a0');
SELECT gov_create_model(E'a\nb');
SELECT gov_create_model(U&'a\202eb');
SELECT gov_create_model(U&'a\200bb');
SELECT gov_create_model('..');
SELECT gov_create_model(NULL);
SELECT gov_create_model(repeat('é', 256));
SELECT gov_create_model('tags', tags => '{"a": 1}');
SELECT gov_create_model('tags', tags => '{"a=b": ""}');
SELECT gov_create_model('tags', tags => '{"../a": ""}');
SELECT gov_create_model('tags', tags => '{"/a": ""}');
SELECT gov_create_model('tags', tags => '[]');
SELECT gov_create_model('tags', tags => jsonb_build_object('a', repeat('x', 100001)));
SELECT gov_create_model('tags', tags => (SELECT jsonb_object_agg('k' || i, '') FROM generate_series(1, 10000) AS i));
\set VERBOSITY default
SELECT count(*) FROM governance.models WHERE name IN ('tags', '..');
SELECT length(name) FROM gov_create_model(repeat('é', 255));

-- renamed: the id stays, an old name that is nobody's id is free
SELECT model_id, name FROM gov_rename_model('by_id', 'by another name');
SELECT gov_rename_model('names', 'by another name');   -- 23505
SELECT gov_rename_model('names', 'by_id');   -- 23505, it is an id
SELECT gov_create_model('by_id');   -- 23505
SELECT gov_register_model('by another name', '1');   -- 22023
SELECT name FROM gov_rename_model('by_id', 'by_name');
SELECT gov_register_model('by_name', '1');   -- 23505
SELECT model_id FROM gov_register_model('by_id', '2');
SELECT gov_rename_model('nobody', 'x');   -- 42704
SELECT name FROM gov_rename_model('by_id', 'by_name');   -- writes nothing
RESET ROLE;
SELECT event_type, resource, changes FROM governance.audit_events
WHERE event_type = 'model.rename' AND resource = 'model/by_id' ORDER BY event_id;

-- --- tags and descriptions -------------------------------------------------------------
SET ROLE regress_name_ann;
SELECT t.* FROM gov_set_model_tag('names', 'a', '2') AS t;
SELECT t.* FROM gov_set_model_tag('names', 'a', '2') AS t;
SELECT gov_drop_model_tag('names', 'b/c'), gov_drop_model_tag('names', 'none');
SELECT t.* FROM gov_set_version_tag('by_id', '1', 'k', NULL) AS t;
SELECT gov_drop_version_tag('by_id', '1', 'k'), gov_drop_version_tag('by_id', '1', 'k');
SELECT description FROM gov_describe_model_version('by_id', '1', 'said later');
SELECT model_id FROM gov_models(tag => 'a');
SELECT model_id FROM gov_models(tag => 'a=2');
SELECT model_id FROM gov_models(tag => 'a=1');
SELECT tags FROM gov_update_model('by_id', tags => '{a=2}');
SELECT model_id FROM gov_models(tag => 'a=2');
SELECT gov_set_model_tag('names', 'a', repeat('x', 100001));   -- 22023
SELECT gov_set_model_tag('names', '', 'x');   -- 22023
SELECT gov_set_model_tag('nobody', 'a', 'x');   -- 42704
SELECT gov_set_version_tag('by_id', '9', 'a', 'x');   -- 42704
SELECT gov_describe_model_version('by_id', '9', 'x');   -- 42704
-- the content stays as it was
RESET ROLE;
UPDATE governance.model_versions SET model_path = 'elsewhere' WHERE model_id = 'by_id' AND version = '1';   -- 55000
SELECT event_type, resource, changes FROM governance.audit_events
WHERE resource ~ '^model_(version_)?tag/(names|by_id)' OR event_type = 'model_version.describe' ORDER BY event_id;

-- renaming moves last_updated_at of versions along, which is no event of theirs
SELECT last_updated_at > created_at AS moved FROM governance.models WHERE model_id = 'by_id';
SELECT count(*) FROM governance.audit_events WHERE resource_type = 'model_version' AND event_type = 'model_version.rename';

-- without the right
SET ROLE regress_name_all;
\set VERBOSITY sqlstate
SELECT gov_create_model('x');
SELECT gov_rename_model('names', 'x');
SELECT gov_delete_model('names');
SELECT gov_delete_model_version('by_id', '1');
SELECT gov_describe_model_version('by_id', '1', 'x');
SELECT gov_set_model_tag('names', 'a', 'x');
SELECT gov_drop_model_tag('names', 'a');
SELECT gov_set_version_tag('by_id', '1', 'a', 'x');
SELECT gov_drop_version_tag('by_id', '1', 'a');
UPDATE governance.models SET name = 'x';
\set VERBOSITY default

-- --- protected whoever sets them -------------------------------------------------------
SET ROLE regress_name_ann;
SELECT gov_set_model_alias('by_id', 'champion', '1');   -- 42501
SELECT gov_set_model_alias('by_id', 'champion', '1', false);   -- 42501
SET ROLE regress_name_dep;
SELECT gov_set_model_alias('by_id', 'champion', '1');   -- 55000, not approved
SELECT gov_set_model_alias('by_id', 'champion', '1', false);   -- 55000
RESET ROLE;
SELECT value FROM gov_set_policy('mlflow.protected_aliases', '["champion", "live"]');
SELECT gov_set_policy('mlflow.protected_aliases', '"champion"');   -- 22023
SELECT gov_set_policy('mlflow.protected_aliases', '["a", "a"]');   -- 22023
SELECT gov_set_policy('mlflow.protected_aliases', '[["a"]]');   -- 22023
SELECT gov_set_policy('mlflow.protected_aliases', '["a b"]');   -- 22023
SET ROLE regress_name_dep;
SELECT gov_set_model_alias('by_id', 'live', '1');   -- 55000
RESET ROLE;
SELECT value FROM gov_set_policy('mlflow.protected_aliases', '["champion"]');
SET ROLE regress_name_ann;
SELECT alias, is_protected FROM gov_set_model_alias('by_id', 'live', '1');
RESET ROLE;
SELECT approval_status FROM gov_approve_model('by_id', '1');
SET ROLE regress_name_dep;
SELECT alias, is_protected FROM gov_set_model_alias('by_id', 'champion', '1');
SELECT alias, is_protected FROM gov_set_model_alias('by_id', 'live', '1');

-- --- deleted ---------------------------------------------------------------------------
SET ROLE regress_name_ann;
SELECT gov_delete_model_version('by_id', '1');   -- 42501, a protected alias names it
SET ROLE regress_name_dep;
SELECT environment FROM gov_deploy_model('by_id', '1', 'staging');
SELECT gov_delete_model_version('by_id', '1');   -- 55000
SELECT gov_delete_model('by_id');   -- 55000
SELECT status FROM gov_undeploy_model('by_id', 'staging');
SELECT status, deleted_at IS NOT NULL AS deleted FROM gov_delete_model_version('by_id', '1', 'a mistake');
SELECT gov_delete_model_version('by_id', '1');   -- 42704
SELECT gov_describe_model_version('by_id', '1', 'x');   -- 42704
SELECT gov_set_version_tag('by_id', '1', 'k', 'v');   -- 42704
\set VERBOSITY sqlstate
SELECT gov_register_model('by_id', '1');   -- 23505
\set VERBOSITY default
SELECT gov_deploy_model('by_id', '1', 'staging');   -- 55000
SELECT gov_set_model_alias('by_id', 'any', '1');   -- 42704
SELECT version FROM gov_model_versions('by_id');
SELECT version FROM gov_model_version('by_id', '1');
SELECT version FROM gov_latest_model('by_id');
SELECT alias FROM governance.model_aliases WHERE model_id = 'by_id';
SELECT version, status FROM gov_model_history('by_id', '1');
SET ROLE regress_name_ann;
SELECT usecase_id FROM gov_create_usecase('names_use', 'Use', 'of it', 'name_ann', '{by_id}');
SELECT gov_delete_model('by_id');   -- 55000
SELECT status FROM gov_update_usecase('names_use', model_ids => '{names}');
SELECT name, deleted_at IS NOT NULL AS deleted FROM gov_delete_model('by_id', 'over');
SELECT gov_delete_model('by_id');   -- 42704
SELECT gov_register_model('by_id', '3');   -- 23505
SELECT gov_update_model('by_id', 'x');   -- 42704
SELECT gov_set_model_tag('by_id', 'a', 'x');   -- 42704
SELECT gov_update_usecase('names_use', model_ids => '{by_id}');   -- 42704
SELECT count(*) FROM gov_models() WHERE model_id = 'by_id';
SELECT count(*) FROM gov_model_versions('by_id');
SELECT count(*) FROM governance.v_model_inventory WHERE model_id = 'by_id';
-- its name is free, and a model of its id's name gets another id
SELECT model_id, name FROM gov_create_model('by_name');
SELECT model_id ~ '^by_id-[0-9a-f]{12}$' AS made, name FROM gov_create_model('by_id');
RESET ROLE;
SELECT event_type, resource, details FROM governance.audit_events
WHERE event_type IN ('model.delete', 'model_version.delete', 'model_alias.delete') AND resource ~ 'by_id' ORDER BY event_id;

-- a version rolled back to a predecessor that was deleted since does not come back
SELECT count(*) FROM gov_set_policy('sod.registrar_may_approve', 'true');
SELECT count(*) FROM gov_set_policy('sod.approver_may_deploy', 'true');
SELECT count(gov_register_model('names', v)), count(gov_approve_model('names', v)), count(gov_deploy_model('names', v, 'staging'))
FROM unnest('{1,2}'::text[]) AS v;
SELECT status FROM gov_delete_model_version('names', '1');
SELECT gov_rollback_model('names', 'it fails', 'staging', '1');   -- 55000
SELECT version FROM gov_rollback_model('names', 'it fails', 'staging');
SELECT count(*) FROM gov_set_policy('sod.registrar_may_approve', 'false');
SELECT count(*) FROM gov_set_policy('sod.approver_may_deploy', 'false');

UPDATE governance.users SET is_active = false WHERE user_id LIKE 'name\_%' AND is_active;
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'name\_%';
DROP ROLE regress_name_ann, regress_name_dep, regress_name_all;
