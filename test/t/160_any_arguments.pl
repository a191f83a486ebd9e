# Every function that everybody may call, asked of the catalog, with arguments
# that nobody should give: each call ends in a result or in an error of the
# contract's list or of PostgreSQL's own for bad input, worded as all are; none
# ends the server; and one that failed has changed nothing.
#
# Each argument of a function in turn is every odd value of its type, the other
# ones are in order.  GOV_ODD=1 tries all of them, not a half, which is the
# same in each run: GOV_SEED gives another one.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Calls;
use World;

my $part = $ENV{GOV_ODD} // 0.5;
my $seed = $ENV{GOV_SEED} // 1;
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('odd');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.worker = off
governance.audit_denials = off
log_statement = none
log_min_messages = log
log_min_duration_statement = '4s'
statement_timeout = '30s'
CONF
$node->start;
World::build($node, 'postgres');

# --- what to ask ---------------------------------------------------------------

my $long = q{repeat('x', 1048577)};
my %odd = (
	text => [ q{''}, q{' '}, q{'NaN'}, q{'../x'}, q{'a b'}, q{'ä'}, q{E'a\\nb'}, q{'%s%n%d'}, q{'-'}, q{'"; --'},
		q{repeat('x', 128)}, q{repeat('x', 129)}, $long, q{repeat('ä', 600)}, q{chr(1)}, q{'{}'}, q{'0'}, q{'SYSTEM'}, q{'system'}, q{'all'} ],
	name => [ q{''}, q{' '}, q{'postgres'}, q{'nobody there'}, q{'ä'}, "$long\::name" ],
	int => [ '-2147483648', '2147483647', '0', '-1', '1' ],
	bigint => [ q{'-9223372036854775808'::bigint}, '9223372036854775807', '0', '-1', '1', '4294967296' ],
	float => [ map { "'$_'::float8" } qw(NaN Infinity -Infinity 1e308 -1 -0 5e-324 0) ],
	numeric => [ map({ "'$_'::numeric" } qw(NaN Infinity -Infinity -1 0 1e-1000)), '10::numeric ^ 100000' ],
	boolean => [ 'true', 'false' ],
	timestamp => [ map { "'$_'::timestamptz" } qw(infinity -infinity epoch now), '4714-11-24 BC', '294276-12-31' ],
	date => [ map { "'$_'::date" } qw(infinity -infinity epoch 2026-02-28), '4714-11-24 BC', '5874897-12-31' ],
	interval => [ map { "'$_'::interval" } '0', '-1 s', '178000000 years', '-178000000 years', '1 us', '1 month -1 day' ],
	uuid => [ q{'00000000-0000-0000-0000-000000000000'::uuid}, 'gen_random_uuid()' ],
	jsonb => [ map({ "'$_'::jsonb" } 'null', '1', '"x"', '[]', '{}', 'true', '{"": ""}', '{"accuracy": "x", "model_id": 1, "version": []}',
			'{"accuracy": 1e400}', '{"accuracy": null}', '[[[]]]', '{"model_id": "../x"}'),
		q{(repeat('[', 10000) || repeat(']', 10000))::jsonb}, q{(repeat('{"a":', 10000) || '1' || repeat('}', 10000))::jsonb},
		q{(repeat('[', 1500) || repeat(']', 1500))::jsonb}, q{(repeat('{"a":', 1500) || '1' || repeat('}', 1500))::jsonb},
		"to_jsonb($long)", "jsonb_build_object('a', $long)", "jsonb_build_object($long, 1)",
		q{(SELECT jsonb_object_agg('k' || i, i) FROM generate_series(1, 50000) AS i)} ],
	bytea => [ q{''::bytea}, q{'\\x00'::bytea}, q{decode(repeat('00', 32), 'hex')}, "convert_to($long, 'UTF8')" ],
	'text[]' => [ map({ "'$_'::text[]" } '{}', '{NULL}', '{""}', '{{a,b},{c,d}}', '[5:6]={a,b}', '{a,a}', '{admin,NULL}', '{"a b"}', '[-2147483648:-2147483647]={a,b}'),
		"ARRAY[$long]", q{ARRAY(SELECT 'a' || i FROM generate_series(1, 20000) AS i)}, q{array_fill('operator'::text, '{5000}')} ],
	'float[]' => [ map({ "'$_'::float8[]" } '{}', '{NULL}', '{NaN}', '{Infinity,1}', '{{1,2},{3,4}}', '[5:6]={1,2}', '{-1}', '{1e308,1e308}'),
		q{array_fill(1.5::float8, '{200000}')} ],
	'boolean[]' => [ map({ "'$_'::boolean[]" } '{}', '{NULL}', '{t,f,t,f}', '{{t},{f}}', '[7:7]={t}'), q{array_fill(true, '{200000}')} ],
	'timestamp[]' => [ map({ "'$_'::timestamptz[]" } '{}', '{NULL}', '{infinity}', '{-infinity}', '{now,epoch}', '{{now},{now}}'),
		q{array_fill(now(), '{200000}')} ],
	'bytea[]' => [ map({ "'$_'::bytea[]" } '{}', '{NULL}', '{""}', '{{a,b},{c,d}}', '[5:6]={a,b}'),
		q{array_fill('\\x61'::bytea, '{20000}')}, q{array_fill(decode(repeat('00', 32), 'hex'), '{100}')} ],
	sketch => [ q{''::governance.sketch}, q{(SELECT governance.sketch(i::float8) FROM generate_series(1, 0) AS i)},
		q{(SELECT governance.sketch(power(10, i % 300 - 100)) FROM generate_series(1, 3000) AS i)}, q{'1'::governance.sketch}, "$long\::governance.sketch" ],
	anyelement => [ qw(2 true 1.5 0::smallint), map({ "'$_'::float8" } qw(NaN Infinity 1e308)), q{'{1,NULL}'::int[]}, q{'7 days'::interval}, q{'x'::json},
		q{'{"a": 1}'::json}, q{'infinity'::timestamptz}, 'ROW(1, NULL)', "$long\::varchar", q{repeat('[', 10000)::json} ],
	cstring => [ q{''}, q{'sketch'}, q('{'), q{'1:1'}, "$long\::cstring" ],
	record => [ 'ROW()', 'ROW(NULL)', 'ROW(1, ROW(2, ROW(3)))', "ROW($long)", q{ROW('NaN'::float8, 'infinity'::timestamptz)}, '(1, 2)',
		q{(SELECT v FROM governance.model_versions AS v LIMIT 1)} ],
	'governance.model_versions' => [ q{(SELECT v FROM governance.model_versions AS v LIMIT 1)}, 'ROW()', 'ROW(1, 2)',
		'(SELECT jsonb_populate_record(NULL::governance.model_versions, \'{}\'))' ],
	'governance.use_cases' => [ q{(SELECT u FROM governance.use_cases AS u LIMIT 1)}, 'ROW()', 'ROW(1, 2)',
		'(SELECT jsonb_populate_record(NULL::governance.use_cases, \'{}\'))' ],
);
# of any type: no value at all, one without a type; and one of another type
my @always = (q{NULL}, q{'garbage'});
my @other = (q{'\\xff'::bytea}, q{now()}, q{ARRAY[1, 2]}, q{'{"a": [1]}'::jsonb}, q{1e500::numeric}, q{ROW(1, 'a')}, q{'(1,2)'::point});
my @functions = Calls::functions($node, 'postgres');
cmp_ok(scalar @functions, '>', 130, scalar(@functions) . " functions (seed $seed)");

