"""Looking into a backup without a database."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from data.database.fingerprints import Fingerprint, Fingerprints
from data.database.provision import SCHEMA
from data.database.tools import Tools, failed, surroundings
from geo.errors import InputError

BEGIN = re.compile(rb'COPY onegrid\.(?:"(?P<quoted>(?:[^"]|"")+)"|(?P<plain>\w+)) \(.*\) FROM stdin;\n')
END = b"\\.\n"


def rows_in(file: Path, tools: Tools) -> Fingerprints:
    """Count the rows of each table in a backup, by reading all of it; their hashes are 0."""
    counts: dict[str, int] = {}
    table = None
    command = tools.command("pg_restore", "--data-only", "--file=-", file)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings(None)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            if table is None:
                if found := BEGIN.fullmatch(line):
                    table = (found["plain"] or found["quoted"].replace(b'""', b'"')).decode()
                    counts[table] = 0
            elif line == END:
                table = None
            else:
                counts[table] += 1
        said = process.stderr.read().decode("utf-8", "replace")
    if process.returncode:
        raise failed("pg_restore", said)
    return {name: Fingerprint(count, 0) for name, count in counts.items()}


def revision_in(file: Path, tools: Tools) -> str:
    """Return which revision of the schema a backup has.

    Raises
    ------
    InputError
        The file can't be read, or is no backup of One Grid.
    """
    try:
        with file.open("rb"):
            pass
    except OSError as error:
        raise InputError(f"cannot read {file}: {(error.strerror or str(error)).lower()}") from error
    try:
        only = ("--data-only", f"--schema={SCHEMA}", "--table=alembic_version", "--file=-")
        said = tools.run("pg_restore", *only, file).encode()
    except InputError as error:
        raise InputError(f"{file} can't be read as a backup ({error}); name one made by onegrid db backup") from error
    lines = said.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if BEGIN.fullmatch(line) and lines[number + 1] != END:
            return lines[number + 1].decode().strip()
    raise InputError(f"{file} is no backup of One Grid: it has no revision; name a file made by onegrid db backup")
