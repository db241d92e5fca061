"""Scopes, moved deadlines, groups and starts asked of trio itself."""

from __future__ import annotations

import math

import context_probes
import handed_probes
import structured_deadlines
import structured_groups
import structured_scopes
import structured_start
import trio
from structured import Api
from trio_run import probe

API = Api(
    open_group=trio.open_nursery,
    CancelScope=trio.CancelScope,
    move_on_after=trio.move_on_after,
    fail_after=trio.fail_after,
    late=trio.TooSlowError,
    cancelled=lambda: trio.Cancelled,
    sleep=trio.sleep,
    checkpoint=trio.lowlevel.checkpoint,
    Event=trio.Event,
    now=trio.current_time,
    pending=lambda: trio.current_effective_deadline() == -math.inf,
)

structured_scopes.file_reach(probe, API)
structured_scopes.file_told(probe, API)
structured_scopes.file_state(probe, API)
structured_scopes.file_pending(probe, API)
structured_scopes.file_grouped(probe, API)
structured_deadlines.file(probe, API)
structured_deadlines.file_late(probe, API)
structured_groups.file(probe, API)
structured_groups.file_nested(probe, API)
structured_start.file(probe, API)
structured_start.file_cancelled(probe, API)
structured_start.file_spared(probe, API)
context_probes.file(probe, context_probes.Structured(API))
handed_probes.file(probe, context_probes.Structured(API))
handed_probes.file_places(probe, context_probes.Structured(API))
handed_probes.file_cancelled(probe, API)
context_probes.file_scoped(probe, context_probes.Structured(API))
