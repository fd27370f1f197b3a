"""Which part of the land that a unit claims lies in which community."""

from __future__ import annotations

import numpy as np

from geo.arrays import Floats, Ints, dense, sums


def claimed_shares(
    claim_unit: Ints, claim_community: Ints, claim_area_m2: Floats, units: int
) -> tuple[Ints, Ints, Floats]:
    """Share out what each unit claims by community.

    Edits leave it as it is: no land passes from one community to another, and a border that bends moves by less than
    a millimetre. So a plan keeps what its build had, and no ledger needs the faces of other communities for it.

    Parameters
    ----------
    claim_unit, claim_community, claim_area_m2
        (n,) a row a face and claimant: the number of the unit, that of the face's community, the face's area.
    units
        How many units there are.

    Returns
    -------
    tuple
        Unit, community and part of 1 (not rounded), by unit and community, those where it claims land.
    """
    places = int(claim_community.max(initial=0)) + 1
    pairs, row = dense(claim_unit * places + claim_community)
    unit, community = np.divmod(pairs, places)
    whole = sums(claim_area_m2, claim_unit, units)[unit]
    return unit, community, sums(claim_area_m2, row, len(pairs)) / np.where(whole > 0, whole, 1.0)
