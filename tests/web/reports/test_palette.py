"""Readers of any colour vision tell the colours apart: contrast by WCAG 2, colour vision by Machado et al. (2009)."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest

from geo.themes import FORMS, SEVERITY, SHORTAGE, STARS
from web.reports.page import STATIC
from web.reports.palette import ACCENT, FILLS, INK, LEDGERS, OUTLINES, PAPER, PARTY_RED

VISION = {
    "full": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TELLABLE = 9.0
"""The least distance in CIELAB of two classes that lie side by side."""


def linear(color: str) -> np.ndarray:
    srgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    lights = sorted(float(linear(color) @ [0.2126, 0.7152, 0.0722]) + 0.05 for color in (one, other))
    return lights[1] / lights[0]


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    xyz = np.clip(xyz, 0, None) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, vision: np.ndarray) -> float:
    return float(np.linalg.norm(lab(np.clip(vision @ linear(one), 0, 1)) - lab(np.clip(vision @ linear(other), 0, 1))))


def test_each_theme_has_the_classes_that_the_engine_gives():
    assert tuple(FILLS["shortage"]) == SHORTAGE
    assert tuple(FILLS["form"]) == FORMS
    assert tuple(FILLS["severity"]) == ("none", *SEVERITY)
    assert tuple(FILLS["rating"]) == (*STARS.values(), "unrated")


def test_shortage_diverges_from_what_is_required():
    lightness = [float(lab(linear(color))[0]) for color in FILLS["shortage"].values()]
    middle = list(FILLS["shortage"]).index("as_required")
    assert lightness[: middle + 1] == sorted(lightness[: middle + 1])
    assert lightness[middle:] == sorted(lightness[middle:], reverse=True)
    assert min(abs(one - other) for one, other in combinations(lightness, 2)) > 6  # so that a grey print can be read


@pytest.mark.parametrize("theme", FILLS)
@pytest.mark.parametrize("vision", VISION)
def test_the_classes_of_a_theme_are_told_apart(theme, vision):
    colors = [color for color in FILLS[theme].values() if color != "hatch"]
    for one, other in combinations(colors, 2):
        assert distance(one, other, VISION[vision]) >= TELLABLE, (one, other)


@pytest.mark.parametrize("vision", VISION)
def test_ledgers_and_outlines_are_told_apart(vision):
    for group in (LEDGERS, OUTLINES):
        for one, other in combinations(group.values(), 2):
            assert distance(one, other, VISION[vision]) >= TELLABLE, (one, other)


def test_a_border_reads_over_every_fill_by_its_line_or_its_casing():
    for color in {color for classes in FILLS.values() for color in classes.values()} - {"hatch"}:
        assert max(contrast("#565b62", color), contrast(PAPER, color)) >= 3, color


@pytest.mark.parametrize("ink", [INK, ACCENT, *LEDGERS.values(), "#565d66"])
def test_text_reads_on_panels_and_paper(ink):
    assert min(contrast(ink, ground) for ground in (PAPER, "#fffefb", "#f0ece2", "#e3ecfa")) >= 4.5


def test_party_red_is_left_to_the_party():
    assert PARTY_RED.upper() == "#C8102E"
    every = {*LEDGERS.values(), *OUTLINES.values(), *(c for f in FILLS.values() for c in f.values())} - {"hatch"}
    for color in every:
        assert distance(color, PARTY_RED, VISION["full"]) > 30, color


def test_the_stylesheet_has_the_colours_of_the_palette():
    css = (STATIC / "map.css").read_text("utf-8")
    said = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", css))
    assert {"paper": PAPER, "ink": INK, "accent": ACCENT, "party": PARTY_RED, **LEDGERS}.items() <= said.items()
