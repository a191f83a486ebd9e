# What MLflow's API brought, by our own REST: models made by name, renamed,
# described, tagged, deleted and searched, with the tags and keys that other
# writing routes take; and a search that takes too long is the caller's fault.

use strict;
use warnings;

use Gateway;
use PostgreSQL::Test::BackgroundPsql;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('model_routes');
$node->init;
$node->append_conf('postgresql.conf', "log_statement = none");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_role('scientist', '', '{model:register,usecase:create}');
	SELECT gov_create_user(u, u || '@example.com') FROM unnest('{sci,plain}'::text[]) AS u;
	SELECT gov_assign_role('sci', 'scientist');
});
my %token = map { split /=/ } split /\n/, $node->safe_psql('app',
	q{SELECT u || '=' || gov_create_api_token(u, 'test') FROM unnest('{sci,plain}'::text[]) AS u});
my $gateway = Gateway->new($node, 'app');

my $last;
sub as
{
	my ($user, $status, $method, $path, $body, %headers) = @_;
	$last = $gateway->ask($token{$user}, $method, $path, $body, %headers);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($last->{status}, $status, "$user $method $path: $status") or diag($last->{content});
	return $last->{json};
}

sub refused
{
	my ($code, @request) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(as(@request)->{code}, $code, "  code $code");
	return;
}

sub sql { return $node->safe_psql('app', shift); }
my $events = q{SELECT count(*) FROM governance.audit_events WHERE outcome <> 'denied'};

# -- made and renamed ------------------------------------------------------------------
my $made = as('sci', 201, 'POST', '/models/create', { name => 'Who leaves', description => 'first', tags => { team => 'crm' } });
my $id = $made->{model_id};
like($id, qr/^Who-leaves-[0-9a-f]{12}$/, 'a model by a name that is no id');
is(as('plain', 200, 'GET', "/models/$id")->{name}, 'Who leaves', '  it is there');
refused('23505', 'sci', 409, 'POST', '/models/create', { name => 'Who leaves' });
refused('22023', 'sci', 400, 'POST', '/models/create', $_) foreach {}, { name => 'a/b' }, { name => 'x', tags => { a => 1 } }, { name => 'x', tags => [ 'a' ] }, { name => 'x', label => 1 };
refused('42501', 'plain', 403, 'POST', '/models/create', { name => 'x' });
like(as('sci', 201, 'POST', '/models/create', { name => 'who leaves' })->{warnings}[0], qr/can be taken for "Who leaves"/, 'one that looks like it, with a warning');
my %key = ('Idempotency-Key' => 'made');
my $once = as('sci', 201, 'POST', '/models/create', { name => 'once' }, %key);
is_deeply(as('sci', 201, 'POST', '/models/create', { name => 'once' }, %key), $once, 'asked again with its key it is answered again');
as('sci', 422, 'POST', '/models/create', { name => 'twice' }, %key);
is(as('sci', 200, 'POST', "/models/$id/rename", { name => 'churn' })->{name}, 'churn', 'renamed');
refused('23505', 'sci', 409, 'POST', "/models/$id/rename", { name => $_ }) foreach 'once', 'who leaves';
refused('22023', 'sci', 400, 'POST', "/models/$id/rename", $_) foreach {}, { name => '' }, { name => ' x' };
refused('42501', 'plain', 403, 'POST', "/models/$id/rename", { name => 'x' });
refused('42704', 'sci', 404, 'POST', '/models/none/rename', { name => 'x' });
is(as('plain', 200, 'GET', "/models/$id")->{model_id}, $id, '  its id stays');

