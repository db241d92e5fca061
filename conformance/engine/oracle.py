"""Asks the search what a program may show, remembers it, and grades what was seen.

The reference executor is found like any runtime, by the entry point `reference`; its adapter offers
`controllable`, the form of it that can be searched. Nothing here imports it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal, final, get_args, get_origin, get_type_hints

from conformance.engine.explore import BUDGET, Exploration, explore
from conformance.engine.unmodelled import unheld, unmodelled
from conformance.errors import NotStarted
from conformance.judge.evidence import AllowedSet
from conformance.judge.token import Clock
from conformance.judge.verdict import Grade
from conformance.lang.codec import canonical
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics, semantics_to_json
from conformance.run.controllable import Controllable, MakeControllable
from conformance.wire.address import known_runtimes

FREEDOMS: tuple[tuple[str, dict[str, str]], ...] = (
    ("any order of ready tasks", {"order": "any"}),
    ("any order of equal deadlines", {"ties": "any"}),
    ("a cancel and a completion in one round, either way", {"race": "either"}),
    ("a past deadline, before or later", {"past": "either"}),
    ("barging for locks", {"locks": "barging"}),
    ("barging for channels", {"channels": "barging"}),
    ("barging for permits", {"permits": "barging"}),
    ("any order of notifications", {"conditions": "unordered"}),
    ("a cancelled send whose item is sent all the same", {"cancelled_send": "may"}),
)
"""What may be granted beyond the declared semantics: an outcome that needs one is INTERESTING."""


def make_machine(program: Program, semantics: Semantics, *, lax: bool) -> Controllable:
    """The reference, ready to be searched. Raises NotStarted when there is none."""
    return find_reference()(program, semantics, lax)


ANSWERS: Mapping[str, tuple[object, ...]] = {
    name: (True, False) if kind is bool else get_args(kind)
    for name, kind in get_type_hints(Semantics).items()
    if kind is bool or get_origin(kind) is Literal
}
"""Every question of `Semantics` that has a short answer, and its answers."""


def find_reference() -> MakeControllable:
    """The reference executor in its searchable form. Raises NotStarted when there is none."""
    make: MakeControllable = load_reference().controllable
    return make


def load_reference() -> Any:
    """The adapter of the reference executor. Raises NotStarted when there is none."""
    point = known_runtimes().get("reference")
    try:
        adapter = point.load() if point is not None else None
    except ImportError as error:
        raise NotStarted(f"the reference executor cannot be loaded: {error}") from None
    if not hasattr(adapter, "controllable"):
        raise NotStarted("there is no reference executor", hint="install the package `runtimes`")
    return adapter


@final
@dataclass(slots=True)
class Allowed:
    """What one program may show; further freedoms are searched when an outcome asks for them."""

    oracle: SearchOracle
    program: Program
    semantics: Semantics
    clock: Clock
    found: Exploration
    outcomes: Sequence[Outcome] = ()
    _known: frozenset[Outcome] = frozenset()
    _freedoms: dict[Outcome, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the outcomes comparable with what that clock shows."""
        self.outcomes = tuple(dict.fromkeys(comparable(o, self.clock) for o in self.found.outcomes))
        self._known = frozenset(self.outcomes)

    def contains(self, outcome: Outcome) -> Grade:
        """The grade of an outcome."""
        outcome = comparable(outcome, self.clock)
        known = outcome in self._known
        if outcome not in self._freedoms:
            self._freedoms[outcome] = self._uncited(outcome) if known else self._explain(outcome)
        if self._freedoms[outcome]:
            return Grade.INTERESTING
        return Grade.ACCEPTABLE if known else Grade.FORBIDDEN

    def freedom(self, outcome: Outcome) -> str:
        """The least freedom that explains an outcome that the declared semantics do not allow."""
        return self._freedoms.get(comparable(outcome, self.clock), "")

    def _uncited(self, outcome: Outcome) -> str:
        """The declarations without a citation that an outcome rests on; empty if on none."""
        plain, names = cited_only(self.semantics)
        if not names:
            return ""
        found = self.oracle.search(self.program, plain, self.clock)
        if any(comparable(o, self.clock) == outcome for o in found.outcomes):
            return ""
        return "declared without a citation: " + ", ".join(names)

    def _explain(self, outcome: Outcome) -> str:
        for name, semantics in freer(self.semantics):
            found = self.oracle.search(self.program, semantics, self.clock)
            if any(comparable(o, self.clock) == outcome for o in found.outcomes):
                return name
        return ""


