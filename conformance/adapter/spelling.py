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

    header     imports, and helpers where the runtime lacks what ops need
    run        a statement that runs `main` to its end
    cancelled  an expression: the exception type (or types) of a cancellation
    errors     normalised error name -> an expression for its types; the first match counts
    objects    `event`, `lock`, `channel`, … -> an expression for a fresh one (`$size` for its number)
    ops        op kind -> statements; `KIND:group` for a spawn inside a group. A line that is only
               `$body` is replaced by the block.
    """

    header: str
    run: str
    cancelled: str
    errors: Mapping[str, str] = field(default_factory=dict)
    objects: Mapping[str, str] = field(default_factory=dict)
    ops: Mapping[str, str] = field(default_factory=dict)
