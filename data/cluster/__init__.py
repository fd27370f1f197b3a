"""A private PostGIS cluster in the data directory: made once, shared by processes, gone with the last of them.

::

    DATA_DIR/
    ├── cluster/        the cluster itself (`creation`); it appears whole or not at all
    │   ├── onegrid.conf    written at every start, with its reasons (`configuration`)
    │   └── local.conf      optional: what a machine's administrator wants otherwise
    └── run/            locks, the address of the socket, what the server said while it started
        ├── gate.lock       held while somebody makes, starts or stops the server
        ├── users.lock      held, shared, by every process that uses the server
        ├── server.lock     held by the server and all its processes, by inheritance
        └── keeper.lock     held by the keeper, which stops what killed users left running (`keeper`)

All locks are the kernel's (flock), so that they go with their process however it ends: who uses the cluster, and
whether it runs, is never read from a file that a crash could have left behind.
"""

from data.cluster.sharing import running_cluster

__all__ = ["running_cluster"]
