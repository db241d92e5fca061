"""A witness: a counterexample with all that is needed to see it, judge it and make it again."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, final

from conformance.errors import DataError
from conformance.judge.divergence import Divergence, diverge
from conformance.judge.token import Clock, RunToken, encode_token, short_hash
from conformance.judge.verdict import Grade
from conformance.lang.codec import canonical, program_from_json, program_to_json
from conformance.lang.ops.shutdown import is_deadly
from conformance.lang.outcome import Outcome, outcome_from_json, outcome_to_json
from conformance.lang.program import Program

FORMAT: Final = "async-runtime-conformance witness"
VERSION: Final = 1
AREA: Final = "fuzz"
"""What stands for an area where a witness is shown among scenarios."""
EMBEDDED: Final = f"{AREA}:"
"""How the scenario's field of a token begins that carries a whole program."""
_SCAFFOLD: Final = frozenset({"spawn", "checkpoint", "note", "log", "sleep", "attempt", "return"})
_MAX: Final = 2**20
_DIED: Final = "run raised "


@final
@dataclass(frozen=True, slots=True)
class Witness:
    """One counterexample.

    grade    FORBIDDEN, or INTERESTING: then `reason` names the freedom that explains it.
    reason   how the process ended, where that is what is wrong; else empty for FORBIDDEN.
    nearest  allowed outcomes, those first that agree with `outcome` for longest.
    origin   `SEED/INDEX`: which generated program it came from.
    ops      the size of that program, in ops; `tried` programs were tried to make it small (0: not yet).
    """

    runtime: str
    version: str
    python: str
    program: Program
    clock: Clock
    seed: int | None
    outcome: Outcome
    grade: Grade
    reason: str = ""
    nearest: tuple[Outcome, ...] = ()
    origin: str = ""
    ops: int = 0
    tried: int = 0

    @property
    def divergence(self) -> Divergence | None:
        """The first step at which it and the nearest allowed outcome part; None where there is none."""
        return diverge(self.outcome.judged(), self.nearest[0]) if self.nearest else None

    @property
    def kind(self) -> str:
        """What is wrong, without names and values: shrinking keeps it."""
        return kind_of(self.outcome, self.nearest, self.reason)

    @property
    def involved(self) -> tuple[str, ...]:
        """The op kinds that it takes, without those that merely hold a program together."""
        kinds = {op.kind for _, op in self.program.walk()}
        return tuple(sorted(kinds - _SCAFFOLD)) or tuple(sorted(kinds))

    @property
    def identity(self) -> str:
        """Two witnesses of one runtime with the same identity are one finding."""
        return f"{self.kind} [{', '.join(self.involved)}]"

    @property
    def slug(self) -> str:
        """A short name for files and reports."""
        digest = hashlib.sha256(f"{self.runtime}|{self.grade}|{self.identity}".encode()).hexdigest()
        return digest[:12]

    @property
    def token(self) -> str:
        """What `conformance replay` takes: it carries the program."""
        return encode_token(
            RunToken(
                short_hash(self.program),
                embed(self.program),
                self.runtime,
                self.seed,
                (),
                self.clock,
            )
        )


def kind_of(outcome: Outcome, nearest: tuple[Outcome, ...], reason: str) -> str:
    """What is wrong with an outcome: how it parts from the nearest allowed one, or the reason that was given.

    Where the whole run died of an error, that error: which op was under way then is chance.
    """
    found = diverge(outcome.judged(), nearest[0]) if nearest else None
    if found is None:
        return reason
    died = (told for told in outcome.reported if told.startswith(_DIED))
    return next((told for told in died if not is_deadly(told.removeprefix(_DIED))), found.kind)


def same_failure(kind: str, smaller: str) -> bool:
    """Whether a smaller program fails as the first one did: in the same way, or without what hid half of it.

    What comes too late, or is given up, never comes where what rescued it in the end is left out, and what comes too
    early should never come where that is left out for which it had to wait. An error that is caught, or should be, is
    raised where nothing catches it any more, and a task that noted how far it came shows it by its end. Nothing else
    is the same failure.
    """
    return any(smaller == same or _never(same, smaller) for same in _plainer(kind))


