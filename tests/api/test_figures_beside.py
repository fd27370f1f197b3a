"""What an edit shows beside a grid, against what is counted for maps and reports."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from api.grid_shown import OF_STAFF, figures_beside
from data.plans.ledger import POST
from geo.themes import staff_totals

people = st.integers(0, 9)
posts = st.tuples(st.sampled_from(["grid_head", "grid_worker"]), people, people | st.none(), people | st.none())


@given(st.lists(posts, max_size=5))
def test_posts_of_a_grid_add_up_as_they_do_in_its_layer(posts: list[tuple]):
    rows = [[*post, None, ""] for post in posts]
    columns = dict.fromkeys(OF_STAFF, "Int64")
    totals = staff_totals(pd.DataFrame(rows, columns=list(POST)).astype(columns).assign(code="1"))
    expected = dict.fromkeys(OF_STAFF)
    if len(totals):
        expected = {
            name: None if pd.isna(value) else int(value) for name, value in totals.iloc[0][list(OF_STAFF)].items()
        }
    assert figures_beside({"staffing": rows, "form": "branch"}) == {**expected, "form": "branch", "proposed_form": None}
