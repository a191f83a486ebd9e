# A stranger recomputes leaf hashes: what src/audit/README.md says of the
# canonical form is all that this program knows of it.
#
# Events are made under different settings, in a database in UTF-8 and in one
# in LATIN1, over a socket and over TCP; each leaf is computed again from the
# row as SQL shows it, read under other settings still.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# --- the canonical form, version 1 ------------------------------------------

# number, column, type; the order is that of the numbers
my @fields = (
	[ 1,  'event_id',      'int' ],
	[ 2,  'incarnation',   'int' ],
	[ 3,  'occurred_at',   'time' ],
	[ 4,  'xid',           'int' ],
	[ 5,  'actor',         'text' ],
	[ 6,  'evidence',      'text' ],
	[ 7,  'db_role',       'text' ],
	[ 8,  'session_role',  'text' ],
	[ 9,  'event_type',    'text' ],
	[ 10, 'action',        'text' ],
	[ 11, 'resource',      'text' ],
	[ 12, 'resource_type', 'text' ],
	[ 13, 'outcome',       'text' ],
	[ 14, 'old_row',       'json' ],
	[ 15, 'new_row',       'json' ],
	[ 16, 'changes',       'json' ],
	[ 17, 'details',       'json' ],
	[ 18, 'client_addr',   'addr' ],
	[ 19, 'application_name', 'text' ],);
my %code = (int => 'i', time => 't', text => 's', addr => 's', json => 'j');

# A column as SQL that gives its content in hex, whatever is in it.
my %sql = (
	int  => q{%s::text},
	time => q{(extract(epoch FROM %s) * 1000000)::bigint::text},
	text => q{encode(convert_to(%s::text, 'UTF8'), 'hex')},
	json => q{encode(convert_to(%s::text, 'UTF8'), 'hex')},
	addr => q{encode(convert_to(host(%s), 'UTF8'), 'hex')},);

sub leaf_hash
{
	my (@values) = @_;
	my $bytes = "\x01";
	foreach my $field (@fields)
	{
		my ($number, undef, $type) = @$field;
		my $value = shift @values;
		next if $value eq '-';
		my $content =
		  $type =~ /^(?:int|time)$/ ? pack('q>', $value) : pack('H*', $value);
		$bytes .= pack('CaN', $number, $code{$type}, length $content) . $content;
	}
	return sha256_hex("\x00" . $bytes);
}

sub rows_query
{
	my ($where) = @_;
	my @columns =
	  map { sprintf "coalesce($sql{ $_->[2] }, '-')", $_->[1] } @fields;
	return 'SELECT ' . join(', ', @columns, q{encode(leaf_hash, 'hex')})
	  . " FROM governance.audit_events $where ORDER BY event_id";
}

# --- events of all kinds ------------------------------------------------------

my $node = PostgreSQL::Test::Cluster->new('canonical');
$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'");
$node->append_conf('pg_hba.conf',     "host all all 127.0.0.1/32 trust");
$node->start;
my $port = $node->port;

my @settings = (
	{},
	{
		DateStyle          => 'German, DMY',
		TimeZone           => 'Pacific/Chatham',
		IntervalStyle      => 'sql_standard',
		extra_float_digits => -5,
		bytea_output       => 'escape',
		quote_all_identifiers => 'on',
	},
	{
		DateStyle          => 'SQL, MDY',
		TimeZone           => 'America/New_York',
		IntervalStyle      => 'iso_8601',
		extra_float_digits => 3,
		standard_conforming_strings => 'on',
	},);

sub set_commands
{
	my ($settings) = @_;
	return join '', map { "SET $_ = '$settings->{$_}';\n" } sort keys %$settings;
}

# Texts that each database can hold.
my %texts = (
	utf8   => [ 'plain', "M\xc3\xa4dchen", "\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x9a\x80" ],
	latin1 => [ 'plain', "M\xc3\xa4dchen", "\xc3\xbf\xc2\xb5\xc3\xa9" ],);

# Statements that leave events of many kinds; %1$s is a tag, %2$s a text.
my $statements = <<'SQL';
INSERT INTO governance.users (user_id, email, db_role, metadata)
	VALUES ('%1$s', NULL, NULL, '{"name": "%2$s", "n": 1e40, "z": 0.10, "neg": -0.0, "nested": [[], {}, null, true, "a\nb\"\\"]}');
UPDATE governance.users SET email = '%1$s@example.org', metadata = metadata || '{"more": "%2$s"}' WHERE user_id = '%1$s';
UPDATE governance.users SET is_active = false WHERE user_id = '%1$s';
INSERT INTO governance.roles (role, description) VALUES ('%1$s_role', '%2$s');
INSERT INTO governance.role_permissions (role, permission) VALUES ('%1$s_role', 'audit:read'), ('%1$s_role', 'sla:record');
INSERT INTO governance.role_inheritance (role, inherited_role) VALUES ('%1$s_role', 'analyst');
INSERT INTO governance.user_roles (user_id, role, expires_at, reason)
	VALUES ('%1$s', '%1$s_role', '2093-07-01 12:34:56.789012+02', '%2$s');
UPDATE governance.user_roles SET expires_at = 'infinity' WHERE user_id = '%1$s';
INSERT INTO governance.sod_sets (name, roles) VALUES ('%1$s_set', '{operator,"quoted, comma"}');
DELETE FROM governance.sod_sets WHERE name = '%1$s_set';
DELETE FROM governance.user_roles WHERE user_id = '%1$s';
DELETE FROM governance.roles WHERE role = '%1$s_role';
INSERT INTO governance.api_tokens (user_id, name, token_hash, expires_at)
	VALUES ('%1$s', '%2$s', sha256('%1$s'), '2093-07-01 00:00+00');
