# MLflow's registry API as its clients speak it: what each call takes and answers,
# what it is refused with, and that no rule of governance is passed by.

use strict;
use warnings;

use Documented;
use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes;

my $node = PostgreSQL::Test::Cluster->new('mlflow');
$node->init;
$node->append_conf('postgresql.conf', "log_statement = none");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	CREATE ROLE app LOGIN;
	SELECT gov_create_role('scientist', '', '{model:register,model:deploy,model:rollback,model:deprecate}');
	SELECT gov_create_user(u, u || '@example.com', CASE u WHEN 'app' THEN 'app' END) FROM unnest('{sci,app,aud}'::text[]) AS u;
	SELECT gov_assign_role('sci', 'scientist'), gov_assign_role('app', 'approver'), gov_assign_role('aud', 'auditor');
});
my %token = map { split /=/ } split /\n/, $node->safe_psql('app',
	q{SELECT u || '=' || gov_create_api_token(u, 'test') FROM unnest('{sci,app,aud}'::text[]) AS u});
my $gateway = Gateway->new($node, 'app');
my ($rm, $mv) = ('registered-models', 'model-versions');

sub sql { return $node->safe_psql('app', shift); }
sub approve { return $node->safe_psql('app', "SET ROLE app; SELECT gov_approve_model('$_[0]', '$_[1]')"); }

# A query of these parameters, of which a list is one repeated.
sub query
{
	my (%fields) = @_;
	my @parts;
	foreach my $name (sort keys %fields)
	{
		push @parts, map { "$name=" . s/([^\w.-])/sprintf '%%%02X', ord $1/ger } ref $fields{$name} ? @{ $fields{$name} } : $fields{$name};
	}
	return join '&', @parts;
}

