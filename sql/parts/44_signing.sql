-- Who signed the files of a version, and whose signatures count.

CREATE TABLE governance.trusted_signers (
    name              text COLLATE "C" NOT NULL,
    kind              text NOT NULL,
    material          text NOT NULL,
    fingerprint       text COLLATE "C" NOT NULL,
    identity          text,
    models            text[] COLLATE "C",
    valid_from        timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    valid_to          timestamptz,
    created_at        timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by        text COLLATE "C",
    revoked_at        timestamptz,
    revoked_by        text COLLATE "C",
    revocation_reason text,
    CONSTRAINT trusted_signers_pkey PRIMARY KEY (name),
    CONSTRAINT trusted_signers_name_check CHECK (governance.is_id(name)),
    CONSTRAINT trusted_signers_kind_check CHECK (kind IN ('key', 'root')),
    CONSTRAINT trusted_signers_identity_check CHECK (identity IS NULL OR kind = 'root'),
    CONSTRAINT trusted_signers_valid_check CHECK (valid_to > valid_from),
    CONSTRAINT trusted_signers_fingerprint_check CHECK (governance.is_sha256(fingerprint))
);
CREATE INDEX trusted_signers_fingerprint_idx ON governance.trusted_signers (fingerprint) WHERE revoked_at IS NOT NULL;
COMMENT ON TABLE governance.trusted_signers IS
'Signers whose signatures of models count; gov_trust_signer() adds them.  A row is written once and can be revoked.';
COMMENT ON COLUMN governance.trusted_signers.kind IS
'key: signatures by this key count; root: signatures with a certificate under this root count.';
COMMENT ON COLUMN governance.trusted_signers.material IS 'The public key, or the certificate, in PEM.';
COMMENT ON COLUMN governance.trusted_signers.fingerprint IS 'SHA-256, in hex, of the key (SubjectPublicKeyInfo) or the certificate, in DER.';
COMMENT ON COLUMN governance.trusted_signers.identity IS
'What a certificate must name, * standing for any text: an e-mail address, URI or DNS name, or its subject where it has none of them; NULL: anybody.';
COMMENT ON COLUMN governance.trusted_signers.models IS
'The models whose signatures count; NULL: those of all models.';
COMMENT ON COLUMN governance.trusted_signers.revoked_at IS
'When the signer was revoked: none of its signatures counts any more, whenever it was made.';

CREATE TABLE governance.model_signatures (
    model_id            text COLLATE "C" NOT NULL,
    version             text COLLATE "C" NOT NULL,
    signature_no        bigint NOT NULL,
    status              text NOT NULL,
    method              text NOT NULL,
    signer              text COLLATE "C",
    identity            text,
    manifest_digest     text COLLATE "C" NOT NULL,
    bundle_digest       text COLLATE "C" NOT NULL,
    certificates_end_at timestamptz,
    bundle              jsonb NOT NULL,
    attached_at         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    attached_by         text COLLATE "C" NOT NULL,
    CONSTRAINT model_signatures_pkey PRIMARY KEY (model_id, version, signature_no),
    CONSTRAINT model_signatures_version_fkey FOREIGN KEY (model_id, version)
        REFERENCES governance.model_versions,
    CONSTRAINT model_signatures_signer_fkey FOREIGN KEY (signer)
        REFERENCES governance.trusted_signers,
    CONSTRAINT model_signatures_status_check CHECK (status IN ('verified', 'not_verified')),
    CONSTRAINT model_signatures_method_check CHECK (method IN ('key', 'certificate', 'keyless')),
    CONSTRAINT model_signatures_signer_check CHECK ((status = 'verified') = (signer IS NOT NULL)),
    CONSTRAINT model_signatures_manifest_digest_check CHECK (governance.is_sha256(manifest_digest))
);
CREATE INDEX model_signatures_signer_idx ON governance.model_signatures (signer, model_id, version);
COMMENT ON TABLE governance.model_signatures IS
'Signatures of the files of versions (OpenSSF Model Signing 1.0), each once, by gov_attach_signature().  A gate verifies them anew.';
COMMENT ON COLUMN governance.model_signatures.signature_no IS
'The number of the row, counted for each version under its lock.';
COMMENT ON COLUMN governance.model_signatures.status IS
'verified: by a trusted signer when it was attached; not_verified: keyless, kept and counted nowhere.';
COMMENT ON COLUMN governance.model_signatures.method IS
'key, certificate (under a trusted root), or keyless: a certificate of minutes and an entry of a public log, which are not verified here.';
COMMENT ON COLUMN governance.model_signatures.identity IS
'The identity that its certificate names.';
COMMENT ON COLUMN governance.model_signatures.manifest_digest IS
'The root of the manifest that was signed: SHA-256, in hex, of the digests of its resources.  One for all signatures of a version.';
COMMENT ON COLUMN governance.model_signatures.bundle_digest IS 'SHA-256, in hex, of the bundle''s text.';
COMMENT ON COLUMN governance.model_signatures.certificates_end_at IS 'When the first of its certificates, or their root, ends; NULL: it has none, or is keyless.';
COMMENT ON COLUMN governance.model_signatures.bundle IS
'The Sigstore bundle v0.3, as it was given.';

CREATE FUNCTION @extschema@.gov_trust_signer(
    name text,
    kind text,
    material text,
    identity text = NULL,
    models text[] = NULL,
    valid_from timestamptz = now(),
    valid_to timestamptz = NULL)
RETURNS governance.trusted_signers
AS 'MODULE_PATHNAME', 'gov_trust_signer'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_trust_signer(text, text, text, text, text[], timestamptz, timestamptz) IS
'Let signatures of models by a signer count from now on; the row.  kind key: a public key, in PEM (ECDSA P-256, P-384 or P-521, Ed25519, RSA from 2048 bits up); root: the certificate of an authority, of which a certificate must name the identity, * standing for any text (NULL: anybody).  models NULL: of every model.  Needs system:config.  A name that is there: 23505; a key that was revoked: 55000; anything else in the PEM: 22023.';

CREATE FUNCTION @extschema@.gov_revoke_signer(
    name text,
    reason text)
RETURNS governance.trusted_signers
AS 'MODULE_PATHNAME', 'gov_revoke_signer'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_revoke_signer(text, text) IS
'Let no signature of a signer count any more, whenever it was made; the row.  A NOTICE tells what is live by it, and governance.v_signed_versions shows it: that stays live, but is deployed nowhere else.  Needs system:config.  Unknown: 42704; revoked already: 55000.';

CREATE FUNCTION @extschema@.gov_attach_signature(
    model_id text,
    version text,
    bundle jsonb)
RETURNS governance.model_signatures
AS 'MODULE_PATHNAME', 'gov_attach_signature'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_attach_signature(text, text, jsonb) IS
'Attach a signature of a version''s files; its row.  The bundle is one of OpenSSF Model Signing 1.0, verified here by key or certificates; the artifacts of the version are {path: "sha256:<hex>"}, and those that were signed.  A keyless one is kept as not_verified.  The same again writes nothing.  Needs model:register.  Not by a trusted signer, of other files, or malformed: 22023; after the first vote, unless on the manifest that was voted on: 55000.';
