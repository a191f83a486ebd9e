# The same rows have the same answers, byte for byte where no time is in them: whatever
# settings a session has, and, as test/matrix looks, on every version of the server,
# by the file that GOV_ANSWERS names.
use strict;
use warnings;
use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('answers');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.worker = off
autovacuum = off
CONF
$node->start;
World::build($node, 'postgres');
$node->safe_psql('postgres', 'CREATE ROLE gateway LOGIN');

# What is another one each time: a time, in words and as seconds, an age; what was drawn at
# random or hashed; transactions, and servers by their names.
sub timeless
{
	my ($text) = @_;
	$text =~ s/\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?/TIME/g;
	$text =~ s/"(?:-?\d+ days? )?\d\d:\d\d:\d\d(?:\.\d+)?"/"AGE"/g;
	$text =~ s/\b1[789]\d{8}(?:\.\d+)?\b/SECONDS/g;
	$text =~ s/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/UUID/g;
	$text =~ s/(?:\\\\x|\b)[0-9a-f]{32,}\b|\b[A-Za-z0-9+\/]{43}=/HASH/g;
	$text =~ s/"canonical": ?"[^"]+"/CANONICAL/g;
	$text =~ s/\brole\/\d+\@\d+/ROLE/g;
	$text =~ s/("(?:xid|incarnation|\w*sysid|system_identifier|latency|duration\w*)": ?)"?[\d.]+"?/$1NUMBER/g;
	return $text;
}

# Every row of every table and view, and every answer that is JSON.
my @tables = split /\n/, $node->safe_psql('postgres', q{SELECT c.relname FROM pg_class AS c
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND c.relname !~ '^sla_|outbox|heads|settings' ORDER BY 1});
cmp_ok(scalar @tables, '>', 40, 'there is something to ask for');
my @questions = (
	(map { "SELECT to_jsonb(t) FROM governance.$_ AS t" } @tables),
	(map { "SELECT $_" } (
		'gov_whoami()', q{gov_explain_permission('pia', 'model:approve')}, 'gov_audit_status()',
		q{gov_audit_inclusion_proof(3)}, q{gov_audit_consistency_proof(7)},
		q{gov_model_version_json(v) FROM governance.model_versions AS v ORDER BY 1}, q{gov_usecase_json(u) FROM governance.use_cases AS u ORDER BY 1},
		q{gov_admit('lending')}, q{gov_classify('{}')}, 'gov_policy(name) FROM governance.policies ORDER BY name',
		q{gov_sla_report('system', 'api')}, q{gov_sla_report('model', 'risk')}, q{gov_sla_export_openslo('model', 'risk')},
		'gov_compliance_report_json(1)', 'gov_compliance_report_oscal(1)', 'gov_compliance_report_poam(1)',
		q{gov_evidence_bundle('risk', '1.0.0')}, 'gov_run_maintenance()', 'gov_repair_sequences()')));

sub answers
{
	my ($settings) = @_;
	my $answers = '';
	foreach my $question (@questions)
	{
		my ($status, $out, $err) = $node->psql('postgres', "BEGIN; $settings; $question; ROLLBACK", extra_params => ['-q']);
		fail("$question: $err") if $status != 0;
		my @lines = map { timeless($_) } split /\n/, $out;
		@lines = sort @lines if $question =~ /to_jsonb/;
		$answers .= join("\n", $question, @lines) . "\n";
	}
	return $answers;
}

sub differences
{
	my ($one, $other) = map { [ split /\n/, $_ ] } @_;
	return join "\n", map { "$one->[$_]\n$other->[$_]" } grep { ($one->[$_] // '') ne ($other->[$_] // '') } 0 .. $#$one;
}
my $answers = answers('SELECT');
my $odd = answers(q{SET LOCAL jit_above_cost = 0; SET LOCAL enable_hashagg = off; SET LOCAL enable_nestloop = off;
	SET LOCAL work_mem = '64kB'; SET LOCAL random_page_cost = 1000; SET LOCAL default_text_search_config = 'german'});
is(differences($answers, $odd), '', 'the same answers with other settings');

# And by REST, as one who may see everything.
my $token = $node->safe_psql('postgres', q{SELECT gov_create_api_token('pia', 'answers', expires_at => NULL)});
my $gateway = Gateway->new($node, 'postgres');
foreach my $path (qw(/models /models/risk /models/risk/versions /models/risk/versions/1.0.0 /models/risk/versions/1.0.0/history
	/models/risk/versions/1.0.0/approvals /models/risk/versions/1.0.0/signatures /models/risk/deployed /models/risk/aliases
	/models/risk/versions/1.0.0/evidence /models/none /gates /signers /environments /transitions /usecases /usecases/lending
	/usecases/lending/deployments /usecases/lending/admit /impact-questions /users /users/olga /users/olga/roles /permissions
	/permissions/model:approve/holders /roles /approvals /inbox /policies /incidents /incidents/1 /incidents/1/timeline
	/compliance/reports /compliance/reports/1 /compliance/controls /audit-log /audit/proof/3 /openapi.json))
{
	my $answer = $gateway->ask($token, 'GET', $path);
	cmp_ok($answer->{status}, '<', 500, $path) or diag($answer->{content});
	$answers .= "$path $answer->{status}\n" . timeless($answer->{content}) . "\n";
}
$gateway->stop;
if (defined $ENV{GOV_ANSWERS})
{
	open my $file, '>', $ENV{GOV_ANSWERS} or die "$ENV{GOV_ANSWERS}: $!";
	print $file $answers;
	close $file or die $!;
}
$node->stop;
done_testing();
