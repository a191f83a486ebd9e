# Lists of more than 10,000 rows, page by page, by SQL and by REST: every row is
# reached, once, in order, beside writers too, and a page costs the same however
# far down it is.

use strict;
use warnings;

use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $many = 10_200;
my $node = PostgreSQL::Test::Cluster->new('long_lists');
$node->init;
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'governance'
governance.worker = off
});
$node->start;
# Rows as functions would have made them, but many at once and at the same times:
# the guards stand aside for it.
$node->safe_psql('postgres', qq{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_user('boss', 'boss\@example.com'), gov_assign_role('boss', 'admin');
	ALTER TABLE governance.incidents DISABLE TRIGGER USER;
	ALTER TABLE governance.use_cases DISABLE TRIGGER USER;
	ALTER TABLE governance.approval_requests DISABLE TRIGGER USER;
	INSERT INTO governance.incidents (category, severity, title, resource, status, reported_at, resolved_at)
	SELECT 'safety', 'info', 'i' || i, 'r' || i % 5, CASE WHEN i % 3 = 0 THEN 'resolved' ELSE 'open' END,
		now() - i / 7 * interval '1 second', CASE WHEN i % 3 = 0 THEN now() END FROM generate_series(1, $many) AS i;
	INSERT INTO governance.use_cases (usecase_id, name, owner, created_at)
	SELECT 'u' || i, 'n', 'o' || i % 2, now() - i / 7 * interval '1 second' FROM generate_series(1, $many) AS i;
	INSERT INTO governance.approval_requests (action, requester_id, requested_at, expires_at, status, context, resource_key)
	SELECT CASE i % 2 WHEN 0 THEN 'model_rollback' ELSE 'usecase_approve' END, 'boss', now() - i / 7 * interval '1 second',
		now() + CASE WHEN i % 50 = 0 THEN -1 ELSE 1 END * interval '1 day', CASE WHEN i % 100 = 0 THEN 'expired' WHEN i % 50 = 0 THEN 'pending' WHEN i % 3 = 0 THEN 'rejected' ELSE 'pending' END, '{}', 'x'
	FROM generate_series(1, $many) AS i;
	ALTER TABLE governance.incidents ENABLE TRIGGER USER;
	ALTER TABLE governance.use_cases ENABLE TRIGGER USER;
	ALTER TABLE governance.approval_requests ENABLE TRIGGER USER;
	ANALYZE governance.incidents, governance.use_cases, governance.approval_requests});

# --- by SQL ----------------------------------------------------------------------
$node->safe_psql('postgres', q{
	-- all ids, page by page, in the order in which they came
	CREATE FUNCTION walked(call text, id text, page int) RETURNS SETOF text LANGUAGE plpgsql AS $$
	DECLARE
		last text;
		ids text[];
	BEGIN
		-- more pages than any list has: a page that does not go on is seen
		FOR i IN 1 .. 50 LOOP
			EXECUTE format('SELECT array_agg(t.%I::text) FROM %s) AS t', id, format(call, page, last)) INTO ids;
			EXIT WHEN ids IS NULL;
			RETURN QUERY SELECT unnest(ids);
			last := ids[array_upper(ids, 1)];
		END LOOP;
	END $$});

sub walks
{
	my ($what, $call, $id, $table, $where, $order) = @_;
	is($node->safe_psql('postgres', qq{
		WITH walked AS MATERIALIZED (SELECT * FROM walked(\$c\$$call\$c\$, '$id', 977) WITH ORDINALITY AS w(id, n)),
			right_ones AS MATERIALIZED (SELECT $id\::text AS id, row_number() OVER (ORDER BY $order) AS n FROM governance.$table WHERE $where)
		SELECT count(*) FILTER (WHERE w.id IS DISTINCT FROM r.id), count(*) > 1
		FROM walked AS w FULL JOIN right_ones AS r USING (n)}), '0|t', "$what: each row once, in order");
	return;
}

