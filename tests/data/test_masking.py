"""Names and telephone numbers of duty-holders, masked for whoever need not know them."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from data.build_layers import LAYERS
from data.masking import masked_name, masked_phone, without_contacts
from tests.data.small_build import small_build


def test_names_and_telephone_numbers_are_masked_and_all_else_stays():
    layers = {name: getattr(small_build(), name) for name in LAYERS if name != "build"}
    masked, names = without_contacts(layers)
    assert names == ["duty", "party_organisations", "records"]
    assert masked["duty"][["name", "phone"]].fillna("").values.tolist() == [
        ["", "087*-********"],
        ["赵**", "087*-********"],
    ]
    assert masked["party_organisations"]["secretary"].dropna().tolist() == ["赵**"]
    rows = [json.loads(row) for row in masked["records"]["row"]]
    assert [rows[0]["name"], rows[0]["phone"], rows[1]["name"]] == ["赵**", "087*-********", "桂花社区党委"]
    changed = [name for name in layers if masked[name] is not layers[name]]
    assert changed == ["party_organisations", "duty", "records"]


def test_layers_that_name_nobody_are_not_said_to_be_masked():
    nobody = small_build().duty.assign(name=None, phone=None)
    assert without_contacts({"duty": nobody})[1] == []


@given(st.text(min_size=1, max_size=12), st.text("0123456789-+ ", min_size=1, max_size=16))
def test_at_most_a_family_name_and_three_digits_are_left(name, phone):
    assert set(masked_name(name)[1:]) == {"*"}
    assert len([sign for sign in masked_phone(phone) if sign.isdigit()]) <= 3
