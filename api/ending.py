"""How a command ends: with an exit code, and one line on stderr for what it refuses.

Exit codes: 0 done; 1 the check failed, or something is left to decide; 2 bad usage, bad input, or interrupted. Only a
defect of this program shows a traceback.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from threading import Timer
from typing import Any, NoReturn

import typer

from geo.errors import EditRefused, Interrupted, OneGridError, PartitionError

DONE, FAILED, REFUSED = 0, 1, 2
ENDING_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
"""Ctrl-C, the polite request of a system to end, and a terminal that was closed."""

A_DATE = "does not match the formats '%Y-%m-%d'", "is no date such as 2026-03-01"
"""What is said of a date that can't be read, and what we say."""
AGAIN_S = 0.05
"""How long a lost interrupt waits to come again, seconds: until Python has done with what lost it."""


class Stopped:
    """Turns the signals that end a program into KeyboardInterrupt, and remembers that one came.

    It must be remembered because a library that calls back into Python may report the interrupt as an error of its own.
    An interrupt that comes while an object is taken down is lost, as Python goes on from there: it is sent again.
    """

    def __init__(self) -> None:
        self.came = False
        for name in ENDING_SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                signal.signal(number, self)

    def __call__(self, number: int, frame: Any) -> None:
        """Interrupt the program."""
        self.came = True
        sys.unraisablehook = partial(again, number)  # type: ignore[assignment]
        raise KeyboardInterrupt


def again(number: int, lost: sys.UnraisableHookArgs) -> None:
    """Send a signal again whose interrupt was lost; a file that it left open is no news.

    A library that was called back says what went wrong itself, of which there is a message.
    """
    if issubclass(lost.exc_type, KeyboardInterrupt):
        if lost.err_msg is None:
            Timer(AGAIN_S, os.kill, (os.getpid(), number)).start()
    elif not issubclass(lost.exc_type, ResourceWarning):
        sys.__unraisablehook__(lost)


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run a command line, and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # such as m² on a terminal in GBK
    stopped, status = Stopped(), DONE
    try:
        status = invoke(app, arguments)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:
        if stopped.came:
            say(f"interrupted; {interruption(error)}")
            return REFUSED
        if not isinstance(error, BrokenPipeError):
            return refuse(error, arguments)
        drop_stdout()  # whoever reads the list has read enough
    return status


@contextmanager
def interrupted_with(said: str) -> Iterator[None]:
    """Have an interrupt of what follows say what stands by now."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(said) from None


def interruption(error: BaseException) -> str:
    """Say what stands when a command was interrupted: what it said itself, else nothing."""
    return str(error) if isinstance(error, Interrupted) else "nothing was written"


def end(status: int) -> NoReturn:
    """End the process at once, with this exit code.

    What threads still work on after an interrupt is wanted no more; and taking down every library that was loaded would
    cost 0.2 s, in which a signal kills.
    """
    sys.stderr.flush()
    os._exit(status)


def invoke(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Let the command line do its work; what ends it early comes out as it was raised."""
    command = typer.main.get_command(app)
    try:
        with command.make_context(app.info.name, list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code
    return DONE


def refuse(error: BaseException, arguments: Sequence[str]) -> int:
    """Say in one line why a command ends early, and return the exit code; raise what is a defect."""
    match error:
        case typer.TyperException() if not arguments:  # the list of commands
            print(error.format_message(), file=sys.stderr)
        case typer.TyperException():
            command = getattr(getattr(error, "ctx", None), "command_path", "onegrid")
            sentence = error.format_message().rstrip(".").replace("Value error, ", "").replace(*A_DATE)
            say(f"{sentence[0].lower()}{sentence[1:]} (see `{command} --help`)")
        case PartitionError():
            say(f"{error}; this is a defect of One Grid, please report it")
            return FAILED
        case EditRefused():
            say(f"{error} ({error.code})")
        case OneGridError():
            say(str(error))
        case OSError():
            drop_stdout()
            say(f"{error.filename or 'cannot print'}: {(error.strerror or str(error)).lower()}")
        case _:
            raise error
    return REFUSED


def drop_stdout() -> None:
    """Have what is still to be printed go nowhere, so that the program's end does not fail on it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(sentence: str) -> None:
    """Print one line on stderr."""
    print("onegrid: " + " ".join(sentence.split()), file=sys.stderr, flush=True)
