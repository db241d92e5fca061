"""Asks the search what a program may show, remembers it, and grades what was seen.

The reference executor is found like any runtime, by the entry point `reference`; its adapter offers
`controllable`, the form of it that can be searched. Nothing here imports it.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal, final, get_args, get_origin, get_type_hints

from conformance.engine.explore import BUDGET, Exploration, explore
from conformance.errors import NotStarted
from conformance.judge.evidence import AllowedSet
from conformance.judge.token import Clock
from conformance.judge.verdict import Grade
from conformance.lang import ops
from conformance.lang.codec import canonical
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics, semantics_to_json
from conformance.run.controllable import Controllable, MakeControllable
from conformance.wire.address import known_runtimes

LARGE = 4096
"""Bytes: a larger payload depends on buffer sizes, which the reference does not know."""
LONGEST = 1_000_000_000
"""Ticks: a longer finite time is not told from never."""

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


_CANCELLING: Final = frozenset({"cancel", "group", "fail_after", "move_on_after"})


def unmodelled(program: Program, semantics: Semantics) -> str:
    """Why the reference cannot judge a program under these semantics; empty if it can."""
    if semantics.past == "skips" and any(
        op.kind == "fail_after" and op.ticks <= 0  # type: ignore[attr-defined]
        for _, op in program.walk()
    ):
        return "the reference does not model a deadline that leaves its body out"
    if semantics.cancel_joiner == "both":
        kinds = {op.kind for _, op in program.walk()}
        if "join" in kinds and kinds & _CANCELLING:
            return "the reference does not model a cancel that tells joiner and joined alike"
    if semantics.second_user == "displaces" and _shares_a_socket(program):
        return "the reference does not model a second user who displaces the first"
    if semantics.relock == "reenters" and _waits_while_nested(program):
        return (
            "the reference does not model a wait for a condition whose lock is held more than once"
        )
    return (
        beyond_scopes(program, semantics)
        or beyond_exits(program, semantics)
        or beyond_servers(program, semantics)
        or beyond_threads(program, semantics)
        or beyond(program)
    )


def switched_off(semantics: Semantics) -> Iterator[tuple[str, str]]:
    """Which declared answers leave some programs to the labels: the answer, and of which programs that is so."""
    if beyond_failing(semantics):
        yield f"unjoined={semantics.unjoined}", "in which a task fails"
    if semantics.past == "skips":
        yield "past=skips", "with a fail_after that is over at once"
    if semantics.cancel_joiner == "both":
        yield "cancel_joiner=both", "in which a joiner may be cancelled"
    if semantics.second_user == "displaces":
        yield "second_user=displaces", "in which two tasks use one socket in one way"
    once = semantics.cancellation == "edge"
    if semantics.children == "in_turn" and not (once and semantics.groups == "collected"):
        yield "children=in_turn", "with a group"
    if semantics.deadlines == "nearest" and not (once and semantics.cancel_again == "ignored"):
        yield "deadlines=nearest", "with two deadlines"


def beyond_scopes(program: Program, semantics: Semantics) -> str:
    """Why the reference cannot judge a program with groups or deadlines; empty if it can, or if there are none."""
    off = dict(switched_off(semantics))
    nearest = semantics.deadlines == "nearest"
    kinds = [op.kind for _, op in program.walk()] if off or nearest else []
    if "children=in_turn" in off and "group" in kinds:
        return "the reference models groups that cancel in turn only where they collect errors, and a task is told once"
    if "deadlines=nearest" in off and sum(kind in _DEADLINES for kind in kinds) > 1:
        return "the reference models one deadline at a time only where a task is told once, and cancelled once"
    if nearest and "move_deadline" in kinds:
        return "the reference models one deadline at a time only where none is moved"
    return ""


_DEADLINES: Final = frozenset({"fail_after", "move_on_after", "scope"})


def beyond_failing(semantics: Semantics) -> str:
    """Why the reference cannot judge programs in which a task may fail; empty if it can."""
    if semantics.unjoined == "spreads":
        return "a task may fail, and the reference does not model an error that spreads to others"
    if semantics.unjoined == "ends" and semantics.orphans not in ("abandoned", "destroyed"):
        return "a task may fail, and the reference does not model how the others learn that this ends the run"
    return ""


def unheld(semantics: Semantics, outcomes: Iterable[Outcome]) -> str:
    """Why the reference's outcomes of a program are nothing to hold a runtime to; empty if they are."""
    reason = beyond_failing(semantics)
    first = 0 if semantics.unjoined == "spreads" else 1  # main's error is what a run ends by
    ends = (task.end for outcome in outcomes for _, task in outcome.tasks[first:])
    return reason if reason and any(end.startswith("raised") for end in ends) else ""


