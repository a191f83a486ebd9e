# Moments by REST and in signed tokens: those of the years 1970 to 2200 and no
# others, in every parameter and field that the gateway says is one.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use Gateway;
use MIME::Base64 qw(encode_base64url);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('moments');
my $file = $PostgreSQL::Test::Utils::tmp_check . '/keys.json';
my $secret = 'a secret of at least 32 bytes, say';
append_to_file($file, $Gateway::JSON->encode({ keys => [ { kty => 'oct', k => encode_base64url($secret) } ] }));
chmod 0600, $file;
$node->init;
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'governance'
governance.jwks_file = '$file'
governance.jwt_audience = 'moments'
});
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_user('boss', 'boss@example.com'), gov_assign_role('boss', 'admin');
	SELECT gov_define_sla('model', 'vc'), gov_register_model('vc', '1')});
my $token = $node->safe_psql('postgres', q{SELECT gov_create_api_token('boss', 'test')});
my $gateway = Gateway->new($node, 'postgres');

# --- every parameter and field ------------------------------------------------------
my %value = (
	model_id => 'vc', version => '1', resource_type => 'model', resource_id => 'vc', user_id => 'boss', to_user => 'boss', role => 'analyst',
	category => 'safety', severity => 'error', metrics => { response_time_p95 => 1 }, observations => undef, since => time() - 3600);
my %by_type = (string => 'text', integer => 1, number => 1, boolean => JSON::PP::true, object => {}, array => []);

