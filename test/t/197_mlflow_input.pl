# What MLflow's clients, or who pretends to be one, may send by MLflow's API: it is
# taken as the API says or refused as it says, never 5xx, and nothing of it is kept.

use strict;
use warnings;

use Gateway;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('mlflow_input');
$node->init;
$node->append_conf('postgresql.conf', "log_statement = none");
$node->start;
$node->safe_psql('postgres', q{
	CREATE DATABASE app;
	CREATE DATABASE narrow ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C';
	CREATE ROLE gateway LOGIN;
});
my ($gateway, $token, $database);

# Ask the gateway of that database from now on.
sub use_database
{
	($database) = @_;
	$node->safe_psql($database, q{
		CREATE EXTENSION governance;
		SELECT gov_create_role('scientist', '', '{model:register,model:deploy,model:rollback,model:deprecate}');
		SELECT gov_create_user('sci', 'sci@example.com'), gov_assign_role('sci', 'scientist');
	});
	$token = $node->safe_psql($database, q{SELECT gov_create_api_token('sci', 'test')});
	$gateway = Gateway->new($node, $database);
	return;
}

my ($rm, $mv) = ('registered-models', 'model-versions');
my ($bad, $gone, $twice, $no, $nowhere) = ('INVALID_PARAMETER_VALUE', 'RESOURCE_DOES_NOT_EXIST', 'RESOURCE_ALREADY_EXISTS', 'BAD_REQUEST', 'ENDPOINT_NOT_FOUND');
my %status = ($bad => 400, $gone => 404, $twice => 400, $no => 400, $nowhere => 404);

sub sql { return $node->safe_psql($database, shift); }
sub escaped { return join '', map { s/([^\w.-])/sprintf '%%%02X', ord $1/ger } @_; }

my $last;
sub ask
{
	my ($method, $path, $fields) = @_;
	my $url = "/api/2.0/mlflow/$path";
	if ($method eq 'GET' && ref $fields)
	{
		my @pairs = map { my $name = $_; map { "$name=" . escaped($_) } ref $fields->{$name} ? @{ $fields->{$name} } : $fields->{$name} } sort keys %$fields;
		$url .= '?' . join '&', @pairs;
		$fields = undef;
	}
	$last = $gateway->ask($token, $method, $url, $fields);
	return $last->{json};
}

sub ok_of
{
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $json = ask(@_);
	is($last->{status}, 200, "$_[0] $_[1]") or diag($last->{content});
	return $json;
}

