# Random histories of calls by random people, against a model of the rules that
# is written here, from the documents alone, and knows no SQL.
#
# One session: the model tells the outcome of each call, its SQLSTATE.  Several
# at once: the trail tells in which order the calls took effect (an event's
# number is taken under the locks of what it changes); in that order the model
# must allow every one of them.  Both ways, at the end of a round, states and
# rights are those of the model, and a call has left events if and only if it
# succeeded and its transaction committed.
#
# Models and where they run, use-cases, approval requests and roles are in it.
# The calls are the same in each run: GOV_SEED gives others, and GOV_SECONDS more
# of them.  How sessions interleave is not the seed's to repeat.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Storable qw(dclone);
use Test::More;
use Time::HiRes qw(time);

my $seed = $ENV{GOV_SEED} // 1;
my $seconds = $ENV{GOV_SECONDS} // 12;
diag("seed $seed, $seconds s");
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('model');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\ndeadlock_timeout = '100ms'\nautovacuum = off\n");
$node->start;

# --- people and rights -------------------------------------------------------------

my %permits = (
	registrar => { map { $_ => 1 } qw(model:register model:deprecate usecase:create usecase:deprecate) },
	approver => { 'model:approve' => 1, 'usecase:approve' => 1 },
	operator => { map { $_ => 1 } qw(model:deploy model:rollback usecase:deploy) });
$permits{admin} = { map({ %$_ } values %permits), 'role:manage' => 1 };
my %roles = (
	rosa => { registrar => 1 }, remy => { registrar => 1, approver => 1 },
	amir => { approver => 1 }, bea => { approver => 1 }, cleo => { approver => 1 },
	olga => { operator => 1 }, otto => { operator => 1, registrar => 1 }, dora => { admin => 1 });
my @people = sort keys %roles;
my $setup = "CREATE EXTENSION governance;\n"
  . "SELECT gov_create_role('registrar', permissions => '{" . join(',', sort keys %{ $permits{registrar} }) . "}');\n"
  . "SELECT gov_set_policy('model.required_approvals', '2');\n"
  . "SELECT gov_set_policy('usecase.required_approvals.medium', '2');\n"
  . "SELECT gov_set_approval_policy('model_rollback');\n";
foreach my $name (@people)
{
	$setup .= "CREATE ROLE $name; SELECT gov_create_user('$name', NULL, db_role => '$name');\n";
	$setup .= "SELECT gov_assign_role('$name', '$_');\n" foreach sort keys %{ $roles{$name} };
}
$node->safe_psql('postgres', $setup);

# --- the model ------------------------------------------------------------------------

my $world = { roles => \%roles, versions => {}, deployments => {}, usecases => {}, requests => {} };
my %rank = (staging => 10, production => 100);

sub may
{
	my ($w, $person, $permission) = @_;
	return scalar grep { $permits{$_}{$permission} } keys %{ $w->{roles}{$person} };
}

# What an approved version's status is by where it is active.
sub settle
{
	my ($v) = @_;
	return if $v->{status} !~ /^(?:approved|deployed_.*)$/;
	my ($top) = sort { $rank{$b} <=> $rank{$a} } keys %{ $v->{active} };
	$v->{status} = defined $top ? "deployed_$top" : 'approved';
	return;
}

