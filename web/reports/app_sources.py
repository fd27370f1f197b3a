"""What the map application shares with the reports, written as TypeScript: the colours and the words of the field.

``python -m web.reports.app_sources`` writes `FOLDER` anew; a test holds what stands there against `sources`.
"""

from __future__ import annotations

import json
from pathlib import Path

from web.reports.palette import palette
from web.reports.words import LEDGER_KINDS, WORDS

FOLDER = Path(__file__).parents[1] / "app" / "src" / "generated"

GROUPS = (
    *("kind", "management_type", "severity", "layer", "shortage", "form", "post", "premises"),
    *("rule", "rule_why", "ledger", "gap", "state", "status", "relation", "purpose"),
)
"""The groups of words that name values of the data; buttons and sentences are the application's own."""


NOTICE = "// Written by `python -m web.reports.app_sources` from web/reports; a test holds it. Do not edit."


def sources() -> dict[str, str]:
    """Return the text of each module by its file name."""
    shared = {key: pair for key, pair in WORDS.items() if key.partition(".")[0] in GROUPS}
    zh, en = ({key: pair[language] for key, pair in shared.items()} for language in (0, 1))
    return {
        "palette.ts": module({"PALETTE": palette()}),
        "field_words.ts": module({"FIELD_ZH": zh, "FIELD_EN": en, "LEDGER_KINDS": LEDGER_KINDS}),
    }


def module(values: dict[str, object]) -> str:
    """Write constants as a TypeScript module."""
    lines = [f"export const {name} = {literal(value)} as const;\n" for name, value in values.items()]
    return "\n".join([NOTICE, *lines])


def literal(value: object) -> str:
    """Write a value as a JavaScript literal."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def main() -> None:
    """Write the modules."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in sources().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
