# Random histories of calls by random people, against a model of the rules that
# is written here, from the README alone, and knows no SQL.
#
# One session: the model tells the outcome of each call, its SQLSTATE.  Several
# at once: the trail tells in which order the calls took effect (an event's
# number is taken under the locks of what it changes); in that order the model
# must allow every one of them.  Both ways, at the end of a round, states and
# rights are those of the model, and a call has left events if and only if it
# succeeded and its transaction committed.
#
# The seed is printed: GOV_SEED repeats a run, GOV_SECONDS makes a longer one.
# How sessions interleave is not the seed's to repeat.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Storable qw(dclone);
use Test::More;
use Time::HiRes qw(time);

my $seed = $ENV{GOV_SEED} // int(rand(1_000_000));
my $seconds = $ENV{GOV_SECONDS} // 30;
diag("seed $seed, $seconds s");
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('model');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\ndeadlock_timeout = '100ms'\nautovacuum = off\n");
$node->start;

# --- people and rights -------------------------------------------------------------

my %permits = (
	registrar => { 'model:register' => 1, 'model:deprecate' => 1 },
	approver => { 'model:approve' => 1 },
	operator => { 'model:deploy' => 1, 'model:rollback' => 1 },
	admin => { map { $_ => 1 } qw(model:register model:deprecate model:approve model:deploy model:rollback role:manage) });
my %roles = (
	rosa => { registrar => 1 }, remy => { registrar => 1, approver => 1 },
	amir => { approver => 1 }, bea => { approver => 1 }, cleo => { approver => 1 },
	olga => { operator => 1 }, otto => { operator => 1, registrar => 1 }, dora => { admin => 1 });
my @people = sort keys %roles;
my $setup = "CREATE EXTENSION governance;\n"
  . "SELECT gov_create_role('registrar', permissions => '{model:register,model:deprecate}');\n"
  . "SELECT gov_set_policy('model.required_approvals', '2');\n";
foreach my $name (@people)
{
	$setup .= "CREATE ROLE $name; SELECT gov_create_user('$name', NULL, db_role => '$name');\n";
	$setup .= "SELECT gov_assign_role('$name', '$_');\n" foreach sort keys %{ $roles{$name} };
}
$node->safe_psql('postgres', $setup);

# --- the model ------------------------------------------------------------------------

my $world = { roles => \%roles, versions => {} };
my %rank = (staging => 10, production => 100);

sub may
{
	my ($w, $person, $permission) = @_;
	return scalar grep { $permits{$_}{$permission} } keys %{ $w->{roles}{$person} };
}

# What a version's status is by where it is active.
sub settle
{
	my ($v) = @_;
	my ($top) = sort { $rank{$b} <=> $rank{$a} } keys %{ $v->{active} };
	$v->{status} = defined $top ? "deployed_$top" : 'approved';
}

