# Signed tokens: what opens, and everything that must not; by SQL and by HTTP.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use Gateway;
use MIME::Base64 qw(encode_base64url);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('jwt');
my $file = $PostgreSQL::Test::Utils::tmp_check . '/keys.json';
my $json = JSON::PP->new->canonical;
$node->init;
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'governance'
log_statement = none
governance.jwks_file = '$file'
governance.jwt_audience = 'governance-test'
});
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_user('jwt-ann', 'a@example.com'), gov_create_user('gone', 'g@example.com');
	SELECT gov_deactivate_user('gone')});

my $secret = 'a secret of at least 32 bytes, say';
# an Ed25519 key pair: tokens of it are below, the private key is nowhere
my $x = 'scrlyaGjEjgmdqXRysHFrjB0Jg-y0IFiuIz8d0DaOxQ';
my %ed = (kty => 'OKP', crv => 'Ed25519', kid => 'ed-1', alg => 'EdDSA', use => 'sig', x => $x);
my %oct = (kty => 'oct', kid => 'hs-1', alg => 'HS256', k => encode_base64url($secret));

sub keys_are
{
	my ($mode, @keys) = @_;
	unlink $file;
	append_to_file($file, $json->encode({ keys => \@keys }));
	chmod $mode, $file;
	return;
}

my %claims = (sub => 'jwt-ann', aud => 'governance-test', exp => time + 86400);

