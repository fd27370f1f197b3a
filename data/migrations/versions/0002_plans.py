"""Plans: immutable grid versions, their revisions, and the functions through which alone the application changes them.

The application may read everything here, and write nothing but through the functions below, which run with the owner's
rights and check what they are given: rows are appended to a plan while it is being imported, in one transaction; after
that it changes by edits. A version is never changed but for the revision that ends it.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

SOURCES = """
CREATE TABLE onegrid.source (
    source_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    srid integer NOT NULL,
    facts jsonb NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE onegrid.source IS 'What an imported build stands on; edits never change it. facts: its table build';

CREATE TABLE onegrid.source_row (
    source_id integer NOT NULL REFERENCES onegrid.source ON DELETE CASCADE,
    layer text NOT NULL,
    number integer NOT NULL,
    attributes jsonb NOT NULL,
    geometry geometry,
    PRIMARY KEY (source_id, layer, number)
);
CREATE INDEX source_row_place ON onegrid.source_row USING gist (source_id, geometry);
COMMENT ON TABLE onegrid.source_row IS 'Rows of the layers of a build that no edit changes, as they are exported';

CREATE TABLE onegrid.dossier (
    source_id integer NOT NULL REFERENCES onegrid.source ON DELETE CASCADE,
    community text NOT NULL,
    contents jsonb NOT NULL,
    polygon geometry NOT NULL,
    buildings geometry,
    PRIMARY KEY (source_id, community)
);
COMMENT ON TABLE onegrid.dossier IS 'All that the ledgers of one community need of the source, in one row';

CREATE TABLE onegrid.source_roads (
    source_id integer NOT NULL REFERENCES onegrid.source ON DELETE CASCADE,
    x integer NOT NULL,
    y integer NOT NULL,
    stretches bytea NOT NULL,
    PRIMARY KEY (source_id, x, y)
);
COMMENT ON TABLE onegrid.source_roads IS
    'The stretches of road that come into a square, with the ways from both ends to the nearest facility of each kind';
"""

PLANS = """
CREATE TABLE onegrid.plan (
    plan_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name = btrim(name) AND length(name) BETWEEN 1 AND 120),
    jurisdiction text NOT NULL,
    srid integer NOT NULL,
    source_id integer NOT NULL REFERENCES onegrid.source,
    state text NOT NULL CHECK (state IN ('importing', 'draft', 'in_review', 'approved', 'withdrawn')),
    head integer NOT NULL,
    parent_id integer REFERENCES onegrid.plan,
    parent_revision integer,
    effective daterange,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    CHECK ((state = 'approved') = (effective IS NOT NULL)),
    CONSTRAINT one_plan_in_force EXCLUDE USING gist (jurisdiction WITH =, effective WITH &&)
);
COMMENT ON COLUMN onegrid.plan.jurisdiction IS 'The division code that all its communities begin with';

CREATE TABLE onegrid.ancestry (
    plan_id integer NOT NULL REFERENCES onegrid.plan ON DELETE CASCADE,
    depth smallint NOT NULL,
    ancestor_id integer NOT NULL REFERENCES onegrid.plan,
    upto integer NOT NULL,
    PRIMARY KEY (plan_id, depth)
);
COMMENT ON TABLE onegrid.ancestry IS 'Whose versions a plan shows: its own (depth 0), its parents'' up to a revision';

CREATE TABLE onegrid.revision (
    plan_id integer NOT NULL REFERENCES onegrid.plan ON DELETE CASCADE,
    revision integer NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_by text NOT NULL,
    verb text NOT NULL,
    arguments jsonb NOT NULL,
    base integer,
    reverses integer,
    source_id integer NOT NULL REFERENCES onegrid.source,
    grid_ids bigint[] NOT NULL,
    changes jsonb NOT NULL,
    lineage jsonb NOT NULL,
    bounds double precision[],
    PRIMARY KEY (plan_id, revision)
);
COMMENT ON COLUMN onegrid.revision.grid_ids IS 'Every grid that it created, modified, retired or wove';
COMMENT ON COLUMN onegrid.revision.reverses IS 'The revision that it takes back, for undo and redo';

CREATE SEQUENCE onegrid.grid_number AS bigint;
CREATE SEQUENCE onegrid.version_number AS bigint CACHE 32;

