"""Held, but not served: grids without a grid head, posts not filled, grid workers with too many households."""

from __future__ import annotations

import numpy as np

from geo.arrays import known_or_zero
from geo.community_workers import COMMUNITY_WORKER, community_workers
from geo.crew import HEAD, HOUSEHOLDS, WORKER
from geo.gaps.about import about_communities, about_grids
from geo.gaps.held import Held, needed
from geo.gaps.ledger import Entries, joined
from geo.staffing import arithmetic
from geo.tables import POSTS

WORST_LOAD = 3.0
"""A worker with more than so many times the limit weighs no more."""


def no_grid_head(held: Held) -> Entries:
    """Find the grids that nobody heads; land that only the community holds too."""
    crew = held.crew
    headless = crew.part(np.flatnonzero((crew.post == HEAD) & (crew.required > 0) & (crew.held == 0)))
    rows = held.rows[headless.place]
    kinds = zip(held.standard_of(rows), held.text("management_type", rows), strict=True)
    return about_grids(
        held,
        "no_grid_head",
        rows,
        facts={"figure": arithmetic(headless)},
        source=[standard.posts[kind]["grid_head"].source for standard, kind in kinds],
    )


def understaffed(held: Held) -> Entries:
    """Find the posts that fewer hold than are required, grid heads aside; and communities short of workers."""
    crew = held.crew
    short = crew.part(np.flatnonzero((crew.post != HEAD) & (crew.short > 0)))
    rows = held.rows[short.place]
    post = [POSTS[number] for number in short.post]
    kinds = zip(held.standard_of(rows), held.text("management_type", rows), post, short.ground, strict=True)
    of_grids = about_grids(
        held,
        "understaffed",
        rows,
        suffix=post,
        facts={
            "post": post,
            "required": short.required.tolist(),
            "held": short.held.tolist(),
            "short": short.short.tolist(),
            "figure": arithmetic(short),
        },
        source=[
            standard.workers.urban_households_per_worker.source
            if ground == HOUSEHOLDS
            else standard.posts[kind][name].source
            for standard, kind, name, ground in kinds
        ],
        factor=short.short / np.maximum(short.required, 1),
    )
    return joined([of_grids, short_of_workers(held)])


def short_of_workers(held: Held) -> Entries:
    """Find the urban communities that have fewer community workers than their residents ask for."""
    rows = held.asked_communities
    code, rural = held.community["code"][rows], held.community["rural"][rows]
    population = held.community_counts("population", rows)
    workers = community_workers(rows, code, rural, population, needed(held.roster), needed(held.standards))
    lack = needed(workers.short)
    some = np.flatnonzero(lack > 0)
    rows, lack, required = rows[workers.place[some]], lack[some], workers.required[some]
    return about_communities(
        held,
        "understaffed",
        rows,
        suffix=[COMMUNITY_WORKER] * len(rows),
        facts={
            "post": [COMMUNITY_WORKER] * len(rows),
            "required": required.tolist(),
            "held": (required - lack).tolist(),
            "short": lack.tolist(),
            "figure": workers.arithmetic[some],
        },
        source=[one.workers.urban_per_10000.source for one in held.standard_of_communities(rows)],
        factor=lack / np.maximum(required, 1),
    )


def overloaded(held: Held) -> Entries:
    """Find the grids whose workers have more households each than one can serve; without any, they are understaffed.

    Counted are people, as villages have it, where who serves neighbours hardly does so full-time [S4].
    """
    crew = held.crew
    households = known_or_zero(crew.households)[crew.place]
    limit = crew.needs.most[crew.place]
    row = np.flatnonzero((crew.post == WORKER) & (crew.held > 0) & (households > limit * crew.held))
    rows, workers, limit = held.rows[crew.place[row]], crew.held[row], limit[row]
    load = households[row] / workers
    figures = zip(*(column.tolist() for column in (load, households[row], workers, limit)), strict=True)
    villages = zip(held.standard_of(rows), held.grid["rural"][rows], strict=True)
    return about_grids(
        held,
        "overloaded",
        rows,
        facts={
            "figure": [
                f"每名网格员 {each:.4g} 户 = {count:.0f} 户 ÷ {people} 人，多于 {most} 户"
                for each, count, people, most in figures
            ],
            "households_per_worker": [round(each, 1) for each in load.tolist()],
            "limit": limit.tolist(),
        },
        source=[
            (one.workers.rural_households_high if rural else one.workers.urban_households_most).source
            for one, rural in villages
        ],
        factor=np.minimum(load / limit, WORST_LOAD),
    )