TOGETHER: Final = "several freedoms together"
UNDECLARED: Final = "not declared: "
"""How `freer` names all freedoms at once, and begins the name of an answer that was never declared."""


def freer(semantics: Semantics) -> Iterator[tuple[str, Semantics]]:
    """Each further freedom alone, then all of them together; then each answer that was not declared.

    What a runtime's author never said cannot be held against it: where another answer to such a question
    explains the outcome, that is INTERESTING, and says what to declare.
    """
    everything = semantics
    for name, change in FREEDOMS:
        if any(getattr(semantics, key) != value for key, value in change.items()):
            yield name, replace(semantics, **change)  # type: ignore[arg-type]
            everything = replace(everything, **change)  # type: ignore[arg-type]
    if everything is not semantics:
        yield TOGETHER, everything
    for name, answers in ANSWERS.items():
        for answer in answers if name not in semantics.citations else ():
            if answer != getattr(semantics, name) != "unknown":
                other: dict[str, Any] = {name: answer}
                yield f"{UNDECLARED}{name}={answer}", replace(semantics, **other)


def cited_only(semantics: Semantics) -> tuple[Semantics, list[str]]:
    """The semantics with every declaration that has no citation taken back, and their names."""
    plain = Semantics()
    names = [
        field.name
        for field in fields(Semantics)
        if field.name != "citations"
        and field.name not in semantics.citations
        and getattr(semantics, field.name) != getattr(plain, field.name)
    ]
    return replace(semantics, **{name: getattr(plain, name) for name in names}), names


def comparable(outcome: Outcome, clock: Clock) -> Outcome:
    """An outcome to be compared: on a real clock it has no ticks, and `stopped` is how it ends."""
    judged = outcome.judged()
    if clock == "virtual":
        return judged
    ending = "stopped" if judged.ending == "deadlocked" else judged.ending
    return replace(judged.without_times(), ending=ending)


@final
class SearchOracle:
    """Allowed sets by exhaustive search. `budget` is in steps of the search."""

    def __init__(self, make: MakeControllable, budget: int = BUDGET) -> None:
        self._make = make
        self._budget = budget
        self._known: dict[tuple[Program, str, bool], Future[Exploration]] = {}
        self._lock = threading.Lock()

    def allowed(self, program: Program, semantics: Semantics, clock: Clock) -> AllowedSet | str:
        """The allowed set, or why there is none."""
        if reason := unmodelled(program, semantics):
            return reason
        found = self.search(program, semantics, clock)
        if not found.complete:
            return f"the search gave up after {found.steps} steps"
        if reason := unheld(semantics, found.outcomes):
            return reason
        return Allowed(self, program, semantics, clock, found)

    def search(self, program: Program, semantics: Semantics, clock: Clock) -> Exploration:
        """The exploration of a program, remembered."""
        declared = canonical(semantics_to_json(replace(semantics, citations={})))
        key = (program, declared, clock == "real")
        with self._lock:
            known = self._known.get(key)
            mine = self._known.setdefault(key, Future())
        if known is not None:
            return known.result()
        try:
            mine.set_result(explore(self._make(program, semantics, clock == "real"), self._budget))
        except BaseException as error:
            mine.set_exception(error)
            raise
        return mine.result()
