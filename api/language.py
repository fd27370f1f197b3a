"""In which language a list for people is printed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum


class Language(StrEnum):
    """The languages there are."""

    zh = "zh"
    en = "en"


def language_of(environment: Mapping[str, str] = os.environ) -> Language:
    """Return Chinese where the locale is Chinese, else English.

    >>> language_of({"LANG": "zh_CN.UTF-8"}).value, language_of({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}).value
    ('zh', 'en')
    """
    named = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((value for value in named if value), "")
    return Language.zh if locale.lower().startswith("zh") else Language.en
