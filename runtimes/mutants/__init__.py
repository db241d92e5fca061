"""Deliberately broken runtimes: the proof that the suite can fail.

Each is the reference executor with one rule broken, addressable like a real runtime:
`mutant:lifo-timers`. `MUTANTS` tells what is broken in each.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final, final

from conformance.adapter.core import Runtime
from conformance.errors import NotStarted
from runtimes.mutants import cancelling as cancelling
from runtimes.mutants import connections as connections
from runtimes.mutants import contexts as contexts
from runtimes.mutants import counts as counts
from runtimes.mutants import endings as endings
from runtimes.mutants import ends as ends
from runtimes.mutants import groups as groups
from runtimes.mutants import handed as handed
from runtimes.mutants import handing as handing
from runtimes.mutants import loop_base as loop_base
from runtimes.mutants import loop_callbacks as loop_callbacks
from runtimes.mutants import loop_life as loop_life
from runtimes.mutants import loop_sockets as loop_sockets
from runtimes.mutants import loop_transports as loop_transports
from runtimes.mutants import moved as moved
from runtimes.mutants import permits as permits
from runtimes.mutants import scopes as scopes
from runtimes.mutants import shields as shields
from runtimes.mutants import signals as signals
from runtimes.mutants import starting as starting
from runtimes.mutants import streams as streams
from runtimes.mutants import tasks as tasks
from runtimes.mutants import threads as threads
from runtimes.mutants import timing as timing
from runtimes.mutants.base import make, sentences

LOOPS: Final = tuple(loop_base.sentences())
"""The broken event loops: asyncio's own with one method broken, where the others are the reference."""

MUTANTS: Final[Mapping[str, str]] = {**sentences(), **loop_base.sentences()}
"""What is broken in each mutant, one sentence, by name."""

NAMES: Final = tuple(MUTANTS)


@final
class _Find:
    """The entry point `mutant`: callable with a name, and listed by its flavours."""

    flavours: Final = NAMES
    by_default: Final = False

    def __call__(self, name: str) -> Runtime:
        """The mutant of that name. Raises NotStarted."""
        if name not in MUTANTS:
            close = get_close_matches(name, NAMES, cutoff=0.4)
            hint = f"did you mean {' or '.join(f'`mutant:{match}`' for match in close)}?"
            some = hint if close else "known: " + ", ".join(NAMES)
            raise NotStarted(f"there is no mutant `{name}`", hint=some)
        return loop_base.LoopMutant(name) if name in LOOPS else make(name, name)


find: Final = _Find()
"""The mutant of a name: `find("lifo-timers")`. Raises NotStarted."""
