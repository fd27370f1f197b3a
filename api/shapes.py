"""What several answers are made of, so that the OpenAPI document has it, and the map application by that."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""
Ledger = Literal["unheld", "contested", "unserved"]
"""What is wrong at a gap: nobody holds the place, more than one does, or it is held and not served."""
GapState = Literal["open", "accepted", "expired"]
PlanStatus = Literal["draft", "in_review", "approved", "in_force", "retired"]
ManagementType = Literal["routine", "general_prevention", "key_attention", "concentrated_rectification"]


class ByLedger(BaseModel):
    """How many gaps there are of each ledger."""

    unheld: int
    contested: int
    unserved: int