sub is_time { return ($_[0]{description} // $_[0]{schema}{description} // '') =~ /seconds since 1970/ }
sub value_of { my ($name, $schema) = @_; return $value{$name} // $by_type{ ref $schema->{type} ? $schema->{type}[0] : $schema->{type} // 'string' } }

# Each: [method, path, names of the query parameter or field, body without it]
my @times;
my $api = $gateway->ask(undef, 'GET', '/openapi.json')->{json};
foreach my $path (sort keys %{ $api->{paths} })
{
	my $found = $api->{paths}{$path};
	(my $filled = $path) =~ s/\{(\w+)\}/$value{$1} \/\/ '1'/ge;
	foreach my $method (sort grep { /^(get|post|put|patch|delete)$/ } keys %$found)
	{
		my $operation = $found->{$method};
		my $schema = $operation->{requestBody}{content}{'application/json'}{schema} // {};
		my %body = map { $_ => value_of($_, $schema->{properties}{$_}) } @{ $schema->{required} // [] };
		my @query = grep { $_->{in} eq 'query' } @{ $operation->{parameters} // [] };
		foreach my $time (grep { is_time($_) || is_time($_->{schema}) } @query)
		{
			my $with = join '', map { "$_->{name}=" . value_of($_->{name}, $_->{schema}) . '&' } grep { $_->{required} && $_ != $time } @query;
			push @times, [ uc $method, $with ? "$filled?$with" : $filled, $time->{name}, undef ];
		}
		push @times, [ uc $method, $filled, $_, {%body} ] foreach grep { is_time($schema->{properties}{$_}) } sort keys %{ $schema->{properties} // {} };
	}
}
cmp_ok(scalar @times, '>=', 8, 'parameters and fields: ' . join ' ', map { "$_->[1].$_->[2]" } @times);
my $observe = '/sla/model/vc/observations';
push @times, [ 'POST', $observe, 'observed_at', { latency_ms => [1] } ];

sub with
{
	my ($time, $value) = @_;
	my ($method, $path, $name, $body) = @$time;
	return $gateway->ask($token, $method, $path, { %$body, $name => $value }) if defined $body;
	$value =~ s/\+/%2B/g;
	return $gateway->ask($token, $method, $path . ($path =~ /\?/ ? '' : '?') . "$name=$value");
}

foreach my $time (@times)
{
	my $what = "$time->[0] $time->[1] $time->[2]";
	# a loan's until is its end
	my $is_bound = $time->[2] =~ /^(since|until)$/ && $time->[1] ne '/delegations';
	foreach my $value (1795985000000, '1795985000000', 1e11, 1e17, '1e300')
	{
		my $reply = with($time, $value);
		is($reply->{status} . ' ' . ($reply->{json}{code} // ''), '400 22023', "$what: $value") or diag($reply->{content});
		like($reply->{json}{hint} // '', qr/looks like milliseconds/, '  what it looks like');
	}
	foreach my $value (-1, '1969-12-31T23:59:59Z', '2201-01-01T00:00:00Z', 7289654400, '-1e300', 'soon', $is_bound ? () : ('infinity', '-infinity'))
	{
		my $reply = with($time, $value);
		is($reply->{status} . ' ' . ($reply->{json}{code} // ''), '400 22023', "$what: $value") or diag($reply->{content});
		unlike($reply->{json}{hint} // '', qr/milliseconds/, '  no milliseconds');
	}
	next unless $is_bound;
	like(with($time, $_)->{status}, qr/^20[01]$/, "$what: $_ is no bound") foreach 'infinity', '-infinity';
}

# --- where the time is inside ----------------------------------------------------------
foreach my $body ({ observations => [ { latency_ms => 1 }, { latency_ms => 1, observed_at => 1795985000000 } ] }, { latency_ms => [ 1, 2 ], observed_at => [ time(), 1795985000000 ] })
{
	my $reply = $gateway->ask($token, 'POST', $observe, $body);
	is("$reply->{status} $reply->{json}{code}", '400 22023', 'observations: one in milliseconds');
	like($reply->{json}{hint}, qr/looks like milliseconds/, '  what it looks like');
}
is($gateway->ask($token, 'GET', '/sla/model/vc/status')->{json}{count}, 0, 'nothing of it was counted');

my $ahead = sub { return with([ 'GET', '/models/vc/deployed', 'as_of', undef ], time() + $_[0]) };
is($ahead->(240)->{json}{code}, '42704', 'as_of a little ahead: nothing is live then');
is($ahead->(360)->{json}{code}, '22023', 'as_of more than 5 minutes ahead');
is(with([ 'POST', '/users/boss/roles/analyst/assign', 'expires_at', {} ], time() + 101 * 366 * 86400)->{json}{code}, '22023', 'an expiry more than 100 years ahead');
is(with([ 'POST', '/users/boss/roles/analyst/assign', 'expires_at', {} ], time() + 99 * 365 * 86400)->{status}, 200, 'one of 99');

# --- signed tokens -----------------------------------------------------------------------
sub signed
{
	my (%claims) = @_;
	my $text = join '.', map { encode_base64url($Gateway::JSON->encode($_)) } { alg => 'HS256' }, { sub => 'boss', aud => 'moments', %claims };
	return "$text." . encode_base64url(hmac_sha256($text, $secret));
}

sub opens { return $gateway->ask(signed(@_), 'GET', '/models') }

is(opens(exp => time() + 60)->{status}, 200, 'a token that opens');
is(opens(exp => time() + 99 * 365 * 86400)->{status}, 200, 'for 99 years');
foreach my $claims ([ exp => (time() + 60) * 1000 ], [ exp => 1e11 ], [ exp => 1e300 ], [ exp => time() + 60, nbf => (time() - 60) * 1000 ])
{
	my $reply = opens(@$claims);
	is("$reply->{status} $reply->{json}{code}", '401 28000', "@$claims: refused");
	like($reply->{json}{hint}, qr/looks like milliseconds/, '  what it looks like');
}
foreach my $claims ([ exp => time() + 101 * 366 * 86400 ], [ exp => 7289654400 ], [ exp => -1 ], [ exp => time() + 60, nbf => -1 ])
{
	my $reply = opens(@$claims);
	is("$reply->{status} $reply->{json}{code}", '401 28000', "@$claims: refused");
	unlike($reply->{json}{hint}, qr/milliseconds/, '  as any other');
}
unlike(opens(exp => (time() + 60) * 1000, aud => 'other')->{json}{hint}, qr/milliseconds/, 'a token of another audience learns nothing');

$gateway->stop;
$node->stop;
done_testing();
