"""Facet: how a user of the runtime writes each op, for standalone scripts (`conformance repro`).

Data only: it travels to the engine with the rest of what an adapter says of itself. Texts are Python source for
`string.Template`: `$task`, `$item`, … are the op's fields, ready to stand in source; `$seconds` is a duration;
`$$` is a dollar. Inside a task, `note(text)` writes its log; `got(value)` logs a value that is not None, `data(bytes)`
what was received; `t.NAME` holds handles, streams and listeners.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Spelling:
    """One runtime's spellings.

    header     imports, and helpers where the runtime lacks what ops need; `named(error)`, if there is one, is the
               normalised name of an error that its type alone does not tell, or None
    run        a statement that runs `main` to its end
    cancelled  an expression: the exception type (or types) of a cancellation
    errors     normalised error name -> an expression for its types; the first match counts
    objects    `event`, `lock`, `channel`, … -> an expression for a fresh one (`$size` for its number, `$bound`
               for one that is 0 where there is none); `main`, `loop` -> the handle of main, the running loop
    ops        op kind -> statements. A line that is only `$body` is replaced by the block. A key with a suffix goes
               before the kind alone: `spawn:group` inside a group, `cancel:self`, `fail_after:one` around a single op
               that waits, `KIND:named` where a deadline's scope has a name (`$scope`; `$up` is a name to write down by
               whether its block was given up), `move_deadline:never`, `run_in_thread:abandon` where that is asked for,
               `KIND:served` of a listener that is served (`$listener_announced`, see `next_handler`), `KIND:closing`
               in a program that closes a sending end, `KIND:thread` in a thread. A listener ends in its port or path.
    """

    header: str
    run: str
    cancelled: str
    errors: Mapping[str, str] = field(default_factory=dict)
    objects: Mapping[str, str] = field(default_factory=dict)
    ops: Mapping[str, str] = field(default_factory=dict)
