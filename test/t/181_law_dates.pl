# The day comes on which the law prohibits a practice: by Debian's libfaketime the
# server's clock goes over it.  Approved before, a generator of intimate images
# without consent is admitted until the day begins in Brussels, and not from then
# on; one that was not approved is approved no more.  And a control becomes
# applicable, without anybody having done anything.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($library) = grep { -f } glob('/usr/lib/*/faketime/libfaketime.so.1'), '/usr/lib/faketime/libfaketime.so.1';
plan skip_all => 'libfaketime is not installed: test/setup installs it' unless $library;

my $node = PostgreSQL::Test::Cluster->new('law');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\n");

# start MOMENT (UTC): the server, and not psql, has that time and goes on from it.
sub start
{
	my ($moment) = @_;
	local $ENV{LD_PRELOAD} = $library;
	local $ENV{FAKETIME} = '@' . $moment;
	local $ENV{FAKETIME_DONT_FAKE_MONOTONIC} = 1;
	local $ENV{TZ} = 'UTC';
	$node->start;
	return;
}

sub sql { return $node->safe_psql('postgres', shift); }
sub as { my ($role, $sql) = @_; return ($node->psql('postgres', "SET SESSION AUTHORIZATION $role; $sql"))[1, 2]; }

start('2026-11-28 12:00:00');
like(sql('SELECT clock_timestamp()'), qr/^2026-11-28/, 'the server takes the time that it is given');
sql(q{
	CREATE EXTENSION governance;
	CREATE ROLE ann;
	INSERT INTO governance.users (user_id, db_role) VALUES ('ann', 'ann');
	INSERT INTO governance.user_roles (user_id, role) VALUES ('ann', 'approver');
	SELECT gov_set_policy('usecase.required_approvals.critical', '1');
	CREATE FUNCTION answers() RETURNS jsonb LANGUAGE sql AS $$
		SELECT jsonb_object_agg(question_id, CASE answer_type WHEN 'boolean' THEN 'false' ELSE options -> 0 -> 'answer' END)
			|| '{"prohibited.intimate_material": true, "transparency.synthetic_content": true, "transparency.deep_fake": true, "placed_on_market_on": "2026-05-10"}'
		FROM governance.impact_questions $$;
	SELECT gov_create_usecase(u, u, '', 'team'), gov_assess_impact(u, answers()), gov_submit_usecase(u) FROM unnest('{nudes,more}'::text[]) AS u});
is(sql(q{SELECT risk_class, next_class, next_class_on FROM governance.use_cases WHERE usecase_id = 'nudes'}), 'limited|prohibited|2026-12-02', 'limited, and prohibited from 2 December');
is(sql('SELECT string_agg(usecase_id, $$,$$ ORDER BY usecase_id) FROM governance.v_reassessment_due'), 'more,nudes', 'named ahead');
as('ann', q{SELECT gov_approve_usecase('nudes')});
sql(q{SELECT gov_deploy_usecase('nudes')});
is(sql(q{SELECT gov_admit('nudes') ->> 'admitted'}), 'true', 'approved before, it is admitted');
is(sql(q{SELECT gov_check_control('eu-ai-act-12.1') ->> 'result'}), 'not_yet_applicable', 'a control of high-risk systems is not yet applicable');
is(sql(q{SELECT gov_check_control('eu-ai-act-5.1') ->> 'result'}), 'pass', 'no prohibited practice is in use');
$node->stop;

# 23:59:30 in Brussels, by winter time
start('2026-12-01 22:59:00');
is(sql(q{SELECT gov_admit('nudes') ->> 'admitted' WHERE clock_timestamp() < '2026-12-01 23:00+00'}), 'true', 'until the day ends in Brussels');
$node->stop;

start('2026-12-01 23:00:01');
is(sql(q{SELECT gov_admit('nudes') - 'models'}), '{"reason": "Regulation (EU) 2024/1689, Art. 5, prohibits it since 2026-12-02", "admitted": false}', 'and not from then on');
is(sql(q{SET TIME ZONE 'Pacific/Honolulu'; SELECT gov_admit('nudes') ->> 'admitted'}), 'false', 'whatever time zone a session has');
my (undef, $error) = as('ann', q{SELECT gov_approve_usecase('more')});
like($error, qr/use-case "more" is of class "prohibited"/, 'nor is another one approved');
(undef, $error) = $node->psql('postgres', q{SELECT gov_deploy_usecase('nudes', environment => 'staging')}) ? (0, ($node->psql('postgres', q{SELECT gov_deploy_usecase('nudes', environment => 'staging')}))[2]) : (0, '');
like($error, qr/is of class "prohibited"/, 'nor deployed');
sql('SELECT gov_run_maintenance()');
is(sql(q{SELECT risk_class FROM governance.use_cases WHERE usecase_id = 'nudes'}), 'prohibited', 'the worker writes the class down');
is(sql(q{SELECT gov_check_control('eu-ai-act-5.1') ->> 'result'}), 'fail', 'a prohibited practice is in use');
$node->stop;

start('2027-12-01 23:00:01');
is(sql(q{SELECT gov_check_control('eu-ai-act-12.1', 1) ->> 'result'}), 'pass', 'a year on, the control is applicable');
is(sql(q{SELECT gov_check_control('eu-ai-act-12.1', 1, '2027-12-01 22:59+00') ->> 'result'}), 'not_yet_applicable', 'but not for a period before');
$node->stop;
done_testing();
