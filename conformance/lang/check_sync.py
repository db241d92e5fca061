"""Whether ops on primitives and on the ends of channels make sense."""

from __future__ import annotations

from conformance.lang import ops
from conformance.lang.program import Program, no_sense

SENDS = (ops.Send, ops.SendNowait, ops.CloseSender, ops.CloneSender)
"""Ops that name a channel for its sending end, or a clone of that."""
RECEIVES = (ops.Receive, ops.ReceiveNowait, ops.CloseReceiver, ops.CloneReceiver)
"""Ops that name a channel for its receiving end, or a clone of that."""
WHOLE = (ops.Length, ops.WaitingSenders, ops.WaitingReceivers)
"""Ops that name a channel as a whole."""
CLONES = (ops.CloneSender, ops.CloneReceiver)


_KINDS = frozenset({*SENDS, *RECEIVES, *WHOLE, ops.Notify, ops.SetLimit})


def check_sync(program: Program) -> None:
    """Raise ScenarioError, naming the op, for the first that makes no sense."""
    every = program.of(_KINDS)
    sending = {op.clone for _, op in every if isinstance(op, ops.CloneSender)}
    receiving = {op.clone for _, op in every if isinstance(op, ops.CloneReceiver)}
    for path, op in every:
        if isinstance(op, SENDS) and op.channel in receiving:
            raise no_sense(path, op, f"`{op.channel}` is a receiving end")
        if isinstance(op, RECEIVES) and op.channel in sending:
            raise no_sense(path, op, f"`{op.channel}` is a sending end")
        if isinstance(op, WHOLE) and op.channel not in program.channels:
            raise no_sense(path, op, f"`{op.channel}` is one end, not the channel")
        if isinstance(op, ops.Notify) and op.count < 1:
            raise no_sense(path, op, f"cannot notify {op.count} tasks")
        if isinstance(op, ops.SetLimit) and op.tokens < 0:
            raise no_sense(path, op, f"{op.tokens} is no number of tokens")
