# Bad tokens in any number, and a colleague who is refused all day, use up
# nobody else's share of what is recorded, though all come through one login.
use strict;
use warnings;
use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.denial_rate = 3
governance.worker = off
CONF
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_user(u, NULL) FROM unnest('{weak,thin,meek}'::text[]) AS u;
	SELECT gov_register_model('risk', '1.0.0')});
my %token = map { $_ => $node->safe_psql('postgres', "SELECT gov_create_api_token('$_', 'test')") } qw(weak thin meek);

# through_gateway(N, TOKEN): so many attempts to approve by that token
sub through_gateway
{
	my ($n, $token) = @_;
	$node->psql('postgres', "BEGIN; SELECT gov_begin_as('$token'); SELECT gov_approve_model('risk', '1.0.0'); ROLLBACK;\n" x $n,
		on_error_stop => 0, extra_params => [ '-U', 'gateway' ]);
	return;
}

sub recorded
{
	my ($where) = @_;
	$node->safe_psql('postgres', 'SELECT gov_run_maintenance()');
	return $node->safe_psql('postgres', "SELECT count(*) FROM governance.audit_events WHERE event_type = 'access.denied' AND $where");
}

through_gateway(90, 'gov_' . 'A' x 43);
cmp_ok(recorded('actor IS NULL'), '<', 90, 'bad tokens are recorded up to a rate');
$node->psql('postgres', q{SELECT gov_approve_model('risk', '1.0.0')}, on_error_stop => 0, extra_params => [ '-U', 'gateway' ]);
is(recorded(q{details ? 'message' AND details ->> 'sqlstate' = '42501'}), 1, 'and leave room for the login itself, which is nobody');
through_gateway(1, $token{weak});
is(recorded(q{actor = 'weak'}), 1, 'and leave room for who has a good one');
through_gateway(60, $token{weak});
cmp_ok(recorded(q{actor = 'weak'}), '<', 61, 'an actor has a rate, too');
through_gateway(1, $token{thin});
is(recorded(q{actor = 'thin'}), 1, 'which is not that of another');
through_gateway(1, $token{meek});
is(recorded(q{actor = 'meek'}), 1, 'nor of a third');

# what was left out is told of, under the name of whose it was
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT coalesce(user_id, 'nobody') || ' ' || (details ->> 'sqlstate'), ', ')
	FROM governance.access_audit_log WHERE details ? 'suppressed'}), 'nobody 28000, weak 42501', 'and each count says whose it is');

# the same over HTTP
SKIP:
{
	skip 'no governance-gateway', 4 unless $ENV{GATEWAY} || grep { -x "$_/governance-gateway" } split /:/, $ENV{PATH};
	my $gateway = Gateway->new($node, 'postgres');
	my %status = map { $gateway->ask('gov_' . sprintf('%043d', $_), 'GET', '/models')->{status} => 1 } 1 .. 90;
	is(join(' ', sort keys %status), '401', 'the gateway: 90 made-up tokens');
	is($gateway->ask($token{meek}, 'POST', '/models/risk/versions/1.0.0/approve', {})->{status}, 403, 'and a refusal');
	is(recorded(q{actor = 'meek' AND details ? 'message'}), 2, 'which is recorded');
	is($gateway->stop, 0, 'it stops');
}

$node->stop;
done_testing();
