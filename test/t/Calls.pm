# The functions that people call, each with arguments that are in order: for tests
# that ask all of them.  The arguments are of the world of World.pm.
package Calls;

use strict;
use warnings;

# Types that take the same values.
my %family = (
	integer => 'int', 'double precision' => 'float', 'double precision[]' => 'float[]',
	'timestamp with time zone' => 'timestamp', 'timestamp with time zone[]' => 'timestamp[]', 'governance.sketch' => 'sketch');

# What is in order, by the argument's name (and function), else by its type.
my %good = (
	model_id => q{'risk'}, version => q{'1.0.0'}, usecase_id => q{'lending'}, user_id => q{'olga'}, to_user => q{'bea'}, role => q{'operator'},
	inherited_role => q{'analyst'}, permission => q{'audit:read'}, environment => q{'staging'}, alias => q{'leading'}, action => q{'model_rollback'},
	resource_type => q{'model'}, resource_id => q{'risk'}, resource => q{'risk:1.0.0'}, category => q{'safety'}, severity => q{'error'},
	reason => q{'because'}, incident_id => '1', violation_id => '1', report_id => q{(SELECT max(report_id) FROM governance.compliance_reports)},
	request_id => q{(SELECT min(request_id::text)::uuid FROM governance.approval_requests)}, event_id => '5', token_id => '1', gate_id => '1', rule_id => '1',
	owner => q{'rosa'}, name => q{'model.require_staging'}, value => q{'true'::jsonb}, context => q{'{"model_id": "risk"}'::jsonb}, metrics => q{'{"accuracy": 0.91}'::jsonb},
	assessment => q{'{}'::jsonb}, impact_level => q{'low'}, violation_type => q{'availability'}, escalation_level => q{'manager'}, metric => q{'accuracy'}, operator => q{'>='},
	threshold => '3', starts_at => q{now() + interval '1 hour'}, ends_at => q{now() + interval '2 hours'}, until => q{now() + interval '2 hours'}, since => q{now() - interval '1 hour'},
	regime => q{(SELECT min(regime) FROM governance.regulatory_deadlines)}, kind => q{(SELECT kind FROM governance.regulatory_deadlines ORDER BY regime, kind LIMIT 1)},
	stage => q{(SELECT stage FROM governance.regulatory_deadlines ORDER BY regime, kind LIMIT 1)}, status => q{NULL}, machine => q{'model_version'}, key => q{'a-key'}, request => q{'POST /'},
	required_role => q{'approver'}, roles => q{'{operator,analyst}'::text[]}, permissions => q{'{audit:read}'::text[]}, inherits => q{'{analyst}'::text[]}, model_ids => q{'{risk}'::text[]},
	token => q{'gov_nothing'}, email => q{'o@example.com'}, consumer => q{'pager'}, event_type => q{'sale'}, before => q{now() - interval '1 day'}, hours => '24', step => q{interval '10 min'},
	'gov_create_user.user_id' => q{'newcomer'}, 'gov_create_role.role' => q{'new_role'}, 'gov_register_model.version' => q{'9.0.0'}, 'gov_create_usecase.usecase_id' => q{'new_one'},
	'gov_create_environment.name' => q{'canary'}, 'gov_drop_consumer.name' => q{'pager'}, 'gov_create_sod_set.name' => q{'new_set'}, 'gov_override_policy.name' => q{'model.require_staging'}, 'gov_drop_sod_set.name' => q{'auditor_admin'},
	'gov_approve_model.version' => q{'2.0.0'}, 'gov_reject_model.version' => q{'2.0.0'}, 'gov_request_model_changes.version' => q{'2.0.0'}, 'gov_submit_usecase.usecase_id' => q{'scoring'},
	'gov_deploy_model.environment' => q{'production'}, 'gov_deploy_model.version' => q{'1.1.0'}, 'gov_state_diagram.machine' => q{'deployment'}, 'gov_reopen_incident.incident_id' => '2',
	'gov_close_incident.incident_id' => '2', 'gov_log_event.status' => q{'success'}, 'gov_create_api_token.name' => q{'mine'}, 'gov_add_control.query' => q{'SELECT ''x''::text, false'}, 'gov_add_control.judged' => q{'evidence'},
	'gov_add_control.framework' => q{'iso_42001'}, 'gov_resolve_incident.resolution' => q{'mended'}, 'gov_sla_import_openslo.document' => q{gov_sla_export_openslo('model', 'risk')},
	'gov_audit_witness.checkpoint' => q{E'a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u2014 b AAAAAAAA\n'}, 'gov_add_witness.key' => q{'w.example+4a98ebc3+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea'}, 'gov_set_approval_policy.name' => q{'x'}, 'gov_rollback_model.environment' => q{'production'}, 'gov_undeploy_model.environment' => q{'staging'},
	'gov_idempotency_end.status' => '200', 'gov_merkle_inclusion_path.leaf_index' => '0', 'gov_merkle_consistency_path.old_size' => '1',
	'gov_record_measurement.metrics' => q{'{"response_time_p95": 900}'::jsonb}, 'gov_create_api_token.expires_at' => q{now() + interval '1 day'},
	'gov_assign_role.expires_at' => q{now() + interval '1 day'}, 'gov_create_sod_set.cardinality' => '2', 'gov_incidents.status' => q{'unresolved'}, 'gov_policy.name' => q{'gate.sla'}, 'gov_moment.name' => q{'as_of'}, 'gov_moment.value' => q{'1700000000'},
	jurisdiction => q{'DE'}, unit => q{'days'}, amount => '10', jurisdictions => q{'{DE}'::text[]}, jurisdiction_rule => q{'elapsed'}, trigger => q{'aware'}, after_stage => 'NULL', answers => q{'{"area.education": true}'::jsonb}, on_date => q{'2026-12-02'::date}, time_zone => q{'Europe/Berlin'},
	'gov_compliance_reports.before' => '1000', 'gov_sla_violations.after' => '1', 'gov_incident_timeline.after' => '1000', 'gov_model_history.after' => '1000', 'gov_control_evidence.control_id' => q{'eu-ai-act-12.1'},
	issuer => q{'https://op.example'}, group_name => q{'staff'}, user_claim => q{'sub'}, required_claims => q{'{"hd": "example.com"}'::jsonb}, jwks => q{'{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'::jsonb},
	bundle => q{'{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {"publicKey": {"hint": ""}}, "dsseEnvelope": {"payload": "eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJzdWJqZWN0IjpbeyJuYW1lIjoicmlzayIsImRpZ2VzdCI6eyJzaGEyNTYiOiI0Y2ExNDUyNmIyNzUxYjY0MGQ1NDljZTdjYWY4YWMzOTQzODU5MjIxMWEwZWMzNzAwNjRkNTc2NjZhNjgyYWQ2In19XSwicHJlZGljYXRlVHlwZSI6Imh0dHBzOi8vbW9kZWxfc2lnbmluZy9zaWduYXR1cmUvdjEuMCIsInByZWRpY2F0ZSI6eyJzZXJpYWxpemF0aW9uIjp7Im1ldGhvZCI6ImZpbGVzIiwiaGFzaF90eXBlIjoic2hhMjU2In0sInJlc291cmNlcyI6W3sibmFtZSI6IndlaWdodHMiLCJhbGdvcml0aG0iOiJzaGEyNTYiLCJkaWdlc3QiOiJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiIn1dfX0=", "payloadType": "application/vnd.in-toto+json", "signatures": [{"sig": "AAAA"}]}}'::jsonb},
	material => q{E'-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAzPkVtuOlViuhEdssCaUKAogWFhGOty4t39WT1l6WYJU=\n-----END PUBLIC KEY-----\n'}, 'gov_trust_signer.kind' => q{'key'}, 'gov_trust_signer.name' => q{'ci'}, identity => q{NULL::text}, models => q{'{risk}'::text[]}, valid_to => q{now() + interval '1 day'},
	filter => q{'name != "x"'}, order_by => q{'{name}'::text[]}, page => q{NULL}, 'gov_mlflow.call' => q{'get_model'}, 'gov_mlflow.request' => q{'{"name": "risk"}'::jsonb},
	'gov_set_model_tag.value' => q{'red'}, 'gov_set_version_tag.value' => q{'red'},
	'gov_audit_page.after' => q{'1790000000.5~1'},
);
my %good_type = (
	text => q{'text'}, name => q{'rosa'}, int => '3', bigint => '3', float => '99.5', numeric => '0.5', boolean => 'true', timestamp => 'now()', date => q{'2030-02-01'::date}, interval => q{'5 min'}, uuid => 'gen_random_uuid()',
	jsonb => q{'{}'::jsonb}, bytea => q{decode(repeat('00', 32), 'hex')}, 'text[]' => q{'{}'::text[]}, 'float[]' => q{'{1,2}'::float8[]}, 'boolean[]' => q{'{t,f}'::boolean[]},
	'timestamp[]' => 'ARRAY[now(), now()]', 'bytea[]' => q{'{a,b,c}'::bytea[]}, sketch => q{(SELECT governance.sketch(i::float8) FROM generate_series(1, 100) AS i)}, cstring => q{'x'},
	record => 'ROW(1)', anyelement => '2', 'governance.model_versions' => q{(SELECT v FROM governance.model_versions AS v LIMIT 1)}, 'governance.use_cases' => q{(SELECT u FROM governance.use_cases AS u LIMIT 1)});