CREATE TABLE onegrid.grid_version (
    version_id bigint NOT NULL DEFAULT nextval('onegrid.version_number') PRIMARY KEY,
    plan_id integer NOT NULL REFERENCES onegrid.plan ON DELETE CASCADE,
    grid_id bigint NOT NULL,
    from_revision integer NOT NULL,
    to_revision integer NOT NULL DEFAULT 2147483647,
    modified integer NOT NULL,
    code text NOT NULL,
    community text NOT NULL,
    kind text NOT NULL,
    name text,
    source_layer text NOT NULL,
    source_unit text NOT NULL,
    patrol_zone_id text,
    management_type text NOT NULL,
    households integer,
    population integer,
    party_members integer,
    locked boolean NOT NULL DEFAULT false,
    claims jsonb NOT NULL,
    records jsonb NOT NULL,
    ledger jsonb NOT NULL,
    polygon geometry NOT NULL,
    faces geometry NOT NULL,
    outline geometry NOT NULL
);
CREATE UNIQUE INDEX grid_version_of_grid ON onegrid.grid_version (plan_id, grid_id, from_revision);
CREATE INDEX grid_version_code ON onegrid.grid_version (plan_id, code);
CREATE INDEX grid_version_community ON onegrid.grid_version (plan_id, community);
CREATE INDEX grid_version_unit ON onegrid.grid_version (plan_id, source_layer, source_unit);
CREATE INDEX grid_version_place ON onegrid.grid_version USING gist (plan_id, polygon);
COMMENT ON COLUMN onegrid.grid_version.modified IS 'The revision that last changed it; new vertices alone do not count';
COMMENT ON COLUMN onegrid.grid_version.outline IS 'Its border for the middle zooms, a coverage over the plan';

CREATE TABLE onegrid.gap_version (
    version_id bigint NOT NULL DEFAULT nextval('onegrid.version_number') PRIMARY KEY,
    plan_id integer NOT NULL REFERENCES onegrid.plan ON DELETE CASCADE,
    gap_id text NOT NULL,
    from_revision integer NOT NULL,
    to_revision integer NOT NULL DEFAULT 2147483647,
    kind text NOT NULL,
    ledger text NOT NULL,
    severity smallint NOT NULL,
    code text,
    community text,
    area_m2 double precision NOT NULL,
    households integer,
    detail jsonb NOT NULL,
    remedy text,
    state text NOT NULL,
    reason text,
    expires text,
    land geometry
);
CREATE INDEX gap_version_gap ON onegrid.gap_version (plan_id, gap_id);
CREATE INDEX gap_version_community ON onegrid.gap_version (plan_id, community);
CREATE INDEX gap_version_worst ON onegrid.gap_version (plan_id, severity DESC, version_id);
CREATE INDEX gap_version_place ON onegrid.gap_version USING gist (plan_id, land) WHERE land IS NOT NULL;
COMMENT ON COLUMN onegrid.gap_version.land IS 'NULL: the land of its grid';
COMMENT ON COLUMN onegrid.gap_version.remedy IS 'NULL: the remedy of its kind';

CREATE TABLE onegrid.shadow (
    plan_id integer NOT NULL REFERENCES onegrid.plan ON DELETE CASCADE,
    version_id bigint NOT NULL,
    from_revision integer NOT NULL,
    PRIMARY KEY (plan_id, version_id)
);
COMMENT ON TABLE onegrid.shadow IS 'Versions of its parents that a branch shows no more, since a revision';

