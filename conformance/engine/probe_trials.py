"""The programs by which `conformance probe` tells values apart that no single scenario tells apart.

A field's values are those that fit every answer to each of its trials (docs/decisions/probe-trials.md). `NONE` is
among them where a runtime may do what no value describes, and is what is left where an answer fits none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import product
from typing import Final

from conformance.engine.oracle import ANSWERS
from conformance.engine.probe_ends import EXITS, INTERRUPTS
from conformance.engine.probe_trial import NONE, Made, Trial, make_trial, plain, shielded
from conformance.lang.ops import (
    Attempt,
    Block_,
    Cancel,
    Connect,
    Handler,
    Listen,
    Log,
    Note,
    Op,
    ReceiveExactly,
    SendBytes,
    Serve,
    Set,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.pattern import has, lacks, shared
from conformance.lang.program import Program


def _server_stops(name: str, made: Made) -> Trial:
    def late(stream: str) -> Op:
        return Attempt((Connect(stream, "l"), Note("connected")), on_error=(Note("refused"),))

    return make_trial(
        name,
        "A server is cancelled: is a connection refused while its handler cleans up, and after that?",
        Program(
            {
                "main": (
                    *(Listen("l"), Handler("h", "s", "l"), Handler("i", "t", "l")),
                    *(Handler("j", "u", "l"), Spawn("srv"), Sleep(1), Connect("c", "l")),
                    *(Sleep(1), Spawn("k"), Sleep(1), late("d"), Sleep(5)),
                    *(Attempt((SendBytes("c", "x"),), on_error=()), Sleep(4), late("e")),
                ),
                "srv": (Serve("l"),),
                "k": (Cancel("srv"),),
                "h": (
                    Attempt(
                        (ReceiveExactly("s", 1), Note("fed")),
                        finally_=(Note("told"), *made(Sleep(4), Note("cleaned"))),
                    ),
                ),
                "i": (Note("handled"),),
                "j": (Note("handled"),),
            }
        ),
        {
            "at-once": (
                has(main=["refused", "refused"], h=["told", "cleaned"]) & lacks(h="fed"),
                ("task",),
            ),
            "cut-and-refused": (
                has(main=["refused", "refused"], h="told") & lacks(h=["fed", "cleaned"]),
                ("task", NONE),
            ),
            "at-its-end": (has(main=["connected", "refused"], h="told") & lacks(h="fed"), ()),
            "never": (has(main=["connected", "connected"], h="told") & lacks(h="fed"), ("body",)),
            "handlers-apart": (has(h="fed"), ()),
        },
    )


def _fares(how: str, canceller: str, waiter: str) -> tuple[str, ...]:
    """What is logged where a cancel wins, or loses to a wake-up; `early`: who was woken went on before it."""
    cancelling, woke = f"{canceller} cancelling", f"{waiter} woke"
    return {"won": (cancelling,), "lost": (cancelling, woke), "early": (woke, cancelling)}[how]


_HOW: Final = tuple(product(("won", "lost", "early"), repeat=2))

SLEEP_RACE: Final = make_trial(
    "sleep-race",
    "Which wins against a cancel in its own round: an event that was set, and a sleep whose time has come?",
    Program(
        {
            "main": (
                *(Spawn("w"), Spawn("c"), Spawn("a"), Sleep(1)),
                *(Set("e"), Log("cancelling"), Cancel("w"), Sleep(1), Block_(5), Sleep(1)),
            ),
            "w": (Wait("e"), Log("woke")),
            "c": (Sleep(3), Log("cancelling"), Cancel("a")),
            "a": (Sleep(4), Log("woke")),
        },
        events=("e",),
    ),
    {
        f"event-{event}-sleep-{sleep}": (
            shared(*_fares(event, "main", "w"), *_fares(sleep, "c", "a")),
            (),
        )
        for event, sleep in _HOW
    },
)


def read_sleep_race(words: Collection[str]) -> tuple[object, ...]:
    """The values that fit what was seen in all runs. Where a cancel beats events and sleeps alike, that is `race`."""
    if any("-sleep-" not in word for word in words):
        return ()
    events = {word.split("-")[1] for word in words} - {"early"}
    sleeps = {word.split("-")[3] for word in words} - {"early"}
    if not (events and sleeps):
        return ("race",) if "lost" in sleeps else ("race", "cancel")
    if "lost" in sleeps:
        return ("race",) if "lost" in events else ()
    return ("cancel",) if "lost" in events else ("race",)


TRIALS: Final[Mapping[str, tuple[Trial, ...]]] = {
    "sleep_race": (SLEEP_RACE,),
    "exits": EXITS,
    "interrupts": INTERRUPTS,
    "serving": (
        _server_stops("server-stops", plain),
        _server_stops("server-stops-shielded", shielded),
    ),
}
"""By field."""


def values_of(field: str, answers: Mapping[str, str | None]) -> tuple[object, ...] | None:
    """The values that fit every answer, `NONE` where none does; None where no trial has an answer."""
    asked = [(trial.fits, answers.get(trial.scenario.id)) for trial in TRIALS[field]]
    told = [(fits, word) for fits, answer in asked if answer for word in answer.split(" | ")]
    if not told:
        return None
    if field == "sleep_race":
        return read_sleep_race([word for _, word in told]) or (NONE,)
    possible = [*(value for value in ANSWERS[field] if value != "unknown"), NONE]
    return tuple(v for v in possible if all(v in fits.get(w, ()) for fits, w in told)) or (NONE,)
