# Each list over HTTP, page by page: nothing is lost or there twice, whatever the
# cursor is called, and limits are those that are said.  What changes a thing that
# has an ETag takes it, reports come in the formats that Accept names, and closed
# words are closed in a query, too.

use strict;
use warnings;

use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('lists');
$node->init;
my $key = PostgreSQL::Test::Utils::tempdir() . '/key.pem';
system_or_bail('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', $key);
chmod 0600, $key;
$node->append_conf('postgresql.conf', "log_statement = none\ngovernance.attestation_key_file = '$key'");
$node->start;
World::build($node, 'postgres');
$node->safe_psql('postgres', q{
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_user('boss', 'boss@example.com'), gov_create_user('plain', 'plain@example.com');
	SELECT gov_assign_role('boss', 'admin');
	SELECT gov_set_deployment_gate('production', m, '>=', 0.5) FROM unnest('{accuracy,recall}'::text[]) AS m;
	SELECT gov_create_environment('canary', 10), gov_create_environment('blue', 100);
	SELECT gov_set_model_alias('risk', a, '1.0.0') FROM unnest('{one,two,three}'::text[]) AS a;
	SELECT gov_set_model_tag('risk', k, 'v'), gov_set_version_tag('risk', '1.0.0', k, 'v') FROM unnest('{one,two,three}'::text[]) AS k;
	SELECT gov_create_api_token('boss', 'more ' || i) FROM generate_series(1, 3) AS i;
	SELECT gov_compliance_report(7) FROM generate_series(1, 3);
	SELECT gov_define_sla('system', 'db' || i) FROM generate_series(1, 3) AS i;
	SELECT gov_record_measurement('system', 'db' || i, '{"response_time_p95": 9000, "response_time_p99": 9000}') FROM generate_series(1, 3) AS i;
	SELECT gov_report_incident('other', 'info', 'another', 'one', 'risk'), gov_request_approval('model_rollback', '{"model_id": "risk"}');
	SELECT gov_deploy_model('risk', '1.0.0', 'staging'), gov_deploy_usecase('lending', environment => 'staging');
	SELECT gov_request_model_approval('risk', '2.0.0') FROM generate_series(1, 3) AS i;
	SELECT gov_comment_incident(1, 'note ' || i) FROM generate_series(1, 3) AS i;
	INSERT INTO governance.trusted_signers (name, kind, material, fingerprint)
	SELECT 'signer' || i, 'key', 'a key', repeat(i::text, 64) FROM generate_series(1, 3) AS i;
	INSERT INTO governance.model_signatures
		(model_id, version, signature_no, status, method, signer, manifest_digest, bundle_digest, bundle, attached_by)
	SELECT 'risk', '1.0.0', i, 'verified', 'key', 'signer' || i, repeat('a', 64), repeat(i::text, 64), '{}', 'boss'
	FROM generate_series(1, 3) AS i;
});
$node->safe_psql('postgres', 'SELECT gov_audit_seal()');
my %token = map { split /=/ } split /\n/, $node->safe_psql('postgres',
	q{SELECT u || '=' || gov_create_api_token(u, 'test') FROM unnest('{boss,plain}'::text[]) AS u});
my $gateway = Gateway->new($node, 'postgres');

my $last;
sub as
{
	my ($user, $status, $method, $path, $body, %headers) = @_;
	$last = $gateway->ask($token{$user}, $method, $path, $body, %headers);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($last->{status}, $status, "$user $method $path: $status") or diag($last->{content});
	return $last->{json};
}