# What of whom, with which fields: the JSON of the answer.
my $last;
my $base = '/api/2.0/mlflow';
sub ask
{
	my ($user, $method, $path, $fields) = @_;
	my $url = "$base/$path";
	$url .= '?' . query(%$fields) if $method eq 'GET' && $fields;
	$last = $gateway->ask($user ? $token{$user} : undef, $method, $url, $method eq 'GET' ? undef : $fields // {});
	return $last->{json};
}

sub ok_of
{
	my ($method, $path, $fields) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $json = ask('sci', $method, $path, $fields);
	is($last->{status}, 200, "$method $path") or diag($last->{content});
	return $json;
}

sub refused
{
	my ($status, $code, $message, $method, $path, $fields, $user) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $json = ask($user // 'sci', $method, $path, $fields);
	is($last->{status}, $status, "$method $path: $status") or diag($last->{content});
	is($json->{error_code}, $code, "  $code");
	like($json->{message}, $message, '  said in words');
	is_deeply([ sort keys %$json ], [qw(error_code message)], '  in MLflow\'s form');
	return;
}

my ($bad, $gone, $twice, $no) = ('INVALID_PARAMETER_VALUE', 'RESOURCE_DOES_NOT_EXIST', 'RESOURCE_ALREADY_EXISTS', 'BAD_REQUEST');
sub now { return int(Time::HiRes::time() * 1000); }

# -- models ----------------------------------------------------------------------
my $before = now();
my $model = ok_of(POST => "$rm/create", { name => 'RM1', description => 'first', tags => [ { key => 'a', value => '1' }, { key => 'b' }, { key => 'a', value => '2' } ],
	deployment_job_id => 'x', nonsense => [ 1 ] })->{registered_model};
is_deeply({ map { $_ => $model->{$_} } grep { !/timestamp/ } keys %$model },
	{ name => 'RM1', description => 'first', tags => [ { key => 'a', value => '2' }, { key => 'b', value => '' } ] }, 'a model, without what is empty; the last of two tags');
cmp_ok($model->{creation_timestamp}, '>=', $before, 'made after it was asked for');
cmp_ok($model->{creation_timestamp}, '<=', now(), 'and before it was answered, in milliseconds');
refused(400, $twice, qr/^Registered Model \(name=RM1\) already exists/, POST => "$rm/create", { name => 'RM1' });
refused(400, $bad, qr/^Missing value for required parameter 'name'/, POST => "$rm/create", $_) foreach {}, { name => '' }, { name => undef }, { name => '  ' };
refused(400, $bad, qr/^Invalid value 5 for parameter 'name' supplied\. Hint: Value was of type 'int'/, POST => "$rm/create", { name => 5 });
refused(400, $bad, qr/name/, POST => "$rm/create", { name => $_ }) foreach 'a/b', 'a:b', ' a', '..', "a\tb", 'x' x 256;
refused(400, $bad, qr/tags/, POST => "$rm/create", { name => 'RM9', tags => $_ }) foreach 'a', [ 'a' ], [ { key => 'a', value => 'v' x 100_001 } ], [ map { { key => "k$_" } } 1 .. 10_000 ];
refused(400, $bad, qr/'key'/, POST => "$rm/create", { name => 'RM9', tags => [ { value => 'a' } ] });
refused(404, $gone, qr/^Registered Model with name=RM9 not found/, GET => "$rm/get", { name => 'RM9' });
is_deeply(ok_of(GET => "$rm/get", { name => 'RM1' })->{registered_model}, $model, 'as it was made');
$last = $gateway->ask($token{sci}, 'GET', "$base/$rm/get", '{"name": "RM1"}');
is_deeply($last->{json}{registered_model}, $model, 'a GET without a query reads a body');
is(ok_of(PATCH => "$rm/update", { name => 'RM1', description => 'second' })->{registered_model}{description}, 'second', 'described');
ok(!exists ok_of(PATCH => "$rm/update", { name => 'RM1' })->{registered_model}{description}, 'no description empties it');
my $renamed = ok_of(POST => "$rm/rename", { name => 'RM1', new_name => "Zo\xc3\xab 1" })->{registered_model};
is($renamed->{creation_timestamp}, $model->{creation_timestamp}, 'renamed: the same model');
cmp_ok($renamed->{last_updated_timestamp}, '>', $model->{last_updated_timestamp}, 'changed since');
refused(404, $gone, qr/not found/, GET => "$rm/get", { name => 'RM1' });
refused(400, $bad, qr/'new_name'/, POST => "$rm/rename", { name => "Zo\xc3\xab 1" });
ok_of(POST => "$rm/create", { name => 'RM2' });
refused(400, $twice, qr/^Registered Model \(name=RM2\) already exists/, POST => "$rm/rename", { name => "Zo\xc3\xab 1", new_name => 'RM2' });
ok_of(POST => "$rm/rename", { name => "Zo\xc3\xab 1", new_name => 'RM1' });
is_deeply(ok_of(POST => "$rm/set-tag", { name => 'RM1', key => 'a', value => '' }), {}, 'a tag set');
is_deeply(ok_of(DELETE => "$rm/delete-tag", { name => 'RM1', key => 'b' }), {}, 'a tag deleted');
is_deeply(ok_of(DELETE => "$rm/delete-tag", { name => 'RM1', key => 'b' }), {}, 'twice');
my $tagged = ok_of(GET => "$rm/get", { name => 'RM1' })->{registered_model};
is_deeply($tagged->{tags}, [ { key => 'a', value => '' } ], 'what is left of them');
refused(404, $gone, qr/not found/, POST => "$rm/set-tag", { name => 'RM9', key => 'a' });
refused(404, $gone, qr/not found/, DELETE => "$rm/delete-tag", { name => 'RM9', key => 'a' });
refused(400, $bad, qr/'key'/, POST => "$rm/set-tag", { name => 'RM1', key => '' });
refused(400, $bad, qr/100000 characters/, POST => "$rm/set-tag", { name => 'RM1', key => 'a', value => 'v' x 100_001 });

# -- versions --------------------------------------------------------------------
my $v1 = ok_of(POST => "$mv/create", { name => 'RM1', source => 's3://b/1', run_id => 'run1', run_link => 'http://r/1', description => 'one',
	tags => [ { key => 'k', value => 'v' } ], model_id => 'm-1' })->{model_version};
is_deeply({ map { $_ => $v1->{$_} } grep { !/timestamp/ } keys %$v1 }, { name => 'RM1', version => '1', user_id => 'sci', current_stage => 'None', description => 'one',
	source => 's3://b/1', run_id => 'run1', run_link => 'http://r/1', status => 'READY', tags => [ { key => 'k', value => 'v' } ] }, 'a version, number 1');
cmp_ok(ok_of(GET => "$rm/get", { name => 'RM1' })->{registered_model}{last_updated_timestamp}, '>=', $v1->{creation_timestamp}, 'which changes its model');
my $v2 = ok_of(POST => "$mv/create", { name => 'RM1', source => 'models:/RM1/1' })->{model_version};
is("@$v2{qw(version source description run_id run_link)}", '2 models:/RM1/1   ', 'the next one, of the first');
is(ok_of(GET => "$mv/get-download-uri", { name => 'RM1', version => $_ })->{artifact_uri}, 's3://b/1', "the files of $_") foreach 1, 2;
is_deeply(ok_of(GET => "$mv/get", { name => 'RM1', version => 1 })->{model_version}, $v1, 'as it was made');
refused(404, $gone, qr/^Registered Model with name=RM9 not found/, POST => "$mv/create", { name => 'RM9', source => 's3://b' });
refused(400, $bad, qr/'source'/, POST => "$mv/create", { name => 'RM1' });
refused(400, $bad, qr/^Invalid model version source/, POST => "$mv/create", { name => 'RM1', source => $_ }) foreach '/etc/passwd', 'file:///etc', 'FILE:/etc', 'etc/passwd', 'C:\\x',
  's3://b/../x', 's3://b/%2e%2e/x', 's3://b/%252e%252e%252fx', 's3://b/x%00', 'models:/RM1/9', 'models:/RM9/1', 'models:/RM1@no';
is(ok_of(POST => "$mv/create", { name => 'RM1', source => 'models:/m-123' })->{model_version}{version}, '3', 'a logged model is kept as given');
refused(404, $gone, qr/^Model Version \(name=RM1, version=9\) not found/, GET => "$mv/get", { name => 'RM1', version => 9 });
refused(404, $gone, qr/^Model Version \(name=RM1, version=2147483648\) not found/, GET => "$mv/get", { name => 'RM1', version => '2147483648' });
refused(400, $bad, qr/^Model version must be an integer, got 'one'/, GET => "$mv/get", { name => 'RM1', version => 'one' });
refused(400, $bad, qr/'version'/, GET => "$mv/get", { name => 'RM1' });
$model = ok_of(GET => "$rm/get", { name => 'RM1' })->{registered_model};
my $said = ok_of(PATCH => "$mv/update", { name => 'RM1', version => '1', description => 'said' })->{model_version};
is($said->{description}, 'said', 'described');
cmp_ok($said->{last_updated_timestamp}, '>=', $v1->{last_updated_timestamp}, '  changed since');
is(ok_of(GET => "$rm/get", { name => 'RM1' })->{registered_model}{last_updated_timestamp}, $model->{last_updated_timestamp}, '  its model is not');
is(ok_of(PATCH => "$mv/update", { name => 'RM1', version => '1', description => '' })->{model_version}{description}, '', 'emptied');
ok(!exists ok_of(PATCH => "$mv/update", { name => 'RM1', version => '1' })->{model_version}{description}, 'no description takes it away');
is_deeply(ok_of(POST => "$mv/set-tag", { name => 'RM1', version => '2', key => 'k2', value => 'x' }), {}, 'a tag set');
is_deeply(ok_of(DELETE => "$mv/delete-tag", { name => 'RM1', version => '1', key => 'k' }), {}, 'a tag deleted') foreach 1, 2;
is_deeply(ok_of(GET => "$mv/get", { name => 'RM1', version => 2 })->{model_version}{tags}, [ { key => 'k2', value => 'x' } ], 'of that version alone');
refused(404, $gone, qr/not found/, POST => "$mv/set-tag", { name => 'RM1', version => '9', key => 'a' });
sql(q{SELECT gov_register_model('RM1', '1.0.0')});
is(ok_of(GET => "$mv/get", { name => 'RM1', version => '1.0.0' })->{model_version}{version}, '1.0.0', 'what SQL registered is shown as it is');

# -- aliases ---------------------------------------------------------------------
is_deeply(ok_of(POST => "$rm/alias", { name => 'RM1', alias => 'best', version => '1' }), {}, 'an alias');
is_deeply(ok_of(POST => "$rm/alias", { name => 'RM1', alias => 'best', version => '2' }), {}, 'moved');
is_deeply(ok_of(GET => "$rm/alias", { name => 'RM1', alias => 'best' })->{model_version}{aliases}, [ 'best' ], 'asked for');
is($last->{json}{model_version}{version}, '2', '  the second');
is_deeply(ok_of(GET => "$rm/get", { name => 'RM1' })->{registered_model}{aliases}, [ { alias => 'best', version => '2' } ], 'the model has it');
is(ok_of(GET => "$rm/alias", { name => 'RM1', alias => 'latest' })->{model_version}{version}, '3', 'the latest is the highest number');
refused(400, $bad, qr/^Registered model alias Best not found\./, GET => "$rm/alias", { name => 'RM1', alias => 'Best' });
refused(404, $gone, qr/^Registered Model with name=RM9 not found/, GET => "$rm/alias", { name => 'RM9', alias => 'best' });
refused(404, $gone, qr/^Model Version \(name=RM9, version=1\) not found/, POST => "$rm/alias", { name => 'RM9', alias => 'best', version => '1' });
refused(400, $bad, qr/./, POST => "$rm/alias", { name => 'RM1', alias => $_, version => '1' }) foreach 'latest', 'LATEST', 'v1', 'V22', '', 'a b', 'x' x 256;
is_deeply(ok_of(DELETE => "$rm/alias", { name => 'RM1', alias => 'best' }), {}, 'dropped') foreach 1, 2;
refused(404, $gone, qr/not found/, DELETE => "$rm/alias", { name => 'RM9', alias => 'best' });

# -- stages, by the rules ----------------------------------------------------------
my $move = "$mv/transition-stage";
sub stage_of { return ok_of(GET => "$mv/get", { name => 'RM1', version => shift })->{model_version}{current_stage}; }
refused(400, $no, qr/is not approved|not approved|approv/, POST => $move, { name => 'RM1', version => '1', stage => 'production' });
refused(403, 'PERMISSION_DENIED', qr/./, POST => $move, { name => 'RM1', version => '1', stage => 'Staging' }, 'aud');
refused(400, $no, qr/protected alias "champion"/, POST => "$rm/alias", { name => 'RM1', alias => 'champion', version => '1' });
refused(400, $bad, qr/^Invalid Model Version stage: bogus\. Value must be one of None, Staging, Production, Archived\./, POST => $move, { name => 'RM1', version => '1', stage => 'bogus' });
refused(400, $bad, qr/'stage'/, POST => $move, { name => 'RM1', version => '1' });
refused(400, $bad, qr/^Model version transition cannot archive existing model versions because 'None' is not an Active stage/,
	POST => $move, { name => 'RM1', version => '1', stage => 'none', archive_existing_versions => JSON::PP::true });
refused(404, $gone, qr/not found/, POST => $move, { name => 'RM1', version => '9', stage => 'Staging' });
approve('RM1', $_) foreach 1, 2;
is(ok_of(POST => "$rm/alias", { name => 'RM1', alias => 'champion', version => '1' }) && $last->{status}, 200, 'approved: it is the champion');
refused(400, $no, qr/staging/, POST => $move, { name => 'RM1', version => '1', stage => 'Production' });
is(ok_of(POST => $move, { name => 'RM1', version => '1', stage => 'STAGING' })->{model_version}{current_stage}, 'Staging', 'approved: to staging');
is(ok_of(POST => $move, { name => 'RM1', version => '1', stage => 'Staging' })->{model_version}{current_stage}, 'Staging', 'and again');
is(ok_of(POST => $move, { name => 'RM1', version => '1', stage => 'Production' })->{model_version}{current_stage}, 'Production', 'to production');
refused(400, $no, qr/is deployed/, DELETE => "$mv/delete", { name => 'RM1', version => '1' });
refused(400, $no, qr/is deployed/, DELETE => "$rm/delete", { name => 'RM1' });
is(ok_of(POST => $move, { name => 'RM1', version => '1', stage => 'Staging' })->{model_version}{current_stage}, 'Staging', 'back to staging');
is(sql(q{SELECT string_agg(environment, ' ') FROM governance.deployment_history WHERE status = 'active'}), 'staging', '  and nowhere else');
ok_of(POST => $move, { name => 'RM1', version => '1', stage => 'Production' });
ok_of(POST => $move, { name => 'RM1', version => '2', stage => 'Staging' });
refused(400, $no, qr/"champion" names/, POST => $move, { name => 'RM1', version => '2', stage => 'Production', archive_existing_versions => JSON::PP::true });
is(stage_of(2), 'Staging', '  nothing of it remains');
ok_of(POST => "$rm/alias", { name => 'RM1', alias => 'champion', version => '2' });
my $moved = ok_of(POST => $move, { name => 'RM1', version => '2', stage => 'Production', archive_existing_versions => JSON::PP::true })->{model_version};
cmp_ok(ok_of(GET => "$rm/get", { name => 'RM1' })->{registered_model}{last_updated_timestamp}, '>=', $moved->{last_updated_timestamp} - 1, 'a move changes the model');
is(stage_of(1), 'Archived', 'the one before is archived');
is_deeply({ map { $_->{current_stage} => $_->{version} } @{ ok_of(POST => "$rm/get-latest-versions", { name => 'RM1' })->{model_versions} } },
	{ None => '3', Production => '2', Archived => '1' }, 'the latest of each stage');
is_deeply([ map { $_->{version} } @{ ok_of(GET => "$rm/get-latest-versions", { name => 'RM1', stages => [ 'none', 'ARCHIVED' ] })->{model_versions} } ], [ '1', '3' ], 'of two of them');
is_deeply(ok_of(POST => "$rm/get-latest-versions", { name => 'RM1', stages => [ 'Staging' ] }), {}, 'of one that is empty');
refused(400, $bad, qr/^Invalid Model Version stage/, POST => "$rm/get-latest-versions", { name => 'RM1', stages => [ 'bogus' ] });
refused(404, $gone, qr/not found/, GET => "$rm/get-latest-versions", { name => 'RM9' });
refused(400, $no, qr/deprecated/, POST => $move, { name => 'RM1', version => '1', stage => $_ }) foreach 'None', 'Staging', 'Production';
is(ok_of(POST => $move, { name => 'RM1', version => '1', stage => 'Archived' })->{model_version}{current_stage}, 'Archived', 'archived, again');
is(ok_of(POST => $move, { name => 'RM1', version => '2', stage => 'None' })->{model_version}{current_stage}, 'None', 'back to none');
is(sql(q{SELECT count(*) FROM governance.deployment_history WHERE status = 'active'}), '0', '  deployed nowhere');
is(ok_of(POST => $move, { name => 'RM1', version => '3', stage => 'None' })->{model_version}{current_stage}, 'None', 'none is where it is');
is(ok_of(POST => $move, { name => 'RM1', version => '3', stage => 'Archived' })->{model_version}{current_stage}, 'Archived', 'archived without approval');

# -- deleting ----------------------------------------------------------------------
is_deeply(ok_of(DELETE => "$mv/delete", { name => 'RM1', version => '3' }), {}, 'a version deleted');
refused(404, $gone, qr/^Model Version \(name=RM1, version=3\) not found/, $_->[0] => "$mv/$_->[1]", { name => 'RM1', version => '3', stage => 'None' })
  foreach [ DELETE => 'delete' ], [ PATCH => 'update' ], [ POST => 'transition-stage' ], [ GET => 'get' ];
is(ok_of(POST => "$mv/create", { name => 'RM1', source => 's3://b/4' })->{model_version}{version}, '4', 'its number is not used again');
is_deeply(ok_of(DELETE => "$rm/delete", { name => 'RM1' }), {}, 'a model deleted');
refused(404, $gone, qr/^Registered Model with name=RM1 not found/, $_->[0] => "$rm/$_->[1]", { name => 'RM1', new_name => 'x' })
  foreach [ DELETE => 'delete' ], [ PATCH => 'update' ], [ POST => 'rename' ], [ GET => 'get' ];
ok_of(POST => "$rm/create", { name => 'RM1' });
is(ok_of(POST => "$mv/create", { name => 'RM1', source => 's3://b/1' })->{model_version}{version}, '1', 'made again it begins with 1');

# -- search ------------------------------------------------------------------------
ok_of(POST => "$rm/create", { name => sprintf('s%02d', $_), tags => [ { key => 't', value => "v$_" } ] }) foreach 1 .. 12;
sub names { return join ' ', map { $_->{name} } @{ shift->{registered_models} // [] }; }
is(names(ok_of(GET => "$rm/search", { filter => "name LIKE 's0%' AND tags.t != 'v2'", order_by => [ 'name DESC' ], max_results => 3 })), 's09 s08 s07', 'models found');
my ($found, $page, $pages) = ('', '', 0);
do
{
	my $json = ok_of(GET => "$rm/search", { filter => "name LIKE 's%'", max_results => 5, page_token => $page });
	$found .= names($json) . ' ';
	$page = $json->{next_page_token};
} while (defined $page && $pages++ < 9);
is($found, join('', map { sprintf 's%02d ', $_ } 1 .. 12), 'page by page');
is_deeply(ok_of(GET => "$rm/search", { filter => "name = 'nothing'" }), {}, 'nothing');
ok_of(POST => "$rm/create", { name => 'a prompt', tags => [ { key => 'mlflow.prompt.is_prompt', value => 'true' } ] });
ok_of(POST => "$mv/create", { name => 'a prompt', source => 'prompt-template', tags => [ { key => 'mlflow.prompt.is_prompt', value => 'true' } ] });
is(names(ok_of(GET => "$rm/search", { filter => "name ILIKE 'A PROMPT'" })), '', 'a prompt is no model');
is(names(ok_of(GET => "$rm/search", { filter => "tags.`mlflow.prompt.is_prompt` = 'true'" })), 'a prompt', 'unless it is asked for');
is(names(ok_of(GET => "$rm/search", { filter => "name LIKE 's0%' AND tag.`mlflow.prompt.is_prompt` $_", max_results => 1 })), 's01', "as clients of 3.x ask, $_") foreach "!= 'true'", "= 'false'";
is(names(ok_of(GET => "$rm/search", { filter => "tag.`mlflow.prompt.is_prompt` $_" })), 'a prompt', "$_ asks for prompts") foreach "!= 'false'", "= 'true'";
is_deeply(ok_of(GET => "$mv/search", { filter => "name = 'a prompt'$_" }), {}, 'nor are its versions') foreach '', " AND tag.`mlflow.prompt.is_prompt` != 'true'";
is(scalar @{ ok_of(GET => "$mv/search", { filter => "name = 'a prompt' AND tags.`mlflow.prompt.is_prompt` = 'true'" })->{model_versions} }, 1, 'unless they are asked for');
ok_of(POST => "$mv/create", { name => 's01', source => "s3://s/$_", run_id => "r$_" }) foreach 1 .. 3;
sub numbers { return join ' ', map { $_->{version} } @{ shift->{model_versions} // [] }; }
is(numbers(ok_of(GET => "$mv/search", { filter => "name='s01'" })), '3 2 1', 'versions, newest first');
is(numbers(ok_of(GET => "$mv/search", { filter => "run_id IN ('r1', 'r3')", order_by => 'version_number ASC' })), '1 3', 'of runs');
$last = $gateway->ask($token{sci}, 'GET', "$base/$mv/search?filter=name%3D's01'&order_by%5B0%5D=name&order_by[1]=version_number%20ASC&max_results=200000");
is(numbers($last->{json}), '1 2 3', 'a list as clients of 2.12 send it');
refused(400, $bad, qr/^Invalid clause\(s\) in filter string: OR/, GET => "$rm/search", { filter => "name = 'a' OR name = 'b'" });
refused(400, $bad, qr/max_results/, GET => "$rm/search", { max_results => $_ }) foreach 0, -1, 1001, 'x', '99999999999999999999';
refused(400, $bad, qr/max_results/, GET => "$mv/search", { max_results => 200_001 });
refused(400, $bad, qr/^Invalid page token, could not base64-decode/, GET => "$rm/search", { page_token => '?' });
refused(400, $bad, qr/^Invalid order by key 'creation_timestamp' specified/, GET => "$rm/search", { order_by => 'creation_timestamp' });

# -- the protocol --------------------------------------------------------------------
refused(404, 'ENDPOINT_NOT_FOUND', qr/./, $_->[0], $_->[1], {}) foreach [ GET => "$rm/create" ], [ PUT => "$rm/create" ], [ GET => 'nothing' ], [ POST => 'runs/create' ], [ GET => '' ];
refused(404, $gone, qr/logged models/, $_, 'logged-models/m-1', {}) foreach 'GET', 'PATCH';
refused(401, 'UNAUTHENTICATED', qr/./, GET => "$rm/get", { name => 'RM1' }, '');
$token{wrong} = 'gov_nothing';
refused(401, 'UNAUTHENTICATED', qr/./, GET => "$rm/get", { name => 'RM1' }, 'wrong');
refused(403, 'PERMISSION_DENIED', qr/model:register/, POST => "$rm/create", { name => 'RM7' }, 'aud');
foreach my $body ('', '[]', '{', '"x"', '{"name": "\u0000"}', "{\"name\": \"\xff\"}", '{"name": ' . '[' x 5000 . ']' x 5000 . '}')
{
	$last = $gateway->ask($token{sci}, 'POST', "$base/$rm/create", $body);
	is($last->{status}, 400, 'a body that is none: ' . substr $body, 0, 20);
	ok($last->{json}{error_code}, '  in MLflow\'s form');
}
foreach my $way ('/ajax-api/2.0/mlflow', '/api/3.0/mlflow', '/ajax-api/3.0/mlflow')
{
	$base = $way;
	ok_of(GET => "$rm/get", { name => 'RM1' });
	is_deeply(ok_of(GET => 'server-info'), { store_type => undef, workspaces_enabled => JSON::PP::false }, "$way knows of no workspaces");
}
$base = '/api/2.0/mlflow';
like($gateway->raw_answer("GET /version HTTP/1.1\r\nHost: x\r\n\r\n"), qr/^HTTP\/1.1 200 .*\r\n\r\n\d+\.\d+\.\d+$/s, '/version');
like($gateway->raw_answer("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"), qr/^HTTP\/1.1 200 /, '/health');
is($gateway->ask($token{sci}, 'POST', '/models/register', { model_id => 'x', version => '1', nonsense => 1 })->{status}, 400, 'elsewhere unknown fields are refused');
is(sql(q{SELECT string_agg(DISTINCT actor, ' ') FROM governance.audit_events WHERE resource LIKE 'model%' AND outcome <> 'denied' AND event_type LIKE 'model%' AND actor NOT IN ('app', 'postgres')}), 'sci', 'the trail has who did it');

# -- 20 clients at once, with every right but that to approve ---------------------------
ok_of(POST => "$rm/create", { name => 'tried' });
ok_of(POST => "$mv/create", { name => 'tried', source => "s3://t/$_" }) foreach 1 .. 5;
my @pipes;
foreach my $client (1 .. 20)
{
	pipe(my $reads, my $writes) or die $!;
	my $pid = fork // die $!;
	if ($pid == 0)
	{
		my $http = HTTP::Tiny->new(keep_alive => 1, timeout => $PostgreSQL::Test::Utils::timeout_default);
		my %count;
		foreach my $try (1 .. 50)
		{
			my ($path, $fields) = $try % 2 ? ("$rm/alias", { alias => 'champion' })
			  : ($move, { stage => $try % 4 ? 'Production' : 'Staging', archive_existing_versions => $try % 3 ? JSON::PP::true : JSON::PP::false });
			my $reply = $http->post("http://127.0.0.1:$gateway->{port}$base/$path", { headers => { Authorization => "Bearer $token{sci}", 'Content-Type' => 'application/json' },
				content => $Gateway::JSON->encode({ %$fields, name => 'tried', version => '' . (1 + $try % 5) }) });
			$count{ $reply->{status} }++;
		}
		syswrite $writes, join(' ', map { ($_) x $count{$_} } sort keys %count) . "\n";
		require POSIX;
		POSIX::_exit(0);
	}
	close $writes;
	push @pipes, [ $reads, $pid ];
}
my %statuses;
foreach (@pipes)
{
	my ($reads, $pid) = @$_;
	$statuses{$_}++ foreach split ' ', readline($reads) // 'none';
	waitpid $pid, 0;
}
# a full pool is 503, which a client repeats
is($statuses{400} + ($statuses{503} // 0), 1000, 'of 1,000 tries none succeeds') or diag(explain(\%statuses));
is(sql(q{SELECT (SELECT count(*) FROM governance.deployment_history WHERE model_id = 'tried') + (SELECT count(*) FROM governance.model_aliases WHERE model_id = 'tried')}), '0', 'nothing of them remains');

# -- docs/MLFLOW.md, as written -----------------------------------------------------------
my @block = grep { $_->{language} ne 'python' } Documented::blocks('docs/MLFLOW.md');
my $desk = PostgreSQL::Test::Utils::tempdir;
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
sql($block[0]{text});
my $script = join "\n", map { $_->{text} =~ s/:8080/:$gateway->{port}/r } grep { $_->{language} eq 'sh' } @block;
my ($said, $complaints) = Documented::run('its commands', $desk, $script);
is($complaints, '', '  without a complaint');
my @said = grep { /^\{/ } split /\n/, $said;
like($said[$_], qr/"BAD_REQUEST"/, "refused: answer $_") foreach 2, 3;
like($said[4], qr/"Staging"/, 'approved: in staging');
like($said[5], qr/"Production"/, '  in production');
is($said[6], '{}', '  the champion');
like($said[7], qr{"s3://models/churn/1"}, '  its files');
is(sql($block[-1]{text}) =~ s/\n.*//sr, '1', 'the version that is live');
done_testing();
