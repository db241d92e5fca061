"""How each op becomes a call of the adapter: one file per area, and the table of all."""

from __future__ import annotations

from typing import Final

from conformance.interpreter.ops import channels, network, sync, tasks, time, watching
from conformance.interpreter.ops.base import Methods

METHODS: Final[Methods] = {
    **tasks.METHODS,
    **time.METHODS,
    **sync.METHODS,
    **channels.METHODS,
    **network.METHODS,
    **watching.METHODS,
}
"""Every op that a runtime performs and that is no scope, by kind."""
