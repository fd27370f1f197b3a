"""Who may use One Grid: accounts, what proves who somebody is, attempts to sign in, and the record of who did what.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

ACCOUNTS = """
CREATE TABLE onegrid.accounts (
    account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    role text NOT NULL CHECK (role IN ('viewer', 'supervisor', 'planner', 'approver', 'admin')),
    scope text NOT NULL DEFAULT '' CHECK (scope ~ '^[0-9]{0,12}$'),
    password_hash text,
    issuer text,
    subject text,
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    UNIQUE (issuer, subject)
)
"""
CREDENTIALS = """
CREATE TABLE onegrid.credentials (
    credential_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('session', 'token', 'link')),
    secret_hash bytea NOT NULL UNIQUE CHECK (octet_length(secret_hash) = 32),
    account_id bigint REFERENCES onegrid.accounts,
    holder text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CHECK (account_id IS NOT NULL OR kind <> 'token')
)
"""
ATTEMPTS = """
CREATE TABLE onegrid.sign_in_attempts (
    name_hash bytea NOT NULL,
    address text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""
FOREIGN_SIGN_INS = """
CREATE TABLE onegrid.openid_attempts (
    secret_hash bytea PRIMARY KEY CHECK (octet_length(secret_hash) = 32),
    state jsonb NOT NULL,
    expires_at timestamptz NOT NULL
)
"""
AUDIT = """
CREATE TABLE onegrid.audit (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    event text NOT NULL,
    actor text NOT NULL,
    address text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}'
)
"""
TELL = """
CREATE FUNCTION onegrid.tell_users_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('onegrid_users', '');
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Make the tables, and let the application do with each what it must, and no more."""
    for table in (ACCOUNTS, CREDENTIALS, ATTEMPTS, FOREIGN_SIGN_INS, AUDIT):
        op.execute(table)
    op.execute("CREATE UNIQUE INDEX accounts_name ON onegrid.accounts (lower(name))")
    op.execute("CREATE INDEX credentials_account ON onegrid.credentials (account_id)")
    op.execute("CREATE INDEX sign_in_attempts_name ON onegrid.sign_in_attempts (name_hash, at)")
    op.execute("CREATE INDEX sign_in_attempts_address ON onegrid.sign_in_attempts (address, at)")
    op.execute("CREATE INDEX audit_at ON onegrid.audit (at)")
    op.execute("GRANT SELECT, INSERT ON onegrid.accounts TO onegrid_app")
    op.execute("GRANT UPDATE (role, scope, password_hash, disabled_at) ON onegrid.accounts TO onegrid_app")
    for table in ("credentials", "sign_in_attempts", "openid_attempts"):
        op.execute(f"GRANT SELECT, INSERT, DELETE ON onegrid.{table} TO onegrid_app")
    keep_the_record()
    tell_changes()


def keep_the_record() -> None:
    """Let the record be added to, and read by who administers everything; it can't be changed."""
    op.execute("GRANT SELECT, INSERT ON onegrid.audit TO onegrid_app")
    op.execute("ALTER TABLE onegrid.audit ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY adding ON onegrid.audit FOR INSERT WITH CHECK (true)")
    op.execute("""
        CREATE POLICY reading ON onegrid.audit FOR SELECT USING (
            current_setting('onegrid.role', true) = 'admin' AND current_setting('onegrid.scope_from', true) = '')
    """)


def tell_changes() -> None:
    """Tell every server at once whom it may know no more."""
    op.execute(TELL)
    for table, change in (("accounts", "UPDATE"), ("credentials", "DELETE")):
        op.execute(
            f"CREATE TRIGGER tell_users_changed AFTER {change} ON onegrid.{table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION onegrid.tell_users_changed()"
        )