# The deployments of a model to an environment, oldest first; the one that is
# active is the last, or none is.
sub deployments { my ($w, $m, $e) = @_; return $w->{deployments}{"$m $e"} //= []; }

sub active
{
	my ($w, $m, $e) = @_;
	my $last = deployments($w, $m, $e)->[-1];
	return $last && $last->{status} eq 'active' ? $last : undef;
}

# The active one ends; the version that it was of.
sub ends
{
	my ($w, $m, $e, $how) = @_;
	my $row = active($w, $m, $e) or return;
	$row->{status} = $how;
	my $v = $w->{versions}{"$m:$row->{version}"};
	delete $v->{active}{$e};
	settle($v);
	return $v;
}

sub begins
{
	my ($w, $m, $v, $e, $stands_at) = @_;
	my $rows = deployments($w, $m, $e);
	push @$rows, { version => $v, status => 'active', stands_at => $stands_at // scalar @$rows };
	my $x = $w->{versions}{"$m:$v"};
	$x->{active}{$e} = 1;
	settle($x);
	return;
}

# Of calls that took effect at once with others: what was judged before, or of
# things that others may have changed since, is not asked again.
our $is_free = 0;
# The request that the call used up; undef: the model is to say which.
our $used;

# Roll back to the version before, or to $v.
sub roll_back
{
	my ($w, $m, $e, $v) = @_;
	return '42704' unless grep { $_->{model} eq $m } values %{ $w->{versions} };
	my $named = defined $v ? $w->{versions}{"$m:$v"} // return '42704' : undef;
	my $row = active($w, $m, $e) or return '55000';
	my $rows = deployments($w, $m, $e);
	# of another version, before where this one stands, and not rolled back
	my ($at) = grep { $rows->[$_]{version} ne $row->{version} and $rows->[$_]{status} ne 'rolled_back' } reverse 0 .. $row->{stands_at} - 1;
	if ($named)
	{
		($at) = grep { $rows->[$_]{version} eq $v } reverse 0 .. $#$rows;
		return '55000' if $row->{version} eq $v or !defined $at or $named->{approval} ne 'approved' or $named->{status} eq 'deprecated';
	}
	if ($e eq 'production')
	{
		my ($request) = defined $used ? $w->{requests}{$used} // ()
		  : sort { $a->{no} <=> $b->{no} } grep { $_->{model} eq $m and $_->{status} eq 'approved' } values %{ $w->{requests} };
		return 'MG002' unless $request and $request->{model} eq $m and $request->{status} eq 'approved';
		$request->{status} = 'consumed';
	}
	my $x = ends($w, $m, $e, 'rolled_back');
	@$x{qw(status approval)} = ('rolled_back', 'requires_changes') unless grep { $rank{$_} > $rank{$e} } keys %{ $x->{active} };
	my $back = defined $at ? $w->{versions}{"$m:$rows->[$at]{version}"} : undef;
	begins($w, $m, $rows->[$at]{version}, $e, $rows->[$at]{stands_at})
	  if $back and $back->{approval} eq 'approved' and $back->{status} ne 'deprecated';
	return '00000';
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
		return '55000' if $x->{status} eq 'deprecated' or $x->{approval} eq 'approved';
		@$x{qw(status approval submitter votes)} = ('registered', 'pending', $p, {});
		return '00000';
	} ],
	approve => [ 'model:approve', sub {
		my ($w, $p, $m, $v) = @_;
		my $x = $w->{versions}{"$m:$v"} or return '42704';
		return 'MG001' if $p eq $x->{maker} or $p eq ($x->{submitter} // '');
		return '55000' if $x->{status} ne 'registered' or $x->{approval} ne 'pending' or $x->{votes}{$p};
		$x->{votes}{$p} = 1;
		return '00000' if keys %{ $x->{votes} } < 2;
		@$x{qw(status approval)} = ('approved', 'approved');
		settle($x);
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
		ends($w, $m, $e, 'superseded');
		begins($w, $m, $v, $e);
		$x->{staged} = 1 if $e eq 'staging';
		return '00000';
	} ],
	undeploy => [ 'model:rollback', sub {
		my ($w, $p, $m, undef, $e) = @_;
		return '42704' unless grep { $_->{model} eq $m } values %{ $w->{versions} };
		return ends($w, $m, $e, 'undeployed') ? '00000' : '55000';
	} ],
	rollback => [ 'model:rollback', sub { my ($w, $p, $m, undef, $e) = @_; return roll_back($w, $m, $e); } ],
	# back to a version that is named
	recall => [ 'model:rollback', sub { my ($w, $p, $m, $v, $e) = @_; return roll_back($w, $m, $e, $v); } ],
	deprecate => [ 'model:deprecate', sub {
		my ($w, $p, $m, $v) = @_;
		my $x = $w->{versions}{"$m:$v"} or return '42704';
		return '55000' if $x->{status} eq 'deprecated' or %{ $x->{active} };
		$x->{status} = 'deprecated';
		return '00000';
	} ],
	create => [ 'usecase:create', sub {
		my ($w, $p, $u, $m, $owner) = @_;
		return '42704' unless grep { $_->{model} eq $m } values %{ $w->{versions} };
		return '23505' if $w->{usecases}{$u};
		$w->{usecases}{$u} = { model => $m, status => 'draft', maker => $p, owner => $owner, votes => {}, active => {} };
		return '00000';
	} ],
	submit => [ 'usecase:create', sub {
		my ($w, $p, $u) = @_;
		my $x = $w->{usecases}{$u} or return '42704';
		return '55000' if $x->{status} ne 'draft';
		@$x{qw(status submitter votes)} = ('submitted', $p, {});
		return '00000';
	} ],
	accept => [ 'usecase:approve', sub {
		my ($w, $p, $u) = @_;
		my $x = $w->{usecases}{$u} or return '42704';
		return 'MG001' if grep { $p eq ($_ // '') } @$x{qw(maker owner submitter)};
		return '55000' if $x->{status} ne 'submitted' or $x->{votes}{$p};
		$x->{votes}{$p} = 1;
		$x->{status} = 'approved' if keys %{ $x->{votes} } >= 2;
		return '00000';
	} ],
	refuse => [ 'usecase:approve', sub {
		my ($w, $p, $u) = @_;
		my $x = $w->{usecases}{$u} or return '42704';
		return '55000' if $x->{status} ne 'submitted' or $x->{votes}{$p};
		$x->{status} = 'draft';
		return '00000';
	} ],
	serve => [ 'usecase:deploy', sub {
		my ($w, $p, $u, $e) = @_;
		my $x = $w->{usecases}{$u} or return '42704';
		return '55000' if $x->{status} !~ /^(?:approved|deployed)$/
		  or ($e eq 'production' and !$is_free and !active($w, $x->{model}, $e));
		$x->{status} = 'deployed';
		$x->{active}{$e}++;
		return '00000';
	} ],
	retire => [ 'usecase:deprecate', sub {
		my ($w, $p, $u) = @_;
		my $x = $w->{usecases}{$u} or return '42704';
		return '55000' if $x->{status} =~ /^(?:deprecated|archived)$/;
		@$x{qw(status active)} = ('deprecated', {});
		return '00000';
	} ],
	archive => [ 'usecase:deprecate', sub {
		my ($w, $p, $u) = @_;
		my $x = $w->{usecases}{$u} or return '42704';
		return '55000' if $x->{status} ne 'deprecated';
		$x->{status} = 'archived';
		return '00000';
	} ],
	# that a version be rolled back in production; anybody may ask
	ask => [ undef, sub {
		my ($w, $p, $m, undef, undef, $tag) = @_;
		$w->{requests}{$tag} = { no => 1 + keys %{ $w->{requests} }, model => $m, asker => $p, status => 'pending' };
		return '00000';
	} ],
	grant => [ undef, sub {
		my ($w, $p, $tag) = @_;
		my $x = $w->{requests}{$tag} or return '22023';
		return '42501' if !$is_free and !$w->{roles}{$p}{approver};
		return 'MG001' if $p eq $x->{asker};
		return '55000' if $x->{status} ne 'pending';
		$x->{status} = 'approved';
		return '00000';
	} ],
	deny => [ undef, sub {
		my ($w, $p, $tag) = @_;
		my $x = $w->{requests}{$tag} or return '22023';
		return '42501' if !$is_free and !$w->{roles}{$p}{approver};
		return '55000' if $x->{status} ne 'pending';
		$x->{status} = 'rejected';
		return '00000';
	} ],
	withdraw => [ undef, sub {
		my ($w, $p, $tag) = @_;
		my $x = $w->{requests}{$tag} or return '22023';
		return '42501' if $p ne $x->{asker};
		return '55000' if $x->{status} !~ /^(?:pending|approved)$/;
		$x->{status} = 'withdrawn';
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

# judge WORLD CALL: the outcome, and the world as it is then.
sub judge
{
	my ($w, $call) = @_;
	my ($permission, $rule) = @{ $rules{ $call->{verb} } };
	return '42501' if !$is_free and defined $permission and !may($w, $call->{person}, $permission);
	local $used = $call->{used};
	return $rule->($w, $call->{person}, @{ $call->{args} });
}

# --- histories ----------------------------------------------------------------------------

my $tags = 0;
sub any { return $_[ int(rand(@_)) ]; }

# Names of a round that are asked about later.
my @asked = ('none');

sub call
{
	my ($round, $is_early) = @_;
	my $tag = 't' . ++$tags;
	my $verb = any($is_early ? (('register') x 6, ('create') x 2, ('approve') x 6, ('submit') x 2, 'accept', 'deploy', 'ask') :
		('register', ('request') x 2, ('approve') x 8, ('deploy') x 8, 'undeploy', ('rollback') x 4, ('recall') x 3, ('assign') x 2, 'revoke',
		'create', ('submit') x 2, ('accept') x 6, ('serve') x 5, ('ask') x 3, ('grant') x 4, 'deny', 'withdraw',
		rand() < 0.4 ? qw(reject refuse deprecate retire archive) : ()));
	my @permitted = grep { !defined $rules{$verb}[0] or may($world, $_, $rules{$verb}[0]) } @people;
	@permitted = grep { $roles{$_}{approver} } @people if $verb =~ /^(?:grant|deny)$/;
	my $person = @permitted && rand() < 0.9 ? any(@permitted) : any(@people);
	my @args = (any("r${round}a", "r${round}b"), any('1', '1', '2', '2', '3'), any('staging', 'production'));
	if ($verb =~ /^(?:assign|revoke)$/) { @args = (any(grep { $_ ne 'dora' } @people), any('registrar', 'operator', 'approver')); }
	elsif ($verb eq 'create') { @args = (any("u${round}a", "u${round}b", "u${round}c"), $args[0], any(@people)); }
	elsif ($verb =~ /^(?:submit|accept|refuse|serve|retire|archive)$/) { @args = (any("u${round}a", "u${round}a", "u${round}b", "u${round}c"), $args[2]); }
	elsif ($verb eq 'ask') { push @args, $tag; push @asked, $tag; }
	elsif ($verb =~ /^(?:grant|deny|withdraw)$/) { @args = ($asked[ -1 - int(rand(@asked < 6 ? @asked : 6)) ]); }
	if ($verb eq 'withdraw' and my $x = $world->{requests}{ $args[0] }) { $person = $x->{asker} if rand() < 0.5; }
	return { tag => $tag, verb => $verb, person => $person, args => \@args };
}

sub may_now { my ($permission) = @_; return grep { may($world, $_, $permission) } @people; }

# What people do one after the other to get somewhere, where nothing comes
# between: a version into production, one back out of it, a use-case served.
sub chain
{
	my ($round) = @_;
	my ($m, $v, $u) = (any("r${round}a", "r${round}b"), any('1', '2', '3'), any("u${round}a", "u${round}b", "u${round}c"));
	my ($maker, $operator) = (any(may_now('model:register')), any(may_now('model:deploy')));
	my ($one, $two) = sort { $a->[0] <=> $b->[0] } map { [ rand(), $_ ] } grep { $_ ne $maker and $_ ne $operator } may_now('model:approve');
	return shape($round) unless $two;
	my $ask = 't' . ++$tags;
	my ($way, @calls) = (any(qw(up up back served)));
	if ($way eq 'up')
	{
		@calls = ([ 'register', $maker, $m, $v ], [ 'request', $maker, $m, $v ], [ 'approve', $one->[1], $m, $v ]);
		push @calls, [ 'reject', $two->[1], $m, $v ], [ 'request', $maker, $m, $v ], [ 'approve', $one->[1], $m, $v ] if rand() < 0.2;
		push @calls, [ 'approve', $two->[1], $m, $v ], [ 'deploy', $operator, $m, $v, 'staging' ], [ 'deploy', $operator, $m, $v, 'production' ];
	}
	elsif ($way eq 'back')
	{
		@calls = ([ 'ask', $operator, $m, $v, 'production', $ask ], [ 'grant', $one->[1], $ask ], [ any('rollback', 'recall'), $operator, $m, $v, 'production' ],
			[ any('rollback', 'recall'), $operator, $m, any('1', '2', '3'), 'staging' ], [ 'rollback', $operator, $m, $v, any('staging', 'staging', 'production') ]);
		push @asked, $ask;
	}
	else
	{
		@calls = ([ 'create', $maker, $u, $m, $maker ], [ 'submit', $maker, $u ], [ 'accept', $one->[1], $u ]);
		push @calls, [ 'refuse', $two->[1], $u ], [ 'submit', $maker, $u ], [ 'accept', $one->[1], $u ] if rand() < 0.4;
		push @calls, [ 'accept', $two->[1], $u ], [ 'serve', $operator, $u, any('staging', 'production') ];
	}
	return map {
		my ($verb, $person, @args) = @$_;
		my $c = { tag => $verb eq 'ask' ? $ask : 't' . ++$tags, verb => $verb, person => $person, args => \@args };
		{ calls => [ $c ], kind => 'single', sql => sql_of($c) }
	} @calls;
}

sub sql_of
{
	my ($c) = @_;
	my ($a, $b, $e) = map { $_ // '' } @{ $c->{args} };
	my $request = "(SELECT request_id FROM governance.approval_requests WHERE comments = '$a')";
	my %sql = (
		register => "gov_register_model('$a', '$b')", request => "gov_request_model_approval('$a', '$b')",
		approve => "gov_approve_model('$a', '$b')", reject => "gov_reject_model('$a', '$b', 'no')",
		deploy => "gov_deploy_model('$a', '$b', '$e')", undeploy => "gov_undeploy_model('$a', '$e')",
		rollback => "gov_rollback_model('$a', 'bad', '$e')", recall => "gov_rollback_model('$a', 'bad', '$e', '$b')", deprecate => "gov_deprecate_model('$a', '$b')",
		create => "gov_create_usecase('$a', 'a use-case', '', '$e', '{$b}')", submit => "gov_submit_usecase('$a')",
		accept => "gov_approve_usecase('$a')", refuse => "gov_reject_usecase('$a', 'no')",
		serve => "gov_deploy_usecase('$a', environment => '$b')", retire => "gov_deprecate_usecase('$a')", archive => "gov_archive_usecase('$a')",
		ask => "gov_request_approval('model_rollback', '{\"model_id\": \"$a\"}', '$c->{tag}')", grant => "gov_approve_request($request)",
		deny => "gov_reject_request($request, 'no')", withdraw => "gov_withdraw_request($request)",
		assign => "gov_assign_role('$a', '$b')", revoke => "gov_revoke_role('$a', '$b')");
	return "SELECT set_config('role', '$c->{person}', false), set_config('application_name', '$c->{tag}', false);\nSELECT $sql{$c->{verb}};\n\\echo :SQLSTATE $c->{tag}\n";
}

# Shapes of transactions: which of the calls stay, where they succeed.
sub shape
{
	my ($which, $c, $d) = (int(rand(15)), call(@_), call(@_));
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

# Which request a call used up, by its tag.
sub used
{
	my ($first) = @_;
	return map { split /\|/ } split /\n/, $node->safe_psql('postgres', qq{
		SELECT e.application_name, r.comments FROM governance.audit_events AS e
		JOIN governance.approval_requests AS r ON e.resource = 'approval_request/' || r.request_id
		WHERE e.event_id > $first AND e.event_type = 'approval_request.consume'});
}

sub last_event { return $node->safe_psql('postgres', 'SELECT max(event_id) FROM governance.audit_events'); }

# What the database says of a round, and of rights, as text.
my $permissions = join ',', sort keys %{ $permits{admin} };
sub found
{
	my ($round) = @_;
	return $node->safe_psql('postgres', qq{
		SELECT v.model_id || ':' || v.version || ' ' || v.status || ' ' || v.approval_status || ' by ' || v.created_by || ' in '
			|| coalesce((SELECT string_agg(d.environment, ',' ORDER BY d.environment) FROM governance.deployment_history AS d
				WHERE d.model_id = v.model_id AND d.version = v.version AND d.status = 'active'), '')
		FROM governance.model_versions AS v WHERE v.model_id ~ '^r${round}[ab]\$'
		UNION ALL
		SELECT d.model_id || ' ' || d.environment || ': ' || string_agg(d.version || ' ' || d.status, ', ' ORDER BY d.deployment_no)
		FROM governance.deployment_history AS d WHERE d.model_id ~ '^r${round}[ab]\$' GROUP BY d.model_id, d.environment
		UNION ALL
		SELECT u.usecase_id || ' ' || u.status || ' by ' || u.created_by || ' of ' || u.owner || ' in '
			|| coalesce((SELECT string_agg(d.environment || ' after ' || (SELECT count(*) FROM governance.usecase_deployments AS o
					WHERE o.usecase_id = u.usecase_id AND o.environment = d.environment AND o.status = 'superseded'), ',' ORDER BY d.environment)
				FROM governance.usecase_deployments AS d WHERE d.usecase_id = u.usecase_id AND d.status = 'active'), '')
		FROM governance.use_cases AS u WHERE u.usecase_id ~ '^u${round}[abc]\$'
		UNION ALL
		SELECT 'request ' || r.comments || ' ' || r.status || ' for ' || (r.context ->> 'model_id') || ' by ' || r.requester_id
		FROM governance.approval_requests AS r WHERE r.context ->> 'model_id' ~ '^r${round}[ab]\$'
		UNION ALL
		SELECT u.user_id || ' may ' || p FROM governance.users AS u, unnest('{$permissions}'::text[]) AS p
		WHERE u.user_id <> 'postgres' AND gov_has_permission(u.user_id, p)});
}

sub expected
{
	my ($round) = @_;
	my ($versions, $usecases, $requests) = @$world{qw(versions usecases requests)};
	my @lines = map {
		my $x = $versions->{$_};
		"$_ $x->{status} $x->{approval} by $x->{maker} in " . join(',', sort keys %{ $x->{active} })
	} grep { /^r${round}[ab]:/ } keys %$versions;
	foreach my $where (grep { /^r${round}[ab] / } keys %{ $world->{deployments} })
	{
		my @rows = @{ $world->{deployments}{$where} } or next;
		push @lines, "$where: " . join(', ', map { "$_->{version} $_->{status}" } @rows);
	}
	push @lines, map {
		my $x = $usecases->{$_};
		"$_ $x->{status} by $x->{maker} of $x->{owner} in " . join(',', map { "$_ after " . ($x->{active}{$_} - 1) } sort keys %{ $x->{active} })
	} grep { /^u${round}[abc]$/ } keys %$usecases;
	push @lines, map { "request $_ $requests->{$_}{status} for $requests->{$_}{model} by $requests->{$_}{asker}" }
	  grep { $requests->{$_}{model} =~ /^r${round}[ab]$/ } keys %$requests;
	foreach my $person (@people)
	{
		push @lines, map { "$person may $_" } grep { may($world, $person, $_) } keys %{ $permits{admin} };
	}
	return join("\n", @lines);
}

sub lines_of { return join("\n", sort split /\n/, shift); }

sub told { my ($c) = @_; return "$c->{tag}: $c->{person} $c->{verb} @{ $c->{args} }"; }

# --- rounds ------------------------------------------------------------------------------------

my ($rounds, $calls, $successes) = (0, 0, 0);
my (%outcomes, %done);
my %bad = (alone => '', trail => '', order => '', state => '');
my $end = time() + $seconds;

# One session, whose every outcome the model tells.
sub alone
{
	my ($round) = @_;
	my @history = map { rand() < 0.15 ? chain($round) : shape($round, $_ < 20) } 1 .. 200;
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
	my @histories = map { [ map { rand() < 0.15 ? chain($round) : shape($round, $_ < 10) } 1 .. 80 ] } 1 .. 3;
	my $before = dclone($world);
	run(@histories);
	my %by_tag = map { $_->{tag} => $_ } map { @{ $_->{calls} } } map { @$_ } @histories;
	my @effects = map { $by_tag{$_} } trail($first);
	my %used = used($first);
	my %ever = %{ dclone($before->{roles}) };
	foreach my $c (grep { $_->{verb} eq 'assign' } @effects) { $ever{ $c->{args}[0] }{ $c->{args}[1] } = 1; }
	my @so_far;
	foreach my $c (@effects)
	{
		local $is_free = 1;
		$c->{used} = $used{ $c->{tag} };
		my $outcome = judge($world, $c);
		push @so_far, told($c);
		$bad{order} ||= told($c) . " took effect, the model says $outcome, after:\n" . join("\n", grep { / $c->{args}[0]\b/ } @so_far) if $outcome ne '00000';
		$bad{order} ||= told($c) . ' took effect, and never had the right'
		  unless defined $rules{ $c->{verb} }[0] ? may({ roles => \%ever }, $c->{person}, $rules{ $c->{verb} }[0])
		  : $c->{verb} !~ /^(?:grant|deny)$/ || $ever{ $c->{person} }{approver};
	}
	foreach my $c (values %by_tag)
	{
		$bad{order} ||= told($c) . " said $c->{said}"
		  unless $c->{said} =~ /^(00000|22023|23505|25P02|40001|40P01|42501|42704|55000|MG00[12])$/;
		$c->{is_nothing} = $c->{verb} eq 'revoke' && $c->{said} eq '00000';
	}
	return values %by_tag;
}

# as long as it takes for each kind of outcome
my @kinds = qw(00000 22023 23505 42501 42704 55000 MG001 MG002);
while ($rounds < 4 or time() < $end or ($rounds < 100 and grep { !$outcomes{$_} } @kinds))
{
	my $round = ++$rounds;
	@asked = ('none');
	my $first = last_event();
	my @calls = $round % 2 ? alone($round) : together($round, $first);
	my %left = map { $_ => 1 } trail($first);
	foreach my $c (@calls)
	{
		$calls++;
		$successes++, $done{ $c->{verb} }++ if $c->{stays};
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
diag('stayed: ' . join(', ', map { "$_: $done{$_}" } sort keys %done));
is($bad{alone}, '', 'alone, every call has the outcome that the model tells');
is($bad{order}, '', 'at once, the model allows what took effect, in the order of the trail');
is($bad{trail}, '', 'a call left events if and only if it succeeded and committed');
is($bad{state}, '', 'states and rights are those of the model');
foreach my $outcome (@kinds)
{
	cmp_ok($outcomes{$outcome} // 0, '>', 0, "$outcome was among the outcomes");
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM gov_sod_conflicts()'), '0', 'nobody breaks a duty set');
is($node->safe_psql('postgres', q{SELECT count(*) FROM gov_audit_seal() AS s, gov_audit_verify() AS v WHERE NOT v.ok}), '0', 'the trail verifies');
$node->stop;
done_testing();
