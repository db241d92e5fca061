"""Results files: JSON lines, a header, one line for each case, a footer.

A file without a footer is *truncated* (the run was interrupted, the disk was full): it is read as
far as it goes, and whoever reads it is told. The schema of a line is `results.schema.json` beside
this module.
"""

from __future__ import annotations

import json
import platform
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, TextIO, final

from conformance.errors import ConformanceError, DataError
from conformance.judge.case import Case
from conformance.judge.evidence import RuntimeFacts
from conformance.judge.facts import facts_from_json, facts_to_json
from conformance.judge.fits import Check, compile_schema
from conformance.judge.record import DECODED, case_from_json, case_to_json
from conformance.judge.token import SEMANTICS_VERSION
from conformance.judge.verdict import Verdict, merge

FORMAT = "async-runtime-conformance results"
VERSION = 1
LONGEST = 1 << 26
"""Characters that a line may have; a longer one is none of ours."""
_SURROGATE = re.compile("[\ud800-\udfff]")


@final
@dataclass(frozen=True, slots=True)
class RuntimeLine:
    """A runtime of a run. `trouble` says why it did not start; empty if it did.

    `facts` is what it said of itself; None in a file that an older version wrote. `named` is true
    when the caller asked for this very runtime.
    """

    address: str
    version: str = ""
    python: str = ""
    steering: str = ""
    trouble: str = ""
    named: bool = False
    facts: RuntimeFacts | None = field(default=None, hash=False)


@final
@dataclass(frozen=True, slots=True)
class Header:
    """How a run was made. `started` is UTC, ISO 8601; `seeds` the runs asked for per case.

    `broken` holds a line for each part of the catalogue that could not be loaded.
    """

    runtimes: tuple[RuntimeLine, ...] = ()
    seed: int = 0
    seeds: int = 1
    scenarios: int = 0
    strict: bool = False
    broken: tuple[str, ...] = ()
    tool: str = ""
    semantics: int = SEMANTICS_VERSION
    python: str = field(default_factory=platform.python_version)
    platform: str = field(default_factory=platform.platform)
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