my %rules = (
	register => [ 'model:register', sub {
		my ($w, $p, $m, $v) = @_;
		return '23505' if $w->{versions}{"$m:$v"};
		$w->{versions}{"$m:$v"} = { model => $m, maker => $p, status => 'registered', approval => 'pending',
			votes => {}, active => {}, staged => 0 };
		return '00000';
	} ],
	request => [ 'model:register', sub {
		my ($w, $p, $m, $v) = @_;
		my $x = $w->{versions}{"$m:$v"} or return '42704';
		return '55000' if $x->{status} ne 'registered' or $x->{approval} eq 'approved';
		@$x{qw(approval submitter votes)} = ('pending', $p, {});
		return '00000';
	} ],
	approve => [ 'model:approve', sub {
		my ($w, $p, $m, $v) = @_;
		my $x = $w->{versions}{"$m:$v"} or return '42704';
		return 'MG001' if $p eq $x->{maker} or $p eq ($x->{submitter} // '');
		return '55000' if $x->{status} ne 'registered' or $x->{approval} ne 'pending' or $x->{votes}{$p};
		$x->{votes}{$p} = 1;
		@$x{qw(status approval)} = ('approved', 'approved') if keys %{ $x->{votes} } >= 2;
		return '00000';
	} ],
	reject => [ 'model:approve', sub {
		my ($w, $p, $m, $v) = @_;
		my $x = $w->{versions}{"$m:$v"} or return '42704';
		return '55000' if $x->{status} ne 'registered' or $x->{approval} ne 'pending' or $x->{votes}{$p};
		$x->{approval} = 'rejected';
		return '00000';
	} ],
	deploy => [ 'model:deploy', sub {
		my ($w, $p, $m, $v, $e) = @_;
		my $x = $w->{versions}{"$m:$v"} or return '42704';
		return 'MG001' if $x->{votes}{$p};
		return '55000' if $x->{approval} ne 'approved' or $x->{status} eq 'deprecated'
		  or ($e eq 'production' and !$x->{staged});
		foreach my $other (grep { $_->{model} eq $m and $_->{active}{$e} } values %{ $w->{versions} })
		{
			delete $other->{active}{$e};
			settle($other);
		}
		$x->{active}{$e} = 1;
		$x->{staged} = 1 if $e eq 'staging';
		settle($x);
		return '00000';
	} ],
	undeploy => [ 'model:rollback', sub {
		my ($w, $p, $m, undef, $e) = @_;
		return '42704' unless grep { $_->{model} eq $m } values %{ $w->{versions} };
		my ($x) = grep { $_->{model} eq $m and $_->{active}{$e} } values %{ $w->{versions} };
		return '55000' unless $x;
		delete $x->{active}{$e};
		settle($x);
		return '00000';
	} ],
	deprecate => [ 'model:deprecate', sub {
		my ($w, $p, $m, $v) = @_;
		my $x = $w->{versions}{"$m:$v"} or return '42704';
		return '55000' if $x->{status} eq 'deprecated' or %{ $x->{active} };
		$x->{status} = 'deprecated';
		return '00000';
	} ],
	assign => [ 'role:manage', sub {
		my ($w, $p, $who, $role) = @_;
		return 'MG001' if ($role eq 'operator' and $w->{roles}{$who}{approver})
		  or ($role eq 'approver' and $w->{roles}{$who}{operator});
		$w->{roles}{$who}{$role} = 1;
		return '00000';
	} ],
	revoke => [ 'role:manage', sub {
		my ($w, $p, $who, $role) = @_;
		return delete $w->{roles}{$who}{$role} ? '00000' : 'nothing';
	} ]);

# judge WORLD CALL [RIGHTS UNKNOWN]: the outcome, and the world as it is then.
sub judge
{
	my ($w, $call, $is_free) = @_;
	my ($permission, $rule) = @{ $rules{ $call->{verb} } };
	return '42501' if !$is_free and !may($w, $call->{person}, $permission);
	return $rule->($w, $call->{person}, @{ $call->{args} });
}

# --- histories ----------------------------------------------------------------------------

my $tags = 0;
sub any { return $_[ int(rand(@_)) ]; }

sub call
{
	my ($round) = @_;
	my $verb = any(qw(register register request approve approve approve approve reject deploy deploy deploy undeploy deprecate assign revoke));
	my @permitted = grep { may($world, $_, $rules{$verb}[0]) } @people;
	my $person = @permitted && rand() < 0.8 ? any(@permitted) : any(@people);
	my ($m, $v, $e) = (any("r${round}a", "r${round}b"), any('1', '2', '3'), any('staging', 'staging', 'production'));
	my @args = $verb =~ /assign|revoke/ ? (any(grep { $_ ne 'dora' } @people), any('registrar', 'operator', 'approver')) : ($m, $v, $e);
	return { tag => 't' . ++$tags, verb => $verb, person => $person, args => \@args };
}

sub sql_of
{
	my ($c) = @_;
	my ($a, $b, $e) = @{ $c->{args} };
	my %sql = (
		register => "gov_register_model('$a', '$b')", request => "gov_request_model_approval('$a', '$b')",
		approve => "gov_approve_model('$a', '$b')", reject => "gov_reject_model('$a', '$b', 'no')",
		deploy => "gov_deploy_model('$a', '$b', '$e')", undeploy => "gov_undeploy_model('$a', '$e')",
		deprecate => "gov_deprecate_model('$a', '$b')",
		assign => "gov_assign_role('$a', '$b')", revoke => "gov_revoke_role('$a', '$b')");
	return "SET ROLE $c->{person}; SET application_name = '$c->{tag}';\nSELECT $sql{$c->{verb}};\n\\echo :SQLSTATE $c->{tag}\n";
}

# Shapes of transactions: which of the calls stay, where they succeed.
sub shape
{
	my ($round) = @_;
	my $which = int(rand(10));
	my ($c, $d) = (call($round), call($round));
	my ($one, $two) = (sql_of($c), sql_of($d));
	return { calls => [ $c ], kind => 'rollback', sql => "BEGIN;\n${one}ROLLBACK;\n" } if $which == 0;
	return { calls => [ $c, $d ], kind => 'both', sql => "BEGIN;\n$one${two}COMMIT;\n" } if $which == 1;
	return { calls => [ $c, $d ], kind => 'second', sql => "BEGIN;\nSAVEPOINT s;\n${one}ROLLBACK TO s;\n${two}COMMIT;\n" } if $which == 2;
	return { calls => [ $c, $d ], kind => 'first', sql => "BEGIN;\n${one}SAVEPOINT s;\n${two}ROLLBACK TO s;\nCOMMIT;\n" } if $which == 3;
	return { calls => [ $c ], kind => 'repeatable', sql => "BEGIN ISOLATION LEVEL REPEATABLE READ;\nSELECT 1;\n${one}COMMIT;\n" } if $which == 4;
	return { calls => [ $c ], kind => 'single', sql => $one };
}

# run HISTORY...: each in a session of its own; fills in what each call said.
sub run
{
	my %said;
	my @sessions;
	foreach my $number (0 .. $#_)
	{
		my $file = "$PostgreSQL::Test::Utils::tmp_check/history-$number.sql";
		unlink $file;
		append_to_file($file, "\\set ON_ERROR_STOP off\nSET client_min_messages = error;\n" . join('', map { $_->{sql} } @{ $_[$number] }));
		my %s = (out => '', err => '');
		$s{handle} = IPC::Run::start(
			[ 'psql', '-X', '-q', '-At', '-h', $node->host, '-p', $node->port, '-d', 'postgres', '-f', $file ],
			'>', \$s{out}, '2>', \$s{err});
		push @sessions, \%s;
	}
	$_->{handle}->finish foreach @sessions;
	my $out = join("\n", map { $_->{out} } @sessions);
	$said{$2} = $1 while $out =~ /^(\w{5}) (t\d+)$/mg;
	foreach my $transaction (map { @$_ } @_)
	{
		my @calls = @{ $transaction->{calls} };
		foreach my $c (@calls)
		{
			$c->{said} = $said{ $c->{tag} } // 'silent';
			$c->{stays} = $c->{said} eq '00000' && $transaction->{kind} ne 'rollback';
		}
		if ($transaction->{kind} eq 'both' and grep { $_->{said} ne '00000' } @calls) { $_->{stays} = 0 foreach @calls; }
		$calls[0]{stays} = 0 if $transaction->{kind} eq 'second';
		$calls[1]{stays} = 0 if $transaction->{kind} eq 'first';
	}
	return;
}

# The calls that left events, in the order in which they took effect.
sub trail
{
	my ($first) = @_;
	return split /\n/, $node->safe_psql('postgres', qq{
		SELECT application_name FROM governance.audit_events
		WHERE event_id > $first AND application_name ~ '^t[0-9]+\$' GROUP BY 1 ORDER BY min(event_id)});
}

sub last_event { return $node->safe_psql('postgres', 'SELECT max(event_id) FROM governance.audit_events'); }

# What the database says of a round's versions, and of rights, as text.
sub found
{
	my ($round) = @_;
	return $node->safe_psql('postgres', qq{
		SELECT v.model_id || ':' || v.version || ' ' || v.status || ' ' || v.approval_status || ' by ' || v.created_by || ' in '
			|| coalesce((SELECT string_agg(d.environment, ',' ORDER BY d.environment) FROM governance.deployment_history AS d
				WHERE d.model_id = v.model_id AND d.version = v.version AND d.status = 'active'), '')
		FROM governance.model_versions AS v WHERE v.model_id ~ '^r${round}[ab]\$' ORDER BY 1})
	  . "\n" . $node->safe_psql('postgres', q{
		SELECT u.user_id || ' may ' || p FROM governance.users AS u,
			unnest('{model:register,model:deprecate,model:approve,model:deploy,model:rollback,role:manage}'::text[]) AS p
		WHERE u.user_id <> 'postgres' AND gov_has_permission(u.user_id, p) ORDER BY 1});
}

sub expected
{
	my ($round) = @_;
	my @lines = map {
		my $x = $world->{versions}{$_};
		"$_ $x->{status} $x->{approval} by $x->{maker} in " . join(',', sort keys %{ $x->{active} })
	} grep { /^r${round}[ab]:/ } sort keys %{ $world->{versions} };
	my @rights;
	foreach my $person (@people)
	{
		push @rights, map { "$person may $_" } grep { may($world, $person, $_) } sort keys %{ $permits{admin} };
	}
	return join("\n", @lines) . "\n" . join("\n", sort @rights);
}

sub lines_of { return join("\n", sort split /\n/, shift); }

sub told { my ($c) = @_; return "$c->{tag}: $c->{person} $c->{verb} @{ $c->{args} }"; }

# --- rounds ------------------------------------------------------------------------------------

my ($rounds, $calls, $successes) = (0, 0, 0);
my %outcomes;
my %bad = (alone => '', trail => '', order => '', state => '');
my $end = time() + $seconds;

# One session, whose every outcome the model tells.
sub alone
{
	my ($round) = @_;
	my @history = map { shape($round) } 1 .. 120;
	run(\@history);
	foreach my $transaction (@history)
	{
		my @calls = @{ $transaction->{calls} };
		my $before = dclone($world);
		my $middle;
		my $is_failed = 0;
		foreach my $number (0 .. $#calls)
		{
			my $c = $calls[$number];
			my $outcome = $is_failed ? '25P02' : judge($world, $c);
			$c->{is_nothing} = $outcome eq 'nothing';
			$outcome = '00000' if $c->{is_nothing};
			$bad{alone} ||= told($c) . " ($transaction->{kind}): $c->{said}, the model says $outcome" if $c->{said} ne $outcome;
			$is_failed = 1 if $outcome ne '00000';
			if ($number == 0 and $transaction->{kind} eq 'second') { $world = dclone($before); $is_failed = 0; }
			$middle = dclone($world) if $number == 0;
		}
		$world = $before if $transaction->{kind} eq 'rollback' or ($transaction->{kind} eq 'both' and $is_failed);
		if ($transaction->{kind} eq 'first') { $world = $calls[0]{said} eq '00000' ? $middle : $before; }
	}
	return map { @{ $_->{calls} } } @history;
}

# Three at once: the trail tells the order.  What somebody may has been judged
# a moment before the event, so rights are the other way's to test, but for
# those that the changes of this round have nothing to do with.
sub together
{
	my ($round, $first) = @_;
	my @histories = map { [ map { shape($round) } 1 .. 60 ] } 1 .. 3;
	my $before = dclone($world);
	run(@histories);
	my %by_tag = map { $_->{tag} => $_ } map { @{ $_->{calls} } } map { @$_ } @histories;
	my @effects = map { $by_tag{$_} } trail($first);
	my %ever = %{ dclone($before->{roles}) };
	foreach my $c (grep { $_->{verb} eq 'assign' } @effects) { $ever{ $c->{args}[0] }{ $c->{args}[1] } = 1; }
	my @so_far;
	foreach my $c (@effects)
	{
		my $outcome = judge($world, $c, 1);
		push @so_far, told($c);
		$bad{order} ||= told($c) . " took effect, the model says $outcome, after:\n" . join("\n", grep { / $c->{args}[0] / } @so_far) if $outcome ne '00000';
		$bad{order} ||= told($c) . ' took effect, and never had the right'
		  unless may({ roles => \%ever }, $c->{person}, $rules{ $c->{verb} }[0]);
	}
	foreach my $c (values %by_tag)
	{
		$bad{order} ||= told($c) . " said $c->{said}"
		  unless $c->{said} =~ /^(00000|22023|23505|25P02|40001|40P01|42501|42704|55000|MG001)$/;
		$c->{is_nothing} = $c->{verb} eq 'revoke' && $c->{said} eq '00000';
	}
	return values %by_tag;
}

while (time() < $end)
{
	my $round = ++$rounds;
	my $first = last_event();
	my @calls = $round % 2 ? alone($round) : together($round, $first);
	my %left = map { $_ => 1 } trail($first);
	foreach my $c (@calls)
	{
		$calls++;
		$successes++ if $c->{stays};
		$outcomes{ $c->{said} }++;
		next if $c->{stays} and $c->{is_nothing};
		$bad{trail} ||= told($c) . ($c->{stays} ? ' succeeded and left no event' : " said $c->{said}, did not stay, and left an event")
		  if !$c->{stays} != !$left{ $c->{tag} };
	}
	my ($found, $expected) = (lines_of(found($round)), lines_of(expected($round)));
	$bad{state} ||= "round $round, found:\n$found\nexpected:\n$expected" if $found ne $expected;
	last if grep { $_ } values %bad;
}

diag("$rounds rounds, $calls calls, $successes of them stayed; " . join(', ', map { "$_: $outcomes{$_}" } sort keys %outcomes));
is($bad{alone}, '', 'alone, every call has the outcome that the model tells');
is($bad{order}, '', 'at once, the model allows what took effect, in the order of the trail');
is($bad{trail}, '', 'a call left events if and only if it succeeded and committed');
is($bad{state}, '', 'states and rights are those of the model');
foreach my $outcome (qw(00000 23505 42501 42704 55000 MG001))
{
	cmp_ok($outcomes{$outcome} // 0, '>', 0, "$outcome was among the outcomes");
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM gov_sod_conflicts()'), '0', 'nobody breaks a duty set');
is($node->safe_psql('postgres', q{SELECT count(*) FROM gov_audit_seal() AS s, gov_audit_verify() AS v WHERE NOT v.ok}), '0', 'the trail verifies');
$node->stop;
done_testing();