# -- what If-Match names ---------------------------------------------------------------
as('sci', 201, 'POST', '/models/register', { model_id => $id, version => "$_" }) foreach 1 .. 3;
my $v1 = "/models/$id/versions/1";
foreach my $case ([ POST => "/models/$id/rename", "/models/$id", name => 'churn 2', 'churn 3' ], [ PUT => "$v1/description", $v1, description => 'said', 'said again' ])
{
	my ($method, $path, $seen, $field, @values) = @$case;
	as('plain', 200, 'GET', $seen);
	my $tag = $last->{headers}{etag};
	is(as('sci', 200, $method, $path, { $field => $values[0] }, 'If-Match' => $tag)->{$field}, $values[0], '  changed as it was seen');
	my $count = sql($events);
	is(as('sci', 412, $method, $path, { $field => $values[1] }, 'If-Match' => $tag)->{code}, 'changed', '  not as it was before');
	is(sql($events), $count, '  nothing of it remains');
	is(as('plain', 200, 'GET', $seen)->{$field}, $values[0], '  it is as it was');
}
is(as('sci', 200, 'PUT', "$v1/description", { description => $_ })->{description}, $_, 'emptied') foreach '', undef;
is(as('sci', 200, 'PUT', "$v1/description", {})->{description}, undef, '  again');
refused('22023', 'sci', 400, 'PUT', "$v1/description", $_) foreach { description => 1 }, { model_path => 'x' };
refused('42501', 'plain', 403, 'PUT', "$v1/description", { description => 'x' });
refused('42704', 'sci', 404, 'PUT', "/models/$id/versions/9/description", { description => 'x' });

# -- tags ------------------------------------------------------------------------------
foreach my $of ("/models/$id", $v1)
{
	my %of = (model_id => $id, $of eq $v1 ? (version => '1') : ());
	is_deeply(as('sci', 200, 'PUT', "$of/tags/team", { value => 'sales' }), { %of, key => 'team', value => 'sales' }, '  a tag');
	is_deeply(as('sci', 200, 'PUT', "$of/tags/a%2Fb%20c", { value => '' }), { %of, key => 'a/b c', value => '' }, '  of a key with a slash, without a value');
	my $count = sql($events);
	as('sci', 200, 'PUT', "$of/tags/team", { value => 'sales' });
	is(sql($events), $count, '  what it is already is no event');
	is_deeply([ map { "$_->{key}=$_->{value}" } @{ as('plain', 200, 'GET', "$of/tags")->{tags} } ], [ 'a/b c=', 'team=sales' ], '  listed');
	refused('22023', 'sci', 400, 'PUT', "$of/tags/$_", { value => 'x' }) foreach 'a=b', '..', '%2Fa', 'x' x 251;
	refused('22023', 'sci', 400, 'PUT', "$of/tags/a", $_) foreach { value => 'x' x 100_001 }, { value => 1 }, { value => 'x', key => 'b' };
	as('sci', 200, 'PUT', "$of/tags/long", { value => 'x' x 100_000 });
	refused('42501', 'plain', 403, 'PUT', "$of/tags/a", { value => 'x' });
	refused('42501', 'plain', 403, 'DELETE', "$of/tags/team");
	is(as('sci', 200, 'DELETE', "$of/tags/$_->[0]")->{dropped}, $_->[1], '  dropped, if it was there')
	  foreach [ 'long', JSON::PP::true ], [ 'long', JSON::PP::false ];
	refused('42704', $_->[0], 404, $_->[1], $of =~ s/1$/9/r =~ s/$id$/none/r . "/tags$_->[2]", $_->[3])
	  foreach [ 'sci', 'PUT', '/a', { value => '' } ], [ 'sci', 'DELETE', '/a' ], [ 'plain', 'GET', '' ];
}

