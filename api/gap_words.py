"""Gaps in words for people: where each is by name, who is concerned, in Chinese or in English."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from api.language import Language
from api.layers_of import Layers
from web.reports.words import word

READ = {
    "communities": ["code", "name"],
    "grids": ["code", "name", "source_layer", "source_id"],
    "units": ["layer", "source_id", "name"],
}
"""What the names are read from."""

HEADINGS = {
    "severity": ("严重程度", "severity"),
    "ledger": ("台账", "ledger"),
    "kind": ("种类", "kind"),
    "community": ("社区", "community"),
    "grid": ("网格", "grid"),
    "code": ("编码", "code"),
    "about": ("涉及", "about"),
    "area": ("面积", "area"),
    "area_m2": ("面积（平方米）", "area (m²)"),
    "households": ("户数", "households"),
    "figure": ("数字", "figure"),
    "arithmetic": ("严重程度算式", "severity arithmetic"),
    "rule": ("依据", "rule"),
    "source": ("出处", "source"),
    "state": ("状态", "state"),
    "reason": ("例外理由", "reason of the exception"),
    "expires": ("例外到期", "exception expires"),
    "signed_by": ("签批人", "signed by"),
    "signed_at": ("签批日期", "signed on"),
    "remedy": ("建议", "remedy"),
    "gap_id": ("缺口编号", "gap id"),
}
"""Columns as people read them, in Chinese and in English."""

_ABOUT = ("post", "facility", "purpose")
_MOSTLY_IN = {"zh": "{unit}（主要在{home}）", "en": "{unit} (mostly in {home})"}


@dataclass(frozen=True)
class Names:
    """The names in a build: of communities and grids by code, of units by "layer:id"; None where nobody gave one."""

    communities: Mapping[str, str | None]
    grids: Mapping[str, str | None]
    units: Mapping[str, str | None]

    @classmethod
    def read(cls, read: Layers) -> Names:
        """Read them; a grid without a name goes by its unit, as "layer:id"."""
        layers = read.read(list(READ), columns=READ)
        communities, grids, units = (layers[name].astype(object) for name in READ)
        labels = units["layer"] + ":" + units["source_id"]
        own = grids["name"].where(grids["name"].notna(), grids["source_layer"] + ":" + grids["source_id"])
        return cls(
            communities=by_key(communities["code"], communities["name"]),
            grids=by_key(grids["code"], own),
            units=by_key(labels, units["name"]),
        )

    def unit(self, label: str, language: Language) -> str:
        """Name a unit, or say of which layer it is and what id it has.

        >>> names = Names({}, {}, {"compound:7": None, "compound:8": "银竹里"})
        >>> names.unit("compound:7", Language.zh), names.unit("compound:8", Language.zh)
        ('居民小区 编号 7', '银竹里')
        """
        layer, _, source_id = label.partition(":")
        number = "编号 " if language == "zh" else "id "
        return self.units.get(label) or f"{word(f'layer.{layer}', language)} {number}{source_id}"

    def parties(self, labels: Sequence[str], language: Language) -> str:
        """Name units that are against each other, with their layers where the names alone are the same.

        >>> names = Names({}, {}, {"compound:8": "银竹里", "courtyard:3": "银竹里"})
        >>> names.parties(["compound:8", "courtyard:3"], Language.zh)
        '银竹里（居民小区） × 银竹里（单位院落）'
        """
        named = [self.unit(label, language) for label in labels]
        if len(set(named)) < len(named):
            layers = [word(f"layer.{label.partition(':')[0]}", language) for label in labels]
            form = "{}（{}）" if language == "zh" else "{} ({})"
            named = [form.format(*both) for both in zip(named, layers, strict=True)]
        return " × ".join(named)

    def community(self, code: str) -> str:
        """Name a community, by its code where it has no name."""
        return self.communities.get(code) or code

    def grid(self, code: str, language: Language) -> str:
        """Name a grid."""
        name = self.grids.get(code) or ""
        return self.unit(name, language) if name in self.units else name


def by_key(keys: pd.Series, values: pd.Series) -> dict[str, str | None]:
    """Return values by key, None for those that are missing."""
    return dict(zip(keys, values.where(values.notna(), None), strict=True))


def worded(gaps: pd.DataFrame, names: Names, language: Language) -> Iterator[dict[str, Any]]:
    """Yield each gap as people read it: by the keys of `HEADINGS`, "" where there is nothing to say."""
    table = pd.DataFrame(gaps).astype(object)
    for gap in table.where(table.notna(), None).to_dict("records"):
        detail = json.loads(gap["detail"])
        yield {
            "severity": gap["severity"],
            "ledger": word(f"ledger.{gap['ledger']}", language),
            "kind": word(f"gap.{gap['kind']}", language),
            "community": names.community(gap["community_code"] or ""),
            "grid": names.grid(gap["code"] or "", language),
            "code": gap["code"] or gap["community_code"] or "",
            "about": about(detail, names, language),
            "area": area(gap["area_m2"], language),
            "area_m2": round(gap["area_m2"]),
            "households": "" if gap["households"] is None else gap["households"],
            "figure": detail.get("figure", ""),
            "arithmetic": detail.get("arithmetic", ""),
            "rule": word(f"text.{detail.get('rule', '')}", language),
            "source": word(f"text.{detail.get('source', '')}", language),
            "state": word(f"state.{gap['state']}", language),
            "reason": gap["reason"] or "",
            "expires": gap["expires"] or "",
            "signed_by": detail.get("signer") or "",
            "signed_at": detail.get("signed") or "",
            "remedy": word(f"text.{gap['remedy'] or ''}", language),
            "gap_id": gap["gap_id"],
        }


def about(detail: Mapping[str, Any], names: Names, language: Language) -> str:
    """Say who or what a gap is about beside its grid: its parties, a post, a kind of facility, a purpose of money."""
    if "units" in detail:
        return names.parties(detail["units"], language)
    if "home" in detail:
        home = names.community(detail["home"])
        return _MOSTLY_IN[language].format(unit=names.unit(detail["unit"], language), home=home)
    if "company" in detail:
        return str(detail["company"])
    found = next((key for key in _ABOUT if detail.get(key)), None)
    return word(f"{found}.{detail[found]}", language) if found else ""


def area(m2: float, language: Language = Language.en) -> str:
    """Write an area: square metres under a hectare, hectares with a decimal above.

    >>> area(7658.488), area(27_000, Language.zh)
    ('7,658 m²', '2.7 公顷')
    """
    if m2 < 10_000:
        return f"{m2:,.0f} {'平方米' if language == 'zh' else 'm²'}"
    return f"{m2 / 10_000:,.1f} {'公顷' if language == 'zh' else 'ha'}"
