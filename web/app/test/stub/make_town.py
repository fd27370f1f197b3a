"""Write town.json, the small town that the stub server holds: a demo town of six communities, built by the engine.

Run from the repository's root: ``.venv/bin/python web/app/test/stub/make_town.py DIR``, where DIR holds what
``onegrid demo DIR --communities 6 --seed 1 && onegrid build DIR/layers.toml -o DIR.gpkg`` made.
"""

import json
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from geo.datum import from_datum

DEGREES = 9


def read(build: Path, layer: str) -> gpd.GeoDataFrame | pd.DataFrame:
    """Read a layer of the build, in degrees."""
    table = pyogrio.read_dataframe(build, layer=layer)
    return table.to_crs(4326) if isinstance(table, gpd.GeoDataFrame) else table


def features(table: gpd.GeoDataFrame, columns: list[str]) -> list[dict[str, object]]:
    """Write rows as GeoJSON features; a gap that has the shape of its grid has none of its own."""
    whole = shapely.set_precision(shapely.orient_polygons(table.geometry.array), 10**-DEGREES)
    shapes = [shape or "null" for shape in shapely.to_geojson(whole)]
    rows = table[columns].astype(object).where(table[columns].notna(), None).to_dict("records")
    return [
        {"type": "Feature", "properties": row, "geometry": json.loads(shape)}
        for row, shape in zip(rows, shapes, strict=True)
    ]


def records(table: pd.DataFrame, columns: list[str]) -> list[dict[str, object]]:
    """Write rows of a table, what is missing as null."""
    return table[columns].astype(object).where(table[columns].notna(), None).to_dict("records")


def town(folder: Path) -> dict[str, object]:
    """Gather what the stub holds; a grid's land is that of its faces."""
    build = folder.with_suffix(".gpkg")
    grids, faces, gaps = (read(build, layer) for layer in ("grids", "faces", "gaps"))
    shape = grids.set_index("code").geometry.normalize()
    whole = gaps["code"].notna() & (gaps.geometry.normalize().to_wkb() == shape.reindex(gaps["code"]).to_wkb().array)
    gaps.loc[whole, "geometry"] = None
    overlays = read(build, "grid_overlays").set_index("code")
    for column in ("required", "held", "form", "proposed_form", "reason"):
        grids[column] = overlays[column].reindex(grids["code"]).array
    grids["required"], grids["held"] = (pd.to_numeric(grids[column]) for column in ("required", "held"))
    premises = pyogrio.read_dataframe(folder / "premises.geojson").rename(columns={"名称": "name", "来源": "kind"})
    files = ("facilities.geojson", "public_toilets.geojson")
    facilities = pd.concat([pyogrio.read_dataframe(folder / name) for name in files])
    places = shapely.get_coordinates(facilities.geometry)
    facilities = facilities.set_geometry(shapely.points(from_datum(places, "GCJ-02")))
    roads = pyogrio.read_dataframe(folder / "base_map.gpkg", layer="roads").to_crs(4326)
    organisations = read(build, "party_organisations")
    return {
        "name": "青江区示范",
        "communities": features(read(build, "communities"), ["code", "name", "street", "rural"]),
        "streets": {"530102001": "青云街道", "530102101": "滨河镇"},
        "grids": records(grids, [c for c in grids.columns if c not in {"geometry", "area_m2"}]),
        "faces": features(faces, ["code", "claimants", "rule"]),
        "units": features(read(build, "units"), ["layer", "source_id", "name", "status"]),
        "gaps": features(gaps, [c for c in gaps.columns if c != "geometry"]),
        "premises": features(premises, ["name", "kind"]),
        "facilities": features(facilities.rename(columns={"名称": "name", "类别": "kind"}), ["name", "kind"]),
        "roads": features(roads.rename(columns={"名称": "name"}), ["name"]),
        "posts": records(read(build, "staffing"), ["code", "post", "required", "held", "short", "arithmetic"]),
        "duty": records(read(build, "duty"), ["code", "post", "name", "phone", "organisation"]),
        "organisations": records(organisations.dropna(subset=["code"]), ["code", "name", "members"]),
    }


def main() -> None:
    """Write the town, a row a line."""
    lines = []
    for key, value in town(Path(sys.argv[1])).items():
        rows = [json.dumps(row, ensure_ascii=False) for row in value] if isinstance(value, list) else []
        text = "[\n" + ",\n".join(rows) + "\n]" if isinstance(value, list) else json.dumps(value, ensure_ascii=False)
        lines.append(f"{json.dumps(key)}: {text}")
    Path(__file__).with_name("town.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
