# A loop of denied attempts is counted, not described; it hides nobody else's:
# credentials that are not valid have a rate of their own, and so has each user,
# though all come through one login.
use strict;
use warnings;
use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('rates');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.denial_rate = 10
governance.worker = off
log_statement = none
CONF
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_user(u, NULL) FROM unnest('{ann,bob,cleo}'::text[]) AS u});
my %token = map { $_ => $node->safe_psql('postgres', "SELECT gov_create_api_token('$_', 'test')") } qw(ann bob cleo);
my $bogus = 'gov_' . 'x' x 43;

sub su { return $node->safe_psql('postgres', shift); }

# Statements of that login, whatever they answer.
sub gateway
{
	my (@statements) = @_;
	$node->psql('postgres', join(";\n", @statements, ''), on_error_stop => 0, extra_params => [ '-U', 'gateway' ]);
	return;
}

# What a user without rights tries, so many times.
sub tries
{
	my ($user, $times) = @_;
	gateway(map { "BEGIN; SELECT gov_begin_as('$token{$user}'); SELECT gov_register_model('m', '$_'); ROLLBACK" } 1 .. $times);
	return;
}

sub written { return su(q{SELECT gov_run_maintenance() -> 'denials' ->> 'written'}); }

# How many of a user's refusals (NULL: nobody's) are described, and how many counted.
sub recorded
{
	my ($user, $sqlstate) = @_;
	return su(qq{SELECT count(*) FILTER (WHERE details ? 'message') || ' ' || coalesce(sum((details ->> 'suppressed')::int), 0)
		FROM governance.access_audit_log WHERE user_id IS NOT DISTINCT FROM $user AND details ->> 'sqlstate' = '$sqlstate'});
}

# -- made-up tokens, and then somebody's refusal -------------------------------------------
gateway(map { "SELECT gov_begin_as('$bogus')" } 1 .. 90);
tries('ann', 1);
written();
my ($told, $counted) = split / /, recorded('NULL', '28000');
is($told + $counted, 90, 'each made-up token is told of or counted');
cmp_ok($told, '<', 90, 'not all of them are described');
is(recorded(q{'ann'}, '42501'), '1 0', 'the refusal of a user after them is described');

# -- one user's loop, and another one's refusal ---------------------------------------------
tries('bob', 60);
tries('cleo', 1);
written();
($told, $counted) = split / /, recorded(q{'bob'}, '42501');
is($told + $counted, 60, q{each of one user's is told of or counted, under the user's name});
cmp_ok($told, '<', 60, 'not all of them are described');
is(recorded(q{'cleo'}, '42501'), '1 0', q{another user's is});

# -- a login that is nobody -----------------------------------------------------------------
gateway(map { "SELECT gov_register_model('m', '$_')" } 1 .. 40);
tries('ann', 1);
written();
($told, $counted) = split / /, recorded('NULL', '42501');
is($told + $counted, 40, 'a login that is no user is counted by itself');
is(recorded(q{'ann'}, '42501'), '2 0', 'and takes nothing from its users');

# -- the same over HTTP -----------------------------------------------------------------------
SKIP:
{
	skip 'no governance-gateway', 4 unless $ENV{GATEWAY} || grep { -x "$_/governance-gateway" } split /:/, $ENV{PATH};
	my $gateway = Gateway->new($node, 'postgres');
	my $before = su(q{SELECT count(*) FROM governance.access_audit_log WHERE user_id = 'cleo'});
	my %status = map { $gateway->ask('gov_' . sprintf('%043d', $_), 'GET', '/models')->{status} => 1 } 1 .. 90;
	is(join(' ', sort keys %status), '401', '90 made-up tokens');
	is($gateway->ask($token{cleo}, 'POST', '/models/register', { model_id => 'm', version => '1' })->{status}, 403, 'and a refusal');
	written();
	is(su(q{SELECT count(*) FROM governance.access_audit_log WHERE user_id = 'cleo' AND details ? 'message'}), $before + 1, 'which is described');
	is($gateway->stop, 0, 'the gateway stops');
}

is(su('SELECT bool_and(ok) FROM gov_audit_verify()'), 't', 'the trail verifies');
$node->stop;
done_testing();