@final
@dataclass(frozen=True, slots=True)
class Results:
    """What one file, or several merged ones, hold. `truncated` names the files without a footer."""

    headers: tuple[Header, ...]
    cases: tuple[Case, ...]
    truncated: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Of all the cases."""
        return merge(case.verdict for case in self.cases)

    def counts(self) -> Counter[Verdict]:
        """How many cases have each verdict."""
        return Counter(case.verdict for case in self.cases)

    @property
    def broken(self) -> tuple[str, ...]:
        """Every part of the catalogue that one of the runs could not load, once."""
        return tuple(dict.fromkeys(line for header in self.headers for line in header.broken))

    @property
    def incomplete(self) -> bool:
        """Whether something that was asked for is not here: a run did not end, or lacked scenarios."""
        return bool(self.truncated or self.broken)

    @property
    def runtimes(self) -> tuple[RuntimeLine, ...]:
        """Every runtime of every header, once, in order."""
        return tuple(dict.fromkeys(line for header in self.headers for line in header.runtimes))


@final
class ResultsWriter:
    """Writes a results file line by line, so that what was gathered survives an interruption."""

    def __init__(self, out: TextIO, header: Header) -> None:
        self._out = out
        self._count = 0
        self._write(_header_to_json(header))

    def add(self, case: Case) -> None:
        """Write one case."""
        self._count += 1
        self._write(case_to_json(case))

    def finish(self) -> None:
        """Write the footer: the file is complete."""
        self._write({"type": "footer", "cases": self._count})

    def _write(self, line: Mapping[str, Any]) -> None:
        self._out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._out.flush()


@lru_cache(maxsize=1)
def results_schema() -> dict[str, Any]:
    """The JSON Schema of one line of a results file."""
    text = files("conformance.judge").joinpath("results.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


@lru_cache(maxsize=1)
def _fits() -> Check:
    return compile_schema(results_schema(), DECODED)


def read_results(path: Path) -> Results:
    """The results of one file.

    Raises DataError, in one line, for a file that is not there, not ours, of another version, or
    damaged.
    """
    try:
        # Some editors put a byte order mark before a text.
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            return _read(path, iter(partial(file.readline, LONGEST), ""))
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _foreign(path) from None


def _read(path: Path, lines: Iterator[str]) -> Results:
    """The results of the lines of a file, one at a time. A last one without its end was cut short."""
    first = next(lines, "")
    if not first.endswith("\n"):
        raise _foreign(path)
    header = _read_header(path, first)
    cases: list[Case] = []
    known: set[tuple[str, str, str, str]] = set()
    for number, line in enumerate(lines, start=2):
        if not line.endswith("\n"):
            if len(line) == LONGEST:
                raise DataError(f"{path}: line {number} is longer than {LONGEST:,} characters")
            break
        data = _parse(path, number, line)
        if data["type"] == "footer":
            _check_footer(path, data, cases, rest=sum(1 for _ in lines))
            return Results((header,), tuple(cases))
        case = _read_case(path, number, data)
        if case.key in known:
            where = f"{case.scenario} on {case.runtime} {case.version}, Python {case.python}"
            raise DataError(f"{path}: line {number} is corrupt: a second record of {where}")
        known.add(case.key)
        cases.append(case)
    return Results((header,), tuple(cases), (str(path),))


def merge_results(parts: Iterable[Results]) -> Results:
    """Several results as one. Of two records of the same case the worse one counts, of equals the first.

    So the order of the parts changes no verdict.
    """
    parts = tuple(parts)
    cases: dict[tuple[str, str, str, str], Case] = {}
    for case in (case for part in parts for case in part.cases):
        known = cases.setdefault(case.key, case)
        if known.verdict.rank < case.verdict.rank:
            cases[case.key] = case
    return Results(
        tuple(header for part in parts for header in part.headers),
        tuple(cases.values()),
        tuple(name for part in parts for name in part.truncated),
    )


def _header_to_json(header: Header) -> dict[str, Any]:
    shallow = {f.name: getattr(header, f.name) for f in fields(header)}
    shallow["runtimes"] = [_runtime_to_json(line) for line in header.runtimes]
    shallow["broken"] = list(header.broken)
    return {"type": "header", "format": FORMAT, "version": VERSION, **shallow}


def _runtime_to_json(line: RuntimeLine) -> dict[str, Any]:
    encoded = {f.name: getattr(line, f.name) for f in fields(line) if f.name != "facts"}
    return encoded | ({"facts": facts_to_json(line.facts)} if line.facts is not None else {})


def _foreign(path: Path) -> DataError:
    return DataError(
        f"{path}: not a results file", hint="write one with `conformance run --results`"
    )


def _read_header(path: Path, line: str) -> Header:
    try:
        data = _load(line)
    except (ValueError, RecursionError):
        raise _foreign(path) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _foreign(path)
    if data.get("version") != VERSION:
        raise DataError(
            f"{path}: version {data.get('version')} of the results format, this reads {VERSION}",
            hint="read it with the version of the tool that wrote it",
        )
    _validate(path, 1, data)
    known = {name: data[name] for name in Header.__dataclass_fields__ if name in data}
    runtimes = tuple(_read_runtime(path, line) for line in known.pop("runtimes"))
    return Header(runtimes=runtimes, broken=tuple(known.pop("broken", ())), **known)


def _read_runtime(path: Path, data: dict[str, Any]) -> RuntimeLine:
    line = RuntimeLine(**{name: value for name, value in data.items() if name != "facts"})
    if "facts" not in data:
        return line
    try:
        facts = facts_from_json(data["facts"], line.address, line.version, line.python)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{path}: line 1 is corrupt: the facts of {line.address}: {error}",
            hint="read it with the version of the tool that wrote it",
        ) from None
    return replace(line, facts=facts)


def _load(line: str) -> Any:
    """The JSON value of a line. Half of a surrogate pair, which no file can hold, is written out."""
    data = json.loads(line)
    if "\\u" not in line or not _SURROGATE.search(plain := json.dumps(data, ensure_ascii=False)):
        return data
    return json.loads(_SURROGATE.sub(lambda half: f"\\\\u{ord(half[0]):04x}", plain))


def _parse(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        data = _load(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: line {number} is corrupt: {error}") from None
    _validate(path, number, data)
    if data["type"] == "header":
        raise DataError(
            f"{path}: line {number} is a second header",
            hint="give each file to `conformance report`",
        )
    checked: dict[str, Any] = data
    return checked


def _validate(path: Path, number: int, data: Any) -> None:
    if _fits()(data):
        return
    import jsonschema  # noqa: PLC0415 — only to say what is wrong

    error = next(jsonschema.Draft202012Validator(results_schema()).iter_errors(data), None)
    place, message = "the line", "it does not fit the schema"
    if error is not None:
        place = "/".join(map(str, error.absolute_path)) or place
        message = error.message if len(error.message) < 160 else error.message[:159] + "…"
    raise DataError(f"{path}: line {number} is corrupt: {place}: {message}")


def _read_case(path: Path, number: int, data: Mapping[str, Any]) -> Case:
    try:
        return case_from_json(data)
    except (KeyError, TypeError, ValueError, ConformanceError) as error:
        raise DataError(f"{path}: line {number} is corrupt: {error}") from None


def _check_footer(path: Path, data: Mapping[str, Any], cases: list[Case], *, rest: int) -> None:
    if rest:
        raise DataError(f"{path}: {rest} lines after the footer", hint="merge files with `report`")
    if data["cases"] != len(cases):
        raise DataError(
            f"{path}: the footer counts {data['cases']} cases, the file has {len(cases)}"
        )
