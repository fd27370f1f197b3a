"""What One Grid refuses, as one tree.

::

    OneGridError                 everything below; carries a stable ``code``
    ├── InputError               the user's files or settings are wrong (also a ValueError)
    │   ├── CRSError             a coordinate reference system is missing, contradicts or does not fit
    │   ├── CodesExhaustedError       a community needs more grids than its code profile has numbers
    │   └── PlanError            a plan can't be used as asked
    │       ├── UnknownPlanError         no plan has this name
    │       ├── PlanNameTakenError       another plan has this name
    │       ├── NotADraftError           the plan is not in the state that this takes
    │       └── PlanOutdatedError        another plan came into force since this one left it
    ├── PartitionError           grids that are no partition: a defect of this program, or a foreign file
    └── EditRefused              an edit that can't be done; names the grids concerned
        ├── UnknownGridError         no grid has this code
        ├── GridLockedError          a grid that the edit would change is locked
        ├── CrossesCommunityError    the edit would move land from one community to another
        ├── NotAdjacentError         grids have no border in common
        ├── LineMissesGridError      the line divides nothing
        ├── WouldEmptyGridError      a grid would be left without land
        ├── WouldDisconnectError     a grid would fall into more parts than it has
        ├── WouldPinchError          a grid would touch itself on the border of the land
        ├── BordersWouldCrossError   borders would run over one another
        ├── NoSuchVertexError        no border has a vertex there, or one where borders meet can't go
        ├── TooFineError             a line runs so near to a border that what lies between has no land
        ├── LandChangedError         the land of grids that were to be put back has changed hands since
        ├── StaleRevisionError       the grids concerned have changed since the revision that the edit is based on
        ├── NothingToReverseError    there is no edit of this user to undo or redo
        └── NoCodeLeftError          the community has no number left for a new grid

An interrupt that says what stands is an `Interrupted`, which is a KeyboardInterrupt and in no other tree.

A message is one line: what was attempted, on which file, feature or grid, the limit, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence


class Interrupted(KeyboardInterrupt):
    """Interrupted, and this stands by now; any other KeyboardInterrupt may carry the words of a library."""


class OneGridError(Exception):
    """The root of every refusal; ``code`` is stable and meant for programs."""

    code = "error"


class InputError(OneGridError, ValueError):
    """The input can't be used as it is; the message names the file, the feature and the remedy."""

    code = "bad_input"


class CRSError(InputError):
    """A coordinate reference system is missing, contradicts another, or can't carry the measure asked for."""

    code = "bad_crs"


class CodesExhaustedError(InputError):
    """A community holds more grids than the code profile can number."""

    code = "codes_exhausted"


class PlanError(InputError):
    """A plan can't be used as asked."""

    code = "plan_refused"


class UnknownPlanError(PlanError):
    """No plan has this name."""

    code = "unknown_plan"


class PlanNameTakenError(PlanError):
    """Another plan has this name."""

    code = "name_taken"


class NotADraftError(PlanError):
    """The plan is not in the state that this takes: only drafts are edited, only plans in review approved."""

    code = "not_a_draft"


class PlanOutdatedError(PlanError):
    """Another plan came into force since this one branched off; its changes have to be merged first."""

    code = "plan_outdated"


class PartitionError(OneGridError):
    """The grids overlap, leave a hole, or do not nest in their communities."""

    code = "no_partition"


class EditRefused(OneGridError):  # noqa: N818 (the word that planners read)
    """An edit can't be done; ``grids`` are the codes of the grids that stand against it."""

    code = "refused"

    def __init__(self, sentence: str, grids: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.grids = tuple(grids)


class UnknownGridError(EditRefused):
    """No grid has this code."""

    code = "unknown_grid"


class GridLockedError(EditRefused):
    """A grid that the edit would change is locked."""

    code = "grid_locked"


class CrossesCommunityError(EditRefused):
    """The edit would move land from one community to another, or move the border between them."""

    code = "crosses_community"


class NotAdjacentError(EditRefused):
    """Grids that were to be joined have no border in common."""

    code = "not_adjacent"


class LineMissesGridError(EditRefused):
    """The line divides no grid."""

    code = "line_misses_grid"


class WouldEmptyGridError(EditRefused):
    """A grid would be left without land."""

    code = "would_empty_grid"


class WouldDisconnectError(EditRefused):
    """A grid would fall into more parts than it has."""

    code = "would_disconnect"


class WouldPinchError(EditRefused):
    """A hole of a grid would touch its outer border on the border of the land, where other grids end too."""

    code = "would_pinch"


class BordersWouldCrossError(EditRefused):
    """Borders would run over one another."""

    code = "borders_would_cross"


class NoSuchVertexError(EditRefused):
    """No border has such a vertex, or the vertex holds several borders together."""

    code = "no_such_vertex"


class TooFineError(EditRefused):
    """What lies between a line and a border is thinner than the grid of 1 mm can hold."""

    code = "too_fine"


class LandChangedError(EditRefused):
    """Grids that were to be put back no longer fit: the land has changed hands since."""

    code = "land_changed"


class StaleRevisionError(EditRefused):
    """The grids that the edit touches, or their neighbours, have changed since the revision that it is based on."""

    code = "stale_revision"


class NothingToReverseError(EditRefused):
    """This user has no edit in this plan that could be undone, or redone."""

    code = "nothing_to_reverse"


class NoCodeLeftError(EditRefused):
    """The community has no number left for a new grid."""

    code = "codes_exhausted"