# -- search ----------------------------------------------------------------------------
sub sought { my $list = shift; return join ' ', map { $_->{version} // $_->{name} } @{ $last->{json}{$list} }; }
as('plain', 200, 'GET', "/search/models?filter=tags.team%20%3D%20'sales'");
is(sought('models'), 'churn 2', 'models found by a tag');
as('plain', 200, 'GET', '/search/models?order_by=last_updated_timestamp,%20name%20DESC&limit=2');
is($last->{json}{count}, 2, 'in an order of two keys');
as('plain', 200, 'GET', '/search/models?order_by=name%20DESC&limit=2');
is(sought('models'), 'who leaves once', 'a page of them');
like($last->{headers}{link}, qr/rel="next"/, '  and another one');
as('plain', 200, 'GET', ($last->{headers}{link} =~ m{<(/[^>]*)>})[0]);
is(sought('models'), 'churn 2', '  with the rest');
is($last->{headers}{link}, undef, '  which is the last');
as('plain', 200, 'GET', "/search/versions?filter=name%3D'churn%202'%20AND%20version_number%3E1&order_by=version_number");
is(sought('versions'), '2 3', 'versions found');
my $found = $last->{json}{versions}[0];
is_deeply(as('plain', 200, 'GET', "/models/$id/versions/2"), $found, '  as they are');
as('plain', 200, 'GET', "/search/versions?filter=name%3D'nobody'");
is_deeply($last->{json}, { count => 0, versions => [] }, 'none found');
refused('22023', 'plain', 400, 'GET', "/search/$_") foreach 'models?filter=x', 'versions?filter=name%3Da', 'models?order_by=size', 'versions?order_by=name,', 'models?order_by=name,name',
  'models?cursor=x', 'versions?cursor=bSt4Ow', 'models?page_token=x', 'models?filter=name%3D%27a%27%20OR%20name%3D%27b%27';

# -- deleted ---------------------------------------------------------------------------
as('plain', 200, 'GET', "/models/$id/versions/3");
my $tag = $last->{headers}{etag};
refused('42501', 'plain', 403, 'DELETE', "/models/$id/versions/3");
is(as('sci', 412, 'DELETE', "/models/$id/versions/3", undef, 'If-Match' => '"x"')->{code}, 'changed', 'not what If-Match names');
like(as('sci', 200, 'DELETE', "/models/$id/versions/3?reason=a%20slip", undef, 'If-Match' => $tag)->{deleted_at}, qr/^\d/, 'a version deleted');
refused('42704', 'sci', 404, 'DELETE', "/models/$id/versions/3");
refused('42704', 'plain', 404, 'GET', "/models/$id/versions/3$_") foreach '', '/tags', '/history';
is(join(' ', sort map { $_->{version} } @{ as('plain', 200, 'GET', "/models/$id/versions")->{versions} }), '1 2', '  it is on no list');
as('sci', 201, 'POST', '/usecases/create', { usecase_id => 'u', name => 'U', description => 'd', owner => 'sci', model_ids => ['once'] });
refused('55000', 'sci', 409, 'DELETE', '/models/once');
refused('42501', 'plain', 403, 'DELETE', "/models/$id");
like(as('sci', 200, 'DELETE', "/models/$id", { reason => 'over' })->{deleted_at}, qr/^\d/, 'a model deleted');
refused('42704', 'sci', 404, 'DELETE', "/models/$id");
refused('42704', 'sci', 404, 'PATCH', "/models/$id", { description => 'x' });
refused('42704', 'plain', 404, 'GET', "/models/$id$_") foreach '', '/tags', '/aliases', '/versions';
as('plain', 200, 'GET', "/search/models?filter=name%20LIKE%20'churn%25'");
is(sought('models'), '', '  nor is it found');
is(sql(qq{SELECT string_agg(DISTINCT details ->> 'reason', ',') FROM governance.audit_events WHERE event_type LIKE '%.delete' AND details ? 'reason'}), 'a slip,over', 'the trail has why');

# -- too long --------------------------------------------------------------------------
my $hasty = Gateway->new($node, 'app', '--db-timeout', '2s');
my $holder = $node->background_psql('app');
$holder->query_safe('BEGIN; LOCK TABLE governance.models');
my $mlflow = '/api/2.0/mlflow';
foreach my $path ('/search/models', '/search/versions', "$mlflow/registered-models/search", "$mlflow/model-versions/search")
{
	my $reply = $hasty->ask($token{sci}, 'GET', $path);
	is($reply->{status}, 400, "$path: a search that takes too long is the caller's fault") or diag($reply->{content});
	like($reply->{content}, $path =~ /2\.0/ ? qr/"INVALID_PARAMETER_VALUE", "message": "the search took too long\. Ask for less/ : qr/"code": "57014".*"Ask for less/, '  said in words');
}
my $reply = $hasty->ask($token{sci}, 'GET', "$mlflow/registered-models/get?name=once");
is($reply->{status}, 503, 'what else takes too long may be asked again');
is($reply->{json}{error_code}, 'TEMPORARILY_UNAVAILABLE', '  said in a word');
$holder->query_safe('COMMIT');
$holder->quit;
is($gateway->ask($token{sci}, 'GET', '/search/models')->{status}, 200, 'and then it is answered');
done_testing();