my $newest = 'created_at DESC, usecase_id DESC';
walks('use-cases', 'gov_usecases(limit_rows => %s, after => %L', 'usecase_id', 'use_cases', 'true', $newest);
walks('of an owner', q{gov_usecases(owner => 'o1', limit_rows => %s, after => %L}, 'usecase_id', 'use_cases', q{owner = 'o1'}, $newest);
walks('of a status', q{gov_usecases('draft', limit_rows => %s, after => %L}, 'usecase_id', 'use_cases', q{status = 'draft'}, $newest);
$newest = 'requested_at DESC, request_id DESC';
walks('requests', 'gov_approval_requests(limit_rows => %s, after => %L', 'request_id', 'approval_requests', 'true', $newest);
walks('of an action', q{gov_approval_requests(action => 'model_rollback', limit_rows => %s, after => %L}, 'request_id', 'approval_requests', q{action = 'model_rollback'}, $newest);
walks('pending', q{gov_approval_requests('pending', limit_rows => %s, after => %L}, 'request_id', 'approval_requests', q{status = 'pending' AND expires_at > now()}, $newest);
walks('rejected', q{gov_approval_requests('rejected', limit_rows => %s, after => %L}, 'request_id', 'approval_requests', q{status = 'rejected'}, $newest);
walks('expired, marked or not', q{gov_approval_requests('expired', limit_rows => %s / 50, after => %L}, 'request_id', 'approval_requests', q{status IN ('expired', 'pending') AND expires_at <= now()}, $newest);
$newest = 'reported_at DESC, incident_id DESC';
walks('incidents', q{gov_incidents(status => 'all', limit_rows => %s, after => %L}, 'incident_id', 'incidents', 'true', $newest);
walks('unresolved', q{gov_incidents(limit_rows => %s, after => %L}, 'incident_id', 'incidents', q{status = 'open'}, $newest);
walks('of a resource', q{gov_incidents(resource => 'r2', status => 'all', limit_rows => %s, after => %L}, 'incident_id', 'incidents', q{resource = 'r2'}, $newest);

foreach my $call (q{gov_usecases(after => 'nobody')}, q{gov_incidents(after => 0)}, q{gov_approval_requests(after => '00000000-0000-0000-0000-000000000000')})
{
	my (undef, undef, $err) = $node->psql('postgres', "SELECT * FROM $call", extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($err, qr/22023: invalid value for argument "after"/, "$call: no such row");
}

# --- what a page costs ---------------------------------------------------------------
# Blocks that a page of 100 takes; the first call of a session reads catalogs, too.
sub blocks
{
	my ($call) = @_;
	my $plan = $node->safe_psql('postgres', "SELECT count(*) FROM $call; EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) SELECT * FROM $call");
	my ($hit) = $plan =~ /Buffers: shared hit=(\d+)/ or return 0;
	my ($read) = $plan =~ /Buffers: shared.* read=(\d+)/;
	return $hit + ($read // 0);
}

sub costs
{
	my ($what, $call, $id, $table, $order) = @_;
	my @cost;
	foreach my $place (100, $many / 2, $many - 200)
	{
		my $after = $node->safe_psql('postgres', "SELECT $id FROM governance.$table ORDER BY $order OFFSET $place LIMIT 1");
		push @cost, blocks(sprintf $call, $after);
	}
	my ($least, $most) = (sort { $a <=> $b } @cost)[ 0, -1 ];
	cmp_ok($most, '<', 2 * $least + 30, "$what: a page costs the same at any depth (@cost)");
	cmp_ok($most, '<', 150, '  and no more than the page');
	return;
}
costs('use-cases', q{gov_usecases(after => '%s')}, 'usecase_id', 'use_cases', 'created_at DESC, usecase_id DESC');
costs('of an owner', q{gov_usecases(owner => 'o1', after => '%s')}, 'usecase_id', 'use_cases', 'created_at DESC, usecase_id DESC');
costs('requests', q{gov_approval_requests(after => '%s')}, 'request_id', 'approval_requests', 'requested_at DESC, request_id DESC');
costs('pending ones', q{gov_approval_requests('pending', after => '%s')}, 'request_id', 'approval_requests', 'requested_at DESC, request_id DESC');
costs('incidents', q{gov_incidents(status => 'all', after => %s)}, 'incident_id', 'incidents', 'reported_at DESC, incident_id DESC');
costs('unresolved ones', q{gov_incidents(after => %s)}, 'incident_id', 'incidents', 'reported_at DESC, incident_id DESC');

# --- by REST, beside writers ------------------------------------------------------------
my $token = $node->safe_psql('postgres', q{SELECT gov_create_api_token('boss', 'test')});
my $gateway = Gateway->new($node, 'postgres');

sub pages
{
	my ($path, $list, $id, $write) = @_;
	my (%seen, @twice);
	my $next = "$path";
	my $pages = 0;
	while (defined $next && $pages++ < 100)
	{
		my $reply = $gateway->ask($token, 'GET', $next);
		if ($reply->{status} != 200)
		{
			diag("$next: $reply->{content}");
			last;
		}
		push @twice, grep { $seen{$_}++ } map { $_->{$id} } @{ $reply->{json}{$list} };
		($next) = ($reply->{headers}{link} // '') =~ /<([^>]+)>; *rel="next"/;
		$write->($pages, $reply->{json}{$list}) if $write;
	}
	is("@twice", '', "$path: nothing twice, on $pages pages");
	return \%seen;
}

sub reaches_all
{
	my ($path, $list, $id, $table, $where, $write) = @_;
	my @ids = split /\n/, $node->safe_psql('postgres', "SELECT $id FROM governance.$table WHERE $where");
	my $seen = pages($path, $list, $id, $write);
	is(scalar(grep { !$seen->{$_} } @ids), 0, '  and nothing lost of ' . scalar @ids);
	return;
}

my $n = 0;
reaches_all('/usecases?limit=977', 'usecases', 'usecase_id', 'use_cases', 'true', sub {
	$n++;
	is($gateway->ask($token, 'POST', '/usecases/create', { usecase_id => "new$n", name => 'n', description => 'd', owner => 'o1' })->{status}, 201, '  another one is made')
	  if $n < 4 });
reaches_all('/approvals?limit=977', 'approvals', 'request_id', 'approval_requests', 'true', sub {
	my ($page, $rows) = @_;
	# the row that the cursor names is no longer what it was
	$gateway->ask($token, 'POST', "/approvals/$rows->[-1]{request_id}/withdraw", {}) if $page < 4 });
reaches_all('/incidents?status=all&limit=977', 'incidents', 'incident_id', 'incidents', 'true', sub {
	my ($page, $rows) = @_;
	return if $page > 3;
	is($gateway->ask($token, 'POST', '/incidents/report', { category => 'safety', severity => 'info', title => 't', description => 'd', resource => 'r2' })->{status}, 201, '  another one is reported') });
# what is resolved between two pages leaves the list, and takes no other row along
my $seen = pages('/incidents?limit=977', 'incidents', 'incident_id', sub {
	my ($page, $rows) = @_;
	return if $page > 3 || !@$rows;
	my $last = $rows->[-1]{incident_id};
	is($gateway->ask($token, 'POST', "/incidents/$last/resolve", { resolution => 'done' })->{status}, 200, '  the last one of the page is resolved') });
is($node->safe_psql('postgres', "SELECT count(*) FROM governance.incidents WHERE status = 'open' AND incident_id <> ALL ('{" . join(',', keys %$seen) . "}'::bigint[])"), '0', '  and nothing lost');

foreach my $path ('/usecases?cursor=nobody', '/incidents?cursor=0', '/approvals?cursor=00000000-0000-0000-0000-000000000000', '/usecases?cursor=1700000000~u1', '/approvals?cursor=1700000000')
{
	my $reply = $gateway->ask($token, 'GET', $path);
	is($reply->{status}, 400, "$path: no such cursor") or diag($reply->{content});
}

$gateway->stop;
$node->stop;
done_testing();
