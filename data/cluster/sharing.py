"""Using a cluster together: it runs as long as somebody uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

from data.cluster.accounts import Account, account_for, root
from data.cluster.binaries import server_binaries
from data.cluster.configuration import APPLICATION, DATABASE, configure
from data.cluster.creation import make_cluster
from data.cluster.keeper import start_keeper
from data.cluster.locks import Lock, opened
from data.cluster.places import PORT, Places, places_in, unusable
from data.cluster.server import runs, stop, wait_until_ready
from data.cluster.sockets import remove_socket, socket_folder, socket_of
from data.database.url import DatabaseURL
from geo.errors import InputError

GATE_S = 180
"""In which a cluster is made, started or stopped by another process, or something is wrong."""


@contextmanager
def running_cluster(data_dir: Path) -> Iterator[DatabaseURL]:
    """Use the cluster of a data directory: made, started and recovered as need be; stopped with its last user.

    Parameters
    ----------
    data_dir
        Made where it is missing. Several are independent of each other.

    Yields
    ------
    DatabaseURL
        The database as the application role sees it; `DatabaseURL.as_user` for another role (`configuration.ROLES`).

    Raises
    ------
    InputError
        The server programs or PostGIS are missing, the cluster is another version's or another user's, the directory
        can't be written, the disk is full, or the server does not start.
    """
    places = places_in(data_dir)
    account = account_for(places)
    with locks(places) as (users, gate):
        try:
            begin(places, account, users, gate)
            yield address(socket_of(places, account))
        finally:
            end(places, users, gate)


@contextmanager
def locks(places: Places) -> Iterator[tuple[Lock, Lock]]:
    """Open the locks of users and of the gate."""
    with ExitStack() as stack:
        try:
            users, gate = (
                stack.enter_context(opened(path, owner=places.owner)) for path in (places.users, places.gate)
            )
        except OSError as error:
            raise unusable(places, error) from error
        yield users, gate


@contextmanager
def held(gate: Lock, places: Places) -> Iterator[None]:
    """Hold the gate: nobody else makes, starts or stops the server meanwhile."""
    if not gate.take(wait_s=GATE_S):
        raise InputError(
            f"another process has been starting or stopping the database in {places.data_dir} for {GATE_S} s"
        )
    try:
        yield
    finally:
        gate.let_go()


def begin(places: Places, account: Account, users: Lock, gate: Lock) -> None:
    """Become a user of the server, which runs when this ends."""
    try:
        with held(gate, places):
            users.take(shared=True)  # nobody holds it alone without holding the gate
            if places.made and runs(places):
                take_over(places, account)
            else:
                start(places, account)
    except OSError as error:
        raise unusable(places, error) from error
    wait_until_ready(places)


def start(places: Places, account: Account) -> None:
    """Start the server, of a new cluster where there is none."""
    binaries = server_binaries(places.major() if places.made else None)
    if not places.made:
        with opened(places.server, owner=places.owner) as server:
            if not server.take(wait_s=GATE_S):
                raise InputError(
                    f"a process that was killed is still making the cluster in {places.data_dir}; try again"
                )
            make_cluster(places, binaries, account, server)
    configure(places.cluster, account, peers=(account.name, root()))
    socket_folder(places, account)
    start_keeper(places, binaries, account, server=True)


def take_over(places: Places, account: Account) -> None:
    """See that a server which runs has a keeper; its former one may have been killed."""
    with opened(places.keeper, owner=places.owner) as keeper:
        kept = not keeper.free()
    if not kept:
        start_keeper(places, server_binaries(places.major()), account, server=False)


def end(places: Places, users: Lock, gate: Lock) -> None:
    """Be no user any more, and stop the server where there is no other."""
    with held(gate, places):
        users.let_go()
        if not users.unused():
            return
        if runs(places):
            stop(places)
        else:  # it did not start, or was killed too often
            remove_socket(places)


def address(socket: Path) -> DatabaseURL:
    """Return the address of the database at a socket."""
    query = urlencode({"host": str(socket), "port": PORT})
    return DatabaseURL(f"postgresql://{APPLICATION}@/{DATABASE}?{query}")
