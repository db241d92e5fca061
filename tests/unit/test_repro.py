import ast
from collections import Counter

import pytest

from conformance.adapter.spelling import Spelling
from conformance.engine.catalogue import load_catalogue
from conformance.engine.repro import Case, show, write_script
from conformance.engine.repro_frame import FRAME, JUDGE, NAMES
from conformance.engine.repro_prune import names_in, pruned
from conformance.engine.repro_write import identifiers
from conformance.errors import UsageError
from conformance.lang import ops
from conformance.lang.outcome import Entry, Outcome, TaskOutcome
from conformance.lang.program import Program
from runtimes._anyio_spelling import spelling
from runtimes._asyncio_spelling import SPELLING as ASYNCIO
from runtimes._curio_spelling import SPELLING as CURIO
from runtimes._trio_spelling import SPELLING as TRIO

SPELLINGS = {
    "asyncio": ASYNCIO,
    "trio": TRIO,
    "curio": CURIO,
    "anyio": spelling("asyncio", (4, 16), handles=True),
    "anyio without handles": spelling("trio", (4, 0), handles=False),
}
PLAIN = Program({"main": (ops.Spawn("a"), ops.Sleep(1)), "a": (ops.Note("x"),)})


def outcome(tick: float | None = None, word: str = "x") -> Outcome:
    """One of `PLAIN`."""
    return Outcome(
        (
            ("main", TaskOutcome((), "returned", 1)),
            ("a", TaskOutcome((Entry(word, tick),), "blocked: sleep 1")),
        )
    )


def test_what_nothing_reaches_is_left_out() -> None:
    """Definitions and imports go when no statement needs them, directly or through others; the rest stays as it is."""
    source = (
        "import os\nimport sys\n\n\ndef used():\n    return helper()\n\n\ndef helper():\n    return sys\n\n\n"
        "class Unused:\n    pass\n\n\ndef unused():\n    return os\n\n\nused()\n"
    )
    kept = pruned(source)
    assert names_in(kept) == {"sys", "used", "helper"}
    assert kept.endswith("used()\n")
    assert pruned(kept) == kept


def test_names_of_a_program_become_names_of_python() -> None:
    """No keyword, no builtin, nothing that the script has already, and no two alike."""
    names = identifiers(("a-b", "a_b", "class", "print", "taken", "fine"), {"taken"})
    assert names == {
        "a-b": "a_b",
        "a_b": "a_b_",
        "class": "class_",
        "print": "print_",
        "taken": "taken_",
        "fine": "fine",
    }


def test_times_are_told_only_where_nothing_else_differs() -> None:
    """Ticks of a real clock are rough: they count only where the outcomes are alike without them."""
    plain = write_script(Case("?", PLAIN, outcome(1), (outcome(1, "y"),), complete=True), ASYNCIO)
    timed = write_script(Case("?", PLAIN, outcome(1), (outcome(2),), complete=True), ASYNCIO)
    assert ("x@1" in plain, "if False else text" in plain) == (False, True)
    assert ("x@1" in timed, "x@2" in timed, "if True else text" in timed) == (True, True, True)


def test_a_task_that_does_not_end_says_so() -> None:
    """However the worker saw it, a script can tell no more than that."""
    assert show(outcome(3), timed=True) == "main: returned@1\na: x@3, did not end"
    assert show(outcome(3), timed=False) == "main: returned\na: x, did not end"


@pytest.mark.parametrize("runtime", SPELLINGS)
def test_every_spelled_op_of_the_catalogue_makes_a_script(runtime: str) -> None:
    """Python compiles it, nothing in it is defined twice, and no task takes a name that the script needs."""
    found: Spelling = SPELLINGS[runtime]
    covered: set[str] = set()
    for scenario in load_catalogue().scenarios:
        program = scenario.program
        kinds = {op.kind for _, op in program.walk()}
        if kinds <= covered:
            continue
        nothing = Outcome(tuple((task, TaskOutcome()) for task in program.tasks))
        try:
            script = write_script(Case(scenario.asks, program, nothing), found)
        except UsageError:
            continue
        covered |= kinds
        compile(script, scenario.id, "exec")
        defined = Counter(
            node.name
            for node in ast.parse(script).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        )
        assert max(defined.values()) == 1, defined.most_common(1)
    assert covered >= {"spawn", "join", "cancel", "fail_after", "receive", "accept"}


_INNER = {
    "__getattr__", "args", "found", "kinds", "known", "lines", "members", "outcome", "run", "shown", "task", "told",
    "value",
}  # fmt: skip
"""What is bound inside of functions only, where no task of a program looks."""


def test_the_names_of_the_frame_are_known() -> None:
    """What the text around the tasks binds is what tasks are kept from taking."""
    lines = [line for line in (FRAME + JUDGE).split("\n") if not line.strip().startswith("$")]
    plain = "\n".join(lines).replace("${named}", "").replace("$", "")
    plain = plain.replace("(\nnames\n)", "()").replace(
        "    try:\n    except", "    try:\n        pass\n    except"
    )
    bound = names_in(plain)
    assert bound - _INNER <= NAMES


def test_a_program_of_the_loop_has_no_script() -> None:
    """Its ops are spelled nowhere: one line says which."""
    program = Program({"main": (ops.CallSoon("a"),), "a": ()})
    with pytest.raises(UsageError, match="`call_soon`"):
        write_script(Case("?", program, Outcome((("main", TaskOutcome()),))), TRIO)