CREATE TABLE onegrid.code_register (
    code text PRIMARY KEY,
    grid_id bigint NOT NULL,
    plan_id integer NOT NULL REFERENCES onegrid.plan,
    registered_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE onegrid.code_register IS 'Codes that were ever in force, and the grid that each belongs to for good';
"""

READING = """
CREATE FUNCTION onegrid.grids_at(the_plan integer, at integer) RETURNS SETOF onegrid.grid_version
LANGUAGE sql STABLE AS $$
    SELECT v.* FROM onegrid.ancestry AS a
    JOIN onegrid.grid_version AS v ON v.plan_id = a.ancestor_id
        AND v.from_revision <= LEAST(a.upto, at) AND v.to_revision > LEAST(a.upto, at)
    WHERE a.plan_id = the_plan AND NOT EXISTS (
        SELECT FROM onegrid.ancestry AS n JOIN onegrid.shadow AS s ON s.plan_id = n.ancestor_id
        WHERE n.plan_id = the_plan AND n.depth < a.depth AND s.version_id = v.version_id
            AND s.from_revision <= LEAST(n.upto, at))
$$;

CREATE FUNCTION onegrid.gaps_at(the_plan integer, at integer) RETURNS SETOF onegrid.gap_version
LANGUAGE sql STABLE AS $$
    SELECT v.* FROM onegrid.ancestry AS a
    JOIN onegrid.gap_version AS v ON v.plan_id = a.ancestor_id
        AND v.from_revision <= LEAST(a.upto, at) AND v.to_revision > LEAST(a.upto, at)
    WHERE a.plan_id = the_plan AND NOT EXISTS (
        SELECT FROM onegrid.ancestry AS n JOIN onegrid.shadow AS s ON s.plan_id = n.ancestor_id
        WHERE n.plan_id = the_plan AND n.depth < a.depth AND s.version_id = v.version_id
            AND s.from_revision <= LEAST(n.upto, at))
$$;
"""

END_VERSIONS = """
CREATE FUNCTION onegrid.end_grids(the_plan integer, ended bigint[], at integer) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    found integer;
    inherited integer;
BEGIN
    INSERT INTO onegrid.shadow (plan_id, version_id, from_revision)
    SELECT the_plan, v.version_id, at FROM onegrid.grid_version AS v
    JOIN onegrid.ancestry AS a ON a.plan_id = the_plan AND a.depth > 0 AND a.ancestor_id = v.plan_id
        AND v.from_revision <= a.upto AND v.to_revision > a.upto
    WHERE v.version_id = ANY (ended)
    ORDER BY v.version_id
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS inherited = ROW_COUNT;
    UPDATE onegrid.grid_version SET to_revision = at
    WHERE version_id = ANY (ended) AND plan_id = the_plan AND to_revision = 2147483647;
    GET DIAGNOSTICS found = ROW_COUNT;
    IF found + inherited <> cardinality(ended) THEN
        RAISE EXCEPTION 'a grid has changed since' USING ERRCODE = 'OG001';
    END IF;
END $$;

CREATE FUNCTION onegrid.end_gaps(the_plan integer, ended bigint[], at integer) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    found integer;
    inherited integer;
BEGIN
    INSERT INTO onegrid.shadow (plan_id, version_id, from_revision)
    SELECT the_plan, version_id, at FROM onegrid.gap_version WHERE version_id = ANY (ended) AND plan_id <> the_plan
    ORDER BY version_id
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS inherited = ROW_COUNT;
    UPDATE onegrid.gap_version SET to_revision = at
    WHERE version_id = ANY (ended) AND plan_id = the_plan AND to_revision = 2147483647;
    GET DIAGNOSTICS found = ROW_COUNT;
    -- an overlap lies in several communities, so that edits in each of them write it
    IF found + inherited <> cardinality(ended) THEN
        RAISE EXCEPTION 'a gap has changed since' USING ERRCODE = 'OG001';
    END IF;
END $$;

CREATE FUNCTION onegrid.require_same_land(ended bigint[], polygons geometry[], faces geometry[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    had double precision;
    bend double precision; -- a border that gets vertices moves by a millimetre at most, also where the land ends
    has double precision;
    parts double precision;
BEGIN
    SELECT coalesce(sum(ST_Area(polygon)), 0), 1e-3 * coalesce(sum(ST_Perimeter(polygon)), 0) INTO had, bend
    FROM onegrid.grid_version WHERE version_id = ANY (ended);
    SELECT coalesce(sum(ST_Area(polygon)), 0) INTO has FROM unnest(polygons) AS polygon;
    SELECT coalesce(sum(ST_Area(part)), 0) INTO parts FROM unnest(faces) AS part;
    IF abs(had - has) > bend + 1e-3 OR abs(has - parts) > 1e-7 * had + 1e-3
        OR EXISTS (SELECT FROM unnest(polygons) AS polygon WHERE ST_IsEmpty(polygon) OR NOT ST_IsValid(polygon)) THEN
        RAISE EXCEPTION 'the grids written do not cover the land of those they replace' USING ERRCODE = 'OG003';
    END IF;
END $$;
"""

WRITING = """
CREATE FUNCTION onegrid.apply_edit(
    the_plan integer, base integer, who text, what text, arguments jsonb, reverses integer, source integer,
    ended bigint[], versions jsonb, polygons bytea[], faces bytea[], outlines bytea[],
    ended_gaps bigint[], gaps jsonb, lands bytea[],
    grid_ids bigint[], changes jsonb, lineage jsonb, bounds double precision[]
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    reference integer;
    made integer;
    found text[];
BEGIN
    -- who takes part in an edit is locked in the order of the grids, so that no two edits wait for each other in a ring
    PERFORM FROM onegrid.grid_version WHERE version_id = ANY (ended) AND plan_id = the_plan ORDER BY grid_id FOR UPDATE;
    PERFORM onegrid.require_same_land(
        ended, (SELECT array_agg(ST_GeomFromWKB(p)) FROM unnest(polygons) AS p),
        (SELECT array_agg(ST_GeomFromWKB(p)) FROM unnest(faces) AS p));
    UPDATE onegrid.plan AS p SET head = p.head + 1, source_id = source
    WHERE p.plan_id = the_plan AND p.state = 'draft' RETURNING p.head, p.srid INTO made, reference;
    IF made IS NULL THEN
        RAISE EXCEPTION 'the plan is no draft' USING ERRCODE = 'OG002';
    END IF;
    PERFORM onegrid.end_grids(the_plan, ended, made);
    PERFORM onegrid.end_gaps(the_plan, ended_gaps, made);
    found := ARRAY(SELECT g->>'gap_id' FROM jsonb_array_elements(gaps) AS g);
    IF EXISTS (SELECT FROM onegrid.gaps_at(the_plan, made) WHERE gap_id = ANY (found)) THEN
        RAISE EXCEPTION 'another edit found the same gap' USING ERRCODE = 'OG001';
    END IF;
    INSERT INTO onegrid.grid_version (
        plan_id, grid_id, from_revision, modified, code, community, kind, name, source_layer, source_unit,
        patrol_zone_id, management_type, households, population, party_members, locked, claims, records, ledger,
        polygon, faces, outline)
    SELECT the_plan, (v->>'grid_id')::bigint, made, coalesce((v->>'modified')::integer, made), v->>'code',
        v->>'community', v->>'kind', v->>'name', v->>'source_layer', v->>'source_unit', v->>'patrol_zone_id',
        v->>'management_type', (v->>'households')::integer, (v->>'population')::integer,
        (v->>'party_members')::integer, (v->>'locked')::boolean, v->'claims', v->'records', v->'ledger',
        ST_GeomFromWKB(polygons[n], reference), ST_GeomFromWKB(faces[n], reference),
        ST_GeomFromWKB(outlines[n], reference)
    FROM jsonb_array_elements(versions) WITH ORDINALITY AS each (v, n);
    INSERT INTO onegrid.gap_version (
        plan_id, gap_id, from_revision, kind, ledger, severity, code, community, area_m2, households, detail, remedy,
        state, reason, expires, land)
    SELECT the_plan, g->>'gap_id', made, g->>'kind', g->>'ledger', (g->>'severity')::smallint, g->>'code',
        g->>'community', (g->>'area_m2')::double precision, (g->>'households')::integer, g->'detail', g->>'remedy',
        g->>'state', g->>'reason', g->>'expires', ST_GeomFromWKB(lands[n], reference)
    FROM jsonb_array_elements(gaps) WITH ORDINALITY AS each (g, n);
    INSERT INTO onegrid.revision (
        plan_id, revision, made_by, verb, arguments, base, reverses, source_id, grid_ids, changes, lineage, bounds)
    VALUES (the_plan, made, who, what, arguments, base, reverses, source, grid_ids, changes, lineage, bounds);
    RETURN made;
END $$;
"""

LIFE = """
CREATE FUNCTION onegrid.begin_import(
    title text, division text, reference integer, build jsonb, who text, OUT plan integer, OUT source integer
) LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO onegrid.source (srid, facts) VALUES (reference, build) RETURNING source_id INTO source;
    INSERT INTO onegrid.plan (name, jurisdiction, srid, source_id, state, head, made_by)
    VALUES (title, division, reference, source, 'importing', 0, who) RETURNING plan_id INTO begin_import.plan;
    INSERT INTO onegrid.ancestry VALUES (begin_import.plan, 0, begin_import.plan, 2147483647);
    INSERT INTO onegrid.revision (
        plan_id, revision, made_by, verb, arguments, source_id, grid_ids, changes, lineage)
    VALUES (begin_import.plan, 0, who, 'import', '{}', source, '{}', '{}', '[]');
END $$;

CREATE FUNCTION onegrid.finish_import(the_plan integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE onegrid.plan SET state = 'draft' WHERE plan_id = the_plan AND state = 'importing';
$$;

CREATE FUNCTION onegrid.branch_plan(title text, parent integer, at integer, who text, deepest integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    made integer;
    flat boolean;
BEGIN
    INSERT INTO onegrid.plan (name, jurisdiction, srid, source_id, state, head, parent_id, parent_revision, made_by)
    SELECT title, p.jurisdiction, p.srid, r.source_id, 'draft', at, parent, at, who
    FROM onegrid.plan AS p
    JOIN onegrid.ancestry AS a ON a.plan_id = parent
    JOIN onegrid.revision AS r ON r.plan_id = a.ancestor_id AND r.revision <= LEAST(a.upto, at)
    WHERE p.plan_id = parent AND p.state <> 'importing'
    ORDER BY r.revision DESC LIMIT 1
    RETURNING plan_id INTO made;
    INSERT INTO onegrid.ancestry VALUES (made, 0, made, 2147483647);
    SELECT max(depth) + 1 > deepest INTO flat FROM onegrid.ancestry WHERE plan_id = parent;
    IF flat THEN
        INSERT INTO onegrid.grid_version (
            plan_id, grid_id, from_revision, modified, code, community, kind, name, source_layer, source_unit,
            patrol_zone_id, management_type, households, population, party_members, locked, claims, records, ledger,
            polygon, faces, outline)
        SELECT made, grid_id, at, modified, code, community, kind, name, source_layer, source_unit,
            patrol_zone_id, management_type, households, population, party_members, locked, claims, records, ledger,
            polygon, faces, outline
        FROM onegrid.grids_at(parent, at);
        INSERT INTO onegrid.gap_version (
            plan_id, gap_id, from_revision, kind, ledger, severity, code, community, area_m2, households, detail,
            remedy, state, reason, expires, land)
        SELECT made, gap_id, at, kind, ledger, severity, code, community, area_m2, households, detail,
            remedy, state, reason, expires, land
        FROM onegrid.gaps_at(parent, at);
        INSERT INTO onegrid.revision (
            plan_id, revision, made_by, verb, arguments, source_id, grid_ids, changes, lineage)
        SELECT made, at, who, 'branch', jsonb_build_object('of', p.name), m.source_id, '{}', '{}', '[]'
        FROM onegrid.plan AS p, onegrid.plan AS m WHERE p.plan_id = parent AND m.plan_id = made;
    ELSE
        INSERT INTO onegrid.ancestry
        SELECT made, depth + 1, ancestor_id, LEAST(upto, at) FROM onegrid.ancestry WHERE plan_id = parent;
    END IF;
    RETURN made;
END $$;

CREATE FUNCTION onegrid.move_plan(the_plan integer, was text, becomes text, who text, what text, note text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    made integer;
BEGIN
    IF becomes NOT IN ('draft', 'in_review', 'withdrawn') THEN
        RAISE EXCEPTION 'a plan does not become % by this door', becomes USING ERRCODE = 'OG002';
    END IF;
    UPDATE onegrid.plan AS p SET head = p.head + 1, state = becomes
    WHERE p.plan_id = the_plan AND p.state = was RETURNING p.head INTO made;
    IF made IS NULL THEN
        RAISE EXCEPTION 'the plan is not %', was USING ERRCODE = 'OG002';
    END IF;
    INSERT INTO onegrid.revision (
        plan_id, revision, made_by, verb, arguments, source_id, grid_ids, changes, lineage)
    SELECT the_plan, made, who, what, jsonb_build_object('note', note), p.source_id, '{}', '{}', '[]'
    FROM onegrid.plan AS p WHERE p.plan_id = the_plan;
    RETURN made;
END $$;

CREATE FUNCTION onegrid.recode(the_plan integer, made integer, grids bigint[], codes text[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    was onegrid.grid_version;
    ended bigint[];
BEGIN
    FOR n IN 1 .. cardinality(grids) LOOP
        SELECT * INTO STRICT was FROM onegrid.grids_at(the_plan, made - 1) AS g WHERE g.grid_id = grids[n];
        PERFORM onegrid.end_grids(the_plan, ARRAY[was.version_id], made);
        SELECT array_agg(version_id) INTO ended FROM onegrid.gaps_at(the_plan, made - 1) WHERE code = was.code;
        INSERT INTO onegrid.gap_version (
            plan_id, gap_id, from_revision, kind, ledger, severity, code, community, area_m2, households, detail,
            remedy, state, reason, expires, land)
        SELECT the_plan, replace(gap_id, was.code, codes[n]), made, kind, ledger, severity, codes[n], community,
            area_m2, households, detail, remedy, state, reason, expires, land
        FROM onegrid.gap_version WHERE version_id = ANY (ended);
        PERFORM onegrid.end_gaps(the_plan, ended, made);
        was.version_id := nextval('onegrid.version_number');
        was.plan_id := the_plan;
        was.from_revision := made;
        was.to_revision := 2147483647;
        was.modified := made;
        was.code := codes[n];
        INSERT INTO onegrid.grid_version SELECT was.*;
    END LOOP;
END $$;

CREATE FUNCTION onegrid.approve_plan(
    the_plan integer, expected integer, from_day date, who text, former integer, grids bigint[], codes text[]
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    made integer;
    clash text;
BEGIN
    UPDATE onegrid.plan SET effective = daterange(lower(effective), from_day)
    WHERE plan_id = former AND from_day > lower(effective) AND upper_inf(effective);
    UPDATE onegrid.plan AS p SET head = p.head + 1, state = 'approved', effective = daterange(from_day, NULL)
    WHERE p.plan_id = the_plan AND p.state = 'in_review' AND p.head = expected RETURNING p.head INTO made;
    IF made IS NULL THEN
        RAISE EXCEPTION 'the plan is not in review, or has changed' USING ERRCODE = 'OG002';
    END IF;
    PERFORM onegrid.recode(the_plan, made, grids, codes);
    INSERT INTO onegrid.code_register (code, grid_id, plan_id)
    SELECT g.code, g.grid_id, the_plan FROM onegrid.grids_at(the_plan, made) AS g ON CONFLICT (code) DO NOTHING;
    SELECT g.code INTO clash FROM onegrid.grids_at(the_plan, made) AS g
    JOIN onegrid.code_register AS r ON r.code = g.code AND r.grid_id <> g.grid_id LIMIT 1;
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION 'code % belongs to another grid', clash USING ERRCODE = 'OG004';
    END IF;
    INSERT INTO onegrid.revision (
        plan_id, revision, made_by, verb, arguments, source_id, grid_ids, changes, lineage)
    SELECT the_plan, made, who, 'approve', jsonb_build_object('effective_date', from_day), p.source_id, grids,
        jsonb_build_object('created', '[]'::jsonb, 'modified', to_jsonb(codes), 'retired', '[]'::jsonb,
                           'woven', '[]'::jsonb), '[]'
    FROM onegrid.plan AS p WHERE p.plan_id = the_plan;
    RETURN made;
END $$;
"""

TAKING_OVER = """
CREATE FUNCTION onegrid.grid_words(v onegrid.grid_version) RETURNS text LANGUAGE sql STABLE
SET search_path FROM CURRENT AS $$
    SELECT ROW(v.grid_id, v.code, v.community, v.kind, v.name, v.source_layer, v.source_unit, v.patrol_zone_id,
        v.management_type, v.households, v.population, v.party_members, v.locked, v.claims, v.records, v.ledger,
        ST_AsBinary(v.polygon), ST_AsBinary(v.faces))::text
$$;

CREATE FUNCTION onegrid.gap_words(v onegrid.gap_version) RETURNS text LANGUAGE sql STABLE
SET search_path FROM CURRENT AS $$
    SELECT ROW(v.gap_id, v.kind, v.severity, v.code, v.community, v.area_m2, v.households, v.detail, v.remedy, v.state,
        v.reason, v.expires, ST_AsBinary(v.land))::text
$$;

CREATE FUNCTION onegrid.take_over(the_plan integer, expected integer, other integer, who text, lineage jsonb)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    made integer;
    theirs onegrid.plan;
BEGIN
    SELECT * INTO STRICT theirs FROM onegrid.plan WHERE plan_id = other;
    UPDATE onegrid.plan AS p SET head = p.head + 1, source_id = theirs.source_id
    WHERE p.plan_id = the_plan AND p.state = 'draft' AND p.head = expected AND p.srid = theirs.srid
    RETURNING p.head INTO made;
    IF made IS NULL THEN
        RAISE EXCEPTION 'the plan is no draft, or has changed' USING ERRCODE = 'OG002';
    END IF;
    CREATE TEMPORARY TABLE taken ON COMMIT DROP AS
    SELECT mine.version_id AS ended, new.version_id AS came, coalesce(new.grid_id, mine.grid_id) AS grid_id,
        coalesce(new.code, mine.code) AS code
    FROM onegrid.grids_at(the_plan, expected) AS mine
    FULL JOIN onegrid.grids_at(other, theirs.head) AS new ON new.grid_id = mine.grid_id
    WHERE onegrid.grid_words(mine) IS DISTINCT FROM onegrid.grid_words(new);
    PERFORM onegrid.end_grids(
        the_plan, (SELECT coalesce(array_agg(ended), '{}') FROM pg_temp.taken WHERE ended IS NOT NULL), made);
    INSERT INTO onegrid.grid_version (
        plan_id, grid_id, from_revision, modified, code, community, kind, name, source_layer, source_unit,
        patrol_zone_id, management_type, households, population, party_members, locked, claims, records, ledger,
        polygon, faces, outline)
    SELECT the_plan, v.grid_id, made, made, v.code, v.community, v.kind, v.name, v.source_layer, v.source_unit,
        v.patrol_zone_id, v.management_type, v.households, v.population, v.party_members, v.locked, v.claims,
        v.records, v.ledger, v.polygon, v.faces, v.outline
    FROM onegrid.grid_version AS v JOIN pg_temp.taken AS t ON t.came = v.version_id;
    CREATE TEMPORARY TABLE taken_gaps ON COMMIT DROP AS
    SELECT mine.version_id AS ended, new.version_id AS came FROM onegrid.gaps_at(the_plan, expected) AS mine
    FULL JOIN onegrid.gaps_at(other, theirs.head) AS new ON new.gap_id = mine.gap_id
    WHERE onegrid.gap_words(mine) IS DISTINCT FROM onegrid.gap_words(new);
    PERFORM onegrid.end_gaps(
        the_plan, (SELECT coalesce(array_agg(ended), '{}') FROM pg_temp.taken_gaps WHERE ended IS NOT NULL), made);
    INSERT INTO onegrid.gap_version (
        plan_id, gap_id, from_revision, kind, ledger, severity, code, community, area_m2, households, detail, remedy,
        state, reason, expires, land)
    SELECT the_plan, v.gap_id, made, v.kind, v.ledger, v.severity, v.code, v.community, v.area_m2, v.households,
        v.detail, v.remedy, v.state, v.reason, v.expires, v.land
    FROM onegrid.gap_version AS v JOIN pg_temp.taken_gaps AS t ON t.came = v.version_id;
    INSERT INTO onegrid.revision (
        plan_id, revision, made_by, verb, arguments, base, source_id, grid_ids, changes, lineage)
    SELECT the_plan, made, who, 'accept', jsonb_build_object('plan', theirs.name, 'revision', theirs.head), expected,
        theirs.source_id, coalesce(array_agg(t.grid_id), '{}'),
        jsonb_build_object(
            'created', coalesce(jsonb_agg(t.code) FILTER (WHERE t.ended IS NULL), '[]'),
            'modified', coalesce(jsonb_agg(t.code) FILTER (WHERE t.ended IS NOT NULL AND t.came IS NOT NULL), '[]'),
            'retired', coalesce(jsonb_agg(t.code) FILTER (WHERE t.came IS NULL), '[]'), 'woven', '[]'::jsonb),
        take_over.lineage
    FROM pg_temp.taken AS t;
    UPDATE onegrid.plan SET state = 'withdrawn' WHERE plan_id = other AND state = 'draft';
    RETURN made;
END $$;
"""

IMPORTING = """
CREATE FUNCTION onegrid.require_importing(the_plan integer, source integer) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM onegrid.plan WHERE plan_id = the_plan AND source_id = source AND state = 'importing') THEN
        RAISE EXCEPTION 'the plan is not being imported' USING ERRCODE = 'OG002';
    END IF;
END $$;

CREATE FUNCTION onegrid.import_rows(
    the_plan integer, source integer, layer text[], number integer[], attributes jsonb[], geometry bytea[]
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT onegrid.require_importing(the_plan, source);
    INSERT INTO onegrid.source_row (source_id, layer, number, attributes, geometry)
    SELECT source, l, n, a, ST_GeomFromEWKB(g) FROM unnest(layer, number, attributes, geometry) AS each (l, n, a, g);
$$;

CREATE FUNCTION onegrid.import_dossiers(
    the_plan integer, source integer, community text[], contents jsonb[], polygon bytea[], buildings bytea[]
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT onegrid.require_importing(the_plan, source);
    INSERT INTO onegrid.dossier (source_id, community, contents, polygon, buildings)
    SELECT source, c, t, ST_GeomFromEWKB(p), ST_GeomFromEWKB(b)
    FROM unnest(community, contents, polygon, buildings) AS each (c, t, p, b);
$$;

CREATE FUNCTION onegrid.import_roads(
    the_plan integer, source integer, x integer[], y integer[], stretches bytea[]
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT onegrid.require_importing(the_plan, source);
    INSERT INTO onegrid.source_roads SELECT source, * FROM unnest(x, y, stretches);
$$;

CREATE FUNCTION onegrid.import_grids(
    the_plan integer, source integer, grid_id bigint[], code text[], community text[], kind text[], name text[],
    source_layer text[], source_unit text[], patrol_zone_id text[], management_type text[], households integer[],
    population integer[], party_members integer[], claims jsonb[], records jsonb[], ledger jsonb[], polygon bytea[],
    faces bytea[], outline bytea[]
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT onegrid.require_importing(the_plan, source);
    INSERT INTO onegrid.grid_version (
        plan_id, from_revision, modified, grid_id, code, community, kind, name, source_layer, source_unit,
        patrol_zone_id, management_type, households, population, party_members, claims, records, ledger, polygon,
        faces, outline)
    SELECT the_plan, 0, 0, i, c, m, k, n, l, u, z, t, h, p, d, w, r, j, ST_GeomFromEWKB(g), ST_GeomFromEWKB(f),
        ST_GeomFromEWKB(o)
    FROM unnest(
        grid_id, code, community, kind, name, source_layer, source_unit, patrol_zone_id, management_type, households,
        population, party_members, claims, records, ledger, polygon, faces, outline)
        AS each (i, c, m, k, n, l, u, z, t, h, p, d, w, r, j, g, f, o);
$$;

CREATE FUNCTION onegrid.import_gaps(
    the_plan integer, source integer, gap_id text[], kind text[], ledger text[], severity integer[], code text[],
    community text[], area_m2 double precision[], households integer[], detail jsonb[], remedy text[], state text[],
    reason text[], expires text[], land bytea[]
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT onegrid.require_importing(the_plan, source);
    INSERT INTO onegrid.gap_version (
        plan_id, from_revision, gap_id, kind, ledger, severity, code, community, area_m2, households, detail, remedy,
        state, reason, expires, land)
    SELECT the_plan, 0, i, k, l, s, c, m, a, h, d, r, t, w, e, ST_GeomFromEWKB(g)
    FROM unnest(
        gap_id, kind, ledger, severity, code, community, area_m2, households, detail, remedy, state, reason, expires,
        land) AS each (i, k, l, s, c, m, a, h, d, r, t, w, e, g);
$$;
"""

COMPRESSION = """
DO $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT c.oid::regclass AS whole, a.attname AS name
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'onegrid'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
            AND a.attstorage IN ('x', 'm')
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION lz4', part.whole, part.name);
    END LOOP;
EXCEPTION WHEN feature_not_supported THEN
    NULL;  -- a server built without it compresses in its old way, which takes longer
END $$;
"""

RIGHTS = """
GRANT SELECT ON ALL TABLES IN SCHEMA onegrid TO onegrid_app;
GRANT USAGE ON SEQUENCE onegrid.grid_number, onegrid.version_number TO onegrid_app;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA onegrid FROM PUBLIC;
GRANT EXECUTE ON FUNCTION onegrid.grids_at, onegrid.gaps_at, onegrid.apply_edit, onegrid.begin_import,
    onegrid.finish_import, onegrid.import_rows, onegrid.import_dossiers, onegrid.import_roads, onegrid.import_grids,
    onegrid.import_gaps, onegrid.branch_plan, onegrid.move_plan, onegrid.approve_plan, onegrid.take_over TO onegrid_app;
"""


def upgrade() -> None:
    """Make the tables, and the functions that write them."""
    for part in (SOURCES, PLANS, READING, END_VERSIONS, WRITING, LIFE, TAKING_OVER, IMPORTING, COMPRESSION, RIGHTS):
        op.execute(part)
