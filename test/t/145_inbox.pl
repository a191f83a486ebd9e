# gov_inbox() in random histories: each row's call succeeds, and what is not
# listed is refused, for everybody, at any moment.  The calls are the same in
# each run: GOV_SEED gives others, and GOV_STEPS more of them.
use strict;
use warnings;

use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{GOV_SEED} // 1;
my $steps = $ENV{GOV_STEPS} // 600;
diag("seed $seed, $steps steps");
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('inbox');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\ngovernance.audit_denials = off\nshared_preload_libraries = 'governance'\ngovernance.worker = off\n");
$node->start;

# rosa and bea can do both sides; lena has nothing but what is lent to her
my %people = (
	rosa => 'maker board', remy => 'maker', amir => 'approver', bea => 'approver maker',
	olga => 'operator', boss => 'chair', lena => '', dora => 'admin');
my $setup = q{
	CREATE EXTENSION governance;
	SELECT gov_create_role('maker', permissions => '{model:register,usecase:create,model:deprecate,usecase:deprecate,incident:report,sla:manage,sla:record}');
	SELECT gov_create_role('board', permissions => '{usecase:approve}');
	SELECT gov_create_role('chair', inherits => '{board}', permissions => '{model:approve,incident:manage}');
	SELECT gov_set_policy('model.required_approvals', '2');
	SELECT gov_set_policy('usecase.required_approvals.medium', '2');
	CREATE TABLE answers AS SELECT jsonb_object_agg(question_id,
		CASE answer_type WHEN 'boolean' THEN 'false'::jsonb ELSE to_jsonb(options ->> 0) END) AS harmless
	FROM governance.impact_questions;
};
foreach my $name (sort keys %people)
{
	$setup .= "CREATE ROLE $name; SELECT gov_create_user('$name', NULL, db_role => '$name');\n";
	$setup .= "SELECT gov_assign_role('$name', '$_');\n" foreach split / /, $people{$name};
}
# by: a call by somebody, what it said; tried: the same, and nothing of it remains
$setup .= q{
	CREATE FUNCTION by(who text, call text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM set_config('role', who, true);
		EXECUTE call;
		PERFORM set_config('role', 'none', true);
		RETURN 'done';
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE;
	END $$;
	CREATE FUNCTION tried(who text, call text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM set_config('role', who, true);
		EXECUTE call;
		RAISE EXCEPTION 'undone' USING ERRCODE = 'ZZ001';
	EXCEPTION WHEN OTHERS THEN
		RETURN CASE SQLSTATE WHEN 'ZZ001' THEN 'done' ELSE SQLSTATE || ' ' || SQLERRM END;
	END $$;
	CREATE FUNCTION inbox_of(who text) RETURNS SETOF record LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM set_config('role', who, true);
		RETURN QUERY SELECT i.kind, i.id, i.call, i.route, i.title, i.waiting_since, i.due_at FROM gov_inbox(10000) AS i;
		PERFORM set_config('role', 'none', true);
	END $$;
	-- everything that anybody could decide on
	CREATE VIEW decidable AS
		SELECT 'model_version' AS kind, model_id || ':' || version AS id, format('SELECT gov_approve_model(%L, %L)', model_id, version) AS call FROM governance.model_versions
		UNION ALL SELECT 'usecase', usecase_id, format('SELECT gov_approve_usecase(%L)', usecase_id) FROM governance.use_cases
		UNION ALL SELECT 'approval_request', request_id::text, format('SELECT gov_approve_request(%L)', request_id) FROM governance.approval_requests
		UNION ALL SELECT 'incident', incident_id::text, format('SELECT gov_acknowledge_incident(%s)', incident_id) FROM governance.incidents
		UNION ALL SELECT 'sla_violation', violation_id::text, format('SELECT gov_acknowledge_violation(%s)', violation_id) FROM governance.sla_violations
		UNION ALL SELECT 'incident_deadline', concat_ws(':', incident_id, regime, stage, jurisdiction), format('SELECT gov_record_notification(%s, %L, %L, %L)', incident_id, regime, stage, jurisdiction) FROM governance.incident_deadlines;
	-- what is wrong with somebody's inbox; how much is in it
	CREATE FUNCTION judged(who text, OUT wrong text, OUT listed bigint, OUT refused bigint) LANGUAGE sql AS $$
		WITH inbox AS MATERIALIZED (
				SELECT * FROM inbox_of(who) AS i(kind text, id text, call text, route text, title text, waiting_since timestamptz, due_at timestamptz)),
			tries AS MATERIALIZED (
				SELECT d.kind, d.id, i.id IS NOT NULL AS is_listed, i.call IS NULL OR i.call = d.call OR i.call LIKE '%reject%' AS is_call,
					tried(who, coalesce(i.call, d.call)) AS said
				FROM decidable AS d FULL JOIN inbox AS i USING (kind, id))
		SELECT string_agg(concat_ws(' ', kind, id, CASE WHEN is_listed THEN 'listed' ELSE 'not listed' END, said), E'\n')
				FILTER (WHERE is_listed <> (said = 'done') OR NOT is_call),
			count(*) FILTER (WHERE is_listed), count(*) FILTER (WHERE NOT is_listed)
		FROM tries
	$$;
};
$node->safe_psql('postgres', $setup);

sub any { return $_[ int(rand(@_)) ]; }

# A call with plausible arguments; many are refused, which is the point.
sub call
{
	my $m = any('m1', 'm2');
	my $v = any(1 .. 4);
	my $u = any('u1', 'u2', 'u3', 'u4');
	my $level = any('low', 'medium', 'high');
	my $action = any('model_deploy_production', 'model_rollback', 'usecase_approve', 'usecase_deprecate');
	my $request = "(SELECT request_id FROM governance.approval_requests ORDER BY random() LIMIT 1)";
	my $incident = "(SELECT incident_id FROM governance.incidents ORDER BY random() LIMIT 1)";
	return any(
		"gov_register_model('$m', '$v')", "gov_register_model('$m', '$v')",
		"gov_request_model_approval('$m', '$v')", "gov_request_model_approval('$m', '$v')",
		"gov_approve_model('$m', '$v')", "gov_approve_model('$m', '$v')",
		"gov_reject_model('$m', '$v', 'no')", "gov_request_model_changes('$m', '$v', 'change it')",
		"gov_deploy_model('$m', '$v', 'staging')", "gov_rollback_model('$m', 'bad', 'staging')",
		"gov_deprecate_model('$m', '$v')",
		"gov_create_usecase('$u', '$u', '', '" . any('remy', 'amir', 'a team') . "', impact_level => '$level')",
		"gov_create_usecase('$u', '$u', '', 'amir', impact_level => '$level')",
		"gov_submit_usecase('$u')", "gov_submit_usecase('$u')",
		"gov_assess_impact('$u', (SELECT harmless FROM answers))",
		"gov_assess_impact('$u', (SELECT harmless || jsonb_build_object((SELECT question_id FROM governance.impact_questions WHERE risk_class IS NULL AND category = 'prohibited_practice' OR category = 'prohibited_practice' ORDER BY position LIMIT 1), true) FROM answers))",
		"gov_approve_usecase('$u')", "gov_approve_usecase('$u')", "gov_reject_usecase('$u', 'no')",
		"gov_request_approval('model_deploy_production', '{\"model_id\": \"$m\", \"version\": \"$v\"}')",
		"gov_request_approval('usecase_approve', '{\"usecase_id\": \"$u\"}')",
		"gov_request_approval('model_rollback', '{\"model_id\": \"$m\"}')",
		"gov_approve_request($request)", "gov_approve_request($request)", "gov_reject_request($request, 'no')", "gov_withdraw_request($request)",
		"gov_report_incident('safety', '" . any('info', 'critical') . "', 'a title', 'd', '$m:$v')",
		"gov_acknowledge_incident($incident)", "gov_resolve_incident($incident, 'done')", "gov_reopen_incident($incident, 'again')",
		"gov_mark_incident_reportable($incident, 'gdpr', 'personal_data_breach')",
		"gov_record_notification($incident, 'gdpr', '" . any('initial', 'complete') . "')",
		"gov_define_sla('model', '$m')", "gov_record_measurement('model', '$m', '{\"response_time_p95\": 900}')",
		"gov_acknowledge_violation((SELECT violation_id FROM governance.sla_violations ORDER BY random() LIMIT 1))",
		"gov_delegate('" . any('approver', 'chair', 'board', 'maker') . "', '" . any('lena', 'remy', 'olga') . "', now() + interval '1 hour', 'away')",
		"gov_revoke_role('" . any('lena', 'remy', 'olga') . "', '" . any('approver', 'chair', 'board', 'maker') . "')",
		"gov_assign_role('" . any('lena', 'remy', 'olga') . "', '" . any('board', 'chair') . "')",
		"gov_set_policy('sod.registrar_may_approve', '" . any('true', 'false', 'false') . "')",
		"gov_set_policy('model.required_approvals', '" . any(1, 2) . "')",
		"gov_set_approval_policy('$action', '" . any('approver', 'board', 'chair') . "', " . any(1, 2)
		  . ", allow_self_approval => " . any('true', 'false') . ", requires_sod => " . any('true', 'false') . ", enabled => " . any('true', 'false') . ")");
}

# Half of the calls by who can be expected to make them, half by anybody.
my $done = 0;
my (%listed, $refused);
foreach my $round (1 .. 12)
{
	my $script = 'SELECT setseed(' . rand() . ");\n";
	foreach (1 .. $steps / 12)
	{
		my $call = call();
		my $who = $call =~ /^gov_(set|assign|revoke)/ ? 'dora' : any(sort keys %people);
		$script .= "SELECT by('$who', \$c\$SELECT $call\$c\$);\n";
	}
	# now and then a request runs out
	$script .= "UPDATE governance.approval_requests SET expires_at = clock_timestamp() WHERE request_id = (SELECT request_id FROM governance.approval_requests WHERE status = 'pending' ORDER BY random() LIMIT 1);\n";
	$done += () = $node->safe_psql('postgres', "SET client_min_messages = warning;\n$script") =~ /^done$/mg;
	foreach my $who (sort keys %people)
	{
		my ($wrong, $in, $out) = split /\|/, $node->safe_psql('postgres', "SET client_min_messages = warning; SELECT * FROM judged('$who')");
		is($wrong, '', "round $round, $who: $in in the inbox, $out refused");
		$refused += $out;
	}
	$listed{$_}++ foreach split /\n/, $node->safe_psql('postgres', q{SELECT DISTINCT i.kind FROM unnest('{amir,boss,bea,rosa}'::text[]) AS w(who), inbox_of(w.who) AS i(kind text, id text, call text, route text, title text, waiting_since timestamptz, due_at timestamptz)});
}
note("$done of $steps calls were not refused");
cmp_ok($done, '>', $steps / 10, 'the histories are not mere refusals');
cmp_ok($refused, '>', 0, 'and there is what is not listed');

# --- one of each, whatever the histories had --------------------------------------
# Who made them is new: no loan of the histories has amir behind what mara asks for.
$node->safe_psql('postgres', q{
	SET client_min_messages = warning;
	SELECT gov_set_approval_policy(action, 'approver', enabled => false) FROM governance.approval_policies;
	SELECT gov_set_policy('sod.registrar_may_approve', 'false');
	CREATE ROLE mara; SELECT gov_create_user('mara', NULL, db_role => 'mara');
	SELECT gov_assign_role('mara', 'maker'), gov_assign_role('mara', 'approver');
	SELECT by('mara', c) FROM (VALUES ($$SELECT gov_register_model('one', '1')$$), ($$SELECT gov_create_usecase('one', 'One', '', 'mara')$$), ($$SELECT gov_submit_usecase('one')$$),
		($$SELECT gov_request_approval('model_rollback', '{"model_id": "one"}')$$), ($$SELECT gov_report_incident('safety', 'critical', 'One', 'd', 'one')$$),
		($$SELECT gov_define_sla('model', 'one')$$), ($$SELECT gov_report_incident('safety', 'critical', 'Two', 'd', 'one:1')$$),
		($$SELECT gov_record_measurement('model', 'one', '{"response_time_p95": 900}')$$)) AS v(c);
	SELECT by('boss', format('SELECT gov_mark_incident_reportable(%s, ''gdpr'', ''personal_data_breach'')', max(incident_id))) FROM governance.incidents});
my $kinds = $node->safe_psql('postgres', q{
	SELECT string_agg(DISTINCT kind, ' ') FROM inbox_of('amir') AS i(kind text, id text, call text, route text, title text, waiting_since timestamptz, due_at timestamptz)
	WHERE concat_ws(' ', id, title) ~ 'one|One'});
is($kinds, 'approval_request model_version usecase', 'an approver: what to approve');
is($node->safe_psql('postgres', q{
	SELECT string_agg(DISTINCT kind, ' ') FROM inbox_of('olga') AS i(kind text, id text, call text, route text, title text, waiting_since timestamptz, due_at timestamptz)
	WHERE kind NOT IN ('model_version', 'usecase', 'approval_request')}), 'incident incident_deadline sla_violation', 'an operator: what to answer');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM inbox_of('mara') AS i(kind text, id text, call text, route text, title text, waiting_since timestamptz, due_at timestamptz)
	WHERE kind IN ('model_version', 'usecase', 'approval_request') AND concat_ws(' ', id, title) ~ 'one|One'}), '0', 'not to the one who made it');
