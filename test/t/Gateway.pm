# A gateway of one's own in a TAP test, and a way to ask it things.
package Gateway;

use strict;
use warnings;

use HTTP::Tiny;
use IO::Socket::INET;
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

our $JSON = JSON::PP->new->allow_nonref->canonical;

# What a request with a bad value (SQLSTATE class 22) may be told, as patterns:
# our own texts, and none of those that PostgreSQL has for a value that is not
# of its type.  test/check/own-texts holds the file against the sources.
my $own_texts = join '|', map { my $text = quotemeta; $text =~ s/\\%(\\\.64s|\w+)/.*/gr }
  split /\n/, slurp_file($ENV{TESTDIR} . '/t/own_texts');

# Gateway->new($node, $database, @arguments): started, and listening.
sub new
{
	my ($class, $node, $database, @arguments) = @_;
	my $self = bless {
		port => PostgreSQL::Test::Cluster::get_free_port(),
		log  => "$PostgreSQL::Test::Utils::log_path/gateway-$$.log",
		access => "$PostgreSQL::Test::Utils::log_path/access-$$.log",
	}, $class;
	my $program = $ENV{GATEWAY} // 'governance-gateway';
	# with plans for the values at hand, or for any
	my $plans = $ENV{PLAN_CACHE_MODE} // 'force_custom_plan';
	$self->{command} = [
		$program, '--listen', "127.0.0.1:$self->{port}",
		'--db', $node->connstr($database) . " user=gateway options='-c plan_cache_mode=$plans'",
		'--access-log', $self->{access}, @arguments
	];
	$self->start;
	return $self;
}

# What a test leaves running ends with it.
my (%running, %child);

END
{
	local ($?, $@);
	foreach my $name (grep { $running{$_} } keys %running)
	{
		eval { $child{$name}->kill_kill(grace => 5) };
	}
}

sub start
{
	my ($self) = @_;
	$running{$self} = 1;
	$self->{child} = IPC::Run::start($self->{command}, '<', \'',
		'>>', $self->{log}, '2>>', $self->{log});
	$child{$self} = $self->{child};
	wait_until(sub { $self->listens || !$self->{child}->pumpable });
	die "the gateway does not listen: " . slurp_file($self->{log}) unless $self->listens;
	return;
}

# Does it take connections?
sub listens
{
	my ($self) = @_;
	return defined IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port});
}

sub pid
{
	my ($self) = @_;
	return $self->{child}->{KIDS}[0]{PID};
}

# SIGTERM; the exit status.
sub stop
{
	my ($self) = @_;
	$running{$self} = 0;
	$self->{child}->signal('TERM');
	$self->{child}->finish;
	return $self->{child}->full_result(0);
}

# A connection for bytes of one's own, from another of this machine's
# addresses if one is given.
sub socket
{
	my ($self, $from) = @_;
	my $socket = IO::Socket::INET->new(
		PeerAddr => '127.0.0.1', PeerPort => $self->{port},
		Timeout => $PostgreSQL::Test::Utils::timeout_default,
		$from ? (LocalAddr => $from) : ())
	  or die "connect: $!";
	return $socket;
}

