"""A plan stays: nobody deletes one, an administrator neither; and it has a name that an address may have.

What other plans, codes in force and files that were given away go back to would be gone with it. Plans of before keep
the names they have.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"

STAYING = """
CREATE FUNCTION onegrid.keep_plan() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'plan % stays: withdraw it instead', OLD.name USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER plan_stays BEFORE DELETE ON onegrid.plan FOR EACH ROW EXECUTE FUNCTION onegrid.keep_plan();
"""

NAMES = r"""
CREATE FUNCTION onegrid.check_plan_name() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.name ~ '[/[:cntrl:]]|^\s|\s$|^\.{1,2}$' THEN
        RAISE EXCEPTION '% is no name of a plan', quote_literal(NEW.name) USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plan_name BEFORE INSERT OR UPDATE OF name ON onegrid.plan
FOR EACH ROW EXECUTE FUNCTION onegrid.check_plan_name();
"""


def upgrade() -> None:
    """Let no plan go, and none with a name that no address could have."""
    op.execute(STAYING)
    op.execute(NAMES)
