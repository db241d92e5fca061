"""Whether ops on groups, started tasks and context variables make sense."""

from __future__ import annotations

from conformance.lang import ops
from conformance.lang.program import Path, Program, no_sense

_JUDGED = frozenset({ops.CancelGroup, ops.Spawn, ops.Start, ops.Started, ops.ResetVariable})
_KINDS = _JUDGED | {ops.Group, ops.SetVariable}


def handed(program: Program, path: Path, op: ops.Spawn | ops.Start) -> bool:
    """Whether it starts a task in a group that is not open around it: that of another task, or one that was left."""
    return op.group is not None and op.group not in program.groups_around(path)


def check_scopes(program: Program) -> None:
    """Raise ScenarioError, naming the op, for the first that makes no sense."""
    if not program.of(_JUDGED):
        return
    every = program.of(_KINDS)
    groups = [op.name for _, op in every if isinstance(op, ops.Group)]
    started = {op.task for _, op in every if isinstance(op, ops.Start)}
    been_set: set[tuple[str, str]] = set()
    for path, op in every:
        task = path[0]
        if isinstance(op, ops.CancelGroup) or (
            isinstance(op, ops.Spawn | ops.Start) and handed(program, path, op)
        ):
            if op.group not in groups:
                raise no_sense(path, op, f"unknown group `{op.group}`")
            if (number := groups.count(op.group)) != 1:
                raise no_sense(path, op, f"{number} ops open a group `{op.group}`, not one")
        if isinstance(op, ops.Started) and task not in started:
            raise no_sense(path, op, f"no `start` waits for `{task}`")
        if isinstance(op, ops.SetVariable):
            been_set.add((task, op.variable))
        if isinstance(op, ops.ResetVariable) and (task, op.variable) not in been_set:
            raise no_sense(path, op, f"`{task}` has not set `{op.variable}` before")