my @calls;
foreach my $function (@functions)
{
	my ($proc, @types) = ($function->{proc}, @{ $function->{families} });
	my @good = @{ $function->{arguments} };
	my $count = @good;
	push @calls, "$proc(" . join(', ', @good) . ')', "$proc(" . join(', ', ('NULL') x $count) . ')';
	push @calls, "$proc(" . join(', ', map { "''" } 1 .. $count) . ')' if $count > 0;
	push @calls, "$proc()", "$proc(" . join(', ', @good, '1') . ')' if $count > 0;
	foreach my $i (0 .. $count - 1)
	{
		foreach my $value (@always, $other[ int(rand(@other)) ], @{ $odd{ $types[$i] } // die "nothing odd of type $types[$i]" })
		{
			next if rand() >= $part;
			my @arguments = @good;
			$arguments[$i] = $value;
			push @calls, "$proc(" . join(', ', @arguments) . ')';
		}
	}
}

# --- asking ---------------------------------------------------------------------

# Each as a statement of its own, all in one session; what became of it.
sub ask
{
	my ($role, $begin, $end, @asked) = @_;
	my $file = "$PostgreSQL::Test::Utils::tmp_check/calls-$role.sql";
	open my $out, '>:raw', $file or die $!;
	print $out "\\set ON_ERROR_STOP off\n\\set VERBOSITY verbose\nSET client_min_messages = error;\n\\o /dev/null\n";
	print $out "$begin\\warn CALL $_\nSELECT * FROM $asked[$_];\n$end" foreach 0 .. $#asked;
	# what was kept for a commit would come now
	print $out "SELECT 1;\n\\warn CALL end\n";
	close $out;
	my ($stdout, $stderr) = ('', '');
	IPC::Run::run([ 'psql', '-X', '-q', '-d', $node->connstr('postgres') . " user=$role", '-f', $file ], '>', \$stdout, '2>', \$stderr);
	my (%result, $current);
	foreach my $line (split /\n/, $stderr)
	{
		if ($line =~ /^CALL (\S+)/) { $current = $1; }
		elsif ($line =~ /(?:ERROR|FATAL|PANIC):  (\w{5}): (.*)/) { $result{$current} //= [ $1, $2 ] if defined $current; }
		elsif ($line =~ /server closed|connection to server/) { $result{ $current // 'start' } = [ 'LOST', $line ]; }
	}
	ok(defined $current && $current eq 'end', "$role: the session lives through " . scalar(@asked) . ' calls')
	  or diag($stderr =~ /(.{0,2000})\z/s);
	return \%result;
}

# The contract's, and PostgreSQL's own for input: class 22, no such function
# or cast, ambiguous, of no type to be told, too long or too deep; a text for
# an argument "record" is 0A000.
my $allowed = qr/^(?:22...|23502|23514|23505|28000|42501|42704|42883|42846|42804|42725|42P18|42P13|42601|55000|54000|54001|MG00[1-5]|40001)$/;
my %seen;

sub judge
{
	my ($role, $results, @asked) = @_;
	my (@wrong_code, @wrong_words);
	foreach my $i (sort { $a <=> $b } grep { /^\d+$/ } keys %$results)
	{
		my ($code, $message) = @{ $results->{$i} };
		my $call = length $asked[$i] > 300 ? substr($asked[$i], 0, 300) . '...' : $asked[$i];
		$seen{$code}++;
		push @wrong_code, "$code $message\n    $call" unless $code =~ $allowed || "$code $message" =~ /^0A000 input of anonymous composite types/;
		# names in capitals are words too (JSON, NaN); a sentence is not; the
		# parser quotes what it does not know as it is
		# gov_mlflow() speaks as MLflow does
		next if $call =~ /^(?:\w+\.)?gov_mlflow\(/;
		push @wrong_words, "$message\n    $call" if $message =~ /^[A-Z][a-z]+ / || $message =~ /\.$/ || $message !~ /\S/
		  || (length $message > 1000 && $code ne '42601');
	}
	is(scalar @wrong_code, 0, "$role: every error is one of the list") or diag(join "\n", @wrong_code[ 0 .. ($#wrong_code < 30 ? $#wrong_code : 30) ]);
	is(scalar @wrong_words, 0, "$role: worded as errors are") or diag(join "\n", map { substr $_, 0, 600 } @wrong_words[ 0 .. ($#wrong_words < 10 ? $#wrong_words : 10) ]);
	return;
}

sub crashes { return join "\n", slurp_file($node->logfile) =~ /^.*(?:terminated by signal|PANIC:|TRAP:|stuck spinlock).*$/mg; }

my $was = World::fingerprint($node, 'postgres');
foreach my $role ('postgres', 'pia', 'stranger')
{
	# rolled back: each finds the world as it is
	my $results = ask($role, "BEGIN;\n", "ROLLBACK;\n", @calls);
	judge($role, $results, @calls);
	my @failed = map { $calls[$_] } sort { $a <=> $b } grep { /^\d+$/ } keys %$results;
	cmp_ok(scalar @failed, '<', scalar @calls, "$role: " . (@calls - @failed) . ' of ' . scalar(@calls) . ' calls have a result');
	is(World::changes($node, 'postgres', $was), '', "$role: rolled back, nothing is left");

	# those that failed, each a transaction by itself
	next if $role eq 'pia';
	$results = ask($role, '', '', @failed);
	judge($role, $results, @failed);
	is(World::changes($node, 'postgres', $was), '', "$role: what failed has changed nothing");
}
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'}), '0', 'no lock is left');
is(crashes(), '', 'no process of the server died');

# how long a text may be
is($node->safe_psql('postgres', q{SELECT version FROM gov_register_model('long', '1.0.0', repeat('x', 1040000))}), '1.0.0', 'a text of nearly a megabyte');
my (undef, undef, $err) = $node->psql('postgres', qq{\\set VERBOSITY verbose\nSELECT gov_register_model('long', '1.0.1', repeat('x', 1048576))});
like($err, qr/22023: the audit event would be too large/, 'its event has at most a megabyte, too');
(undef, undef, $err) = $node->psql('postgres', qq{\\set VERBOSITY verbose\nSELECT gov_register_model('long', '1.0.1', repeat('x', 1048577))});
like($err, qr/22023: invalid value for argument "description"\nDETAIL:  It has 1048577 bytes, more than 1048576\./, 'and no longer');
diag(join ' ', map { "$_:$seen{$_}" } sort keys %seen);
my @slow = slurp_file($node->logfile) =~ /duration: (\d+\.\d+ ms  statement: SELECT \* FROM .{0,200})/g;
diag("slow: $_") foreach @slow;
is($node->safe_psql('postgres', 'SELECT bool_and(ok) FROM gov_audit_verify()'), 't', 'the trail verifies');

$node->stop;
done_testing();
