"""The log: one line of JSON for each event, on stderr. No secret gets into it.

Of a request it holds the path without what follows the question mark, and no header; of an error the kind, the place in
the program, and the first line of its words: what follows there may repeat what was entered.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

WORDS = 300


class Lines(logging.Formatter):
    """Formats a record as one line of JSON; ``facts`` of a record are its members."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage().splitlines()[0][:WORDS] if record.getMessage() else record.name,
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = described(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def described(error: BaseException) -> dict[str, object]:
    """Return what may be told of an error: its kind, its first line, and where it was raised, inmost last."""
    words = str(error).splitlines()
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "kind": type(error).__name__,
        "words": words[0][:WORDS] if words else "",
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        **({"cause": described(error.__cause__)} if error.__cause__ is not None else {}),
    }


def log_lines(level: str) -> None:
    """Write this program's log, and the server's, to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    for name, least in (("onegrid", level.upper()), ("uvicorn", "WARNING"), ("uvicorn.error", "WARNING")):
        logger = logging.getLogger(name)
        logger.handlers = [handler] if "." not in name else []
        logger.propagate = "." in name
        logger.setLevel(least)
