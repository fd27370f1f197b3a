"""The classes that maps fill grids by, on a build of four grids whose figures are told beside them."""

from __future__ import annotations

import pandas as pd

from geo.themes import FORMS, SEVERITY, SHORTAGE, STARS, themes

CODES = [f"530102001001{number:03d}" for number in range(1, 6)]


def posts(*rows: tuple[int, str, int, int | None]) -> pd.DataFrame:
    """Make the layer `staffing` of (grid, post, required, held)."""
    table = pd.DataFrame(rows, columns=["grid", "post", "required", "held"]).astype(
        {"required": "Int64", "held": "Int64"}
    )
    return table.assign(
        code=[CODES[grid] for grid in table["grid"]], short=(table["required"] - table["held"]).clip(lower=0)
    )


def frames(**layers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {"grids": pd.DataFrame({"code": CODES}), **layers}


def classes(column: pd.Series) -> list[str | None]:
    return [None if pd.isna(name) else name for name in column]


def test_one_post_never_stands_in_for_another_and_what_nobody_asked_for_is_not_too_many():
    staffing = posts(
        (0, "cleaner", 2, 0),  # 2 short, though there is 1 pioneer too many
        (0, "pioneer", 1, 2),
        (1, "grid_worker", 5, 2),  # 3 short
        (2, "cleaner", 1, 3),  # 2 beyond what is required
        (2, "volunteer", 0, 9),  # nobody asked for volunteers
        (3, "volunteer", 0, 4),
        (3, "grid_head", 1, 1),
    )
    table = themes(frames(staffing=staffing))
    assert classes(table["shortage"]) == ["short_2", "short_3", "over_1", "as_required", None]
    assert table[["required", "held", "short", "over"]].dropna().values.tolist() == [
        [3, 2, 2, 1],
        [5, 2, 3, 0],
        [1, 12, 0, 2],
        [1, 5, 0, 0],
    ]


def test_each_class_of_people_begins_where_its_name_says():
    rows = [
        (0, "cleaner", 3, 0),
        (1, "cleaner", 3, 1),
        (2, "cleaner", 3, 2),
        (3, "cleaner", 3, 5),
        (4, "cleaner", 3, 6),
    ]
    found = themes(frames(staffing=posts(*rows)))["shortage"].tolist()
    assert found == ["short_3", "short_2", "short_1", "over_1", "over_3"]
    assert set(found) | {"as_required"} == set(SHORTAGE)


def test_without_a_roster_nobody_knows_who_is_short():
    table = themes(frames(staffing=posts((0, "cleaner", 1, None), (1, "cleaner", 1, None))))
    assert classes(table["shortage"]) == [None] * 5
    assert table["required"].tolist()[:2] == [1, 1]


def test_the_worst_gap_counts_and_an_accepted_exception_does_not():
    gaps = pd.DataFrame(
        {
            "code": [CODES[0], CODES[0], CODES[1], CODES[2], CODES[3], None],
            "severity": [24, 25, 49, 50, 75, 100],
            "state": ["open", "open", "expired", "open", "accepted", "open"],
        }
    )
    table = themes(frames(gaps=gaps))
    assert table["severity"].tolist() == ["medium", "medium", "high", "none", "none"]
    assert table["worst"].tolist()[:3] == [25, 49, 50]
    assert set(table["severity"]) <= {"none", *SEVERITY}


def test_forms_and_stars_are_those_of_the_grid():
    table = themes(
        frames(
            assignments=pd.DataFrame({"code": CODES[::-1], "form": FORMS}),
            settlements=pd.DataFrame(
                {"code": CODES[:4], "stars": pd.array([5, 3, 0, None], dtype="Int64")},
            ),
        )
    )
    assert table["form"].tolist() == list(FORMS)[::-1]
    assert classes(table["rating"]) == ["five", "three", "no_star", None, None]
    assert set(table["rating"].dropna()) <= set(STARS.values())


def test_the_grids_alone_have_no_gap_and_nothing_else_that_is_known():
    table = themes(frames())
    assert table["severity"].tolist() == ["none"] * 5
    assert table.drop(columns="severity").isna().all(axis=None)