# Calls::functions($node, $database): {name, proc (qualified), types, families (of
# types), arguments}.  Trigger functions and what takes "internal" cannot be
# called by SQL.
sub functions
{
	my ($node, $database) = @_;
	my @functions;
	foreach my $row (split /\n/, $node->safe_psql($database, q{
		SELECT p.oid::regproc, p.proname, array_to_string(p.proargnames[1:p.pronargs], ','),
			(SELECT string_agg(t.type::regtype::text, ',' ORDER BY t.n) FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, n))
		FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
			AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'governance')
		WHERE (p.proname LIKE 'gov\_%' OR p.proname LIKE 'sketch%') AND p.prokind = 'f'
			AND NOT 'internal'::regtype = ANY (p.proargtypes::oid[]) ORDER BY 1}))
	{
		my ($proc, $name, $names, $types) = split /\|/, $row;
		my @names = split /,/, $names;
		my @types = split /,/, $types;
		my @families = map { $family{$_} // $_ } @types;
		my @arguments = map {
			my $n = $names[$_] // '';
			$good{"$name.$n"} // $good{$n} // $good_type{ $families[$_] } // die "no value of type $types[$_] for $name"
		} 0 .. $#types;
		push @functions, { name => $name, proc => $proc, types => \@types, families => \@families, arguments => \@arguments };
	}
	return @functions;
}

1;