# hs256({header}, {claims}, secret)
sub hs256
{
	my ($header, $claims, $key) = @_;
	my $text = join '.', map { encode_base64url(ref $_ ? $json->encode($_) : $_) } $header, $claims;
	return "$text." . encode_base64url(hmac_sha256($text, $key // $secret));
}

sub who
{
	my ($token) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "SELECT gov_begin_as('$token')", extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $out if $status == 0;
	return $err =~ /28000: the credentials are not valid/ && $err !~ /DETAIL/ ? 'refused' : $err;
}

my $eddsa = 'eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImVkLTEifQ.eyJzdWIiOiJqd3QtYW5uIiwiYXVkIjoiZ292ZXJuYW5jZS10ZXN0IiwiZXhwIjo0MTAyNDQ0ODAwfQ.PkZwJTSo8TqMq7WIWeH4k-G_070dc9Bb7xZiTZMgjfdkWoVLsiwbuKs5dMV5AT0aBrSzDRaKVVszCw7ylcctCg';
my $audience_list = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJqd3QtYW5uIiwiYXVkIjpbIm90aGVyIiwiZ292ZXJuYW5jZS10ZXN0Il0sImV4cCI6NDEwMjQ0NDgwMH0.yJ-l5gCxZOf4Znc6238ft8zwD8lW-PpYrWCT_pl9KiOosAdcHNjhQO_WoPizKqm2Z83rd0f7_1Pny-F1vnaEAw';
my $other_key = 'eyJhbGciOiJFZERTQSIsImtpZCI6ImVkLTEifQ.eyJzdWIiOiJqd3QtYW5uIiwiYXVkIjoiZ292ZXJuYW5jZS10ZXN0IiwiZXhwIjo0MTAyNDQ0ODAwfQ.M0yccx5RNXvgzqeEgkfbNCl0ZcsFi9xv2hkeNaEFSrMExmDugz-aMl-4tQgLiOyol-wXJW7A3KIRZ4n7kIBYDA';
my $never_expires = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJqd3QtYW5uIiwiYXVkIjoiZ292ZXJuYW5jZS10ZXN0In0.-slVzf16lpBfqWdd1ltr1tP0pGwbun3IQBJsXpReFCjK81y9TWvopYGzGjmvH-NY3vJMuT5coOeCMbSx6iARCw';

# -- what opens ---------------------------------------------------------------------
is(who($eddsa), 'refused', 'no key file: nothing opens');
keys_are(0600, \%ed, \%oct, { kty => 'RSA', n => 'AQAB', e => 'AQAB' });
my %hs = (alg => 'HS256', typ => 'JWT', kid => 'hs-1');
is(who($eddsa), 'jwt-ann', 'EdDSA');
is(who($audience_list), 'jwt-ann', 'one of several audiences, no kid');
is(who(hs256(\%hs, \%claims)), 'jwt-ann', 'HS256');
is(who(hs256({ alg => 'HS256' }, { %claims, nbf => time - 5, aud => [ 'a', 'governance-test' ], more => { aud => [1] } })), 'jwt-ann', 'begun, and with other claims');
my $long = hs256({ %hs, x5c => 'x' x 5000 }, { %claims, x => 'x' x 5000 });
is(who($long), 'jwt-ann', 'one of ' . length($long) . ' bytes');
my $longest = hs256(\%hs, { %claims, x => 'x' x (1024 * 1024 * 3 / 4 - 300) });
is(who($longest), 'jwt-ann', 'one of ' . length($longest) . ' bytes, as large as a header of the gateway can be');
is($node->safe_psql('postgres', "BEGIN; SELECT gov_begin_as('$eddsa') \\g /dev/null\nSELECT gov_whoami() ->> 'evidence'; COMMIT"), 'verified', 'evidence: verified');

# -- what must not --------------------------------------------------------------------
my %no = (
	'the signature of another key' => $other_key,
	'no expiry' => $never_expires,
	'a changed signature' => substr($eddsa, 0, -4) . 'AAAA',
	'no signature' => $eddsa =~ s/[^.]*$//r,
	'another payload' => join('.', (split /\./, $eddsa)[0], encode_base64url($json->encode({ %claims, sub => 'postgres' })), (split /\./, $eddsa)[2]),
	'alg none' => join('.', encode_base64url('{"alg":"none"}'), encode_base64url($json->encode(\%claims)), ''),
	'alg none, signed' => hs256({ alg => 'none' }, \%claims),
	'alg in other letters' => hs256({ alg => 'hs256' }, \%claims),
	'no alg' => hs256({ typ => 'JWT' }, \%claims),
	'two algs' => hs256('{"alg":"HS256","alg":"EdDSA"}', \%claims),
	'alg HS512' => hs256({ alg => 'HS512' }, \%claims),
	'the public key as the secret of HS256' => hs256({ alg => 'HS256', kid => 'ed-1' }, \%claims, MIME::Base64::decode_base64url($x)),
	'the public key in text as that secret' => hs256({ alg => 'HS256' }, \%claims, $x),
	'an empty secret' => hs256(\%hs, \%claims, ''),
	'EdDSA in name, HMAC in fact' => hs256({ alg => 'EdDSA', kid => 'hs-1' }, \%claims),
	'a kid that is unknown' => hs256({ %hs, kid => 'other' }, \%claims),
	'a kid that is no string' => hs256({ %hs, kid => 1 }, \%claims),
	'an extension that must be understood' => hs256({ %hs, crit => ['exp'] }, \%claims),
	'expired' => hs256(\%hs, { %claims, exp => time - 1 }),
	'expiry as text' => hs256(\%hs, { %claims, exp => '' . (time + 60) . '' }),
	'expiry without end' => hs256(\%hs, '{"sub":"jwt-ann","aud":"governance-test","exp":1e999}'),
	'two expiries' => hs256(\%hs, '{"sub":"jwt-ann","aud":"governance-test","exp":1,"exp":4102444800}'),
	'two subjects' => hs256(\%hs, '{"sub":"gone","sub":"jwt-ann","aud":"governance-test","exp":4102444800}'),
	'not begun' => hs256(\%hs, { %claims, nbf => time + 86400 }),
	'another audience' => hs256(\%hs, { %claims, aud => 'other' }),
	'no audience' => hs256(\%hs, { sub => 'jwt-ann', exp => time + 60 }),
	'the audience deeper down' => hs256(\%hs, { sub => 'jwt-ann', exp => time + 60, aud => { aud => 'governance-test' } }),
	'no subject' => hs256(\%hs, { aud => 'governance-test', exp => time + 60 }),
	'a subject that is no id' => hs256(\%hs, { %claims, sub => "jwt-ann' --" }),
	'an unknown user' => hs256(\%hs, { %claims, sub => 'nobody' }),
	'an inactive user' => hs256(\%hs, { %claims, sub => 'gone' }),
	'NUL in it' => hs256(\%hs, '{"sub":"jwt-ann\u0000","aud":"governance-test","exp":4102444800}'),
	'no JSON' => hs256('{"alg":"HS256"', \%claims),
	'no JSON in the payload' => hs256(\%hs, '{"sub":'),
	'a header nested deeply' => hs256('{"alg":"HS256","x":' . '[' x 400 . ']' x 400 . '}', \%claims),
	'a payload nested deeply' => hs256(\%hs, '{"sub":"jwt-ann","aud":"governance-test","exp":4102444800,"x":' . '[' x 2000 . ']' x 2000 . '}'),
	'a header nested so deeply that no stack holds it' => hs256('{"alg":"HS256","x":' . '[' x 300_000 . ']' x 300_000 . '}', \%claims),
	'more than 1 MB' => hs256(\%hs, { %claims, x => 'x' x (1024 * 1024 * 3 / 4) }),
	'too many parts' => hs256(\%hs, \%claims) . '.x',
	'padding' => hs256(\%hs, \%claims) . '=',
	'two dots' => '..',
	'one dot' => 'a.b',
	'blanks' => ' ' . hs256(\%hs, \%claims),
);
is(who($no{$_}), 'refused', "refused: $_") foreach sort keys %no;

# -- thousands that are nearly right: refused as the others, and nothing else --------------
foreach my $good ($eddsa, hs256(\%hs, \%claims))
{
	my $sql = <<"SQL";
SET client_min_messages = warning;
SELECT setseed(0.5) \\g /dev/null
CREATE FUNCTION pg_temp.tried(token text) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
	PERFORM gov_begin_as(token);
	RAISE SQLSTATE 'OPENS';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END \$\$;
SELECT DISTINCT pg_temp.tried(CASE i % 4
		WHEN 0 THEN overlay(t PLACING substr('ABCabc019-_.=', 1 + (random() * 12)::int, 1) FROM at FOR 1) || '.'
		WHEN 1 THEN left(t, at - 1) || right(t, -at)
		WHEN 2 THEN left(t, at) || substr('eyJ.Q', 1 + i % 5, 1) || right(t, -at)
		ELSE left(t, at) END)
FROM generate_series(1, 4000) AS i, (SELECT '$good') AS g(t),
	LATERAL (SELECT (random() * (length(t) - 2))::int + 1 + 0 * i AS at) AS a
SQL
	is($node->safe_psql('postgres', $sql), '28000', 'thousands with a slip: refused, and nothing else');
}

# -- the file of keys ----------------------------------------------------------------------
keys_are(0644, \%ed, \%oct);
is(who($eddsa), 'refused', 'a secret that others can read: nothing opens');
keys_are(0644, \%ed);
is(who($eddsa), 'jwt-ann', 'public keys may be read');
is(who(hs256(\%hs, \%claims)), 'refused', 'a key that was taken out is gone at once');
keys_are(0666, \%ed);
is(who($eddsa), 'refused', 'a file that others can write: nothing opens');
keys_are(0600, { %oct, k => encode_base64url('short') });
is(who(hs256(\%hs, \%claims, 'short')), 'refused', 'a short secret');
keys_are(0600, { %oct, alg => 'EdDSA' }, { %ed, alg => 'HS256' }, { %ed, use => 'enc' });
is(who($eddsa), 'refused', 'keys for something else');
is(who(hs256(\%hs, \%claims)), 'refused', 'both of them');
keys_are(0600, { %ed, x => substr $x, 1 });
is(who($eddsa), 'refused', 'a key of the wrong length');
unlink $file;
append_to_file($file, '{"keys": [');
chmod 0600, $file;
is(who($eddsa), 'refused', 'a broken file');
like(slurp_file($node->logfile), qr/no signed token is valid: key file/, 'the log says why');
my (undef, undef, $err) = $node->psql('postgres', 'SET ROLE gateway; SHOW governance.jwks_file');
like($err, qr/permission denied|must be superuser|pg_read_all_settings/, 'others do not see the path');

# -- by HTTP ---------------------------------------------------------------------------------
keys_are(0600, \%ed, \%oct);
my $gateway = Gateway->new($node, 'postgres');
is($gateway->ask(hs256(\%hs, \%claims), 'GET', '/models')->{status}, 200, 'the gateway takes it');
is($gateway->ask($eddsa, 'GET', '/models')->{status}, 200, 'and the other');
is($gateway->ask($long, 'GET', '/models')->{status}, 200, 'a long one');
is($gateway->ask(hs256(\%hs, { %claims, x => 'x' x 13_000 }), 'GET', '/models')->{status}, 431, 'one that is no header any more: 431');
is($gateway->ask($no{expired}, 'GET', '/models')->{status}, 401, 'expired: 401');
is($gateway->stop, 0, 'the gateway stops');
$node->append_conf('postgresql.conf', "governance.jwt_audience = ''");
$node->restart;
is(who($eddsa), 'refused', 'without an audience nothing opens');
unlike(slurp_file($node->logfile), qr/\Q$eddsa\E/, 'no token is in the log');

$node->stop;
done_testing();
