# What is no law, no day and no place is refused in words, by SQL and by REST, and
# leaves nothing behind: clocks, classes, holidays, use-cases.
use strict;
use warnings;

use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('badlaw');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_user('boss', 'boss@example.com');
	SELECT gov_assign_role('boss', 'admin');
	SELECT gov_create_usecase('use', 'Use', '', 'team');
	SELECT gov_report_incident('security', 'critical', 'leak', '', 'use', aware_at => '2026-01-05 10:00+00')});
my $token = $node->safe_psql('app', q{SELECT gov_create_api_token('boss', 'test')});
my $gateway = Gateway->new($node, 'app');

# what there is that any of it could change
sub state
{
	return $node->safe_psql('app', q{
		SELECT (SELECT json_agg(i) FROM governance.incidents AS i), (SELECT json_agg(d) FROM governance.incident_deadlines AS d),
			(SELECT json_agg(e) FROM governance.incident_events AS e), (SELECT json_agg(u) FROM governance.use_cases AS u),
			(SELECT count(*) FROM governance.usecase_assessments), (SELECT count(*) FROM governance.holidays),
			(SELECT json_agg(r ORDER BY regime, kind, stage) FROM governance.regulatory_deadlines AS r)});
}
my $before = state();
my @answers = split /\n/, $node->safe_psql('app', q{SELECT question_id || '=' || CASE answer_type WHEN 'boolean' THEN 'false' ELSE options #>> '{0,answer}' END FROM governance.impact_questions});
my %harmless = map { /^(.*)=(.*)$/; ($1 => $2 eq 'false' ? JSON::PP::false : $2) } @answers;

# --- REST ---------------------------------------------------------------------------
foreach my $case (
	[ 'a place that is none', 'incidents/1/reportable', { regime => 'gdpr', kind => 'personal_data_breach', jurisdictions => ['XX'] }, qr/"XX" is not known/, qr/DE, ES, EU, FR, IE, IT, NL, PL/ ],
	[ 'a place twice', 'incidents/1/reportable', { regime => 'gdpr', kind => 'personal_data_breach', jurisdictions => [ 'DE', 'DE' ] }, qr/"DE"/ ],
	[ 'no place', 'incidents/1/reportable', { regime => 'gdpr', kind => 'personal_data_breach', jurisdictions => [] }, qr/empty/ ],
	[ 'places that are numbers', 'incidents/1/reportable', { regime => 'gdpr', kind => 'personal_data_breach', jurisdictions => [1] } ],
	[ 'known before it can be', 'incidents/report', { category => 'security', severity => 'critical', title => 't', description => '', resource => 'use', aware_at => '2999-01-01T00:00:00Z' }, qr/aware_at|2999/ ],
	[ 'known on no day', 'incidents/report', { category => 'security', severity => 'critical', title => 't', description => '', resource => 'use', aware_at => '2026-02-30T00:00:00Z' } ],
	[ 'known before there were clocks', 'incidents/report', { category => 'security', severity => 'critical', title => 't', description => '', resource => 'use', aware_at => -99999999999 } ],
	[ 'a question that is none', 'usecases/use/assess', { assessment => { %harmless, 'area.space' => JSON::PP::true } }, qr/There is no question: area\.space/, qr/The questions are: / ],
	[ 'an answer that is none', 'usecases/use/assess', { assessment => { %harmless, 'area.education' => 'perhaps' } }, qr/Not an allowed answer to: area\.education/ ],
	[ 'a question without an answer', 'usecases/use/assess', { assessment => {} }, qr/Not answered: / ],
	[ 'placed on no day', 'usecases/use/assess', { assessment => { %harmless, placed_on_market_on => '2026-02-30' } }, qr/placed_on_market_on \(a date such as/ ],
	[ 'placed on a number', 'usecases/use/assess', { assessment => { %harmless, placed_on_market_on => 20260230 } }, qr/placed_on_market_on \(a date such as/ ],
	[ 'a product of no legislation', 'usecases/use/assess', { assessment => { %harmless, 'product.safety_component' => JSON::PP::true, annex_i_section => 'none' } }, qr/annex_i_section \(A, B/ ],
  )
{
	my ($what, $path, $body, $detail, $hint) = @$case;
	my $reply = $gateway->ask($token, 'POST', "/$path", $body);
	is($reply->{status}, 400, "$what: 400") or diag $reply->{content};
	like($reply->{json}{detail} // '', $detail, '  which says why') if $detail;
	like($reply->{json}{hint} // '', $hint, '  and what there is') if $hint;
}
my $reply = $gateway->ask($token, 'POST', '/incidents/1/reportable', { regime => 'gdpr', kind => 'no_such' });
is($reply->{status}, 404, 'a kind that is none: 404');
like($reply->{json}{hint}, qr/gdpr personal_data_breach/, '  and what there is');
is($gateway->ask($token, 'POST', '/incidents/1/notifications/gdpr/initial/DE', { reasons => 'none is owed' })->{status}, 404, 'a report that is not owed: 404');
is(state(), $before, 'and nothing was kept');

# --- SQL ------------------------------------------------------------------------------
foreach my $case (
	[ '22008', q{gov_add_holiday('DE', '2027-02-29', 'x')} ],
	[ '22007', q{gov_add_holiday('DE', 'Easter', 'x')} ],
	[ '22023', q{gov_add_holiday('DE', 'infinity', 'x')} ],
	[ '22023', q{gov_add_holiday('DE', '1969-12-31', 'x')} ],
	[ '22023', q{gov_add_holiday('DE', '2027-05-01', '')} ],
	[ '22023', q{gov_add_holiday('Germany', '2027-05-01', 'x')} ],
	[ '22023', q{gov_period_end('DE', 'days', 1, '1971-06-30 12:00+00')} ],
	[ '22023', q{gov_period_end('DE', 'days', 1, '-infinity')} ],
	[ '22023', q{gov_period_end('UK', 'days', 1, now())} ],
	[ '22023', q{gov_period_end('DE', 'day', 1, now())} ],
	[ '22023', q{gov_classify('{}', '2024-07-31')} ],
	[ '22023', q{gov_classify('{"prohibited.nothing": true}', '2026-12-02')} ],
	[ '22023', q{gov_mark_incident_reportable(1, 'gdpr', 'personal_data_breach', '{DE,IT,DE}')} ],
	[ '22023', q{gov_mark_incident_reportable(1, 'gdpr', 'personal_data_breach', '{{DE,IT}}')} ],
	[ '22023', q{gov_report_incident('security', 'critical', 't', '', 'use', aware_at => now() + interval '1 day')} ],
	[ '22023', q{gov_report_incident('security', 'critical', 't', '', 'use', aware_at => '0044-03-15 BC')} ],
	[ '22023', q{gov_set_regulatory_deadline('eu_ai_act', 'death', 'final', 1, 'x', unit => 'months', trigger => 'stage', after_stage => 'interim')} ],
	[ '22023', q{gov_assess_impact('use', '{"prohibited.nothing": true}')} ],
  )
{
	my ($code, $call) = @$case;
	my (undef, undef, $error) = $node->psql('app', "\\set VERBOSITY verbose\nSELECT $call");
	like($error, qr/ERROR:  $code: /, "$call: $code");
	# PostgreSQL's own for what is no date at all
	like($error, qr/^DETAIL: /m, '  with a reason') unless $code =~ /^2200/;
}
is(state(), $before, 'and nothing was kept');

# --- and what is right is taken, by the same ways ------------------------------------
$reply = $gateway->ask($token, 'POST', '/incidents/1/reportable', { regime => 'gdpr', kind => 'personal_data_breach', jurisdictions => [ 'DE', 'IT' ] });
is($reply->{json}{count}, 4, 'four clocks in two Member States');
$reply = $gateway->ask($token, 'POST', '/incidents/1/notifications/gdpr/initial/DE', { reasons => 'the log was read on Monday' });
is($reply->{json}{reasons}, 'the log was read on Monday', 'a late report with its reasons');
is($gateway->ask($token, 'POST', '/usecases/use/assess', { assessment => { %harmless, placed_on_market_on => '2026-02-28', significant_change_on => '2028-02-29', annex_i_section => 'none' } })->{status}, 200, 'facts on days that there are');
done_testing();
