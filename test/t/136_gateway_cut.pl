# Each argument is the body's own text, cut out where it stands: a number keeps
# every digit, a string its characters, an object its shape, in whichever field
# of whichever route; and what is no value is refused wherever it stands.

use strict;
use warnings;

use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('cut');
$node->init;
$node->append_conf('postgresql.conf', "log_statement = none");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_role('scientist', '', '{model:register,usecase:create,sla:record}');
	SELECT gov_create_user(u, u || '@example.com') FROM unnest('{sci,ops,boss}'::text[]) AS u;
	SELECT gov_assign_role('sci', 'scientist'), gov_assign_role('ops', 'operator'), gov_assign_role('boss', 'admin');
	SELECT gov_register_model('m', '1'), gov_create_usecase('u', 'n', 'd', 'sci');
});
my %token = map { split /=/ } split /\n/, $node->safe_psql('postgres',
	q{SELECT u || '=' || gov_create_api_token(u, 'test') FROM unnest('{sci,ops,boss}'::text[]) AS u});
my $gateway = Gateway->new($node, 'postgres');

sub sql { return $node->safe_psql('postgres', shift); }

sub as
{
	my ($user, $status, $method, $path, $body) = @_;
	my $reply = $gateway->ask($token{$user}, $method, $path, $body);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($reply->{status}, $status, "$method $path: $status") or diag($reply->{content});
	return $reply;
}

# --- numbers -----------------------------------------------------------------------

my @numbers = ('36893488147419103232', '-9007199254740993', '9007199254740993', '18446744073709551615',
	'0.' . '1' x 100, '1234567890' x 5 . '.' . '0987654321' x 5, '-0.1', '0.10', '1e2', '1E+2', '12.50e-1', '0', '-0');