def _never(kind: str, smaller: str) -> bool:
    """Whether what is late, given up or early in one comes never, or never should, in the other."""
    thing, _, when = kind.rpartition(" ")
    if when == "early":
        return smaller.startswith(f"{thing} for blocked in ")
    if when != "late":
        saw, _, thing = kind.partition(" for ")
        if saw != "scope expired":
            return False
    return smaller.startswith("blocked in ") and smaller.endswith(f" for {thing}")


def _plainer(kind: str) -> Iterator[str]:
    """The kind, and the same with errors raised that are caught in it, and with ends in the place of notes."""
    sides = (
        (side, re.sub(r"\bcaught ", "raised ", re.sub(r"\bnote\b", "returned", side)))
        for side in kind.split(" for ")
    )
    return map(" for ".join, product(*sides))


def embed(program: Program) -> str:
    """A program as part of a token."""
    packed = zlib.compress(canonical(_ordered(program)).encode(), 9)
    return EMBEDDED + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _ordered(program: Program) -> Any:
    """The program's JSON with its tasks as a list: their order counts, and canonical JSON sorts keys."""
    encoded = program_to_json(program)
    return {**encoded, "tasks": list(encoded["tasks"].items())}


def extract(text: str) -> Program:
    """The program in a token's scenario field. Raises DataError for what is none."""
    packed = text.removeprefix(EMBEDDED)
    try:
        data = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        unpacker = zlib.decompressobj()
        encoded = json.loads(unpacker.decompress(data, _MAX))
        return program_from_json({**encoded, "tasks": dict(encoded["tasks"])})
    except (zlib.error, ValueError, TypeError, KeyError, RecursionError) as error:
        raise DataError(f"damaged token: {error}", hint="copy it whole") from None


def witness_to_json(witness: Witness) -> dict[str, Any]:
    """A witness as a JSON value; what can be computed from the rest is there for readers."""
    found = witness.divergence
    return {
        "format": FORMAT,
        "version": VERSION,
        "runtime": witness.runtime,
        "runtime_version": witness.version,
        "python": witness.python,
        "grade": witness.grade.value,
        "reason": witness.reason,
        "identity": witness.identity,
        "divergence": str(found) if found is not None else witness.reason,
        "program": program_to_json(witness.program),
        "clock": witness.clock,
        "seed": witness.seed,
        "outcome": outcome_to_json(witness.outcome),
        "nearest": [outcome_to_json(outcome) for outcome in witness.nearest],
        "origin": witness.origin,
        "ops": witness.ops,
        "tried": witness.tried,
        "token": witness.token,
    }


def witness_from_json(data: Any) -> Witness:
    """A witness from its JSON value. Raises DataError for what is none, or of another version."""
    if not (isinstance(data, Mapping) and data.get("format") == FORMAT):
        raise DataError("this is no witness", hint="`conformance fuzz --corpus DIR` writes them")
    if data.get("version") != VERSION:
        raise DataError(f"version {data.get('version')} of the witness format, not {VERSION}")
    try:
        return Witness(
            runtime=str(data["runtime"]),
            version=str(data["runtime_version"]),
            python=str(data["python"]),
            program=program_from_json(data["program"]),
            clock="real" if data["clock"] == "real" else "virtual",
            seed=_seed(data["seed"]),
            outcome=outcome_from_json(data["outcome"]),
            grade=Grade(data["grade"]),
            reason=str(data["reason"]),
            nearest=tuple(map(outcome_from_json, data["nearest"])),
            origin=str(data["origin"]),
            ops=int(data["ops"]),
            tried=int(data["tried"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise DataError(f"a damaged witness: {type(error).__name__}: {error}") from None


def _seed(value: object) -> int | None:
    if value is None or type(value) is int:
        return value
    raise ValueError(f"{value!r} is no seed")
