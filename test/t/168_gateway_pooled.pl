# A gateway behind PgBouncer: it works where prepared statements are kept, and says
# so where they are not: --check, the start, and a request when the pooler has
# changed; nothing is answered by 500.
use strict;
use warnings;
use Gateway;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;
use World;

$ENV{PATH} .= ':/usr/sbin';
my ($version) = (`pgbouncer --version 2>/dev/null` // '') =~ /PgBouncer 1\.(\d+)/
  or plan skip_all => 'pgbouncer is not there: test/setup fetches it';

my $node = PostgreSQL::Test::Cluster->new('pooled');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\n");
$node->start;
World::build($node, 'postgres');
$node->safe_psql('postgres', 'CREATE ROLE gateway LOGIN');
my $token = $node->safe_psql('postgres', q{SELECT gov_create_api_token('olga', 'web')});

my $dir = PostgreSQL::Test::Utils::tempdir_short;
my $port = PostgreSQL::Test::Cluster::get_free_port();
append_to_file("$dir/users", qq{"gateway" ""\n});
# 1.21 to 1.23 keep none unless told
my $keeps = $version >= 21 ? 'max_prepared_statements = 200' : '';

# pooler($mode, $setting): one, instead of the one before.
my ($pooler, $log) = (undef, '');
END { $pooler->kill_kill if $pooler; }
sub pooler
{
	my ($mode, $setting) = @_;
	$pooler->kill_kill if $pooler;
	unlink "$dir/pgbouncer.ini";
	append_to_file("$dir/pgbouncer.ini", <<"INI");
[databases]
postgres = host=@{[$node->host]} port=@{[$node->port]} dbname=postgres pool_size=4
[pgbouncer]
listen_addr =
unix_socket_dir = $dir
listen_port = $port
auth_type = trust
auth_file = $dir/users
pool_mode = $mode
ignore_startup_parameters = extra_float_digits,options
$setting
INI
	$pooler = IPC::Run::start([ 'pgbouncer', "$dir/pgbouncer.ini" ], '<', \undef, '>', \$log, '2>&1');
	my $listens = sub { system('psql', '-XAtqc', 'SELECT 1', '-o', '/dev/null', '-h', $dir, '-p', $port, '-U', 'gateway', 'postgres') == 0 };
	ok(wait_until($listens), "pool_mode = $mode, $setting");
	return;
}

# The node as clients of the pooler see it.
my $pooled = bless { %$node, _host => $dir, _port => $port }, ref $node;
my @command = ($ENV{GATEWAY} // 'governance-gateway', '--db', $pooled->connstr('postgres') . ' user=gateway');
my $flaw = qr/the pooler before the database keeps no prepared statements: PgBouncer needs pool_mode = session, or version 1\.21 or newer/;

sub works
{
	my ($what) = @_;
	command_like([ @command, '--check' ], qr/: ok$/, "$what: --check");
	my $gateway = Gateway->new($pooled, 'postgres');
	# more than one connection, each statement more than once
	my @answers = map { $gateway->ask($token, 'GET', '/models')->{status} } 1 .. 5;
	is("@answers", '200 200 200 200 200', "$what: requests");
	$gateway->stop;
	return;
}

sub refused
{
	my ($what) = @_;
	foreach my $try (1 .. 2)
	{
		command_fails_like([ @command, '--check' ], $flaw, "$what: --check, $try");
		command_fails_like([ 'timeout', $PostgreSQL::Test::Utils::timeout_default, @command, '--listen', '127.0.0.1:' . PostgreSQL::Test::Cluster::get_free_port() ],
			$flaw, "$what: the start, $try");
	}
	return;
}

pooler('session', '');
works('a session each');

# that pooler changes while the gateway runs
my $gateway = Gateway->new($pooled, 'postgres');
if ($version >= 21)
{
	pooler('transaction', $keeps);
	works('transactions, statements kept');
	pooler('transaction', 'max_prepared_statements = 0');
}
else
{
	pooler('transaction', '');
}
refused('transactions, no statements kept');
my $answer = $gateway->ask($token, 'GET', '/models');
is($answer->{status}, 503, 'a gateway that had not asked before: 503') or diag(explain $answer);
like(slurp_file($gateway->{log}), $flaw, 'and its log says why');
$gateway->stop;

$pooler->kill_kill;
$pooler = undef;
$node->stop;
done_testing();
