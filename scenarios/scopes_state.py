"""Asks about deadlines that are cancelled by hand, and what a scope says of itself."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    Block_,
    CancelCalled,
    CancelledCaught,
    CancelPending,
    CancelScope,
    Checkpoint,
    FailAfter,
    MoveOnAfter,
    Note,
    Op,
    Raise,
    RaiseGroup,
    Scope,
    Shield,
    Sleep,
)
from conformance.lang.pattern import ends, has, lacks, logs
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import anyio, trio

_TRIO: Final = trio("cancellation-semantics")
_CANCEL: Final = trio("trio.CancelScope.cancel")
_ANYIO: Final = anyio("cancellation", "cancel-scopes")
_BOTH: Final = {"trio": _TRIO, "anyio": _ANYIO}


def _main(*body: Op) -> Program:
    return Program({"main": body})


_DEADLINES = (
    Scenario(
        id="scopes/cancel-move-on-after",
        asks="Is the body of a deadline that moves on given up when it is cancelled by hand?",
        program=_main(
            MoveOnAfter(5, (CancelScope("d"), Sleep(1), Note("slept")), "d"), Note("after")
        ),
        answers={"given-up": logs(main=["scope expired", "after"]), "goes-on": has(main="slept")},
        rule=Rule("MUST", required=(logs(main=["scope expired", "after"]),)),
        sources=_BOTH,
        about={"move_on_after", "cancel_scope"},
        shown_by="mutant:scope-cancel-lost",
    ),
    Scenario(
        id="scopes/cancel-fail-after",
        asks="Does a deadline that fails do so when it is cancelled by hand, before its time?",
        program=_main(
            Attempt((FailAfter(5, (CancelScope("d"), Sleep(1), Note("slept")), "d"),), on_error=()),
            Note("after"),
        ),
        answers={
            "fails": logs(main=["caught Timeout", "after"]),
            "moves-on": logs(main=["scope cancelled", "after"]),
        },
        sources={"trio": trio("trio.fail_after"), "anyio": anyio("api", "anyio.fail_after")},
        about={"fail_after", "cancel_scope"},
        shown_by="trio answers fails, anyio moves-on",
    ),
    Scenario(
        id="scopes/cancel-fail-after-late",
        asks="Does a deadline fail that was cancelled by hand, and whose time came before its body ended?",
        program=_main(
            Attempt(
                (FailAfter(1, (CancelScope("d"), Block_(2), Checkpoint(), Note("late")), "d"),),
                on_error=(),
            ),
            Note("after"),
        ),
        answers={
            "fails": logs(main=["caught Timeout", "after"]),
            "moves-on": logs(main=["scope cancelled", "after"]),
        },
        unjudged={"moves-on"},
        sources={"trio": trio("trio.fail_after"), "anyio": anyio("api", "anyio.fail_after")},
        about={"fail_after", "cancel_scope"},
        shown_by="mutant:hand-cancel-never-fails",
    ),
)

_STATE = (
    Scenario(
        id="scopes/called-but-not-told",
        asks="What does a scope say whose body ended before it could be told?",
        program=_main(Scope("s", (CancelScope("s"),)), CancelCalled("s"), CancelledCaught("s")),
        answers={
            "called-not-caught": logs(main=["got true", "got false"]),
            "caught": logs(main=["got true", "got true"]),
            "neither": logs(main=["got false", "got false"]),
        },
        rule=Rule("MUST", required=(logs(main=["got true", "got false"]),)),
        unjudged={"caught"},
        sources={
            "trio": trio("trio.CancelScope.cancel_called"),
            "anyio": anyio("api", "anyio.CancelScope.cancel_called"),
        },
        about={"cancel_called", "cancelled_caught", "cancel_scope"},
        shown_by="mutant:called-is-caught",
    ),
    Scenario(
        id="scopes/caught-by-whom",
        asks="Which of two nested scopes says that it gave its body up, the outer one being cancelled?",
        program=_main(
            Scope("s", (Scope("t", (CancelScope("s"), Sleep(1))),)),
            CancelledCaught("t"),
            CancelledCaught("s"),
        ),
        answers={
            "outer": has(main=["got false", "got true"]),
            "both": has(main=["got true", "got true"]),
        },
        rule=Rule("MUST", required=(has(main=["got false", "got true"]),)),
        unjudged={"both"},
        sources={
            "trio": trio("trio.CancelScope.cancelled_caught"),
            "anyio": anyio("api", "anyio.CancelScope.cancelled_caught"),
        },
        about={"cancelled_caught", "cancel_scope"},
        shown_by="mutant:named-scope-swallows-all",
    ),
    Scenario(
        id="scopes/error-in-cancelled",
        asks="Does an error that leaves a cancelled scope come out, and what does the scope say?",
        program=_main(
            Attempt(
                (Scope("s", (CancelScope("s"), Attempt((Sleep(1),), finally_=(Raise("E"),)))),),
                on_error=(),
            ),
            CancelledCaught("s"),
        ),
        answers={
            "error-not-caught": logs(main=["caught E", "got false"]),
            "error-and-caught": logs(main=["caught E", "got true"]),
            "swallowed": lacks(main="caught E"),
        },
        rule=Rule("MUST", required=(logs(main=["caught E", "got false"]),)),
        unjudged={"swallowed"},
        sources={"trio": trio("trio.CancelScope.cancelled_caught")},
        about={"scope", "cancelled_caught", "cancel_scope"},
        shown_by="mutant:called-is-caught",
    ),
    Scenario(
        id="scopes/cancel-after-exit",
        asks="What does cancelling a scope do that was left long ago?",
        program=_main(
            Scope("s", ()), CancelScope("s"), Sleep(1), CancelCalled("s"), CancelledCaught("s")
        ),
        answers={
            "only-called": logs(main=["got true@1", "got false@1"]),
            "nothing": logs(main=["got false@1", "got false@1"]),
            "cancels-task": ends(main="cancelled"),
        },
        sources={"trio": _CANCEL, "anyio": anyio("api", "anyio.CancelScope.cancel")},
        about={"cancel_scope", "cancel_called"},
        shown_by="mutant:called-is-caught",
    ),
)

_EFFECTIVE: Final = {
    "trio": trio("trio.current_effective_deadline")
    + " -inf if the current scope has been cancelled; shields count",
    "anyio": anyio("api", "anyio.TaskInfo.has_pending_cancellation"),
}

_PENDING = (
    Scenario(
        id="scopes/pending-inside-and-behind",
        asks="Does a task know that its next cancel point will cancel it, and behind that scope that none will?",
        program=_main(
            Scope("s", (CancelPending(), CancelScope("s"), CancelPending(), Checkpoint())),
            CancelPending(),
        ),
        answers={
            "inside-only": logs(main=["got false", "got true", "scope cancelled", "got false"]),
            "never": logs(main=["got false", "got false", "scope cancelled", "got false"]),
            "behind-too": logs(main=["got false", "got true", "scope cancelled", "got true"]),
        },
        rule=Rule(
            "MUST",
            required=(logs(main=["got false", "got true", "scope cancelled", "got false"]),),
        ),
        sources=_EFFECTIVE,
        about={"cancel_pending", "scope", "cancel_scope"},
        shown_by="mutant:never-pending",
    ),
    Scenario(
        id="scopes/pending-in-cleanup",
        asks="Does a task that cleans up know that its next cancel point will cancel it again?",
        program=_main(
            Scope(
                "s", (CancelScope("s"), Attempt((Sleep(1),), finally_=(CancelPending(),)), Sleep(1))
            ),
        ),
        answers={
            "again": logs(main=["got true", "scope cancelled"]),
            "told-already": logs(main=["got false", "scope cancelled"]),
        },
        rule=Rule("MUST", required=(logs(main=["got true", "scope cancelled"]),)),
        sources=_EFFECTIVE,
        about={"cancel_pending", "scope", "cancel_scope"},
        shown_by="mutant:never-pending",
    ),
    Scenario(
        id="scopes/pending-in-shield",
        asks="Does a task in a shield know that no cancel point there will cancel it, also when it cleans up?",
        program=_main(
            Scope(
                "s",
                (
                    CancelScope("s"),
                    Shield((CancelPending(),)),
                    Attempt((Sleep(1),), finally_=(Shield((CancelPending(),)), CancelPending())),
                ),
            ),
        ),
        answers={
            "behind-it": logs(main=["got false", "got false", "got true", "scope cancelled"]),
            "inside-too": logs(main=["got true", "got *", "got true", "scope cancelled"]),
            "never": logs(main=["got false", "got false", "got false", "scope cancelled"]),
        },
        rule=Rule(
            "MUST",
            required=(logs(main=["got false", "got false", "got true", "scope cancelled"]),),
        ),
        sources=_EFFECTIVE,
        about={"cancel_pending", "shield", "cancel_scope"},
        shown_by="mutant:pending-through-shields",
    ),
)

_GROUPED: Final = {
    "trio": trio("trio.Cancelled")
    + " propagates, to be caught by the relevant cancel scope; out of exception groups,"
    " too: trio/_core/_run.py:CancelScope._close",
    "anyio": "https://anyio.readthedocs.io/en/stable/versionhistory.html 4.1.0: a cancellation in a group"
    " (https://github.com/agronholm/anyio/issues/634); 4.13.0: beside an error"
    " (https://github.com/agronholm/anyio/issues/1091)",
}

_GROUPS = (
    Scenario(
        id="scopes/cancelled-in-group",
        asks="Does a cancelled scope keep its cancellation when that comes in an exception group by itself?",
        program=_main(
            Scope("s", (CancelScope("s"), Attempt((Sleep(1),), on_cancel=(RaiseGroup(),)))),
            Note("after"),
        ),
        answers={
            "kept": logs(main=["caught Cancelled", "scope cancelled", "after"]),
            "leaks": ends(main="cancelled"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Cancelled", "scope cancelled", "after"]),)),
        sources=_GROUPED,
        about={"raise_group", "scope", "cancel_scope"},
        shown_by="mutant:grouped-cancel-is-error",
    ),
    Scenario(
        id="scopes/cancelled-beside-error",
        asks="Does a cancelled scope keep its cancellation when that comes in an exception group beside an error?",
        program=_main(
            Attempt(
                (
                    Scope(
                        "s", (CancelScope("s"), Attempt((Sleep(1),), on_cancel=(RaiseGroup("E"),)))
                    ),
                ),
                on_error=(),
            ),
            Note("after"),
        ),
        answers={
            "kept": logs(main=["caught Cancelled", "caught Group(E)", "after"]),
            "leaks": logs(main=["caught Cancelled", "caught Group(Cancelled, E)", "after"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Cancelled", "caught Group(E)", "after"]),)),
        sources=_GROUPED,
        about={"raise_group", "scope", "cancel_scope"},
        shown_by="mutant:grouped-cancel-leaks",
    ),
)


SCENARIOS = _DEADLINES + _STATE + _PENDING + _GROUPS