# Refused with that code, in MLflow's form.
sub refused
{
	my ($code, $what, @request) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $json = ask(@request);
	is("$last->{status} " . ($json->{error_code} // ''), "$status{$code} $code", "refused: $what") or diag($last->{content});
	is(join(' ', sort keys %{ $json // {} }), 'error_code message', '  in its form') unless $json && $json->{message} && keys %$json == 2;
	return;
}

sub shown { return substr($_[0] =~ s/[^ -~]/?/gr, 0, 40); }
sub kept
{
	return sql(q{SELECT (SELECT count(*) FROM governance.models), (SELECT count(*) FROM governance.model_versions), (SELECT count(*) FROM governance.model_tags),
		(SELECT count(*) FROM governance.model_version_tags), (SELECT count(*) FROM governance.model_aliases), (SELECT count(*) FROM governance.audit_events WHERE outcome <> 'denied')});
}

use_database('app');
my $made = ok_of(POST => "$rm/create", { name => 'Who leaves?', description => 'd' })->{registered_model};
ok_of(POST => "$mv/create", { name => 'Who leaves?', source => "s3://m/$_", run_id => "run$_", unknown => { a => 1 } }) foreach 1 .. 3;
ok_of(POST => "$rm/create", { name => 'plain' });
ok_of(POST => "$rm/set-tag", { name => 'plain', key => 'k', value => 'v', unknown => undef });
my $id = sql(q{SELECT model_id FROM governance.models WHERE name = 'Who leaves?'});
my $kept = kept();

# -- names ---------------------------------------------------------------------------
my %name = ('bidirectional' => "a\xe2\x80\xaeb", 'isolate' => "a\xe2\x81\xa6b", 'zero width' => "a\xe2\x80\x8bb", 'byte order mark' => "\xef\xbb\xbfa", 'blank at the end' => 'a ',
	'wide blank' => "\xe3\x80\x80a", 'control' => "a\x01b", 'delete' => "a\x7fb", 'tag character' => "a\xf3\xa0\x81\x81", 'slash' => 'a/b', 'colon' => 'a:b', 'path' => '..', 'dot' => '.',
	'long' => 'x' x 256, 'very long' => 'x' x 100_000, 'blank' => ' ', 'empty' => '');
foreach my $what (sort keys %name)
{
	refused($bad, "a name: $what", POST => "$rm/create", { name => $name{$what} });
	refused($bad, "a new name: $what", POST => "$rm/rename", { name => 'plain', new_name => $name{$what} });
}
refused($twice, 'the model_id of another one', POST => "$rm/create", { name => $id });
refused($twice, '  by rename', POST => "$rm/rename", { name => 'plain', new_name => $id });
refused($bad, 'a name that is no string: ' . ref($_), POST => "$rm/create", { name => $_ }) foreach 5, 1.5, JSON::PP::true, ['a'], { a => 1 };
is(kept(), $kept, 'nothing is kept');

# -- versions ------------------------------------------------------------------------
refused($gone, "version $_", GET => "$mv/get", { name => 'plain', version => $_ }) foreach 0, 1, -1, '00', 2147483647, 2147483648, 4294967297, '9223372036854775807', '9223372036854775808', '9' x 200;
refused($bad, 'version ' . shown($_), GET => "$mv/get", { name => 'plain', version => $_ }) foreach 'one', '1.5', '1e3', '0x1', '1 ', '1;', "1' OR '1'='1", '-', '--1', 'latest', 'x' x 10_000, "\xd9\xa1";
refused($bad, 'a version that is a number', POST => "$mv/set-tag", { name => 'Who leaves?', version => 1, key => 'a', value => 'b' });
refused($bad, 'no version', POST => "$mv/$_", { name => 'plain' }) foreach 'transition-stage', 'set-tag';

# -- aliases --------------------------------------------------------------------------
foreach my $alias ('latest', 'LATEST', 'Latest', 'v1', 'V1', 'v007', '', ' ', 'a b', 'a/b', 'x' x 256, "\xe2\x80\xae")
{
	refused($bad, 'alias ' . shown($alias), POST => "$rm/alias", { name => 'Who leaves?', alias => $alias, version => '1' });
}
is(ok_of(GET => "$rm/alias", { name => 'Who leaves?', alias => $_ })->{model_version}{version}, '3', "$_ is the newest") foreach 'latest', 'LATEST', 'LaTeSt';
refused($bad, 'the latest of none', GET => "$rm/alias", { name => 'plain', alias => 'latest' });

# -- tags -----------------------------------------------------------------------------
foreach my $of ([ "$rm/set-tag", {} ], [ "$mv/set-tag", { version => '1' } ])
{
	my ($path, $more) = @$of;
	refused($bad, 'key ' . shown($_), POST => $path, { name => 'Who leaves?', %$more, key => $_, value => 'v' }) foreach '', ' ', 'a=b', '/a', 'a//b', '../a', 'a/../b', 'a/', '.', 'x' x 251, "a\nb";
	refused($bad, 'a value of 100,001 characters', POST => $path, { name => 'Who leaves?', %$more, key => 'a', value => "\xc3\xa9" x 100_001 });
	refused($bad, 'a value that is no string', POST => $path, { name => 'Who leaves?', %$more, key => 'a', value => $_ }) foreach 1, [], {}, JSON::PP::false;
}
refused($bad, '10,000 tags', POST => "$rm/create", { name => 'many', tags => [ map { { key => "k$_", value => '' } } 1 .. 10_000 ] });
refused($bad, '10,000 tags of a version', POST => "$mv/create", { name => 'plain', source => 's3://b', tags => [ map { { key => "k$_", value => '' } } 1 .. 10_000 ] });
is(kept(), $kept, 'nothing is kept');
foreach my $length (0, 5_000, 100_000)
{
	ok_of(POST => "$rm/set-tag", { name => 'plain', key => "of $length", value => "\xc3\xa9" x $length });
	ok_of(POST => "$mv/set-tag", { name => 'Who leaves?', version => '1', key => "a/b.c-d:e $length", value => 'v' x $length });
	is(sql(qq{SELECT length(value) FROM governance.model_tags WHERE key = 'of $length'}), $length, "a value of $length characters");
}

# -- sources and stages ------------------------------------------------------------------
$kept = kept();
refused($bad, 'source ' . shown($_), POST => "$mv/create", { name => 'plain', source => $_ }) foreach '', ' ', '/', 'relative', './x', '~/x', 'file:x', 'File://host/x', 'c:/x', 'c:\\x', '\\\\host\\x', 's3://b/..', 's3://b/../x',
  's3://b/%2E%2E/x', 's3://b/a%2f..%2fx', 's3://b/%25252e%25252e/x', 's3://b?x=/../y', 'models:/plain/1', 'models:/nobody/1', 'models:/Who leaves?/9', 'models:/Who leaves?@best', 'models:/../1';
refused($bad, 'stage ' . shown($_), POST => "$mv/transition-stage", { name => 'Who leaves?', version => '1', stage => $_ }) foreach '', 'live', 'production ', 'x' x 10_000, "Staging' --";
refused($bad, 'to archive, ' . (ref $_ || $_), POST => "$mv/transition-stage", { name => 'Who leaves?', version => '1', stage => 'Staging', archive_existing_versions => $_ }) foreach 1, 'maybe', [], {};
refused($bad, "to archive for $_", POST => "$mv/transition-stage", { name => 'Who leaves?', version => '1', stage => $_, archive_existing_versions => 'true' }) foreach 'None', 'archived', 'ARCHIVED';
refused($no, "$_ without approval", POST => "$mv/transition-stage", { name => 'Who leaves?', version => '1', stage => $_, archive_existing_versions => 'False' }) foreach 'Staging', 'PRODUCTION', 'pRoDuCtIoN';
refused($bad, 'stages ' . shown(join ',', @$_), GET => "$rm/get-latest-versions", { name => 'plain', stages => $_ }) foreach [ 'None', 'live' ], ['*'];
is(kept(), $kept, 'nothing is kept');

# -- search ---------------------------------------------------------------------------
my $in = sub { "run_id IN (" . join(',', map { "'r$_'" } 1 .. shift) . ')' };
foreach my $path ("$rm/search", "$mv/search")
{
	refused($bad, 'filter ' . shown($_), GET => $path, { filter => $_ }) foreach "name = 'a' OR name = 'b'", "(name = 'a')", "NOT name = 'a'", "name = 'a' AND", "AND name = 'a'", "name = 'a' name = 'b'", "name = 'a';", "name = 'a' --",
	  "name = 'a'; DROP TABLE governance.models", "name = a", "name = 'a", "name = \"a'", 'name', '=', "name IN ('a')", "name > 'a'", "name LIKE '%\\'", "tags.k > 'a'", "tags.k IN ('a')", "tags.`k = 'a'", "params.k = 'a'", "attribute.x = 'a'",
	  "x = 'a'", "'a' = name", "name == 'a'", "name = 'a' AND name = 'b' OR name = 'c'", "name = 5", "name IS NULL", "1 = 1", "name = 'a' UNION SELECT 1", "name = 'a\xc3\xa9" . 'b' x 5_000, join(' AND ', ("name = 'a'") x 33);
	ok_of(GET => $path, { filter => $_ }) foreach "", ' ', "name = 'it''s'", 'name = "it\'s"', "name != '\\'", "name = '\\' AND name LIKE '\\\\'", "name = '' AND name ILIKE '\xc3\x89%'", "tags.`a b` = 'c'", 'tags."a""b" = \'c\'', "tag.k LIKE '%'", "attribute.name = 'x'",
	  "name='; DROP TABLE governance.models; --'", join(' and ', ("name != 'a'") x 32);
	refused($bad, "max_results $_", GET => $path, { max_results => $_ }) foreach 0, -1, 200_001, '1.5', 'all', '2147483648', '99999999999999999999', '0x10';
	refused($bad, 'order ' . shown($_), GET => $path, { order_by => $_ }) foreach 'size', 'name up', 'name ASC DESC', 'name; SELECT 1', 'name,name', [ 'name', 'name DESC' ], '', ' ', '1', 'name ASC, name', 'x' x 5_000;
	refused($bad, 'page ' . shown($_), GET => $path, { page_token => $_ }) foreach 'x', '????', 'AAAA', encode_base64('{"offset": 3}', ''), encode_base64("m+name;1:a", ''), encode_base64("m+name;9999999999:a,", ''), encode_base64("m+name;-1:a,", ''), encode_base64("\xff\xfe", ''), encode_base64("v+name;1:a,", ''),
	  'A' x 8_000;
}
refused($bad, 'max_results 1001', GET => "$rm/search", { max_results => 1001 });
refused($bad, 'filter ' . shown($_), GET => "$mv/search", { filter => $_ }) foreach "version_number = 'x'", 'version_number = 1.5', 'version_number = 9999999999', 'version_number LIKE 1', "run_id IN ()", "run_id IN (1)", "run_id IN ('a'", "run_id IN 'a'", "run_id IN ('a',)", 'run_id > 1';
ok_of(GET => "$mv/search", { filter => "version_number >= '2' AND run_id IN ('run2', \"run3\")" });
is(join(' ', map { $_->{version} } @{ $last->{json}{model_versions} }), '3 2', 'a quoted number, and a list of both quotes');
$last = $gateway->ask($token, 'GET', "/api/2.0/mlflow/$mv/search", { filter => $in->(1000) });
is($last->{status}, 200, 'a list of 1,000') or diag($last->{content});
$last = $gateway->ask($token, 'GET', "/api/2.0/mlflow/$mv/search", { filter => $in->($_) }) and is("$last->{status} $last->{json}{error_code}", "400 $bad", "a list of $_") foreach 1001, 20_000;
my $page = ok_of(GET => "$mv/search", { max_results => 1 })->{next_page_token};
refused($bad, 'the page of another search', GET => "$rm/search", { page_token => $page });
refused($bad, 'the page of another order', GET => "$mv/search", { page_token => $page, order_by => 'name' });
is(scalar @{ ok_of(GET => "$mv/search", { page_token => $page, filter => "name = 'Who leaves?'" })->{model_versions} }, 2, 'a page of the same order leads on');

# -- bodies, methods and paths -----------------------------------------------------------
refused($nowhere, "$_->[0] $_->[1]", @$_) foreach [ PUT => "$rm/create", {} ], [ PATCH => "$rm/create", {} ], [ GET => "$rm/create" ], [ POST => "$rm/get", {} ], [ POST => "$rm/search", {} ], [ DELETE => "$rm/get", {} ], [ GET => "$rm" ],
  [ GET => "$rm/create/x" ], [ POST => "experiments/create", {} ], [ GET => "webhooks" ], [ GET => "$mv/transition-stage" ], [ POST => 'Registered-Models/create', {} ];
foreach my $body ('', ' ', 'null', '5', '"a"', '[]', '[{}]', '{', '{"name":}', '{"name": "a", "name": "b"}', '{"name": "\ud800"}', '{"name": "a\u0000"}', "{\"name\": \"\xc3\"}", "\xef\xbb\xbf{}", '{"name": "a"} x', '{"name": "a", }', '{"tags": ' . '[' x 20_000)
{
	my $reply = $gateway->ask($token, 'POST', "/api/2.0/mlflow/$rm/create", $body);
	is($reply->{status}, 400, 'a body: ' . shown($body)) or diag($reply->{content});
	is($reply->{json}{error_code}, $bad, '  in its form') or diag($reply->{content});
}
$last = $gateway->ask($token, 'GET', "/api/2.0/mlflow/$rm/get?name=plain", { name => 'nobody' });
is($last->{json}{registered_model}{name}, 'plain', 'a query goes before a body');
is(kept(), $kept, 'nothing is kept');

# -- a database that is not UTF-8 ----------------------------------------------------------
is($gateway->stop, 0, 'it stops');
use_database('narrow');
ok_of(POST => "$rm/create", { name => 'plain', description => "Zo\xc3\xab" });
is(ok_of(GET => "$rm/get", { name => 'plain' })->{registered_model}{description}, "Zo\xc3\xab", 'a text that its encoding has');
$kept = kept();
refused($bad, 'a name beyond ASCII', POST => "$rm/create", { name => $_ }) foreach "Zo\xc3\xab", "\xe2\x82\xac", "\xf0\x9f\x98\x80";
refused($bad, 'a text that its encoding lacks', PATCH => "$rm/update", { name => 'plain', description => "\xe2\x82\xac" });
refused($bad, 'a tag that its encoding lacks', POST => "$rm/set-tag", { name => 'plain', key => 'a', value => "\xe2\x82\xac" });
refused($bad, 'a filter that its encoding lacks', GET => "$rm/search", { filter => "name = '\xe2\x82\xac'" });
ok_of(GET => "$rm/search", { filter => "name = 'Zo\xc3\xab' AND tags.`\xc3\xab` LIKE '%\xc3\xab'" });
is(kept(), $kept, 'nothing is kept');
done_testing();