def beyond_exits(program: Program, semantics: Semantics) -> str:
    """Why the reference cannot judge a program with exits or Ctrl-C; empty if it can, or if there are none."""
    kinds = {op.kind for _, op in program.walk()}
    if not kinds & _DEADLY:
        return ""
    if kinds & _DEADLY & unanswered(semantics):
        return "the runtime's documents do not say whom an exit or a Ctrl-C ends"
    if "run_in_thread" in kinds:
        return "the reference does not model what ends more than a task beside threads"
    return ""


def beyond_servers(program: Program, semantics: Semantics) -> str:
    """Why the reference cannot judge a program with servers; empty if it can, or if there are none."""
    if any(op.kind == "serve" for _, op in program.walk()) and "serve" in unanswered(semantics):
        return "the reference does not model such servers: who accepts, and whose the handlers are"
    return ""


def unanswered(semantics: Semantics) -> frozenset[str]:
    """The op kinds of which a runtime's answers say too little for any program that has them to be judged."""
    inside = semantics.handlers == "inside" and semantics.cancellation == "level"
    found: frozenset[str] = frozenset() if inside else frozenset({"serve"})
    if semantics.serving == "unknown":
        found |= {"serve"}
    ends = semantics.exits != "closes" or semantics.orphans in ("cancelled", "in_turn")
    eager = semantics.start == "eager"
    if semantics.exits == "unknown" or not ends or eager or semantics.unjoined != "ignored":
        return found | _DEADLY
    return found | {"interrupt"} if semantics.interrupts == "unknown" else found


_DEADLY: Final = frozenset({"exit", "interrupt"})


def beyond_threads(program: Program, semantics: Semantics) -> str:
    """Why the reference cannot judge a program with threads; empty if it can, or if there are none."""
    every = [op for _, op in program.walk()]
    asked = [op.abandon for op in every if isinstance(op, ops.RunInThread)]
    if not asked:
        return ""
    if semantics.orphans in ("abandoned", "destroyed"):
        return "the reference does not model threads beside a run that just stops"
    late = any(
        op.kind in ("spawn", "detach", "start") and path[0] != "main" for path, op in program.walk()
    )
    if late and semantics.orphans in ("cancelled", "in_turn"):
        return "the reference does not model tasks that start while the end waits for threads"
    own = semantics.context == "shared" and semantics.thread_context != "none"
    if own and any(op.kind == "set_variable" for op in every):
        return "the reference does not model a thread's own variables beside shared ones"
    calls = any(op.kind == "from_thread" for op in every)
    if calls and semantics.context == "shared" and any(op.kind == "set_variable" for op in every):
        return "the reference does not model whose variables a thread's call sees where the others share theirs"
    default = semantics.cancelled_thread == "abandoned"
    alone = any(default if wish is None else wish for wish in asked)
    kinds = {op.kind for op in every}
    if kinds & {"from_thread", "check_cancelled"} and semantics.cancellation == "level" and alone:
        return "the reference does not model what becomes of calls of an abandoned thread"
    return ""


def _waits_while_nested(program: Program) -> bool:
    """Whether a task may wait for a condition whose lock it has acquired twice."""
    taken = Counter(
        (path[0], getattr(op, "lock", "")) for path, op in program.walk() if op.kind in _ACQUIRES
    )
    waits = {
        (path[0], op.condition) for path, op in program.walk() if isinstance(op, ops.WaitCondition)
    }
    return any(taken[wait] > 1 for wait in waits)


_ACQUIRES: Final = frozenset({"acquire", "acquire_nowait"})


def _shares_a_socket(program: Program) -> bool:
    """Whether two tasks may wait for one socket in one direction."""
    users: dict[tuple[str, str], set[str]] = {}
    for path, op in program.walk():
        way = op.kind.partition("_")[0]
        if way in ("receive", "send", "accept"):
            name = getattr(op, "listener" if way == "accept" else "stream", "")
            users.setdefault((way, name), set()).add(path[0])
    return any(name and len(tasks) > 1 for (_, name), tasks in users.items())


def lacking(program: Program) -> str:
    """Which op of a program the reference cannot even search; empty if none."""
    for _, op in program.walk():
        if op.kind in ops.LOOP:
            return "the reference has no event loop of asyncio's kind"
    return ""


def beyond(program: Program) -> str:
    """Why the reference cannot judge a program; empty if it can."""
    if reason := lacking(program):
        return reason
    for _, op in program.walk():
        if isinstance(op, ops.SendBytes) and len(op.data) * op.times > LARGE:
            return f"a payload of more than {LARGE} bytes"
        ticks = getattr(op, "ticks", getattr(op, "tick", 0))
        if LONGEST < abs(ticks) < math.inf:
            return "a finite time that no clock can tell from never"
    return ""
