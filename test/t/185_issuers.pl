# Tokens of issuers: what opens, everything that must not, people whom nobody has
# linked, and roles by group; by SQL and by HTTP.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use Gateway;
use IPC::Run;
use MIME::Base64 qw(encode_base64url decode_base64url);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('issuers');
my $dir = $PostgreSQL::Test::Utils::tmp_check;
my $json = JSON::PP->new->canonical;
my $file_secret = 'the secret of the file of keys, so long';
append_to_file("$dir/keys.json", $json->encode({ keys => [ { kty => 'oct', k => encode_base64url($file_secret) } ] }));
chmod 0600, "$dir/keys.json";
$node->init;
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'governance'
log_statement = none
governance.jwks_file = '$dir/keys.json'
governance.jwt_audience = 'file-audience'
});
$node->start;
my $A = 'https://login.example/realms/a';
my $B = 'https://login.example/realms/b';
$node->safe_psql('postgres', qq{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	CREATE ROLE keys LOGIN;
	SELECT gov_create_user('ann', 'ann\@example.com'), gov_create_user('ben', NULL), gov_create_user('gone', NULL), gov_create_user('keys', NULL, 'keys');
	SELECT gov_create_role('keys', permissions => '{identity:keys}'), gov_assign_role('keys', 'keys');
	SELECT gov_set_issuer('$A', 'governance', groups_claim => 'groups'), gov_set_issuer('$B', 'governance', user_claim => 'oid');
	SELECT gov_link_identity('ann', '$A', 'auth0|5f7c8ec7'), gov_link_identity('ben', '$B', 'auth0|5f7c8ec7'),
		gov_link_identity('gone', '$A', 'gone'), gov_link_identity('ben', '$A', 'spiffe://example.org/ns/prod/sa/ben');
	SELECT gov_deactivate_user('gone')});

# -- keys, and tokens of them ------------------------------------------------------
my $key_no = 0;

sub run_openssl
{
	my ($in, @arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'openssl', @arguments ], '<', \$in, '>', \$out, '2>', \$err) or die "openssl @arguments: $err";
	return $out;
}

# generate(kid, algorithm and its options): {jwk, file}
sub generate
{
	my ($kid, @options) = @_;
	my $pem = "$dir/key" . ++$key_no . '.pem';
	run_openssl('', 'genpkey', '-algorithm', @options, '-out', $pem);
	my $der = run_openssl('', 'pkey', '-in', $pem, '-pubout', '-outform', 'DER');
	my %jwk = (kid => $kid);
	if ($options[0] eq 'RSA')
	{
		my ($modulus) = run_openssl('', 'rsa', '-in', $pem, '-noout', '-modulus') =~ /=([0-9A-F]+)/;
		@jwk{qw(kty n e)} = ('RSA', encode_base64url(pack 'H*', $modulus), 'AQAB');
	}
	elsif ($options[0] eq 'EC')
	{
		my ($x, $y) = unpack 'a32 a32', substr $der, -64;
		@jwk{qw(kty crv x y)} = ('EC', 'P-256', encode_base64url($x), encode_base64url($y));
	}
	else
	{
		@jwk{qw(kty crv x)} = ('OKP', 'Ed25519', encode_base64url(substr $der, -32));
	}
	return { jwk => \%jwk, file => $pem };
}

# The two numbers of a signature of ECDSA, 32 bytes each.
sub raw_of_der
{
	my ($der) = @_;
	my (undef, undef, undef, $r, undef, $s) = unpack 'C C C C/a C C/a', $der;
	return join '', map { substr("\0" x 32 . $_, -32) } $r, $s;
}

sub part { return encode_base64url(ref $_[0] ? $json->encode($_[0]) : $_[0]) }