sub next_page { return (($last->{headers}{link} // '') =~ m{^</api/governance(/[^>]*)>; rel="next"$})[0]; }

# -- pages ---------------------------------------------------------------------------

my %in_path = (
	model_id => 'risk', version => '1.0.0', usecase_id => 'lending', user_id => 'boss', permission => 'audit:read', incident_id => 1,
	control_id => 'eu-ai-act-12.1', resource_type => 'system', resource_id => 'db1');

# The path of each list, and then pages of one row; of seven where they are many.
my $api = as('boss', 200, 'GET', '/openapi.json');
foreach my $path (sort keys %{ $api->{paths} })
{
	my $get = $api->{paths}{$path}{get} // next;
	my %parameter = map { $_->{name} => $_ } @{ $get->{parameters} };
	next unless $parameter{limit};
	my $call = $path =~ s/\{(\w+)\}/$in_path{$1} \/\/ "?$1"/ger;
	$call =~ s/1\.0\.0/2.0.0/ if $path =~ /approvals$/;
	refuse_limits($call);
	next if $path eq '/inbox';    # what waits: deciding leads on
	ok($parameter{cursor}, "$path: and leads on") or next;
	my ($member) = grep { ref $_ && ($_->{type} // '') eq 'array' && $_->{items} } values %{ $get->{responses}{200}{content}{'application/json'}{schema}{properties} };
	my ($name) = grep { $get->{responses}{200}{content}{'application/json'}{schema}{properties}{$_} == $member }
	  keys %{ $get->{responses}{200}{content}{'application/json'}{schema}{properties} };
	pages($call, $name, $path);
}

sub refuse_limits
{
	my ($call) = @_;
	foreach my $limit (qw(0 -1 10001))
	{
		is(as('boss', 400, 'GET', "$call?limit=$limit")->{code}, '22023', '  as a bad value');
	}
	return;
}

sub pages
{
	my ($call, $name, $path) = @_;
	# reading writes nothing there, but the worker may
	my $until = $call eq '/audit-log' ? '&until=' . time : '';
	my $size = $call =~ /evidence|audit-log|transitions|questions|controls$/ ? 7 : 1;
	my $all = as('boss', 200, 'GET', "$call?limit=10000$until")->{$name};
	my @seen;
	for (my $page = "$call?limit=$size$until"; $page && @seen < 2000; $page = next_page())
	{
		$last = $gateway->ask($token{boss}, 'GET', $page);
		last unless $last->{status} == 200;
		cmp_ok(scalar @{ $last->{json}{$name} }, '<=', $size, "$path: no page is longer") if @{ $last->{json}{$name} } > $size;
		push @seen, @{ $last->{json}{$name} };
	}
	is($last->{status}, 200, "$path: each page is there") or diag($last->{content});
	my @whole = map { $Gateway::JSON->encode($_) } @$all;
	ok(@whole > $size, "$path: there is more than a page of it") or diag(scalar @whole);
	is(join("\n", map { $Gateway::JSON->encode($_) } @seen), join("\n", @whole), "$path: nothing is lost, moved or there twice");
	return;
}

# a page that was asked for by another name of the cursor leads on
foreach my $start ('/models?after=a&limit=1', '/users?after=a&limit=1', '/policies?limit=1&after=a', '/compliance/reports?before=99&limit=1', '/tokens?after=99999&limit=1')
{
	my $first = as('boss', 200, 'GET', $start);
	isnt(next_page(), undef, '  there is another page');
	my $second = as('boss', 200, 'GET', next_page());
	isnt($Gateway::JSON->encode($second), $Gateway::JSON->encode($first), '  which is another');
}
as('boss', 200, 'GET', '/controls' =~ s{^}{/compliance}r . '?framework=EU%20AI%20Act&limit=1');
like(next_page(), qr{[?&]framework=EU%20AI%20Act&}, '  with what else was asked for');
is(as('boss', 200, 'GET', next_page())->{controls}[0]{framework}, 'EU AI Act', '  and it is held to');

# -- words -----------------------------------------------------------------------------

foreach my $call ('/sla?resource_type=modle', '/sla?resource_type=model,usecase', '/violations?resource_type=modle', '/transitions?machine=models',
	'/models?status=live', '/usecases?status=live', '/incidents?severity=bad', '/sla/modle/risk/series?since=0')
{
	my $json = as('boss', 400, 'GET', $call);
	is($json->{code}, '22023', '  as a bad value');
	like($json->{hint}, qr/^Allowed: \w+(?:, \w+)*\.$/, '  with the words there are');
}

# -- tags --------------------------------------------------------------------------------

foreach my $case ([ '/models/risk', 'description' ], [ '/users/plain', 'email' ])
{
	my ($path, $field) = @$case;
	my @value = map { $field eq 'email' ? "p$_\@example.com" : "description $_" } 1 .. 4;
	as('boss', 200, 'PATCH', $path, { $field => $value[0] });
	my $tag = $last->{headers}{etag};
	as('boss', 200, 'GET', $path);
	is($last->{headers}{etag}, $tag, '  the tag is that of the change');
	as('boss', 304, 'GET', $path, undef, 'If-None-Match' => $tag);
	is(as('boss', 200, 'PATCH', $path, { $field => $value[1] }, 'If-Match' => $tag)->{$field}, $value[1], '  changed as it was seen');
	is(as('boss', 412, 'PATCH', $path, { $field => $value[2] }, 'If-Match' => $tag)->{code}, 'changed', '  not as it was before');
	is(as('boss', 200, 'GET', $path)->{$field}, $value[1], '  nothing of it remains');
	as('boss', 412, 'PATCH', $path, { $field => $value[2] }, 'If-Match' => "W/$last->{headers}{etag}");
	as('boss', 200, 'PATCH', $path, { $field => $value[3] }, 'If-Match' => '*');
	as('plain', 403, 'PATCH', $path, { $field => $value[3] }, 'If-Match' => $last->{headers}{etag});
	as('boss', 404, 'PATCH', $path =~ s/\w+$/none/r, { $field => $value[3] }, 'If-Match' => '*');
	# what is left out or null stays as it is
	my $before = as('boss', 200, 'GET', $path);
	is_deeply(as('boss', 200, 'PATCH', $path, { $field => undef }), $before, '  null changes nothing');
	is_deeply(as('boss', 200, 'PATCH', $path, {}), $before, '  nor does nothing');
}

# -- formats --------------------------------------------------------------------------------

my $id = as('boss', 200, 'GET', '/compliance/reports?limit=1')->{reports}[0]{report_id};
my $count = as('boss', 200, 'GET', '/compliance/reports')->{count};
foreach my $accept ('image/png', 'application/xml, image/*', 'application/json;q=0')
{
	my $json = as('boss', 406, 'GET', "/compliance/reports/$id", undef, Accept => $accept);
	like($json->{detail}, qr{text/markdown, text/html, application/oscal\+json}, '  with what there is');
	as('boss', 406, 'POST', '/compliance/reports', {}, Accept => $accept);
}
is(as('boss', 200, 'GET', '/compliance/reports')->{count}, $count, 'none was made');
as('boss', 200, 'GET', "/compliance/reports/$id", undef, Accept => 'image/png, text/html;q=0.5');
is($last->{headers}{'content-type'}, 'text/html; charset=utf-8', '  the one that is there');
is($gateway->ask('gov_nothing', 'GET', "/compliance/reports/$id", undef, Accept => 'image/png')->{status}, 401, 'without a token that is not told');
foreach my $accept ('image/png', 'application/oscal+json')
{
	as('boss', 200, 'GET', '/compliance/report', undef, Accept => $accept);
	is($last->{headers}{'content-type'}, 'application/json', '  this route has three formats, and JSON for all else');
}
my %key = ('Idempotency-Key' => 'format');
as('boss', 201, 'POST', '/compliance/reports', {}, Accept => 'text/html', %key);
my $content = $last->{content};
as('boss', 201, 'POST', '/compliance/reports', {}, Accept => 'text/html', %key);
is($last->{content}, $content, '  answered again');
is($last->{headers}{'content-type'}, 'text/html; charset=utf-8', '  as what it is');
as('boss', 422, 'POST', '/compliance/reports', {}, Accept => 'application/json', %key);

is($gateway->stop, 0, 'it stops');
$node->stop;
done_testing();
