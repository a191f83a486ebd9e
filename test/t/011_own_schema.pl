# The functions in a schema of the DBA's own: what people need to be granted,
# the gateway, and a dump that is restored, all as docs/OPERATIONS.md says.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf',
	"shared_preload_libraries = 'governance'");
$node->start;

# as(ROLE, SQL): status, output, SQLSTATE and message in a session of that role
sub as
{
	my ($role, $sql, $database) = @_;
	my ($status, $out, $err) = $node->psql($database // 'shop', $sql,
		on_error_stop => 1,
		extra_params => [ '-U', $role, '-v', 'VERBOSITY=verbose', '-v', 'ON_ERROR_STOP=1' ]);
	return ($status, $out, $err);
}

sub works
{
	my ($role, $sql, $expected, $what, $database) = @_;
	my ($status, $out, $err) = as($role, $sql, $database);
	is("$status $out", "0 $expected", $what) or diag $err;
	return;
}

$node->safe_psql('postgres', $_)
  for 'CREATE ROLE gateway LOGIN', 'CREATE ROLE rita LOGIN',
  'CREATE ROLE abel LOGIN', 'CREATE ROLE otto LOGIN', 'CREATE ROLE nobody_here LOGIN',
  'CREATE ROLE people', 'GRANT people TO gateway, rita, abel, otto', 'CREATE DATABASE shop';
$node->safe_psql('shop', q{
	CREATE SCHEMA "Gov rules";
	CREATE EXTENSION governance SCHEMA "Gov rules";
	GRANT USAGE ON SCHEMA "Gov rules" TO people;
	SET search_path = "Gov rules";
	SELECT gov_create_role('registrar', '', '{model:register}');
	SELECT gov_create_user(u, NULL, u::name) FROM unnest('{rita,abel,otto}'::text[]) AS u;
	SELECT gov_assign_role('rita', 'registrar'), gov_assign_role('abel', 'approver'), gov_assign_role('otto', 'operator');
	SELECT gov_define_sla('model', 'risk');
	SELECT gov_set_policy('model.require_staging', 'false')});

# --- in SQL, by the full name and by the search_path -----------------------------

my ($status, undef, $err) = as('nobody_here', q{SELECT "Gov rules".gov_whoami()});
like($err, qr/42501: +permission denied for schema Gov rules/,
	'without USAGE a role does not get to the functions');
works('rita', q{SELECT status FROM "Gov rules".gov_register_model('risk', '1.0.0', artifacts => '{"w": "sha256:00"}')},
	'registered', 'by the full name');
$node->safe_psql('shop', q{ALTER DATABASE shop SET search_path = "$user", public, "Gov rules"});
works('abel', q{SELECT approval_status FROM gov_approve_model('risk', '1.0.0')},
	'approved', 'by the search_path of the database');
works('otto', q{SELECT status FROM gov_deploy_model('risk', '1.0.0')}, 'active', 'a deployment');
works('otto', q{SELECT gov_observe('model', 'risk', 12); SELECT gov_sla_status('model', 'risk')},
	"\ncompliant", 'observing');
works('otto', q{INSERT INTO governance.sla_observations VALUES ('model', 'risk', now(), 5, true); SELECT gov_sla_report('model', 'risk') ->> 'count'},
	'2', 'observing by INSERT');
works('rita', q{SELECT count(*) FROM governance.models}, '1', 'row policies let a user read');
works('abel', q{SELECT count(*) > 5 FROM governance.audit_events}, 't', 'the trail with audit:read');
works('rita', q{SELECT count(*) FROM governance.audit_events}, '0', 'the trail without it');
my $views = $node->safe_psql('shop', q{SELECT string_agg(format('(SELECT count(*) FROM governance.%I)', relname), ' + ' ORDER BY relname)
	FROM pg_class WHERE relnamespace = 'governance'::regnamespace AND relkind = 'v'});
