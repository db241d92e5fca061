"""Deliberately broken runtimes: the proof that the suite can fail.

Each is the reference executor with one rule broken, addressable like a real runtime:
`mutant:lifo-timers`. `MUTANTS` tells what is broken in each.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final, final

from conformance.errors import NotStarted
from runtimes.mutants import cancelling as cancelling
from runtimes.mutants import connections as connections
from runtimes.mutants import groups as groups
from runtimes.mutants import handing as handing
from runtimes.mutants import shields as shields
from runtimes.mutants import streams as streams
from runtimes.mutants import tasks as tasks
from runtimes.mutants import timing as timing
from runtimes.mutants.base import Mutant, make, sentences

MUTANTS: Final[Mapping[str, str]] = sentences()
"""What is broken in each mutant, one sentence, by name."""

NAMES: Final = tuple(MUTANTS)


@final
class _Find:
    """The entry point `mutant`: callable with a name, and listed by its flavours."""

    flavours: Final = NAMES
    by_default: Final = False

    def __call__(self, name: str) -> Mutant:
        """The mutant of that name. Raises NotStarted."""
        if name not in MUTANTS:
            close = get_close_matches(name, NAMES, cutoff=0.4)
            hint = f"did you mean {' or '.join(f'`mutant:{match}`' for match in close)}?"
            some = hint if close else "known: " + ", ".join(NAMES)
            raise NotStarted(f"there is no mutant `{name}`", hint=some)
        return make(name, name)


find: Final = _Find()
"""The mutant of a name: `find("lifo-timers")`. Raises NotStarted."""
