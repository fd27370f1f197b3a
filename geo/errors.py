"""What One Grid refuses, as one tree.

::

    OneGridError                 everything below; carries a stable ``code``
    ├── InputError               the user's files or settings are wrong (also a ValueError)
    │   ├── CRSError             a coordinate reference system is missing, contradicts or does not fit
    │   └── CodesExhaustedError       a community needs more grids than its code profile has numbers
    └── PartitionError           grids that are no partition: a defect of this program, or a foreign file

A message is one line: what was attempted, on which file, feature or grid, the limit, and what to do.
"""

from __future__ import annotations


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


class PartitionError(OneGridError):
    """The grids overlap, leave a hole, or do not nest in their communities."""

    code = "no_partition"
