# The disk of a database is full, now and again: what failed has left nothing,
# what was committed is there, and with room again everything goes on.
# The calls are the same in each run: GOV_SEED gives others, and GOV_STEPS more
# of them.
#
# The database is in a tablespace on a small tmpfs, mounted in a namespace of
# the server's own: no rights are needed for that where the system allows user
# namespaces, and where it does not this test is left out.
use strict;
use warnings;
use Log;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);
use World;

my @namespace = qw(unshare --user --mount --map-current-user --keep-caps);
my $dir = PostgreSQL::Test::Utils::tempdir;
mkdir "$dir/small" or die $!;
if (system(@namespace, 'sh', '-c', "mount -t tmpfs -o size=1m tmpfs $dir/small 2>$dir/log") != 0)
{
	diag('THE DISK IS NOT TRIED FULL: a tmpfs cannot be mounted in a user namespace here');
	plan skip_all => 'a tmpfs cannot be mounted in a user namespace here';
}

my $steps = $ENV{GOV_STEPS} // 200;
my $seed = $ENV{GOV_SEED} // 1;
diag("seed $seed, $steps steps a session");
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('full');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.seal_interval = '200ms'
governance.denial_rate = 100000
log_statement = none
deadlock_timeout = '100ms'
autovacuum = off
CONF
system_or_bail(@namespace, 'sh', '-c', "mount -t tmpfs -o size=48m tmpfs $dir/small && chmod 700 $dir/small && exec pg_ctl start --silent --wait -D '@{[$node->data_dir]}' -l '@{[$node->logfile]}' >/dev/null 2>&1");
$node->_update_pid(1);
$node->safe_psql('postgres', "CREATE TABLESPACE small LOCATION '$dir/small'");
$node->safe_psql('postgres', 'CREATE DATABASE world TABLESPACE small');
World::build($node, 'world');

# Fill the disk to its last page, or give the room back.  The ballast is a file
# that the server writes, for nobody else sees its mount.
sub fill
{
	my ($status, $out, $err) = $node->psql('postgres', "COPY (SELECT repeat('x', 1000000) FROM generate_series(1, 100)) TO '$dir/small/ballast'");
	return $err =~ /No space left on device/;
}
sub empty { $node->safe_psql('postgres', "COPY (SELECT WHERE false) TO '$dir/small/ballast'"); return; }

# --- single calls ----------------------------------------------------------------

ok(fill(), 'the disk is full');
my $counted = q{SELECT coalesce(sum(count), 0) FROM gov_sla_series('system', 'api', now() - interval '7 days', now() + interval '10 min', '12 hours')};
my $was = $node->safe_psql('world', $counted);
foreach my $call (qq{gov_register_model('full', '1.0.0', description => (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 9000) AS i))},
	q{count(gov_log_event('full', 'full', 'full')) FROM generate_series(1, 5000)},
	q{count(gov_create_user('full' || i, NULL)) FROM generate_series(1, 2000) AS i},
	# written at commit
	q{gov_observe_many('system', 'api', array_fill(1.0::float8, '{5000}'), observed_at => ARRAY(SELECT now() - i * interval '1 min' FROM generate_series(1, 5000) AS i))})
{
	my ($status, $out, $err) = $node->psql('world', "\\set VERBOSITY verbose\nSELECT $call");
	like($err, qr/ERROR:  53100: could not extend file/, substr($call, 0, 28) . '... says so');
}
is($node->safe_psql('world', q{SELECT (SELECT count(*) FROM governance.models WHERE model_id = 'full') + (SELECT count(*) FROM governance.users WHERE user_id LIKE 'full%')
	+ (SELECT count(*) FROM governance.audit_events WHERE resource LIKE '%full%')}), '0', 'nothing of them is there');
is($node->safe_psql('world', $counted), $was, 'nor does an observation of them count');
is($node->safe_psql('world', 'BEGIN READ ONLY; SELECT bool_and(ok) FROM gov_audit_verify(); COMMIT'), 't', 'reading and verifying go on');
empty();

# --- a day's work ------------------------------------------------------------------

my @sessions = map { World::session($node, 'world', $steps) } 1 .. 2;
my $times = 0;
while (World::going(@sessions))
{
	$times++ if fill();
	usleep(int(rand(400_000)));
	empty();
	usleep(int(rand(200_000)));
}
my $errors = join '', map { $_->{err} } @sessions;
my $full = () = $errors =~ /53100: /g;
ok($times > 0, "the disk was full $times times");
diag("$full calls met it");
is(join("\n", grep { !/ (?:53100|40P01|40001|42501|42704|55000|22023|23505|MG00[123]|25P02): / } $errors =~ /^.*(?:ERROR|FATAL|PANIC): .*$/mg), '', 'no error but that');
is(World::broken_pairs($node, 'world', @sessions), '', 'what was committed is there, and only that');
is(World::wrongs($node, 'world'), '', 'all is well with states and trail');
ok($node->poll_query_until('world', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0' AND NOT EXISTS (SELECT FROM governance.sla_deltas)}), 'the worker goes on');
is(World::wrongs($node, 'world'), '', 'and all is well');
like($node->safe_psql('world', q{SELECT version FROM gov_register_model('full', '1.0.0')}), qr/1.0.0/, 'and so does everybody else');
is(lines_like($node->logfile, qr/terminated by signal|PANIC:|TRAP:/), '', 'no crash');

$node->stop;
done_testing();