is($node->safe_psql('postgres', q{
	SELECT bool_and(due_at = i.aware_at + interval '15 minutes') FROM inbox_of('olga') AS b(kind text, id text, call text, route text, title text, waiting_since timestamptz, due_at timestamptz)
	JOIN governance.incidents AS i ON i.incident_id::text = b.id WHERE b.kind = 'incident' AND i.title = 'Two'}), 't', 'a critical incident is due as its service level says');
# who asked for a decision on another's version, and who has voted already
is($node->safe_psql('postgres', q{
	SELECT gov_set_policy('usecase.required_approvals.medium', '2');
	SELECT string_agg(by(who, call), ' ') FROM (VALUES ('mara', $$SELECT gov_register_model('two', '1')$$), ('bea', $$SELECT gov_request_model_approval('two', '1')$$),
		('mara', $$SELECT gov_create_usecase('two', 'Two', '', 'mara')$$), ('mara', $$SELECT gov_submit_usecase('two')$$), ('amir', $$SELECT gov_approve_usecase('two')$$)) AS v(who, call)}) =~ s/.*\n//r,
	'done done done done done', 'asked for, and voted on');
foreach my $case ([ 'bea', 'usecase' ], [ 'amir', 'model_version' ], [ 'boss', 'model_version usecase' ])
{
	my ($who, $kinds_of_two) = @$case;
	is($node->safe_psql('postgres', qq{
		SELECT string_agg(kind, ' ' ORDER BY kind) FROM inbox_of('$who') AS i(kind text, id text, call text, route text, title text, waiting_since timestamptz, due_at timestamptz)
		WHERE id = 'two' OR id LIKE 'two:%'}), $kinds_of_two, "$who: $kinds_of_two");
	is($node->safe_psql('postgres', "SET client_min_messages = warning; SELECT wrong FROM judged('$who')"), '', '  and the rest is right');
}

