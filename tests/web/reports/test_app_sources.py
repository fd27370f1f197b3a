"""The map application's colours and words of the field are those of the reports."""

import pytest

from web.reports.app_sources import FOLDER, sources
from web.reports.palette import PARTY_RED


@pytest.mark.parametrize("name", sources())
def test_what_the_application_holds_is_what_the_reports_hold(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == sources()[name], "run: python -m web.reports.app_sources"


def test_both_languages_name_the_same_values() -> None:
    text = sources()["field_words.ts"]
    assert text.count('"management_type.routine"') == 2
    assert PARTY_RED in sources()["palette.ts"]
