"""``onegrid``, also as ``python -m api``.

Python looks through all objects again and again for some that hold one another and nobody else. A build makes them by
the hundred thousand, and next to none of that kind; so it looks seldom, and never at what the program is made of. That
is a tenth of a build's time.
"""

from __future__ import annotations

import gc

gc.disable()

from api.command_line import main  # noqa: E402 (loading the program makes no garbage)

SELDOM = (200_000, 50, 1_000)


def run() -> None:
    """Run the command line that was typed."""
    gc.freeze()
    gc.set_threshold(*SELDOM)
    gc.enable()
    main()


if __name__ == "__main__":
    run()