INSERT INTO governance.environments (name, rank, description) VALUES ('%1$s', -17, '%2$s');
INSERT INTO governance.models (model_id, description, owner, tags) VALUES ('%1$s', '%2$s', '%2$s', '{a,"b c",NULL,"%2$s"}');
INSERT INTO governance.deployment_gates (environment, metric, operator, threshold, model_id)
	VALUES ('%1$s', '%2$s', '>=', 0.9500, '%1$s'), ('%1$s', 'any', '<', 'Infinity', NULL);
DELETE FROM governance.deployment_gates WHERE environment = '%1$s';
SELECT gov_log_event('app', '%2$s', NULL);
SELECT gov_log_event('app %2$s', 'did', '%2$s/%1$s', 'failure', '{"%2$s": ["%2$s", 12345678901234567890.00100, 1E-7], "": {}}');
SELECT gov_log_event('empty', 'text', '', 'denied', NULL);
SELECT gov_log_event('numbers', 'any', NULL, details => jsonb_build_object('deep', '[[[[[[[[[[[{"a": [{}, [], [1, [2], 3]]}]]]]]]]]]]]'::jsonb,
	'n', (SELECT jsonb_agg((hashint8(i) %% 10 ^ (i %% 11)::numeric || 'e' || i %% 61 - 40)::numeric) FROM generate_series(1, 500) AS i),
	'sized', (SELECT jsonb_agg(round(i * 1e6 / 7, i %% 30)) FROM generate_series(1, 100) AS i)));
SET governance.log_checks = on;
SELECT gov_has_permission('%1$s', 'model:approve', '%2$s'), gov_has_permission(NULL, 'audit:read'), gov_can('audit:read');
RESET governance.log_checks;
SQL

foreach my $database (sort keys %texts)
{
	$node->safe_psql('postgres',
		"CREATE DATABASE $database TEMPLATE template0 LOCALE 'C' ENCODING '$database'");
	$node->safe_psql($database, 'CREATE EXTENSION governance');
	my $count = 0;
	foreach my $settings (@settings)
	{
		foreach my $text (@{ $texts{$database} })
		{
			$count++;
			my $sql = sprintf $statements, "thing$count", $text;

			# every other session comes by TCP and so has an address
			my $host = $count % 2 ? $node->host : '127.0.0.1';
			my $name = $count % 3 ? "writer $count" : '';
			local $ENV{PGCLIENTENCODING} = 'UTF8';
			$node->safe_psql($database, set_commands($settings) . $sql,
				connstr => "host=$host port=$port dbname=$database application_name='$name'");
		}
	}

	my %seen;
	foreach my $settings (@settings)
	{
		my $rows = $node->safe_psql($database,
			set_commands($settings) . rows_query(''));
		my ($good, $total) = (0, 0);
		foreach my $row (split /\n/, $rows)
		{
			my @values = split /\|/, $row, -1;
			my $stored = pop @values;
			$total++;
			if (leaf_hash(@values) eq $stored) { $good++ }
			else                               { diag("not the leaf: $row") }
			$seen{ pack('H*', $values[8]) } = 1;
			$seen{"$fields[$_][1] is not null"} ||= $values[$_] ne '-'
			  foreach 0 .. $#fields;
		}
		cmp_ok($total, '>', 200, "$database: $total events");
		is($good, $total, "$database: every leaf is what the README says");
	}
	foreach my $what (
		(map { "$_->[1] is not null" } @fields),
		'user.insert', 'user.update', 'role.delete', 'role_permission.delete',
		'user_role.update', 'api_token.insert', 'deployment_gate.delete',
		'model.insert', 'access.check', 'app', 'empty', 'numbers')
	{
		ok($seen{$what}, "$database: among them $what");
	}

	# What a setting of the writer's session could have changed: nothing.
	is( $node->safe_psql($database, q{
			SELECT count(DISTINCT new_row - '{user_id,assigned_at,role,reason}'::text[])
			FROM governance.audit_events
			WHERE event_type = 'user_role.insert' AND actor IS NOT NULL AND new_row ->> 'role' LIKE 'thing%'}),
		'1', "$database: times in rows do not depend on the session");
}

# Both databases hold the same text in other bytes; the leaf does not know.
my $same = q{SELECT string_agg(encode(convert_to(new_row ->> 'description', 'UTF8'), 'hex'), ',' ORDER BY event_id)
	FROM governance.audit_events WHERE event_type = 'role.insert' AND new_row ->> 'role' IN ('thing1_role', 'thing2_role')};
is( $node->safe_psql('latin1', $same),
	$node->safe_psql('utf8', $same),
	'the same text in both encodings');

# --- the worked example in the README ------------------------------------------

is( leaf_hash(
		7, 1, 1767225600123456, 801, unpack('H*', 'ada'),
		(map { unpack 'H*', $_ } 'session', 'ada', 'ada', 'lunch', 'eat'),
		'-', '-', unpack('H*', 'success'), '-', '-', '-',
		unpack('H*', '{"soup": 1.50}'), '-', '-'),
	'8b013f724bea4e39eb3b27d2fd16890bcd630a40d20d922e8f2def453d56e7b6',
	'the worked example of the README');

$node->stop;
done_testing();
