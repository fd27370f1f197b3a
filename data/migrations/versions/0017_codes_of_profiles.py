"""The community of a grid by its code, whatever the profile: a code of CJ/T 349 begins with the class of an object.

What a row is about, and so who sees it, was taken for the beginning of its code. Pages of grids are cut out of a plan's
index by code to the scope; where a plan has such codes, the range of a scope is no range of codes.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"

COMMUNITY = """
CREATE FUNCTION onegrid.community_of(code text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN length(code) = 20 THEN substr(code, 7, 12) ELSE left(code, 12) END
$$;
COMMENT ON FUNCTION onegrid.community_of IS 'The community of a grid by its code; the code of a division as it is';
CREATE FUNCTION onegrid.number_of(code text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT substr(code, CASE WHEN length(code) = 20 THEN 19 ELSE 13 END)
$$;
COMMENT ON FUNCTION onegrid.number_of IS 'The number of a grid in its community, by its code';

CREATE OR REPLACE FUNCTION onegrid.division_of(layer text, attributes jsonb)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN layer = 'lineage'
            THEN onegrid.community_of(coalesce(attributes->>'new_code', attributes->>'old_code', ''))
        WHEN layer IN ('communities', 'community_staffing', 'duty', 'ratings', 'premises', 'party_organisations')
            THEN onegrid.community_of(coalesce(attributes->>'code', ''))
        WHEN layer = 'units' THEN coalesce(attributes->>'home', '')
    END
$$;
GRANT EXECUTE ON FUNCTION onegrid.community_of, onegrid.number_of TO onegrid_app;
UPDATE onegrid.drawn_place SET division = onegrid.community_of(division) WHERE length(division) = 20;
"""

PAGES = """
CREATE INDEX grid_version_object_code ON onegrid.grid_version (plan_id) WHERE length(code) = 20;

CREATE FUNCTION onegrid.codes_seen(the_plan integer, OUT first text, OUT beyond text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT CASE WHEN objects THEN '' ELSE current_setting('onegrid.scope_from', true) END,
        CASE WHEN objects THEN 'a' ELSE current_setting('onegrid.scope_to', true) END
    FROM (SELECT EXISTS (
        SELECT FROM onegrid.ancestry AS a JOIN onegrid.grid_version AS g ON g.plan_id = a.ancestor_id
        WHERE a.plan_id = the_plan AND length(g.code) = 20)) AS found (objects)
$$;
COMMENT ON FUNCTION onegrid.codes_seen IS
    'From which code, and up to which, the grids of a plan lie that a scope shows; policies say which of them it does';
GRANT EXECUTE ON FUNCTION onegrid.codes_seen TO onegrid_app;
"""


def upgrade() -> None:
    """Tell divisions by codes of either profile."""
    op.execute(COMMUNITY)
    op.execute(PAGES)