# As numeric has them: plain, and with as many digits behind the point.
my @kept = (@numbers[ 0 .. 7 ], '100', '100', '1.250', '0', '0');
# Perl reads an integer of 100 digits as a string: those are not looked at as a number.
my $given = '[' . join(', ', @numbers, '1' x 100) . ']';
my $expected = '[' . join(', ', @kept, '1' x 100) . ']';
my $n = 0;
foreach my $case (
	[ 'sci', 'POST', '/models/register', '{"model_id": "d", "version": "%2$d", "hyperparameters": {"x": %1$s}}', q{SELECT hyperparameters ->> 'x' FROM governance.model_versions WHERE model_id = 'd' AND version = '%d'} ],
	[ 'sci', 'POST', '/models/register', '{"model_id": "d", "version": "%2$d", "artifacts": [%1$s], "metadata": {"y": 1}}', q{SELECT artifacts ->> 0 FROM governance.model_versions WHERE model_id = 'd' AND version = '%d'} ],
	[ 'sci', 'POST', '/models/register', '{"metadata": {"x": %1$s}, "model_id": "d", "version": "%2$d"}', q{SELECT metadata ->> 'x' FROM governance.model_versions WHERE model_id = 'd' AND version = '%d'} ],
	[ 'sci', 'POST', '/usecases/create', '{"usecase_id": "u%2$d", "name": "n", "description": "d", "owner": "sci", "output_schema": {"x":%1$s}}', q{SELECT output_schema ->> 'x' FROM governance.use_cases WHERE usecase_id = 'u%d'} ],
	[ 'boss', 'POST', '/users/create', '{"user_id": "x%2$d", "email": "x@example.com","metadata":{"x": %1$s }}', q{SELECT metadata ->> 'x' FROM governance.users WHERE user_id = 'x%d'} ],
	[ 'ops', 'POST', '/incidents/report', '{"category": "other", "severity": "info", "title": "%2$d", "description": "d", "resource": "m", "metadata": {"x": %1$s}}', q{SELECT metadata ->> 'x' FROM governance.incidents WHERE title = '%d'} ])
{
	my ($user, $method, $path, $body, $look) = @$case;
	$n++;
	as($user, 201, $method, $path, sprintf $body, $given, $n);
	is(sql(sprintf $look, $n), $expected, '  digit for digit');
}
my @metrics = map { "m$_" } 0 .. $#numbers;
foreach my $form ('{%s}', '{"metrics": {%s}}', '{ "recorded_by":"sci" ,%s }', '{%s, "created_by": null}', '{"metrics": null, %s}')
{
	as('sci', 200, 'POST', '/models/m/versions/1/metrics', sprintf $form, join(" ,\n", map { "\"$metrics[$_]\": $numbers[$_]" } 0 .. $#numbers));
	is(sql(q{SELECT metrics FROM governance.model_metrics ORDER BY metrics_no DESC LIMIT 1}),
		'{' . join(', ', map { "\"$metrics[$_]\": $kept[$_]" } sort { length $metrics[$a] <=> length $metrics[$b] || $metrics[$a] cmp $metrics[$b] } 0 .. $#numbers) . '}', "  metrics as $form");
}
foreach my $i (0 .. $#numbers)
{
	my $reply = as('boss', 201, 'POST', '/gates', qq({"environment": "production", "metric": "a$i", "operator": ">=", "threshold": $numbers[$i]}));
	is(sql(qq{SELECT threshold = $kept[$i]::numeric FROM governance.deployment_gates WHERE metric = 'a$i'}), 't', "  threshold $kept[$i]") or diag($reply->{content});
}

# --- numbers beyond a type ------------------------------------------------------------

foreach my $number ('2147483648', '-2147483649', '9223372036854775808', '36893488147419103232', '1' x 100, '1.0', '1e0', '1E3', '-0.0')
{
	my $reply = as('boss', 400, 'POST', '/environments', qq({"name": "e", "rank": $number}));
	is($reply->{json}{code}, '22023', "  no int: $number");
	like($reply->{json}{error}, qr/^field "rank" is not a whole number/, '  says which');
}
as('boss', 201, 'POST', '/environments', qq({"name": "e$_", "rank": $_})) foreach 2147483647, 31;
foreach my $number ('1e309', '-1e309', '1' x 101, '1e-400')
{
	foreach my $body ('{"latency_ms": %s}', '{"latency_ms": [1, %s]}', '{"observations": [{"latency_ms": %s}]}')
	{
		is(as('ops', 400, 'POST', '/sla/model/m/observations', sprintf $body, $number)->{json}{code}, '22023', '  no float: ' . substr $number, 0, 9);
	}
}

# --- strings ----------------------------------------------------------------------------

my %string = (
	'\\u0041\\u00e4\\u20ac\\ud83d\\ude00' => "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", '\\"\\\\\\/\\b\\f\\n\\r\\t' => "\"\\/\b\f\n\r\t",
	'{a,b}' => '{a,b}', '","' =~ s/"/\\"/gr => '","', 'NULL' => 'NULL', "'; --" => "'; --", '$1' => '$1', '\\\\u0000' => '\\u0000', ' ' => ' ', 'null' => 'null');
foreach my $json (sort keys %string)
{
	my $text = $string{$json};
	my $shown = $json =~ s/[^ -~]/?/gr;
	is(as('sci', 200, 'PATCH', '/models/m', qq({"description": "$json"}))->{json}{description}, $text, "  a text: $shown");
	is_deeply(as('sci', 200, 'PATCH', '/models/m', qq({"tags": ["$json", "z$json"]}))->{json}{tags}, [ $text, "z$text" ], '  in an array')
	  unless $text =~ /^\s/ || $text =~ /[^ -~]/;
	$n++;
	is_deeply(as('sci', 201, 'POST', '/models/register', qq({"model_id": "d", "version": "$n", "metadata": {"$json": ["$json", {"$json": "$json"}]}}))->{json}{metadata},
		{ $text => [ $text, { $text => $text } ] }, '  in an object, as a name, too');
	is_deeply(as('boss', 200, 'PUT', '/policies/mlflow.protected_aliases', qq({"value": ["$json"]}))->{json}{value}, [$text], '  in any value')
	  if sql(q{SELECT count(*) FROM governance.policies WHERE name = 'mlflow.protected_aliases'}) && $text =~ /^\w+$/;
}
foreach my $bad ('\\u0000', 'a\\u0000b', '\\ud800', '\\udc00', '\\ud800x', '\\ud83d\\u0041', '\\u12', '\\x', "\x01", "\xff", "\xc0\x80", "\xed\xa0\x80")
{
	my $shown = $bad =~ s/[^ -~]/?/gr;
	foreach my $body ('{"model_id": "b", "version": "1", "description": "%s"}', '{"model_id": "b", "version": "1", "metadata": {"x": ["%s"]}}', '{"model_id": "b", "version": "1", "metadata": {"%s": 1}}',
		'{"model_id": "b", "version": "1", "%s": 1}', '{"model_id": "b", "version": "1", "artifacts": [[{"a": "%s"}]]}')
	{
		is(as('sci', 400, 'POST', '/models/register', sprintf $body, $bad)->{json}{code}, '22P02', "  no string: $shown");
	}
	is(as('sci', 400, 'PATCH', '/models/m', qq({"tags": ["a", "$bad"]}))->{json}{code}, '22P02', '  nor in an array');
	is(as('sci', 400, 'POST', '/models/m/versions/1/metrics', qq({"a": 1, "$bad": 1}))->{json}{code}, '22P02', '  nor as a name among those that are left');
}
is(sql(q{SELECT count(*) FROM governance.models WHERE model_id = 'b'}), 0, 'nothing of that is kept');

# --- what is left of a body ---------------------------------------------------------------

my $count = sql('SELECT count(*) FROM governance.model_metrics');
foreach ([ '{"a": 1, "\\u0061": 2}', qr/^"a" is there twice$/ ], [ '{"metrics": {"a": 1}, "a": 1}', qr/^there is no field "a" here$/ ],
	[ '{}', qr/^field "metrics" is missing$/ ], [ '{"recorded_by": "sci"}', qr/^field "metrics" is missing$/ ], [ '{"metrics": null}', qr/^field "metrics" is missing$/ ],
	[ '{"metrics": [1]}', qr/^field "metrics" is not an object$/ ], [ '{"metrics": "a"}', qr/^field "metrics" is not an object$/ ])
{
	my ($body, $error) = @$_;
	like(as('sci', 400, 'POST', '/models/m/versions/1/metrics', $body)->{json}{error}, $error, "  $body");
}
is(sql('SELECT count(*) FROM governance.model_metrics'), $count, 'nothing of that is kept, either');
as('sci', 200, 'POST', '/models/m/versions/1/metrics', qq({\r\n\t"a \\"b\\", c" :\t1.50 ,\n"}{":2}\n));
is(sql(q{SELECT metrics FROM governance.model_metrics ORDER BY metrics_no DESC LIMIT 1}), '{"}{": 2, "a \\"b\\", c": 1.50}', 'names with what separates, and blanks');
my $unanswered = as('sci', 400, 'POST', '/usecases/u/assess', '{"assessed_by": "sci", "prohibited.manipulation" : false}')->{json}{detail};
like($unanswered, qr/^Not answered: prohibited\.vulnerability, /, 'answers likewise');

# --- deep, wide, and empty -------------------------------------------------------------------

my $deep = '{"a":' x 30 . '[ ]' . '}' x 30;
my $wide = '{' . join(',', map { "\"k$_\": [$_, {}, \"]}\"]" } 1 .. 10_000) . '}';
foreach my $json ('{}', '{ }', '{"a": {}, "b": [], "c": ""}', $deep, $wide)
{
	$n++;
	my $reply = as('sci', 201, 'POST', '/models/register', qq({"metadata":$json,"model_id":"d","hyperparameters":$json,"version":"$n"}));
	is_deeply($reply->{json}{metadata}, $Gateway::JSON->decode($json), '  as it came: ' . substr $json, 0, 20);
	is_deeply($reply->{json}{hyperparameters}, $reply->{json}{metadata}, '  and again');
}

is($gateway->stop, 0, 'it stops');
$node->stop;
done_testing();
