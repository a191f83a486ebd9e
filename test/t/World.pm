# A small organisation with a bit of everything in its database, for tests that
# care for what happens to it rather than for how it came about.
package World;

use strict;
use warnings;
use File::Basename qw(dirname);
use POSIX ();
use PostgreSQL::Test::Utils;

# World::build($node, $database): in a database that is there; the database
# roles are the cluster's and must not exist.  world.sql says who is who.
sub build
{
	my ($node, $database) = @_;
	$node->safe_psql($database, slurp_file(dirname(__FILE__) . '/world.sql'));
	return;
}

# World::age($node, $database, $sql): what $sql writes in a database that has no
# events yet is 400 days old, as if it had been written then.  The leaf is as
# src/audit/README.md says; in one transaction, before anybody seals it.
sub age
{
	my ($node, $database, $sql) = @_;
	$node->safe_psql($database, "BEGIN;\n$sql;\n" . <<'SQL');
ALTER TABLE governance.audit_events DISABLE TRIGGER append_only;
UPDATE governance.audit_events SET occurred_at = occurred_at - interval '400 days';
UPDATE governance.audit_events AS e SET leaf_hash = gov_merkle_leaf_hash('\x01'::bytea || (
    SELECT string_agg(decode(lpad(to_hex(f.n), 2, '0'), 'hex') || convert_to(f.t, 'UTF8') || int4send(length(f.c)) || f.c, '' ORDER BY f.n)
    FROM (VALUES (1, 'i', int8send(e.event_id)), (2, 'i', int8send(e.incarnation)),
        (3, 't', int8send((extract(epoch FROM e.occurred_at) * 1000000)::bigint)), (4, 'i', int8send(e.xid::text::bigint)),
        (5, 's', convert_to(e.actor, 'UTF8')), (6, 's', convert_to(e.evidence, 'UTF8')),
        (7, 's', convert_to(e.db_role::text, 'UTF8')), (8, 's', convert_to(e.session_role::text, 'UTF8')),
        (9, 's', convert_to(e.event_type, 'UTF8')), (10, 's', convert_to(e.action, 'UTF8')),
        (11, 's', convert_to(e.resource, 'UTF8')), (12, 's', convert_to(e.resource_type, 'UTF8')),
        (13, 's', convert_to(e.outcome, 'UTF8')), (14, 'j', convert_to(e.old_row::text, 'UTF8')),
        (15, 'j', convert_to(e.new_row::text, 'UTF8')), (16, 'j', convert_to(e.changes::text, 'UTF8')),
        (17, 'j', convert_to(e.details::text, 'UTF8')), (19, 's', convert_to(e.application_name, 'UTF8'))) AS f (n, t, c)
    WHERE f.c IS NOT NULL));
ALTER TABLE governance.audit_events ENABLE ALWAYS TRIGGER append_only;
COMMIT;
SQL
	return;
}

# --- a day's work, with whatever comes between --------------------------------

sub any { return $_[ int(rand(@_)) ]; }

my ($pairs, $sessions) = (0, 0);