# sign({header}, {claims}, key or secret)
sub sign
{
	my ($header, $claims, $key) = @_;
	my $text = part($header) . '.' . part($claims);
	return "$text." . encode_base64url(hmac_sha256($text, $key)) unless ref $key;
	my $alg = ref $header ? $header->{alg} : 'RS256';
	my ($bits) = $alg =~ /(\d+)$/;
	if ($alg =~ /^Ed/)
	{
		# it asks how long the text is
		my $in = "$dir/text";
		unlink $in;
		append_to_file($in, $text);
		return "$text." . encode_base64url(run_openssl('', 'pkeyutl', '-sign', '-rawin', '-inkey', $key->{file}, '-in', $in));
	}
	my @pss = $alg =~ /^PS/ ? ('-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:' . ($key->{salt} // 'digest')) : ();
	my $signature = run_openssl($text, 'dgst', "-sha$bits", '-sign', $key->{file}, @pss);
	return "$text." . encode_base64url($alg =~ /^ES/ ? raw_of_der($signature) : $signature);
}

my $rsa = generate('rsa', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
my $weak = generate('weak', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024');
my $ec = generate('ec', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256');
my $ed = generate('ed', 'ED25519');
my $other = generate('rsa', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
my $ec_b = generate('ec', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256');
my $secret = 'a secret of at least 32 bytes, say';
my %oct = (kty => 'oct', kid => 'hs', k => encode_base64url($secret));

# Store the keys of an issuer, as who may.
sub store
{
	my ($issuer, @keys) = @_;
	my $set = $json->encode({ keys => \@keys });
	return $node->psql('postgres', "SELECT issuer FROM gov_store_issuer_keys('$issuer', '$set')", extra_params => [ '-U', 'keys' ]);
}

my @a = ($rsa->{jwk}, $ec->{jwk}, $ed->{jwk}, \%oct);
is(store($A, @a, $weak->{jwk}), 0, 'keys of an issuer');
is(store($B, $ec_b->{jwk}), 0, 'and of another');

# -- what opens --------------------------------------------------------------------
sub who
{
	my ($token, $then) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "SELECT gov_begin_as('$token')", extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $out if $status == 0;
	return $err =~ /28000: the credentials are not valid/ && $err !~ /DETAIL/ ? 'refused' : $err;
}

# The hint of a refusal.
sub hint
{
	my ($token) = @_;
	my (undef, undef, $err) = $node->psql('postgres', "SELECT gov_begin_as('$token')");
	return $err =~ /HINT:  (.*)/ ? $1 : $err;
}

# What statements say in the token's transaction.
sub with_token
{
	my ($token, $sql) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "BEGIN; SELECT gov_begin_as('$token') \\g /dev/null\n$sql; COMMIT", extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $status == 0 ? $out : $err;
}

my %claims = (iss => $A, sub => 'auth0|5f7c8ec7', aud => 'governance', exp => time + 86400, iat => time - 60);
is(who(sign({ alg => $_, kid => 'rsa', typ => 'JWT' }, \%claims, $rsa)), 'ann', $_) foreach qw(RS256 RS384 RS512 PS256 PS384 PS512);
is(who(sign({ alg => 'ES256', kid => 'ec' }, \%claims, $ec)), 'ann', 'ES256');
is(who(sign({ alg => $_ }, \%claims, $ed)), 'ann', $_) foreach qw(EdDSA Ed25519);
my %hs = (alg => 'HS256', kid => 'hs', typ => 'at+jwt');
is(who(sign(\%hs, \%claims, $secret)), 'ann', 'HS256');
is(who(sign(\%hs, { %claims, aud => [ 'a', 'governance' ], sub => 'spiffe://example.org/ns/prod/sa/ben' }, $secret)), 'ben', 'an SPIFFE ID, one of several audiences');
is(who(sign({ alg => 'ES256' }, { %claims, iss => $B, oid => 'auth0|5f7c8ec7', sub => 'x' }, $ec_b)), 'ben', 'the same subject of another issuer is another person, named by oid');
is(who(sign({ alg => 'HS256' }, { sub => 'ann', aud => 'file-audience', exp => time + 600 }, $file_secret)), 'ann', 'the file of keys goes on, for tokens without an issuer');
is(with_token(sign(\%hs, \%claims, $secret), q{SELECT gov_whoami() ->> 'evidence'}), 'verified', 'evidence: verified');

# -- what must not -----------------------------------------------------------------
my $good = sign({ alg => 'RS256', kid => 'rsa' }, \%claims, $rsa);
my ($head, $body, $signature) = split /\./, $good;
my $modulus = decode_base64url($rsa->{jwk}{n});
my $pem = run_openssl('', 'pkey', '-in', $rsa->{file}, '-pubout');
my $es = sign({ alg => 'ES256', kid => 'ec' }, \%claims, $ec);
my ($es_text) = $es =~ /^(.*)\./;
my %no = (
	'the key of another issuer' => sign({ alg => 'ES256' }, \%claims, $ec_b),
	'the other way, named as the other' => sign({ alg => 'ES256', kid => 'ec' }, { %claims, iss => $B, oid => 'auth0|5f7c8ec7' }, $ec),
	'the key of the file' => sign({ alg => 'HS256' }, \%claims, $file_secret),
	'the file and a foreign issuer' => sign({ alg => 'HS256' }, { iss => 'https://evil.example', sub => 'ann', aud => 'file-audience', exp => time + 600 }, $file_secret),
	'a key of an issuer, no issuer named' => sign(\%hs, { sub => 'ann', aud => 'file-audience', exp => time + 600 }, $secret),
	'another key of that kid' => sign({ alg => 'RS256', kid => 'rsa' }, \%claims, $other),
	'a key of 1024 bits' => sign({ alg => 'RS256', kid => 'weak' }, \%claims, $weak),
	'an issuer with a slash more' => sign(\%hs, { %claims, iss => "$A/" }, $secret),
	'an issuer in other letters' => sign(\%hs, { %claims, iss => uc $A }, $secret),
	'an issuer that is a list' => sign(\%hs, { %claims, iss => [$A] }, $secret),
	'two issuers' => sign(\%hs, '{"iss":"' . $A . '","iss":"' . $A . '","sub":"auth0|5f7c8ec7","aud":"governance","exp":4102444800}', $secret),
	'another audience' => sign(\%hs, { %claims, aud => 'other' }, $secret),
	'the audience of the file' => sign(\%hs, { %claims, aud => 'file-audience' }, $secret),
	'an audience deeper down' => sign(\%hs, { %claims, aud => [ ['governance'] ] }, $secret),
	'no audience' => sign(\%hs, { map { $_ => $claims{$_} } qw(iss sub exp) }, $secret),
	'no expiry' => sign(\%hs, { map { $_ => $claims{$_} } qw(iss sub aud) }, $secret),
	'expired' => sign(\%hs, { %claims, exp => time - 61 }, $secret),
	'expiry as text' => sign(\%hs, { %claims, exp => (time + 600) . '' }, $secret),
	'expiry in milliseconds' => sign(\%hs, { %claims, exp => (time + 600) * 1000 }, $secret),
	'not begun' => sign(\%hs, { %claims, nbf => time + 86400 }, $secret),
	'issued tomorrow' => sign(\%hs, { %claims, iat => time + 86400 }, $secret),
	'issued as text' => sign(\%hs, { %claims, iat => 'now' }, $secret),
	'a subject that is nobody' => sign(\%hs, { %claims, sub => 'nobody' }, $secret),
	'a subject that is a user' => sign(\%hs, { %claims, sub => 'ann' }, $secret),
	'a subject that is a list' => sign(\%hs, { %claims, sub => ['auth0|5f7c8ec7'] }, $secret),
	'a subject that is an object' => sign(\%hs, { %claims, sub => { a => 1 } }, $secret),
	'a subject of 4 kB' => sign(\%hs, { %claims, sub => 'x' x 4096 }, $secret),
	'an empty subject' => sign(\%hs, { %claims, sub => '' }, $secret),
	'a subject of a user who is gone' => sign(\%hs, { %claims, sub => 'gone' }, $secret),
	'no subject' => sign(\%hs, { map { $_ => $claims{$_} } qw(iss aud exp) }, $secret),
	'oid where sub counts' => sign(\%hs, { %claims, sub => 'x', oid => 'auth0|5f7c8ec7' }, $secret),
	'alg none' => part({ alg => 'none' }) . ".$body.",
	'alg none with a signature' => part({ alg => 'none' }) . ".$body.$signature",
	'alg NONE' => part({ alg => 'NONE' }) . ".$body.$signature",
	'HMAC with the modulus' => sign({ alg => 'HS256', kid => 'rsa' }, \%claims, $modulus),
	'HMAC with the modulus as text' => sign({ alg => 'HS256' }, \%claims, $rsa->{jwk}{n}),
	'HMAC with the key in PEM' => sign({ alg => 'HS256', kid => 'rsa' }, \%claims, $pem),
	'HMAC with the key as JSON' => sign({ alg => 'HS256' }, \%claims, $json->encode($rsa->{jwk})),
	'PS256 in name, RS256 in fact' => part({ alg => 'PS256', kid => 'rsa' }) . ".$body.$signature",
	'a salt of another length' => sign({ alg => 'PS256', kid => 'rsa' }, \%claims, { %$rsa, salt => 20 }),
	'a salt of no length' => sign({ alg => 'PS256', kid => 'rsa' }, \%claims, { %$rsa, salt => 0 }),
	'an ES256 signature in DER' => "$es_text." . encode_base64url(run_openssl($es_text, 'dgst', '-sha256', '-sign', $ec->{file})),
	'r and s of zero' => "$es_text." . encode_base64url("\0" x 64),
	'ES384 with P-256' => sign({ alg => 'ES384', kid => 'ec' }, \%claims, $ec),
	'an extension that must be understood' => sign({ %hs, crit => ['exp'] }, \%claims, $secret),
	'b64' => sign({ %hs, b64 => JSON::PP::false }, \%claims, $secret),
	'an odd type' => sign({ %hs, typ => 'logout+jwt' }, \%claims, $secret),
	'a type that is a number' => sign({ %hs, typ => 1 }, \%claims, $secret),
	'a key in the header' => sign({ alg => 'RS256', jwk => $other->{jwk} }, \%claims, $other),
	'a doubled member of the header' => sign('{"alg":"RS256","kid":"x","kid":"rsa"}', \%claims, $rsa),
	'a doubled member of the claims' => sign(\%hs, '{"iss":"' . $A . '","sub":"x","sub":"auth0|5f7c8ec7","aud":"governance","exp":4102444800}', $secret),
	'a doubled member deeper down' => sign(\%hs, '{"iss":"' . $A . '","sub":"auth0|5f7c8ec7","aud":"governance","exp":4102444800,"a":{"b":1,"b":2}}', $secret),
	'a header that is a list' => sign('["HS256"]', \%claims, $secret),
	'claims that are a list' => sign(\%hs, [ \%claims ], $secret),
	'claims that are text' => sign(\%hs, '"x"', $secret),
	'padding' => "$good=",
	'a signature with a bit left over' => $good =~ s/(.)$/chr(ord($1) + 1)/er,
	'a signature with a zero before it' => "$head.$body." . encode_base64url("\0" . decode_base64url($signature)),
	'a token within a token' => sign({ %hs, cty => 'JWT' }, $good, $secret),
	'five parts' => "$head.$body.$signature.x.y",
	'the claims of another' => "$head." . part({ %claims, sub => 'spiffe://example.org/ns/prod/sa/ben' }) . ".$signature",
);
cmp_ok(scalar keys %no, '>=', 40, 'hostile tokens: ' . scalar keys %no);
is(who($no{$_}), 'refused', "refused: $_") foreach sort keys %no;
is(who($good), 'ann', 'and the good one opens still');

# -- the leeway is that of the issuer's row -------------------------------------------
my $late = sign(\%hs, { %claims, exp => time - 1805 }, $secret);
my $early = sign(\%hs, { %claims, nbf => time + 900, iat => time + 900 }, $secret);
my $too_early = sign(\%hs, { %claims, iat => time + 86400 }, $secret);
foreach ([ '30 min', 'refused', 'ann' ], [ '1 h', 'ann', 'ann' ], [ '0', 'refused', 'refused' ])
{
	my ($leeway, $of_late, $of_early) = @$_;
	$node->safe_psql('postgres', "SELECT gov_set_issuer('$A', 'governance', groups_claim => 'groups', leeway => '$leeway')");
	is(who($late), $of_late, "leeway $leeway: expired 1805 seconds ago");
	is(who($early), $of_early, "leeway $leeway: begins in 900 seconds");
	is(who($too_early), 'refused', "leeway $leeway: tomorrow");
}
$node->safe_psql('postgres', "SELECT gov_set_issuer('$A', 'governance', groups_claim => 'groups')");

# -- keys rotate: in a session that goes on, too --------------------------------------
my $session = $node->background_psql('postgres', on_error_stop => 0);
my $next = generate('next', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
my $of_next = sign({ alg => 'RS256', kid => 'next' }, \%claims, $next);
like($session->query("SELECT gov_begin_as('$good')"), qr/^ann$/m, 'a session: the key of today');
unlike($session->query("SELECT gov_begin_as('$of_next')") // '', qr/ann/, 'the key of tomorrow');
store($A, @a, $next->{jwk});
like($session->query("SELECT gov_begin_as('$of_next')"), qr/^ann$/m, 'both: the next one');
like($session->query("SELECT gov_begin_as('$good')"), qr/^ann$/m, 'both: the last one');
isnt(store($A, { kty => 'RSA' }), 0, 'a set that is none is refused');
like($session->query("SELECT gov_begin_as('$of_next')"), qr/^ann$/m, 'and the last good set stays');
store($A, $ec->{jwk}, \%oct, $next->{jwk});
unlike($session->query("SELECT gov_begin_as('$good')") // '', qr/ann/, 'a key that was taken out is gone at once');
$session->quit;
store($A, @a);

# -- what the holder learns, and a stranger does not ------------------------------------
my $gateway = Gateway->new($node, 'postgres');
my %words = (
	'expired' => qr/^The token has expired\.$/,
	'another audience' => qr/^The token is for another audience\.$/,
	'an issuer with a slash more' => qr/^The issuer of the token is unknown here\.$/,
	'not begun' => qr/^The token is not valid yet/,
	'a subject that is nobody' => qr/^The issuer of the token is known, but its subject is linked to no user here\.$/,
);
foreach my $what (sort keys %words)
{
	like(hint($no{$what}), $words{$what}, "the holder learns: $what");
	my $stranger = $no{$what} =~ s/[^.]*$/encode_base64url('x' x 32)/er;
	like(hint($stranger), qr/^A token may be mistyped/, "a stranger does not: $what");
	my ($to_holder, $to_stranger) = map { $gateway->ask($_, 'GET', '/models') } $no{$what}, $stranger;
	is($to_holder->{status}, 401, "401: $what");
	my ($said) = ($to_holder->{headers}{'www-authenticate'} // '') =~ /error_description="(.*)"/;
	like($said // '', $words{$what}, "WWW-Authenticate: $what");
	is($to_stranger->{headers}{'www-authenticate'}, 'Bearer realm="governance", error="invalid_token"', "to a stranger: $what");
}
my $log = slurp_file($node->logfile);
like($log, qr/Of the signed token: it has expired/, 'the log says what is wrong');
like($log, qr/Of the signed token: no key of its issuer made its signature/, 'of a stranger, too');

# -- people whom nobody has linked ------------------------------------------------------
$node->safe_psql('postgres', qq{SELECT gov_set_issuer('$A', 'governance', groups_claim => 'groups', create_users => true, required_claims => '{"hd": "example.com", "groups": "staff"}'),
	gov_set_policy('identity.new_users_per_day', '2')});
my %new = (%claims, hd => 'example.com', groups => [ 'a', 'staff' ], sub => 'postgres');
is(who(sign(\%hs, { %new, hd => 'example.org' }, $secret)), 'refused', 'another domain makes no user');
is(who(sign(\%hs, { %new, groups => ['a'] }, $secret)), 'refused', 'without the group neither');
is(who(sign(\%hs, { %new, hd => [ { x => 'example.com' } ] }, $secret)), 'refused', 'nor a value deeper down');
is(who(sign({ alg => 'RS256' }, \%new, $other)), 'refused', 'nor another key');
my $made = who(sign(\%hs, \%new, $secret));
like($made, qr/^u-[0-9a-f]{20}$/, 'a new user has an id of its own, whatever the subject');
is(who(sign(\%hs, \%new, $secret)), $made, 'and is the same the next time');
is($node->safe_psql('postgres', "SELECT u.is_active, u.created_by, count(r) FROM governance.users AS u LEFT JOIN governance.user_roles AS r USING (user_id) WHERE u.user_id = '$made' GROUP BY 1, 2"),
	't|system|0', 'made by the system, without a role');
is($node->safe_psql('postgres', "SELECT string_agg(event_type || ' ' || actor || ' ' || evidence, ', ' ORDER BY event_id) FROM governance.audit_events WHERE new_row ->> 'user_id' = '$made'"),
	'user.create system internal, user_identity.link system internal', 'the trail has it');
is($node->safe_psql('postgres', "SELECT kind, id, title, route FROM gov_inbox() WHERE kind = 'new_user'"), "new_user|$made|postgres of $A|", 'the inbox has it');
is($node->psql('postgres', "BEGIN READ ONLY; SELECT gov_begin_as('" . sign(\%hs, { %new, sub => 'another' }, $secret) . "')"), 3, 'what only reads makes no user');
my $call = $node->safe_psql('postgres', "SELECT call FROM gov_inbox() WHERE kind = 'new_user'");
$node->safe_psql('postgres', $call);
is($node->safe_psql('postgres', "SELECT count(*) FROM gov_inbox() WHERE kind = 'new_user'"), 0, 'linked by somebody, it waits no more');
like(who(sign(\%hs, { %new, sub => 'second' }, $secret)), qr/^u-/, 'a second one');
is(who(sign(\%hs, { %new, sub => 'third' }, $secret)), 'refused', 'no third one that day');
$node->safe_psql('postgres', "SELECT gov_deactivate_user('$made')");
is(who(sign(\%hs, \%new, $secret)), 'refused', 'nobody comes back by a token');
$node->safe_psql('postgres', "SELECT gov_set_issuer('$A', 'governance', groups_claim => 'groups')");

# e-mail addresses, where they are an identity
$node->safe_psql('postgres', "SET client_min_messages = error; SELECT gov_set_issuer('$B', 'governance', user_claim => 'email', email_is_identity => true);
	SELECT gov_link_identity('ben', '$B', 'ben\@example.com')");
my %mail = (%claims, iss => $B, email => 'ben@example.com', email_verified => JSON::PP::true);
is(who(sign({ alg => 'ES256' }, \%mail, $ec_b)), 'ben', 'a verified e-mail address');
is(who(sign({ alg => 'ES256' }, { %mail, email_verified => $_ }, $ec_b)), 'refused', 'email_verified: ' . $json->allow_nonref->encode($_))
  foreach JSON::PP::false, 'true', 1;
delete $mail{email_verified};
is(who(sign({ alg => 'ES256' }, \%mail, $ec_b)), 'refused', 'nothing said of it');

# -- roles by group ------------------------------------------------------------------------
$node->safe_psql('postgres', qq{
	CREATE ROLE mona LOGIN;
	SELECT gov_create_user('mona', NULL, 'mona'), gov_create_role('mapper', permissions => '{role:manage}');
	SELECT gov_assign_role('mona', 'approver'), gov_assign_role('mona', 'mapper'), gov_assign_role('postgres', 'approver');
	SELECT gov_register_model('risk', '1.0.0'), gov_request_model_approval('risk', '1.0.0')});
my ($status, undef, $err) = $node->psql('postgres', "SELECT gov_map_group('$A', 'deployers', 'operator')", extra_params => [ '-U', 'mona', '-v', 'VERBOSITY=verbose' ]);
like($err, qr/42501: user "mona" cannot convey permissions/, 'nobody maps what they do not hold');
is($node->psql('postgres', "SELECT gov_map_group('$A', 'approvers', 'approver')", extra_params => [ '-U', 'mona' ]), 0, 'mona maps what she holds');
$node->safe_psql('postgres', "SELECT gov_map_group('$A', 'auditors', 'auditor')");
my $plain = sign(\%hs, \%claims, $secret);
my $grouped = sign(\%hs, { %claims, groups => [ 'x', 'approvers', 7 ] }, $secret);
my $can = q{SELECT gov_can('model:approve')};
is(with_token($plain, $can), 'f', 'without the group: no role');
is(with_token($grouped, $can), 't', 'with it: the role');
$node->safe_psql('postgres', "SET client_min_messages = error; SELECT gov_set_issuer('$B', 'governance', user_claim => 'email', email_is_identity => true, groups_claim => 'groups')");
my $of_b = sign({ alg => 'ES256' }, { %mail, email_verified => JSON::PP::true, groups => ['approvers'] }, $ec_b);
is(with_token($of_b, $can), 'f', 'a group of that name of another issuer gives nothing');
$node->safe_psql('postgres', "SELECT gov_map_group('$B', 'approvers', 'approver')");
is(with_token($of_b, $can), 't', 'until it is mapped as well');
$node->safe_psql('postgres', "SELECT gov_unmap_group('$B', 'approvers', 'approver')");
is(with_token($of_b, $can) . with_token($grouped, $can), 'ft', 'one issuer\'s mapping goes, the other\'s stays');
is(with_token(sign(\%hs, { %claims, groups => 'approvers' }, $secret), $can), 't', 'a group that is no list');
is(with_token(sign(\%hs, { %claims, groups => [ ['approvers'] ] }, $secret), $can), 'f', 'a group deeper down is none');
is($node->safe_psql('postgres', "SELECT gov_has_permission('ann', 'model:approve')"), 'f', 'elsewhere the user has no such right');
is(with_token($grouped, q{SELECT gov_whoami() -> 'roles', gov_whoami() -> 'group_roles' -> 0 ->> 'group_name'}), '["approver"]|approvers', 'gov_whoami() tells of it');
like(with_token($grouped, q{SELECT gov_explain_permission('ann', 'model:approve') ->> 'reason'}), qr/^role "approver" of group "approvers" of issuer "https:.*" grants it, in this transaction$/, 'gov_explain_permission() does');
is($node->safe_psql('postgres', q{SELECT via_role FROM gov_who_can('model:approve') WHERE user_id IS NULL}), qq{approver, of group "approvers" of issuer "$A"}, 'gov_who_can() does');
like(with_token(sign(\%hs, { %claims, groups => [ 'approvers', 'auditors' ] }, $secret), 'SELECT 1'), qr/MG001: groups and roles of user "ann" would break separation of duties.*auditor_approver/s, 'groups that break a duty set open nothing');
$node->safe_psql('postgres', q{SELECT gov_assign_role('ann', 'operator')});
like(with_token($grouped, 'SELECT 1'), qr/MG001/, 'nor a group and a role that do');
$node->safe_psql('postgres', q{SELECT gov_revoke_role('ann', 'operator')});
is(with_token($grouped, q{SELECT gov_create_api_token('ann', 'x') IS NOT NULL}), 't', 'a token of hers made there');
my $api = with_token($grouped, q{SELECT gov_create_api_token('ann', 'y')});
is(with_token($api, $can), 'f', 'has not the role');
like(with_token($grouped, q{SELECT gov_delegate('approver', 'ben', now() + interval '1 day', 'x')}), qr/42501/, 'a role by group is not lent');
like(with_token(sign(\%hs, { %claims, groups => ['approvers'], _claim_names => { groups => 'src1' } }, $secret), $can), qr/^f$/, 'a token that lacks its groups gives no role');
is(with_token(sign(\%hs, { %claims, groups => ['approvers'], hasgroups => JSON::PP::true }, $secret), $can), 'f', 'nor one that says so otherwise');
like(slurp_file($node->logfile), qr/a token of user "ann" lacks its groups/, 'and the log says so');

# a vote by one, the mapping's maker losing the right, and the middle of a transaction
is(with_token($grouped, q{SELECT approval_status FROM gov_approve_model('risk', '1.0.0')}), 'approved', 'a vote by the role');
is($node->safe_psql('postgres', q{SELECT by_group - 'mapped_at' FROM governance.approval_history WHERE reviewer = 'ann'}),
	qq({"role": "approver", "issuer": "$A", "mapped_by": "mona", "group_name": "approvers"}), 'stores group and mapping');
is($node->safe_psql('postgres', q{SELECT new_row -> 'by_group' ->> 'group_name' FROM governance.audit_events WHERE event_type = 'model_approval.approve' AND actor = 'ann'}), 'approvers', 'in the trail, too');
# and of the other kinds of votes
my ($for_use) = $node->safe_psql('postgres', q{SELECT gov_create_usecase('lending', 'lending', '', 'team') \g /dev/null
	SELECT gov_assess_impact('lending', (SELECT jsonb_object_agg(question_id, CASE answer_type WHEN 'boolean' THEN 'false' ELSE options -> 0 -> 'answer' END) FROM governance.impact_questions)) \g /dev/null
	SELECT gov_submit_usecase('lending') \g /dev/null
	SELECT gov_set_approval_policy('model_rollback', required_role => 'approver') \g /dev/null
	SELECT request_id FROM gov_request_approval('model_rollback', '{"model_id": "risk", "version": "1.0.0"}')}) =~ /(\S+)\s*$/;
is(with_token($grouped, q{SELECT status FROM gov_approve_usecase('lending')}), 'approved', 'of a use-case');
is(with_token($grouped, qq{SELECT status FROM gov_approve_request('$for_use')}), 'approved', 'of a request');
is($node->safe_psql('postgres', qq{SELECT string_agg(by_group ->> 'group_name' || ' by ' || (by_group ->> 'mapped_by'), ', ') FROM (SELECT by_group FROM governance.usecase_approvals UNION ALL SELECT by_group FROM governance.approvals) AS v}),
	'approvers by mona, approvers by mona', 'they store group and mapping, too');
my $open = $node->background_psql('postgres');
$open->query_safe("BEGIN; SELECT gov_begin_as('$grouped')");
is($open->query_safe($can), 't', 'a transaction goes on');
$node->safe_psql('postgres', q{SELECT gov_revoke_role('mona', 'mapper')});
is($open->query_safe($can), 'f', 'the mapping is void at once when its maker may not map');
$node->safe_psql('postgres', q{SELECT gov_assign_role('mona', 'mapper')});
is($open->query_safe($can), 't', 'and counts again');
$node->safe_psql('postgres', q{SELECT gov_revoke_role('mona', 'approver')});
is($open->query_safe($can), 'f', 'void without the role itself');
$node->safe_psql('postgres', q{SELECT gov_assign_role('mona', 'approver'), gov_deactivate_user('mona')});
is($open->query_safe($can), 'f', 'void while its maker is not active');
$node->safe_psql('postgres', q{SELECT gov_reactivate_user('mona')});
is($open->query_safe($can), 't', 'active again');
$node->safe_psql('postgres', q{SELECT gov_assign_role('ann', 'operator')});
is($open->query_safe($can), 'f', 'void where a role given meanwhile would break a duty set');
$node->safe_psql('postgres', q{SELECT gov_revoke_role('ann', 'operator')});
$node->safe_psql('postgres', "SELECT gov_unmap_group('$A', 'approvers', 'approver')");
is($open->query_safe($can), 'f', 'unmapped');
$node->safe_psql('postgres', "SELECT gov_map_group('$A', 'approvers', 'approver')");
is($open->query_safe($can), 't', 'mapped by another');
$node->safe_psql('postgres', q{SELECT gov_deactivate_user('ann')});
is($open->query_safe($can), 'f', 'a user who was deactivated can nothing');
$node->safe_psql('postgres', q{SELECT gov_reactivate_user('ann')});
$open->query_safe('COMMIT');
is($open->query_safe($can), 't', 'the session is its own again');
$open->quit;
# who mapped a group gets nothing by it
$node->safe_psql('postgres', "SELECT gov_map_group('$A', 'approvers', 'approver'), gov_link_identity('postgres', '$A', 'root')");
$node->safe_psql('postgres', q{SELECT gov_revoke_role('postgres', 'approver')});
is(with_token(sign(\%hs, { %claims, sub => 'root', groups => ['approvers'] }, $secret), $can), 't', 'an admin may approve');
is(with_token(sign(\%hs, { %claims, sub => 'root', groups => ['approvers'] }, $secret), q{SELECT gov_whoami() -> 'group_roles'}), '', 'but by no group that the admin mapped');
# an admin by a group is not the last one's successor
$node->safe_psql('postgres', "SELECT gov_map_group('$A', 'admins', 'admin')");
like(with_token(sign(\%hs, { %claims, groups => ['admins'] }, $secret), q{SELECT gov_revoke_role('postgres', 'admin')}), qr/55000: the last active admin cannot be removed/, 'a role by group is never the last admin\'s');
like(with_token(sign(\%hs, { %claims, groups => ['admins'] }, $secret), q{SELECT gov_assign_role('ben', 'admin')}), qr/42501/, 'and conveys nothing');

# -- deactivation ends it by HTTP, too --------------------------------------------------------
is($gateway->ask($plain, 'GET', '/models')->{status}, 200, 'the gateway takes it');
$node->safe_psql('postgres', q{SELECT gov_deactivate_user('ann')});
my $passed = grep { $gateway->ask($plain, 'GET', '/models')->{status} != 401 } 1 .. 50;
is($passed, 0, 'after the deactivation none of 50 requests passes');
is($gateway->stop, 0, 'the gateway stops');
$log = slurp_file($node->logfile) . slurp_file($gateway->{log});
unlike($log, qr/\Q$_\E/, 'no token is in a log') foreach $plain, $good;
$node->stop;
done_testing();
