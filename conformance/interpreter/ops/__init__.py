"""How each op becomes a call of the adapter: one file per area, and the table of all."""

from __future__ import annotations

from typing import Final

from conformance.interpreter.ops import (
    channels,
    context,
    counts,
    loop_callbacks,
    loop_sockets,
    loop_transports,
    network,
    permits,
    scopes,
    servers,
    sync,
    tasks,
    threads,
    time,
    watching,
)
from conformance.interpreter.ops.base import Methods

METHODS: Final[Methods] = {
    **tasks.METHODS,
    **time.METHODS,
    **scopes.METHODS,
    **context.METHODS,
    **sync.METHODS,
    **permits.METHODS,
    **channels.METHODS,
    **counts.METHODS,
    **network.METHODS,
    **watching.METHODS,
    **loop_callbacks.METHODS,
    **loop_sockets.METHODS,
    **loop_transports.METHODS,
    **threads.METHODS,
    **servers.METHODS,
}
"""Every op that a runtime performs and that is no scope, by kind."""
