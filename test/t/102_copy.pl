# A copy of a database (CREATE DATABASE ... TEMPLATE) signs no checkpoint under
# its original's name; everything else goes on in both.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('copies');
$node->init;
my $key = $node->basedir . '/key.pem';
system_or_bail('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', $key);
chmod 0600, $key;
$node->append_conf('postgresql.conf', <<"CONF");
shared_preload_libraries = 'governance'
governance.seal_interval = '200ms'
governance.checkpoint_key_file = '$key'
CONF
$node->start;

sub ask { my ($db, $sql) = @_; return $node->safe_psql($db, $sql); }
sub sealed { my ($db) = @_; return $node->poll_query_until($db, q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'}); }

ask('postgres', 'CREATE DATABASE shop');
ask('shop', q{CREATE EXTENSION governance; SELECT count(gov_log_event('sale', 'sell', 'goods')) FROM generate_series(1, 300)});
sealed('shop');
my $checkpoint = ask('shop', 'SELECT gov_audit_checkpoint()');
like($checkpoint, qr/\n\n\x{2014}|\n\n\xe2\x80\x94/, 'the original signs');
sealed('shop');
ask('postgres', 'CREATE DATABASE copy TEMPLATE shop');

my (undef, undef, $err) = $node->psql('copy', 'SELECT gov_audit_checkpoint()');
like($err, qr/no checkpoint is signed in a copy of the database/, 'the copy does not sign');
like($err, qr/DETAIL:  The log was begun in another database/, 'because the database is another one');
like($err, qr/governance\.continue_log\(.*governance\.rename_log\(/s, 'and says what to do');
is(ask('copy', q{SELECT bool_and(ok) FROM gov_audit_verify()}), 't', 'it verifies');
ask('copy', q{SELECT gov_log_event('sale', 'in the copy', 'goods')});
ok(sealed('copy'), 'it goes on, and seals');
ask('shop', q{SELECT gov_log_event('sale', 'in the original', 'goods')});
sealed('shop');
like(ask('shop', 'SELECT gov_audit_checkpoint()'), qr/^governance\//, 'the original signs on');

# under a name of its own
my $name = (split /\n/, $checkpoint)[0];
ask('copy', q{SELECT governance.rename_log('a copy for the test department')});
sealed('copy');
my $other = ask('copy', 'SELECT gov_audit_checkpoint()');
isnt((split /\n/, $other)[0], $name, 'renamed, the copy signs under a name of its own');
is(ask('copy', q{SELECT bool_and(ok) FROM gov_audit_verify()}), 't', 'and verifies');
is(ask('copy', q{SELECT string_agg(event_type, ' ' ORDER BY event_id) FROM governance.audit_events
	WHERE details ->> 'reason' = 'a copy for the test department'}), 'audit_log.rename audit_home.rename audit_home.rename', 'the trail tells of it: the id, the row that follows it, the place');

# the original is gone: the copy takes its place
ask('postgres', 'CREATE DATABASE heir TEMPLATE shop');
ask('postgres', 'DROP DATABASE shop');
ask('heir', q{SELECT governance.continue_log('shop was dropped, this is its copy')});
is((split /\n/, ask('heir', 'SELECT gov_audit_checkpoint()'))[0], $name, 'a copy that goes on signs under the old name');
$node->stop;
done_testing();
