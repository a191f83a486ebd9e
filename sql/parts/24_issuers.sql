-- Issuers of signed tokens, their keys, and the users whom they name.

-- Empty: carries the invalidation of the caches of issuers and their keys.
CREATE TABLE governance.issuer_generation ();
COMMENT ON TABLE governance.issuer_generation IS
'Empty: carries the invalidation of issuers'' caches.';

CREATE TABLE governance.issuers (
    issuer            text COLLATE "C" NOT NULL,
    audience          text COLLATE "C" NOT NULL,
    user_claim        text COLLATE "C" NOT NULL DEFAULT 'sub',
    groups_claim      text COLLATE "C",
    leeway            interval NOT NULL DEFAULT '60 s',
    email_is_identity boolean NOT NULL DEFAULT false,
    create_users      boolean NOT NULL DEFAULT false,
    required_claims   jsonb NOT NULL DEFAULT '{}',
    set_at            timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    set_by            text COLLATE "C",
    CONSTRAINT issuers_pkey PRIMARY KEY (issuer),
    CONSTRAINT issuers_issuer_check CHECK (issuer <> '' AND pg_catalog.octet_length(issuer) <= 512 AND issuer NOT LIKE 'postgres:%'),
    CONSTRAINT issuers_audience_check CHECK (audience <> ''),
    CONSTRAINT issuers_user_claim_check CHECK (user_claim IN ('sub', 'oid', 'email') AND (user_claim <> 'email' OR email_is_identity)),
    CONSTRAINT issuers_leeway_check CHECK (leeway BETWEEN '0' AND '1 hour'),
    CONSTRAINT issuers_required_claims_check CHECK (pg_catalog.jsonb_typeof(required_claims) = 'object' AND (required_claims <> '{}' OR NOT create_users))
);
COMMENT ON TABLE governance.issuers IS
'Issuers whose signed tokens (JWT) are accepted; gov_set_issuer() adds them.  A token names its issuer exactly, in iss, and is verified with the keys of that issuer alone.';
COMMENT ON COLUMN governance.issuers.audience IS
'The audience that a token must name in its claim aud.';
COMMENT ON COLUMN governance.issuers.user_claim IS 'The claim that names the person: sub, oid or email.';
COMMENT ON COLUMN governance.issuers.groups_claim IS
'The claim with the groups of the person; NULL: groups are not read.';
COMMENT ON COLUMN governance.issuers.leeway IS
'How far the clocks of issuer and server may differ: exp, nbf and iat are checked with this tolerance.';
COMMENT ON COLUMN governance.issuers.email_is_identity IS
'Whether user_claim may be email.  Whoever gets the address then becomes the person.';
COMMENT ON COLUMN governance.issuers.create_users IS
'Whether a person without a link becomes a user, without roles, at the first token.';
COMMENT ON COLUMN governance.issuers.required_claims IS
'Claims that a token must have: {claim: value}.  A claim that is a list must contain the value.';

CREATE TABLE governance.issuer_keys (
    issuer     text COLLATE "C" NOT NULL,
    thumbprint text COLLATE "C" NOT NULL,
    kid        text COLLATE "C",
    kty        text COLLATE "C" NOT NULL,
    crv        text COLLATE "C",
    alg        text COLLATE "C",
    n          text COLLATE "C",
    e          text COLLATE "C",
    x          text COLLATE "C",
    y          text COLLATE "C",
    secret     text COLLATE "C",
    stored_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    stored_by  text COLLATE "C",
    CONSTRAINT issuer_keys_pkey PRIMARY KEY (issuer, thumbprint),
    CONSTRAINT issuer_keys_issuer_fkey FOREIGN KEY (issuer)
        REFERENCES governance.issuers
);
-- pg_read_all_data reads pg_statistic
ALTER TABLE governance.issuer_keys ALTER COLUMN secret SET STATISTICS 0;
COMMENT ON TABLE governance.issuer_keys IS
'The keys of issuers by the members of a JSON Web Key (RFC 7517), as gov_store_issuer_keys() stored them.  No role can read a secret.';
COMMENT ON COLUMN governance.issuer_keys.thumbprint IS 'SHA-256 of the key in base64url.  Source: RFC 7638.';

CREATE TABLE governance.user_identities (
    user_id   text COLLATE "C" NOT NULL,
    issuer    text COLLATE "C" NOT NULL,
    subject   text COLLATE "C" NOT NULL,
    linked_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    linked_by text COLLATE "C",
    -- the subject first: it is looked up by itself
    CONSTRAINT user_identities_pkey PRIMARY KEY (subject, issuer),
    CONSTRAINT user_identities_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES governance.users,
    CONSTRAINT user_identities_issuer_check CHECK (issuer <> '' AND pg_catalog.octet_length(issuer) <= 512),
    CONSTRAINT user_identities_subject_check CHECK (subject <> '' AND pg_catalog.octet_length(subject) <= 2048)
);
CREATE INDEX user_identities_user_id_idx ON governance.user_identities (user_id);
CREATE INDEX user_identities_new_idx ON governance.user_identities (linked_at, user_id) WHERE linked_by = 'system';
COMMENT ON TABLE governance.user_identities IS
'The names by which issuers know users.  The same name from another issuer is another person.  An issuer postgres:METHOD stands for what PostgreSQL itself authenticated by.';
COMMENT ON COLUMN governance.user_identities.linked_by IS
'Who made the link.  system: the user was created at the first token, and nobody has reviewed it yet.';