# One step of one session: a call by somebody who may make it, or a pair: two
# events and three observations that only come together.
sub step
{
	my $version = any(qw(1.0.0 1.1.0 2.0.0)) . '-' . int(rand(10));
	my $environment = any(qw(staging production));
	if (rand() < 0.35)
	{
		$pairs++;
		return "SET ROLE olga;\n\\echo pair $pairs\nBEGIN;\n"
		  . "SELECT FROM gov_log_event('pair', 'one', '$pairs');\n"
		  . "SELECT gov_observe_many('system', 'api', '{1,2,3}', observed_at => ARRAY[now(), now() - interval '5 min', now() - interval '2 h']);\n"
		  . "SELECT FROM gov_log_event('pair', 'two', '$pairs');\nCOMMIT;\n\\echo end\n";
	}
	return any(
		[ 'rosa', "FROM gov_register_model('load', '$version', metadata => '{\"a\": 1}')" ],
		[ 'rosa', "FROM gov_record_model_metrics('load', '$version', '{\"accuracy\": 0.9}')" ],
		[ 'rosa', "FROM gov_request_model_approval('load', '$version')" ],
		[ 'amir', "FROM gov_approve_model('load', '$version')" ],
		[ 'amir', "FROM gov_approve_model('load', '$version')" ],
		[ 'olga', "FROM gov_deploy_model('load', '$version', 'staging')" ],
		[ 'olga', "FROM gov_deploy_model('load', '$version', 'production')" ],
		[ 'olga', "FROM gov_deploy_model('load', '$version', 'production')" ],
		[ 'olga', "FROM gov_rollback_model('load', 'bad', '$environment')" ],
		[ 'olga', "FROM gov_report_incident('other', 'error', 'load', 'load', 'load', dedup_key => '" . int(rand(5)) . "')" ],
		[ 'olga', 'FROM gov_resolve_incident(' . int(rand(30)) . q{, 'mended')} ],
		[ 'olga', "FROM gov_observe_many('model', 'risk', '{1,2,3}')" ],
		[ 'dora', "FROM gov_assign_role('bea', '" . any('approver', 'analyst') . "')" ],
		[ 'dora', "FROM gov_revoke_role('bea', '" . any('approver', 'analyst') . "')" ],
		[ 'postgres', 'FROM gov_audit_seal()' ],
		[ 'postgres', 'FROM gov_run_maintenance()' ],
		[ 'postgres', 'FROM gov_evaluate_sla()' ],
		[ 'postgres', q{FROM gov_audit_retire(clock_timestamp(), 'old')} ],
		[ 'ann', 'FROM gov_compliance_report(1)' ],
		[ 'ann', q{FROM gov_evidence_bundle('risk', '1.0.0')} ],
		[ 'ann', 'FROM gov_audit_verify()' ]);
}

# World::session($node, $database, $steps, $between): a session that takes so
# many steps, each after what $between->() gives.
sub session
{
	my ($node, $database, $steps, $between) = @_;
	my $text = "\\set ON_ERROR_STOP off\n\\set VERBOSITY verbose\n\\pset tuples_only on\n";
	foreach (1 .. $steps)
	{
		my $step = step();
		$text .= $between->() if $between;
		$text .= ref $step ? "SET ROLE $step->[0];\nSELECT $step->[1];\n" : $step;
	}
	# At the end it says who it is.  What lifts a limit may itself take too long,
	# or be cancelled: it is asked again until it was not.
	my $file = "$PostgreSQL::Test::Utils::tmp_check/session-" . ++$sessions;
	PostgreSQL::Test::Utils::append_to_file("$file.sql", "$text\\set again true\n\\ir $file.end\n\\echo done :who\n");
	PostgreSQL::Test::Utils::append_to_file("$file.end", <<"SQL");
ROLLBACK;
SET statement_timeout = 0;
SET ROLE postgres;
SELECT gov_current_actor() AS who, current_user <> 'postgres' AS again \\gset
\\if :again
\\ir $file.end
\\endif
SQL
	my %session = (file => $file, connstr => $node->connstr($database));
	$session{pid} = fork() // die "fork: $!";
	return \%session if $session{pid};
	open STDOUT, '>', "$file.out" or die $!;
	open STDERR, '>', "$file.err" or die $!;
	exec 'psql', '-X', '-d', $session{connstr}, '-f', "$file.sql" or POSIX::_exit(127);
}

# How many of them still go on.  Of one that has ended, {out} and {err} tell.
sub going
{
	my $going = 0;
	foreach my $session (@_)
	{
		next if exists $session->{out};
		if (waitpid($session->{pid}, POSIX::WNOHANG) == 0) { $going++; next; }
		$session->{$_} = PostgreSQL::Test::Utils::slurp_file("$session->{file}.$_") foreach qw(err out);
	}
	return $going;
}

