"""The layer `grid_overlays` of a GeoPackage: the grids with what serves them, as a view, so that no land is written
twice and any GIS can fill the grids by it.
"""

from __future__ import annotations

from sqlite3 import Connection

from geo.gaps.exceptions import ACCEPTED
from geo.themes import OVER_FROM, SEVERITY, SHORT_FROM, STAFF_TOTALS, STARS

NAME = "grid_overlays"

NEEDED = ("grids", "staffing", "assignments", "settlements", "gaps")
"""The tables that it is made of."""

_OF_GRID = ("code", "name", "community_code", "kind", "management_type", "households", "population", "party_members")


def add_overlays(database: Connection, date: str) -> bool:
    """Add the view and register it as a layer; False where the file lacks a table that it needs.

    Parameters
    ----------
    date
        The last change, as the GeoPackage tells it.
    """
    there = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not there.issuperset(NEEDED):
        return False
    database.execute(view_sql())
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, min_x, min_y, max_x,"
        " max_y, srs_id) SELECT ?, data_type, ?, description, ?, min_x, min_y, max_x, max_y, srs_id FROM gpkg_contents"
        " WHERE table_name = 'grids'",
        [NAME, NAME, date],
    )
    database.execute(
        "INSERT INTO gpkg_geometry_columns SELECT ?, column_name, geometry_type_name, srs_id, z, m"
        " FROM gpkg_geometry_columns WHERE table_name = 'grids'",
        [NAME],
    )
    return True


def view_sql() -> str:
    """Write the view, whose classes are those of `geo.themes.themes`."""
    return f"""
CREATE VIEW {NAME} AS
SELECT grids.fid AS fid, grids.geometry AS geometry, {", ".join(f"grids.{column} AS {column}" for column in _OF_GRID)},
  {", ".join(f"staff.{name} AS {name}" for name in STAFF_TOTALS)}, {shortage_sql()} AS shortage,
  assignments.form AS form, assignments.proposed_form AS proposed_form, assignments.reason AS reason,
  worst.severity AS worst, {severity_sql()} AS severity,
  settlements.class AS class, settlements.stars AS stars, {rating_sql()} AS rating
FROM grids
LEFT JOIN (
  SELECT code, sum(required) AS required, sum(held) AS held, sum(short) AS short,
    sum(CASE WHEN held IS NULL THEN NULL WHEN required > 0 AND held > required THEN held - required ELSE 0 END) AS over
  FROM staffing GROUP BY code
) AS staff ON staff.code = grids.code
LEFT JOIN assignments ON assignments.code = grids.code
LEFT JOIN settlements ON settlements.code = grids.code
LEFT JOIN (
  SELECT code, max(severity) AS severity FROM gaps WHERE state <> '{ACCEPTED}' AND code IS NOT NULL GROUP BY code
) AS worst ON worst.code = grids.code
"""


def shortage_sql() -> str:
    """Write the class of shortage: whoever is short of people is, whatever it has too many of."""
    short = [f"WHEN staff.short >= {step} THEN 'short_{step}'" for step in sorted(SHORT_FROM, reverse=True)]
    over = [f"WHEN staff.over >= {step} THEN 'over_{step}'" for step in sorted(OVER_FROM, reverse=True)]
    return f"CASE {' '.join(short + over)} WHEN staff.short IS NOT NULL THEN 'as_required' END"


def severity_sql() -> str:
    """Write the class of the worst gap."""
    steps = sorted(SEVERITY.items(), key=lambda step: -step[1])
    cases = [f"WHEN worst.severity >= {low} THEN '{name}'" for name, low in steps]
    return f"CASE {' '.join(cases)} ELSE 'none' END"


def rating_sql() -> str:
    """Write the class of the stars."""
    cases = [f"WHEN {count} THEN '{name}'" for count, name in STARS.items()]
    return f"CASE settlements.stars {' '.join(cases)} END"
