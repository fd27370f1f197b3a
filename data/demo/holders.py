"""What may become a grid, as the tables beside the map name it: by source layer and id, and the community it is in."""

from __future__ import annotations

import pandas as pd

from data.demo.patrols import Patrols

LAYER_WORDS = {"compound": "居民小区", "courtyard": "单位院落", "patrol_zone": "巡逻防控区", "community": "社区"}
KEY = ["layer", "source_id", "community"]


def holders(units: pd.DataFrame, zones: pd.DataFrame, patrols: Patrols, divisions: pd.DataFrame) -> pd.DataFrame:
    """List what may become a grid.

    Columns: `KEY`, ``name``, ``households``, ``members``, ``owners_committee``; of its community ``rural``,
    ``community_name``, ``street``, ``street_name``.
    """
    land = units[~units["mess"].isin(["no_geometry", "far_outside"])]
    code = divisions["code"].to_numpy(dtype=object)
    parts = patrols.parts
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "layer": land["layer"],
                    "source_id": land["source_id"],
                    "row": land["community"],
                    "name": land["name"],
                    "households": land["households"],
                    "members": land["party_members"],
                    "owners_committee": land["owners_committee"],
                }
            ),
            pd.DataFrame(
                {
                    "layer": "patrol_zone",
                    "source_id": zones["source_id"].to_numpy(dtype=object)[parts["zone"]],
                    "row": parts["community"],
                    "name": zones["name"].to_numpy(dtype=object)[parts["zone"]],
                }
            ),
            pd.DataFrame({"layer": "community", "source_id": code, "row": range(len(code)), "name": divisions["name"]}),
        ],
        ignore_index=True,
    )
    table[["households", "members"]] = table[["households", "members"]].fillna(0).astype(int)
    table["community"] = code[table["row"]]
    about = divisions[["rural", "name", "street", "street_name"]].rename(columns={"name": "community_name"})
    about = about.iloc[table.pop("row")].reset_index(drop=True)
    return pd.concat([table, about], axis=1)


def row_key(grids: pd.DataFrame) -> pd.DataFrame:
    """Return `KEY` of the rows, in the words of an office's table."""
    keys = pd.DataFrame(
        {"layer": grids["layer"].map(LAYER_WORDS), "source_id": grids["source_id"], "community": grids["community"]}
    )
    return keys.reset_index(drop=True)