($status, undef, $err) = as('abel', "SELECT $views");
is($status, 0, 'every view can be read') or diag $err;
# every function that needs no argument, by each role: whatever it answers, it is found
foreach my $role (qw(postgres rita abel otto))
{
	my $calls = $node->safe_psql('shop', q{SELECT string_agg(proname, ' ') FROM pg_proc
		WHERE pronamespace = '"Gov rules"'::regnamespace AND pronargs = pronargdefaults AND prokind = 'f'
		AND proname NOT IN ('gov_pre_restore', 'gov_post_restore', 'gov_suspend', 'gov_resume')});
	my @lost;
	foreach my $name (split / /, $calls)
	{
		(undef, undef, $err) = as($role, qq{SET search_path = pg_catalog; SELECT "Gov rules".$name()});
		push @lost, "$name: $err" if $err =~ /ERROR:  (?!42501|55000)/ || $err =~ /for schema|does not exist/;
	}
	is("@lost", '', "every function without arguments finds what it calls, as $role");
}

# --- reports and controls, which run queries -----------------------------------

works('abel', q{SELECT count(*) FROM jsonb_array_elements(gov_compliance_report(1) -> 'controls') AS c
	WHERE c ->> 'result' NOT IN ('pass', 'fail', 'manual', 'not_yet_applicable')},
	'0', 'a report with its controls');
works('abel', q{SELECT length(gov_compliance_report_html(1)) > 10000, length(gov_compliance_report_markdown(1)) > 1000,
	gov_compliance_report_oscal(1) IS NOT NULL, gov_compliance_report_poam(1) IS NOT NULL, gov_evidence_bundle('risk', '1.0.0') IS NOT NULL},
	't|t|t|t|t', 'its forms, and a bundle');
works('postgres', q{SELECT jsonb_typeof(gov_run_maintenance())}, 'object', 'maintenance');
ok($node->poll_query_until('shop', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'}),
	'the worker seals');

# --- the gateway ------------------------------------------------------------------

my $token = $node->safe_psql('shop', q{SELECT gov_create_api_token('otto', 'test')});
my $gateway = Gateway->new($node, 'shop');
is($gateway->ask($token, 'GET', '/models/risk/deployed')->{json}{version}, '1.0.0', 'the gateway reads');
is($gateway->ask($token, 'POST', '/incidents/report', { category => 'other', severity => 'info', title => 'x', description => 'x', resource => 'risk' })->{status},
	201, 'the gateway writes');
is($gateway->ask($token, 'GET', '/users/otto/permissions/model:deploy')->{json}{granted}, JSON::PP::true, 'the gateway checks');
is($gateway->stop, 0, 'the gateway stops');
my ($out, $errors);
IPC::Run::run([ 'governance-gateway', '--check', '--db', $node->connstr('shop') . ' user=nobody_here' ],
	'>', \$out, '2>', \$errors);
like("$out$errors", qr/GRANT USAGE ON SCHEMA \\"Gov rules\\" TO nobody_here/,
	'the gateway says what its role lacks');

# --- a dump ----------------------------------------------------------------------

my $dump = $node->basedir . '/shop.dump';
$node->command_ok([ 'pg_dump', '-Fc', '-d', $node->connstr('shop'), '-f', $dump ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE again');
$node->safe_psql('again', q{
	CREATE SCHEMA "Gov rules";
	CREATE EXTENSION governance SCHEMA "Gov rules";
	SELECT "Gov rules".gov_pre_restore()});
# the schema is there already: its line is left out, what was granted on it is not
my ($list) = run_command([ 'pg_restore', '-l', $dump ]);
my $file = $node->basedir . '/list';
append_to_file($file, join "\n", grep { !/ SCHEMA - Gov rules / } split /\n/, $list);
$node->command_ok([ 'pg_restore', '--exit-on-error', '-L', $file, '-d', $node->connstr('again'), $dump ], 'pg_restore');
works('postgres', q{SELECT FROM "Gov rules".gov_post_restore(); SELECT bool_and(ok) FROM "Gov rules".gov_audit_verify()},
	't', 'the copy verifies', 'again');
works('rita', q{SELECT status FROM "Gov rules".gov_register_model('risk', '2.0.0')},
	'registered', 'and people work there', 'again');

$node->stop;
done_testing();
