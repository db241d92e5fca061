"""Trials of what ends more than a task: exits, and Ctrl-C (docs/decisions/ends-and-servers.md)."""

from __future__ import annotations

from itertools import permutations
from typing import Final

from conformance.engine.probe_trial import Made, Trial, make_trial, plain, shielded, told_then
from conformance.lang.ops import (
    Attempt,
    Cancel,
    Exit,
    Group,
    Interrupt,
    Note,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import ends, has, lacks
from conformance.lang.program import Program

EITHER: Final = ("cancels", "closes")
"""What fits where an answer tells nothing; `closes` may leave whoever is alive where it stands, as main's end does."""

EXIT_IN_CHILD: Final = make_trial(
    "exit-in-child",
    "A task outside groups exits: is main told of a cancellation?",
    Program(
        {
            "main": (Spawn("a"), Attempt((Sleep(9), Note("past")), finally_=(Note("cleaned"),))),
            "a": (Sleep(1), Exit()),
        }
    ),
    {
        "main-cancelled": (has(main="cleaned") & ends(main="cancelled"), EITHER),
        "main-blocked": (ends(main="blocked*"), ("closes",)),
        "main-destroyed": (ends(main="destroyed"), ("closes",)),
        "main-goes-on": (has(main="past"), ()),
        "main-raises": (ends(main="raised *"), ()),
    },
)

EXIT_AS_CANCEL: Final = make_trial(
    "exit-as-cancel",
    "Is a clean-up that waits cut short by an exit of main just as by a cancel?",
    Program(
        {
            "main": (Spawn("a"), Spawn("b"), Sleep(1), Cancel("b"), Sleep(4), Exit()),
            "a": (told_then(1),),
            "b": (told_then(1),),
        }
    ),
    {
        "as-a-cancel": (has(a="cleaned", b="cleaned"), EITHER),
        "as-a-cancel-cuts": (has(a="told", b="told") & lacks(a="cleaned", b="cleaned"), EITHER),
        "untold": (lacks(a="told") & has(b="told"), ("closes",)),
        "cuts-more": (has(a="told", b="cleaned") & lacks(a="cleaned"), ()),
        "cuts-less": (has(a="cleaned", b="told") & lacks(b="cleaned"), ()),
    },
)


def _second_exit(name: str, made: Made) -> Trial:
    return make_trial(
        name,
        "Main exits, then those who clean up: is one of them left where it stands by the other's exit?",
        Program(
            {
                "main": (Spawn("a"), Spawn("b"), Sleep(1), Exit()),
                "a": (told_then(1, Exit(), made=made),),
                "b": (told_then(3, Exit(), made=made),),
            }
        ),
        {
            "both-clean-up": (has(a="cleaned", b="cleaned"), ("cancels",)),
            "cuts-the-other": (has(a="cleaned") & lacks(b="cleaned"), ("closes",)),
            "cuts-the-one": (has(b="cleaned") & lacks(a="cleaned"), ("closes",)),
            "untold": (lacks(a="told", b="told"), ("closes",)),
            "neither": (has(a="told", b="told") & lacks(a="cleaned", b="cleaned"), EITHER),
        },
    )


def _group_beside_others(made: Made) -> Program:
    return Program(
        {
            "main": (Spawn("o"), Spawn("p"), Group("g", (Spawn("a", "g"), Spawn("b", "g")))),
            "a": (Sleep(1), Exit()),
            **{name: (told_then(2, made=made),) for name in ("b", "o", "p")},
        }
    )


def _exit_in_group(name: str, made: Made) -> Trial:
    """In turn, clean-ups of two ticks begin at 1, 3 and 5; `b`'s beside them, where its group tells it."""
    in_turn = {
        f"in-turn-{o}-{p}": (
            has(o=f"told@{o}", p=f"told@{p}"),
            ("closes",) if 1 in (o, p) else EITHER,
        )
        for o, p in permutations((1, 3, 5), 2)
    }
    return make_trial(
        name,
        "A child of main's group exits: are tasks outside of the group told before the group is over?",
        _group_beside_others(made),
        {
            "once-it-is-over": (
                has(b=["told@1", "cleaned@3"], o="told@3", p="told@3"),
                ("cancels",),
            ),
            "all-at-once": (
                has(b=["told@1", "cleaned@3"], o="told@1", p="told@1"),
                ("closes",),
            ),
            **in_turn,
            "untold": (lacks(b="told", o="told", p="told"), ("closes",)),
            "cut": (has(b="told") & lacks(b="cleaned"), EITHER),
        },
    )


EXIT_OUT_OF_GROUP: Final = make_trial(
    "exit-out-of-group",
    "A child of main's group exits: does the group raise that in a group, or as it is?",
    _group_beside_others(plain),
    {
        "grouped": (ends(main="raised Group(*"), ("cancels",)),
        "bare": (ends(main="raised SystemExit"), ("closes",)),
        "cancelled": (ends(main="cancelled"), ("closes",)),
        "destroyed": (ends(main="destroyed"), ("closes",)),
        "blocked": (ends(main="blocked*"), ("closes",)),
        "nothing": (ends(main="returned"), EITHER),
    },
)

INTERRUPT_AS_CANCEL: Final = make_trial(
    "interrupt-as-cancel",
    "Where does a Ctrl-C in main strike; and is it told as a cancel is?",
    Program(
        {
            "main": (
                *(Spawn("b"), Sleep(1), Cancel("b"), Sleep(4)),
                Attempt(
                    (Interrupt(), Note("went-on"), Sleep(9), Note("past")),
                    finally_=(Note("told"), Sleep(1), Note("cleaned")),
                ),
            ),
            "b": (told_then(1),),
        }
    ),
    {
        "there": (lacks(main="went-on") & ends(main="raised KeyboardInterrupt"), ("there",)),
        "as-a-cancel": (
            has(main=["went-on", "cleaned"], b="cleaned") & lacks(main="past"),
            ("main",),
        ),
        "as-a-cancel-cuts": (
            has(main=["went-on", "told"], b="told") & lacks(main="cleaned", b="cleaned"),
            ("main",),
        ),
        "cuts-more": (has(main="went-on", b="cleaned") & lacks(main="cleaned"), ()),
        "cuts-less": (has(main=["went-on", "cleaned"], b="told") & lacks(b="cleaned"), ()),
        "lost": (has(main="past"), ()),
    },
)

INTERRUPT_IN_CHILD: Final = make_trial(
    "interrupt-in-child",
    "Does a Ctrl-C while a task runs strike there, or cancel main?",
    Program(
        {
            "main": (Spawn("a"), Attempt((Sleep(5), Note("past")), finally_=(Note("cleaned"),))),
            "a": (Sleep(1), Interrupt(), Note("went-on"), Sleep(3)),
        }
    ),
    {
        "main": (has(a="went-on") & lacks(main="past") & ends(main="cancelled"), ("main",)),
        "there": (lacks(a="went-on") & ends(a="raised KeyboardInterrupt"), ("there",)),
        "main-raises": (ends(main="raised KeyboardInterrupt"), ()),
        "lost": (has(a="went-on", main="past"), ()),
    },
)

INTERRUPT_TWICE: Final = make_trial(
    "interrupt-twice",
    "Where does a second Ctrl-C strike that comes before main has waited?",
    Program(
        {
            "main": (
                *(Interrupt(), Note("once"), Interrupt(), Note("twice")),
                *(Sleep(1), Note("past")),
            )
        }
    ),
    {
        "there-at-once": (lacks(main="once"), ("there",)),
        "there-from-the-second-on": (has(main="once") & lacks(main="twice"), ("main",)),
        "nowhere": (has(main="twice"), ()),
    },
)

EXITS: Final = (
    EXIT_IN_CHILD,
    EXIT_AS_CANCEL,
    _second_exit("second-exit", plain),
    _second_exit("second-exit-shielded", shielded),
    _exit_in_group("exit-in-group", plain),
    _exit_in_group("exit-in-group-shielded", shielded),
    EXIT_OUT_OF_GROUP,
)
INTERRUPTS: Final = (INTERRUPT_AS_CANCEL, INTERRUPT_IN_CHILD, INTERRUPT_TWICE)