# Is there something to read, or the end?  Waits for that.
sub is_ready
{
	my ($socket, $seconds) = @_;
	vec(my $bits = '', fileno($socket), 1) = 1;
	return select($bits, undef, undef, $seconds // $PostgreSQL::Test::Utils::timeout_default);
}

# All that comes until the other end closes; undef if it does not.
sub read_all
{
	my ($socket) = @_;
	my $all = '';
	while (is_ready($socket))
	{
		return $all unless sysread($socket, $all, 65536, length $all);
	}
	return;
}

# One answer, as long as its Content-Length says; '' where none comes.
sub read_answer
{
	my ($socket) = @_;
	my $answer = '';
	until ($answer =~ /\r\nContent-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n(.*)/is && length $2 >= $1)
	{
		last unless is_ready($socket) && sysread($socket, $answer, 65536, length $answer);
	}
	return $answer;
}

# Has the other end closed it?  Waits for that, if it is still to come.
sub is_closed
{
	my ($socket, $seconds) = @_;
	return is_ready($socket, $seconds) && !sysread($socket, my $byte, 1);
}

# send raw bytes; what came back until the gateway closed
sub raw
{
	my ($self, $bytes) = @_;
	my $socket = $self->socket;
	local $SIG{PIPE} = 'IGNORE';
	syswrite($socket, $bytes);
	return read_all($socket);
}

# send raw bytes; the first answer
sub raw_answer
{
	my ($self, $bytes) = @_;
	my $socket = $self->socket;
	local $SIG{PIPE} = 'IGNORE';
	syswrite($socket, $bytes);
	return read_answer($socket);
}

# What is wrong with a value by a schema of the document; '' where nothing is.
# Stricter than JSON Schema: what is not told of must not be there.
sub misfit
{
	my ($self, $value, $schema, $where) = @_;
	return $self->misfit($value, $self->{openapi}{components}{schemas}{$1}, $where)
	  if ($schema->{'$ref'} // '') =~ m{^#/components/schemas/(\w+)$};
	if ($schema->{anyOf})
	{
		my @faults = map { $self->misfit($value, $_, $where) } @{ $schema->{anyOf} };
		return (grep { $_ eq '' } @faults) ? '' : $faults[0];
	}
	if ($schema->{allOf})
	{
		my %all = (type => 'object', properties => {}, required => []);
		foreach my $part (@{ $schema->{allOf} })
		{
			$part = $self->{openapi}{components}{schemas}{$1} if ($part->{'$ref'} // '') =~ /(\w+)$/;
			$all{properties} = { %{ $all{properties} }, %{ $part->{properties} } };
			push @{ $all{required} }, @{ $part->{required} // [] };
			$all{additionalProperties} //= $part->{additionalProperties};
		}
		return $self->misfit($value, \%all, $where);
	}
	if (defined(my $types = $schema->{type}))
	{
		my $is = !defined $value ? 'null' : ref $value eq 'HASH' ? 'object' : ref $value eq 'ARRAY' ? 'array'
		  : JSON::PP::is_bool($value) ? 'boolean' : $JSON->encode($value) =~ /^"/ ? 'string'
		  : $value =~ /^-?\d+$/ ? 'integer' : 'number';
		my @types = ref $types ? @$types : $types;
		return "$where is $is, not @types" unless grep { $_ eq $is || ($_ eq 'number' && $is eq 'integer') } @types;
	}
	return "$where is another word: $value" if defined $value && $schema->{enum} && !grep { defined && $_ eq $value } @{ $schema->{enum} };
	if (ref $value eq 'ARRAY')
	{
		my $fault = '';
		$fault ||= $self->misfit($_, $schema->{items} // {}, "$where\[]") foreach @$value;
		return $fault;
	}
	return '' unless ref $value eq 'HASH' && $schema->{type};
	foreach my $key (@{ $schema->{required} // [] }) { return "$where lacks $key" unless exists $value->{$key}; }
	foreach my $key (sort keys %$value)
	{
		my $of = ($schema->{properties} // {})->{$key} // $schema->{additionalProperties};
		return "$where has $key, which is not told of" unless $of;
		my $fault = ref $of eq 'HASH' ? $self->misfit($value->{$key}, $of, "$where.$key") : '';
		return $fault if $fault;
	}
	return '';
}

# Is the answer what the gateway's OpenAPI document says of it?
sub hold_against_promise
{
	my ($self, $method, $path, $reply) = @_;
	return unless $reply->{status} =~ /^2/ && ref $reply->{json} eq 'HASH' && $path =~ m{^/api/governance(/[^?]*)};
	my @segments = split m{/}, $1;
	$self->{openapi} //= $JSON->decode(scalar `$self->{command}[0] --openapi`);
	my ($promise) = grep {
		my @way = split m{/};
		@way == @segments && $self->{openapi}{paths}{$_}{ lc $method }
		  && !grep { $way[$_] !~ /^\{/ && $way[$_] ne $segments[$_] } 0 .. $#way;
	} sort { ($a =~ tr/{//) <=> ($b =~ tr/{//) } keys %{ $self->{openapi}{paths} };
	my $schema = $promise && $self->{openapi}{paths}{$promise}{ lc $method }{responses}{ $reply->{status} }{content}{'application/json'}{schema};
	return fail("$method $path answers $reply->{status}, which is not promised") unless $schema;
	my $fault = $self->misfit($reply->{json}, $schema, 'the answer');
	fail("$method $path is as promised: $fault") if $fault;
	return;
}

# ask(token, method, path, body or undef, headers): the reply, with the body
# parsed at {json}.  A body that is a reference is sent as JSON.
sub ask
{
	my ($self, $token, $method, $path, $body, %headers) = @_;
	$self->{http} //= HTTP::Tiny->new(timeout => $PostgreSQL::Test::Utils::timeout_default, keep_alive => 1);
	$headers{Authorization} = "Bearer $token" if defined $token;
	my %options = (headers => \%headers);
	if (defined $body)
	{
		$options{content} = ref $body ? $JSON->encode($body) : $body;
		$headers{'Content-Type'} //= 'application/json';
	}
	$path = "/api/governance$path" unless $path =~ m{^/(?:ajax-)?api/};
	my $reply = $self->{http}->request($method,
		"http://127.0.0.1:$self->{port}$path", \%options);
	if (($reply->{headers}{'content-type'} // '') eq 'application/json')
	{
		$reply->{json} = eval { $JSON->decode($reply->{content}) };
	}
	$self->hold_against_promise($method, $path, $reply);
	if (ref $reply->{json} eq 'HASH' && ($reply->{json}{code} // '') =~ /^22/ && $reply->{json}{error} !~ /^(?:$own_texts)$/)
	{
		fail("a text of our own for $method $path: $reply->{json}{error}");
	}
	if (ref $reply->{json} eq 'HASH' && ($reply->{json}{hint} // '') =~ /SELECT |gov_|governance\.|=>/)
	{
		fail("a hint without SQL for $method $path: $reply->{json}{hint}");
	}
	return $reply;
}

1;