is($node->safe_psql('postgres', q{SELECT by('dora', 'SELECT gov_suspend(''a flood'')')}), 'done', 'suspended');
foreach my $who ('amir', 'boss', 'olga')
{
	my ($wrong, $in) = split /\|/, $node->safe_psql('postgres', "SET client_min_messages = warning; SELECT * FROM judged('$who')");
	is($wrong, '', "  $who: $in in the inbox");
}
is($node->safe_psql('postgres', q{SELECT by('dora', 'SELECT gov_resume(''dry'')')}), 'done', 'and resumed');

# in the order in which it is due and waits, and no more than asked for
is($node->safe_psql('postgres', q{
	SET ROLE boss;
	WITH inbox AS (SELECT *, row_number() OVER () AS n FROM gov_inbox(10000)),
		sorted AS (SELECT *, row_number() OVER (ORDER BY due_at, waiting_since, kind, id) AS right_n FROM inbox)
	SELECT bool_and(n = right_n), count(*) > 3, (SELECT count(*) FROM gov_inbox(3)), count(*) = count(DISTINCT (kind, id)) FROM sorted}), 't|t|3|t', 'what is due first comes first');
foreach my $limit (0, -1, 10001)
{
	my (undef, undef, $err) = $node->psql('postgres', "SET ROLE boss; SELECT * FROM gov_inbox($limit)", extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($err, qr/22023/, "$limit rows");
}
{
	my (undef, undef, $err) = $node->psql('postgres', 'CREATE ROLE nobody; SET ROLE nobody; SELECT * FROM gov_inbox()', extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($err, qr/42501/, 'not without a user');
	(undef, undef, $err) = $node->psql('postgres', 'SET ROLE boss; SELECT * FROM governance.inbox(1)', extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($err, qr/42501/, 'nor without the door');
}

# --- many rows -------------------------------------------------------------------------
# What is decided costs nothing, however much there is of it.
sub blocks
{
	my $plan = $node->safe_psql('postgres', q{
		SET ROLE boss;
		SELECT count(*) FROM gov_inbox();
		EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) SELECT * FROM gov_inbox()});
	my ($hit) = $plan =~ /Buffers: shared hit=(\d+)/ or return 0;
	my ($read) = $plan =~ /Buffers: shared.* read=(\d+)/;
	return $hit + ($read // 0);
}
my @tables = ('models', 'model_versions', 'use_cases', 'approval_requests', 'incidents', 'sla_violations', 'incident_deadlines');
my $before = blocks();
$node->safe_psql('postgres', join(";\n", (map { "ALTER TABLE governance.$_ DISABLE TRIGGER USER" } @tables), q{
	INSERT INTO governance.models (model_id) SELECT 'many' || i FROM generate_series(1, 20) AS i;
	INSERT INTO governance.model_versions (model_id, version, created_by, content_digest, approval_status, status)
	SELECT 'many' || 1 + i % 20, i::text, 'remy', repeat('0', 64), 'approved', 'approved' FROM generate_series(1, 20000) AS i;
	INSERT INTO governance.use_cases (usecase_id, name, owner, status) SELECT 'many' || i, 'n', 'o', 'archived' FROM generate_series(1, 20000) AS i;
	INSERT INTO governance.approval_requests (action, requester_id, expires_at, status, context, resource_key)
	SELECT 'model_rollback', 'remy', now() + interval '1 day', 'consumed', '{}', 'x' FROM generate_series(1, 20000) AS i;
	INSERT INTO governance.incidents (category, severity, title, resource, status, resolved_at)
	SELECT 'safety', 'info', 'i' || i, 'r', 'resolved', now() FROM generate_series(1, 20000) AS i;
	INSERT INTO governance.sla_violations (resource_type, resource_id, violation_type, status, opened_at, closed_at, target_value, actual_value, peak_value, severity, source, acknowledged_at, acknowledged_by)
	SELECT 'system', 's', 'error_rate', 'closed', now(), now(), 1, 2, 2, 'error', 'observation', now(), 'boss' FROM generate_series(1, 20000) AS i;
	INSERT INTO governance.incident_deadlines (incident_id, regime, stage, jurisdiction, kind, due_at, notified_at, unit, jurisdiction_rule, source)
	SELECT i.incident_id, 'gdpr', 'many', '-', 'k', now(), now(), 'hours', 'none', 's' FROM governance.incidents AS i WHERE i.resource = 'r'},
	(map { "ALTER TABLE governance.$_ ENABLE TRIGGER USER" } @tables), 'VACUUM ANALYZE'));
my $after = blocks();
cmp_ok($before, '>', 0, 'blocks are counted');
cmp_ok($after, '<', 2 * $before + 100, "what is decided costs nothing ($before, $after blocks)");

# --- by REST ---------------------------------------------------------------------------
my $token = $node->safe_psql('postgres', q{CREATE ROLE gateway LOGIN; SELECT gov_create_api_token('boss', 'test')});
my $gateway = Gateway->new($node, 'postgres');
my $reply = $gateway->ask($token, 'GET', '/inbox?limit=10000');
is($reply->{status}, 200, 'GET /inbox');
is($reply->{json}{count}, $node->safe_psql('postgres', 'SET ROLE boss; SELECT count(*) FROM gov_inbox(10000)'), '  as many as by SQL');
is($gateway->ask($token, 'GET', '/inbox?limit=0')->{status}, 400, '  limit 0');
my %routes;
$routes{ $_->{kind} } //= $_ foreach @{ $reply->{json}{inbox} };
foreach my $kind (sort keys %routes)
{
	my ($method, $path) = split / /, $routes{$kind}{route};
	my $answer = $gateway->ask($token, $method, $path, { $path =~ /reject/ ? (reason => 'no') : () });
	is($answer->{status}, 200, "$kind: $routes{$kind}{route}") or diag($answer->{content});
}
cmp_ok(scalar keys %routes, '>', 2, '  of several kinds');
$gateway->stop;
$node->stop;
done_testing();