CREATE TABLE governance.group_roles (
    issuer     text COLLATE "C" NOT NULL,
    group_name text COLLATE "C" NOT NULL,
    role       text COLLATE "C" NOT NULL,
    mapped_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    mapped_by  text COLLATE "C",
    -- the group first: it is looked up by itself
    CONSTRAINT group_roles_pkey PRIMARY KEY (group_name, issuer, role),
    CONSTRAINT group_roles_issuer_fkey FOREIGN KEY (issuer)
        REFERENCES governance.issuers,
    CONSTRAINT group_roles_role_fkey FOREIGN KEY (role)
        REFERENCES governance.roles ON DELETE CASCADE,
    CONSTRAINT group_roles_group_name_check CHECK (group_name <> '' AND pg_catalog.octet_length(group_name) <= 512)
);
CREATE INDEX group_roles_role_idx ON governance.group_roles (role);
COMMENT ON TABLE governance.group_roles IS
'Roles that a signed token gives to whoever is in a group of its issuer, in the tokens own transaction alone.  A mapping counts as long as its maker could still make it.';

CREATE FUNCTION @extschema@.gov_set_issuer(
    issuer text,
    audience text,
    user_claim text = 'sub',
    groups_claim text = NULL,
    leeway interval = '60 s',
    email_is_identity boolean = false,
    create_users boolean = false,
    required_claims jsonb = '{}')
RETURNS governance.issuers
AS 'MODULE_PATHNAME', 'gov_set_issuer'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_set_issuer(text, text, text, text, interval, boolean, boolean, jsonb) IS
'Let signed tokens of an issuer open something, or change how; the row.  Its keys and links stay.  user_claim is sub, oid or, with email_is_identity, email, which then counts where email_verified is true.  create_users makes a user without roles for who is not linked and has every claim of required_claims.  Needs system:config.  A leeway over an hour, create_users without required_claims, email without email_is_identity: 22023.';

CREATE FUNCTION @extschema@.gov_drop_issuer(issuer text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_drop_issuer'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_drop_issuer(text) IS
'Drop an issuer, so that its tokens open nothing; was there one?  Its keys, links and mapped groups go with it, each with an event.  Needs system:config.';

CREATE FUNCTION @extschema@.gov_store_issuer_keys(
    issuer text,
    jwks jsonb)
RETURNS governance.issuers
AS 'MODULE_PATHNAME', 'gov_store_issuer_keys'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_store_issuer_keys(text, jsonb) IS
'Replace the keys of an issuer; its row.  The new ones are those of a JSON Web Key Set (RFC 7517) that can verify signatures.  What is the same already writes nothing.  Keys for something else are left out, weak or malformed ones with a notice.  Needs identity:keys.  No set, over 64 kB, no key left, a kid twice, a private key: 22023, and the keys stay; unknown issuer: 42704.';

CREATE FUNCTION @extschema@.gov_link_identity(
    user_id text,
    issuer text,
    subject text)
RETURNS governance.user_identities
AS 'MODULE_PATHNAME', 'gov_link_identity'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_link_identity(text, text, text) IS
'Say that an issuer means a user by a subject (what its user_claim has); the row.  The issuer postgres:METHOD is what PostgreSQL authenticated by (setting governance.identity).  Needs user:manage and every permission that the user has (42501).  Linked to another user: 23505; unknown user or issuer: 42704; PostgreSQL''s for a user who may act for others, for whom such a link is void: 55000.';

CREATE FUNCTION @extschema@.gov_unlink_identity(
    issuer text,
    subject text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_unlink_identity'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_unlink_identity(text, text) IS
'End what gov_link_identity() began; was it linked?  Needs user:manage.';

CREATE FUNCTION @extschema@.gov_map_group(
    issuer text,
    group_name text,
    role text)
RETURNS governance.group_roles
AS 'MODULE_PATHNAME', 'gov_map_group'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_map_group(text, text, text) IS
'Let tokens that name a group of their issuer give a role; the row.  The group stands in the issuer''s groups_claim, and the role counts in the token''s own transaction alone.  It gives nothing to who mapped it, counts while that user could map it still, conveys nothing, and opens nothing where it would break separation of duties (MG001).  Needs role:manage and what gov_assign_role() asks (42501).  Unknown issuer or role: 42704.';

CREATE FUNCTION @extschema@.gov_unmap_group(
    issuer text,
    group_name text,
    role text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_unmap_group'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_unmap_group(text, text, text) IS
'End what gov_map_group() began; was it mapped?  Transactions that go on lose the role at their next check.  Needs role:manage.';