# After the sessions have ended: what is not as they were told.  Each pair of
# which COMMIT was seen is there, and each one that is there is whole.
sub broken_pairs
{
	my ($node, $database, @sessions) = @_;
	my %there = map { split /\|/ } split /\n/, $node->safe_psql($database,
		q{SELECT resource, string_agg(action, '+' ORDER BY event_id) FROM governance.audit_events WHERE event_type = 'pair' GROUP BY resource});
	my @broken = map { "$_: $there{$_}" } grep { $there{$_} ne 'one+two' } sort keys %there;
	foreach my $session (@sessions)
	{
		while ($session->{out} =~ /^pair (\d+)\n(.*?)^end$/msg)
		{
			my ($pair, $told) = ($1, $2);
			push @broken, "$pair: committed and lost" if $told =~ /^COMMIT$/m && !$there{$pair};
		}
	}
	my $observed = $node->safe_psql($database, q{
		SELECT coalesce(sum(count), 0) FROM gov_sla_series('system', 'api', now() - interval '2 days', now() + interval '10 min', '12 hours')});
	my $pairs = keys %there;
	push @broken, "$observed observations of $pairs pairs" unless $observed == 3 * $pairs;
	return join ', ', @broken;
}

# --- what there is -------------------------------------------------------------

# What there is, as one hash: every row of every table of the schema but those
# of which a reader of the trail expects change.
sub fingerprint
{
	my ($node, $database, @but) = @_;
	my $but = join ',', map { "'$_'" } ('', @but);
	return $node->safe_psql($database, <<"SQL");
SELECT coalesce(string_agg(c.relname || ' ' || (xpath('/row/h/text()', query_to_xml(format(
    'SELECT md5(coalesce(string_agg(r::text, chr(10) ORDER BY r::text), '''')) AS h FROM governance.%I AS r', c.relname),
    false, true, '')))[1]::text, E'\\n' ORDER BY c.relname), '')
FROM pg_class AS c
WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT IN ($but)
SQL
}

# The tables that are not as they were when that hash was taken.
sub changes
{
	my ($node, $database, $was, @but) = @_;
	my %was = map { $_ => 1 } split /\n/, $was;
	return join ' ', map { s/ .*//r } grep { !$was{$_} } split /\n/, fingerprint($node, $database, @but);
}

# All that must hold of any history: what does not, '' if all does.
sub wrongs
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, <<'SQL');
SELECT 'audit: ' || check_name || ': ' || detail FROM gov_audit_verify() WHERE NOT ok
UNION ALL
SELECT 'active deployments of ' || model_id || ' in ' || environment || ': ' || count(*)
FROM governance.deployment_history WHERE status = 'active' GROUP BY model_id, environment HAVING count(*) > 1
UNION ALL
SELECT 'state of ' || r.resource || ' is ' || r.state || ', its last event says ' || coalesce(e.state, 'nothing')
FROM (SELECT 'model_version/' || model_id || ':' || version, 'status', status FROM governance.model_versions
    UNION ALL SELECT 'model_version/' || model_id || ':' || version, 'approval_status', approval_status FROM governance.model_versions
    UNION ALL SELECT 'deployment/' || deployment_id, 'status', status FROM governance.deployment_history
    UNION ALL SELECT 'incident/' || incident_id, 'status', status FROM governance.incidents) AS r (resource, name, state)
LEFT JOIN LATERAL (SELECT a.new_row ->> r.name AS state FROM governance.audit_events AS a
    WHERE a.resource = r.resource AND a.new_row IS NOT NULL ORDER BY a.event_id DESC LIMIT 1) AS e ON true
WHERE e.state IS DISTINCT FROM r.state
UNION ALL
SELECT status || ' without a deployment: ' || model_id || ':' || version FROM governance.model_versions AS v
WHERE status LIKE 'deployed%' AND NOT EXISTS (SELECT FROM governance.deployment_history AS d
    WHERE d.model_id = v.model_id AND d.version = v.version AND v.status = 'deployed_' || d.environment AND d.status = 'active')
SQL
}

1;
