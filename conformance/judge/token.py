"""Replay tokens: one shell-safe word that makes one run happen again.

    ar1.1.3fa9c0de.run,cancellation/of-oneself,trio,1234,a.0+b.1,virtual
    ar1.1.3fa9c0de.ref,cancellation/of-oneself,trio,aeba

`ar1` is the form of the token, then comes the version of the semantics (what a seed or a schedule
does to a run), then eight digits of the program's hash. A token whose version or hash no longer
fits is *stale*: it is refused, with the reason, because replaying it would show something else.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, final
from urllib.parse import quote, unquote

from conformance.errors import DataError
from conformance.lang.codec import program_hash
from conformance.lang.program import Path, Program

FORM = "ar1"
SEMANTICS_VERSION = 1
"""Raise it whenever a seed, an injection or a schedule no longer means the same run."""

_SAFE = "/:@-_"
_NONE = "-"
Clock: TypeAlias = Literal["virtual", "real"]


@final
@dataclass(frozen=True, slots=True)
class RunToken:
    """A run on a runtime under test.

    `program` is eight hex digits, `injected` where checkpoints were put in (before these ops).
    """

    program: str
    scenario: str
    runtime: str
    seed: int | None = None
    injected: tuple[Path, ...] = ()
    clock: Clock = "virtual"


@final
@dataclass(frozen=True, slots=True)
class ReferenceToken:
    """A schedule of the reference executor under the semantics of the runtime `semantics`.

    `scenario` is empty for a program that is in no catalogue.
    """

    program: str
    scenario: str
    semantics: str
    schedule: tuple[int, ...] = ()


Token: TypeAlias = RunToken | ReferenceToken


def short_hash(program: Program) -> str:
    """The eight hex digits by which a token names a program (as written, before any injection)."""
    return program_hash(program)[:8]


def encode_token(token: Token) -> str:
    """The token as one word that needs no quoting in a POSIX shell."""
    if isinstance(token, RunToken):
        seed = _NONE if token.seed is None else str(token.seed)
        injected = encode_paths(token.injected)
        words = ["run", _word(token.scenario), _word(token.runtime), seed, injected, token.clock]
    else:
        schedule = encode_schedule(token.schedule)
        words = ["ref", _word(token.scenario), _word(token.semantics), schedule]
    return f"{FORM}.{SEMANTICS_VERSION}.{token.program}.{','.join(words)}"


def decode_token(text: str) -> Token:
    """The token of a word. Raises DataError for what is no token, or one of another version."""
    form, _, rest = text.strip().partition(".")
    version, _, rest = rest.partition(".")
    program, _, payload = rest.partition(".")
    if form != FORM or not payload:
        raise DataError(
            f"`{_brief(text)}` is no replay token",
            hint=f"a token starts with `{FORM}.`; copy it whole",
        )
    if version != str(SEMANTICS_VERSION):
        raise DataError(
            f"stale token: it was made under version {version} of the semantics, "
            f"this is version {SEMANTICS_VERSION}",
            hint="run the scenario again for a fresh one",
        )
    try:
        return _decode_payload(program, payload.split(","))
    except (ValueError, binascii.Error) as error:
        raise DataError(f"damaged token: {error}", hint="copy it whole") from None


def _decode_payload(program: str, fields: Sequence[str]) -> Token:
    if fields[0] == "run" and len(fields) == 6:
        _, scenario, runtime, seed, paths, clock = fields
        if clock not in ("virtual", "real"):
            raise ValueError(f"unknown clock `{clock}`")
        return RunToken(
            program,
            _unword(scenario),
            _unword(runtime),
            None if seed == _NONE else int(seed),
            decode_paths(paths),
            "virtual" if clock == "virtual" else "real",
        )
    if fields[0] == "ref" and len(fields) == 4:
        _, scenario, semantics, schedule = fields
        return ReferenceToken(
            program, _unword(scenario), _unword(semantics), tuple(decode_schedule(schedule))
        )
    raise ValueError("its fields do not fit")


def check_fresh(token: Token, program: Program) -> None:
    """Raise DataError when the program is no longer the one that the token was made for."""
    now = short_hash(program)
    if token.program != now:
        raise DataError(
            f"stale token: the program of `{token.scenario or 'this file'}` changed "
            f"(hash {token.program} then, {now} now)",
            hint="run it again for a fresh token, or check out the version that made this one",
        )


def encode_schedule(choices: Iterable[int]) -> str:
    """A schedule as text: pairs (gap, index) of the choices that are not 0, in base 32.

    Trailing zeros are dropped: index 0 is what is chosen anyway. Raises ValueError for a negative
    index.
    """
    data, gap = bytearray(), 0
    for index in choices:
        if index == 0:
            gap += 1
            continue
        data += _varint(gap) + _varint(index)
        gap = 0
    if not data:
        return "0"
    return base64.b32encode(bytes(data)).decode().rstrip("=").lower()


def decode_schedule(text: str) -> list[int]:
    """The schedule of a text, without trailing zeros. Raises ValueError for what is none."""
    if text == "0":
        return []
    padded = text.upper() + "=" * (-len(text) % 8)
    numbers = list(_varints(base64.b32decode(padded)))
    if len(numbers) % 2:
        raise ValueError("half a schedule")
    choices: list[int] = []
    for gap, index in zip(numbers[::2], numbers[1::2], strict=True):
        if gap > 1_000_000:
            raise ValueError("a schedule of more than a million choices")
        choices += [0] * gap + [index]
    return choices


def encode_paths(paths: Iterable[Path]) -> str:
    """Places in a program as one word: `a.0.body.2+b.1`; `-` for none."""
    return "+".join(".".join(map(_word, path)) for path in paths) or _NONE


def decode_paths(text: str) -> tuple[Path, ...]:
    """The places of a word."""
    if text == _NONE:
        return ()
    return tuple(tuple(map(_unword, path.split("."))) for path in text.split("+"))


def _word(text: str) -> str:
    return quote(text, safe=_SAFE).replace("~", "%7E") or _NONE


def _unword(word: str) -> str:
    return "" if word == _NONE else unquote(word)


def _varint(number: int) -> bytes:
    if number < 0:
        raise ValueError(f"{number} is no index")
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    return bytes([*data, number])


def _varints(data: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in data:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0
    if shift:
        raise ValueError("a number is cut off")


def _brief(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
