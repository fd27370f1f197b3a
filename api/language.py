"""In which language people are told something: by their locale, or by what their browser asks for."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import StrEnum

ASKED = re.compile(r"(?:^|,)\s*(en|zh)(?:-[a-z-]+)?\s*(?:;\s*q=([01](?:\.[0-9]{1,3})?))?")


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


def language_asked(header: str) -> Language | None:
    """Return which of our languages an ``Accept-Language`` header prefers; None where it prefers none of them.

    >>> language_asked("en-GB,en;q=0.9,zh;q=0.8"), language_asked("zh-CN"), language_asked("de"), language_asked("")
    (<Language.en: 'en'>, <Language.zh: 'zh'>, None, None)
    """
    weighed: dict[str, float] = {}
    for name, weight in ASKED.findall(header.lower()):
        weighed[name] = max(weighed.get(name, 0.0), float(weight or 1.0))
    if not weighed:
        return None
    return Language.en if weighed.get("en", 0.0) > weighed.get("zh", 0.0) else Language.zh
