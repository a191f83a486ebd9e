# Extensions that run beside ours, those that are there, before it and behind it: the
# story goes well; and tokens stay out of their logs as docs/GATEWAY.md says.
use strict;
use warnings;
use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

foreach my $order (qw(before behind))
{
	my $node = PostgreSQL::Test::Cluster->new($order);
	$node->init;
	$node->start;
	my %is_there = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', 'SELECT name FROM pg_available_extensions');
	$node->stop;
	my @neighbours = ('auto_explain', grep { $is_there{$_} } qw(pg_stat_statements pgaudit pg_cron set_user));
	my @libraries = $order eq 'before' ? ('governance', @neighbours) : (@neighbours, 'governance');
	note("@libraries");
	$node->append_conf('postgresql.conf', <<"CONF");
shared_preload_libraries = '@{[join ',', @libraries]}'
auto_explain.log_min_duration = 0
auto_explain.log_nested_statements = on
pgaudit.log = 'all'
pgaudit.log_parameter = on
cron.database_name = 'postgres'
governance.worker = off
CONF
	$node->start;
	$node->safe_psql('postgres', "CREATE EXTENSION $_") foreach grep { $is_there{$_} } @neighbours;
	World::build($node, 'postgres');
	is($node->safe_psql('postgres', q{SELECT FROM set_user('rosa'); SELECT gov_current_actor(), (gov_register_model('set', '1.0.0')).created_by}),
		"rosa|rosa", "$order: who is set by set_user acts") if $is_there{set_user};
	if ($is_there{pg_repack})
	{
		$node->safe_psql('postgres', 'CREATE EXTENSION pg_repack');
		my $was = World::fingerprint($node, 'postgres');
		$node->command_ok([ 'pg_repack', '-d', 'postgres', map { ('-t', "governance.$_") } qw(audit_events model_versions user_roles) ], "$order: pg_repack");
		is(World::changes($node, 'postgres', $was), '', "$order: and no row is another one");
	}
	$node->safe_psql('postgres', 'CREATE ROLE gateway LOGIN');
	my $token = $node->safe_psql('postgres', q{SELECT gov_create_api_token('olga', 'web')});

	# docs/GATEWAY.md has the settings, and says from which version on
	my ($said) = slurp_file("$ENV{TESTDIR}/docs/GATEWAY.md") =~ /^## What is written down\n(.*?)^## /ms;
	my @settings = grep { $_ !~ /auto_explain/ || $node->pg_version->major >= 16 } $said =~ /`(ALTER ROLE gateway SET [^`]+)`/g;
	cmp_ok(scalar @settings, '>=', 2, 'the settings of the documents');
	$node->safe_psql('postgres', $_) foreach @settings;

	my $log = -s $node->logfile;
	my $gateway = Gateway->new($node, 'postgres');
	is($gateway->ask($token, 'GET', '/models')->{status}, 200, "$order: a request");
	is($gateway->ask($token, 'GET', '/models/risk/versions/1.0.0')->{status}, 200, "$order: another one");
	$gateway->stop;
	my $written = slurp_file($node->logfile, $log);
	like($written, qr/AUDIT: .*gov_begin_as/, "$order: pgaudit logs what the gateway calls") if $is_there{pgaudit};
	unlike($written, qr/\Q$token\E/, "$order: and no token is in the log");
	is(World::wrongs($node, 'postgres'), '', "$order: all is well with the trail");
	$node->stop;
}
done_testing();
