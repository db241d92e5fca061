"""Baselines as TOML: read strictly, written so that a person's comments and order are kept."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, Item, Table

from conformance.errors import DataError
from conformance.judge.atomic import BOM, replace_file
from conformance.judge.baseline import Baseline, Entry
from conformance.judge.condition import check_condition
from conformance.judge.judge import OTHER
from conformance.judge.verdict import Verdict

FORMAT: Final = 1
LARGEST: Final = 4 << 20
"""Bytes that a baseline may have: fifty times what our largest one has."""
MOST_RUNS: Final = 1_000_000
"""Runs of one scenario that a rate may count."""
_FIELDS: Final = {
    "format": int, "runtime": str, "python": str, "rated": dict, "rules": list, "not_applicable": list,
    "semantics": dict, "semantics_elsewhere": dict, "answers": dict, "rates": dict, "expect": list,
}  # fmt: skip
_ENTRY: Final = {
    "scenario": str, "expected": list, "outcomes": list, "answers": list, "condition": str, "hash": str,
    "reason": str,
}  # fmt: skip
_PYTHON: Final = re.compile(r"\d+\.\d+")
_DIGEST: Final = re.compile("[0-9a-f]{8}")
_WAYS: Final = ("rule", "oracle", "crash", "hang")
STATUSES: Final = frozenset(
    {*(verdict.value for verdict in Verdict), *(f"VIOLATES: {way}" for way in _WAYS)}
)
"""Every status that an entry may expect."""


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file. Raises DataError, in one line, for what is none."""
    data = _load(path).unwrap()
    _check_fields(path, data, _FIELDS, "the file", required=("format", "runtime"))
    if data["format"] != FORMAT:
        raise DataError(f"{path}: format {data['format']} of baselines, this reads {FORMAT}")
    for name in ("rules", "not_applicable"):
        _check_strings(path, data.get(name, []), name)
    _check_strings(path, list(data.get("answers", {}).values()), "answers")
    if not _PYTHON.fullmatch(data.get("python", "3.0")):
        raise DataError(f"{path}: `python` is {data['python']!r}, and has to be like 3.12")
    entries = tuple(_entry(path, item) for item in data.get("expect", []))
    baseline = Baseline(
        runtime=data["runtime"],
        answers=data.get("answers", {}),
        rules=frozenset(data.get("rules", ())),
        not_applicable=frozenset(data.get("not_applicable", ())),
        entries=entries,
        semantics=data.get("semantics", {}),
        python=data.get("python", ""),
        elsewhere=_elsewhere(path, data.get("semantics_elsewhere", {})),
        rates=_rates(path, data.get("rates", {})),
        rated=_counts(path, data.get("rated", {})),
    )
    _check_places(path, baseline)
    return baseline


def _load(path: Path) -> tomlkit.TOMLDocument:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise DataError(f"{path}: larger than {LARGEST:,} bytes, no baseline of ours")
        return tomlkit.parse(content.removeprefix(BOM).decode())
    except OSError as error:
        hint = "write one with `conformance accept`" if isinstance(error, FileNotFoundError) else ""
        raise DataError(f"{path}: {error.strerror}", hint=hint) from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: not a text file in UTF-8") from None
    except (
        TOMLKitError,
        RecursionError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:
        # the parser leaves its own errors now and then: whatever it says of a text, that text is no TOML
        raise DataError(f"{path}: no TOML: {error}") from None


def _check_fields(
    path: Path,
    data: Any,
    known: Mapping[str, type],
    where: str,
    required: tuple[str, ...],
) -> None:
    if not isinstance(data, dict):
        raise DataError(f"{path}: {where} is no table")
    for name, value in data.items():
        if name not in known:
            raise DataError(f"{path}: {where} has an unknown field `{name}`")
        if type(value) is not known[name]:
            raise DataError(f"{path}: `{name}` of {where} is no {known[name].__name__}")
    for name in required:
        if name not in data:
            raise DataError(f"{path}: {where} lacks `{name}`")


def _check_strings(path: Path, values: list[Any], name: str) -> None:
    if not all(type(value) is str for value in values):
        raise DataError(f"{path}: `{name}` holds something that is no string")


def _entry(path: Path, data: Any) -> Entry:
    where = f"the entry of `{data.get('scenario', '?')}`" if isinstance(data, dict) else "an entry"
    _check_fields(path, data, _ENTRY, where, required=("scenario", "expected", "reason"))
    _check_strings(path, [*data["expected"], *data.get("answers", ())], where)
    _check_outcomes(path, data, where)
    if not data["reason"].strip():
        raise DataError(f"{path}: {where} has no reason", hint="say why, or link the issue")
    if not data["expected"]:
        raise DataError(f"{path}: {where} expects nothing")
    if unknown := sorted(set(data["expected"]) - STATUSES):
        known = ", ".join(sorted(STATUSES))
        raise DataError(f"{path}: {where} expects `{unknown[0]}`", hint=f"known: {known}")
    try:
        check_condition(data.get("condition", ""))
    except DataError as error:
        raise DataError(f"{path}: {where}: {error}", hint=error.hint) from None
    return Entry(
        scenario=data["scenario"],
        expected=tuple(data["expected"]),
        reason=data["reason"],
        hash=data.get("hash", ""),
        answers=tuple(data.get("answers", ())),
        condition=data.get("condition", ""),
        outcomes=tuple(data.get("outcomes", ())),
    )


def _check_outcomes(path: Path, data: Mapping[str, Any], where: str) -> None:
    outcomes = data.get("outcomes", ())
    _check_strings(path, [*outcomes], where)
    if odd := [name for name in outcomes if not _DIGEST.fullmatch(name)]:
        hint = "`conformance accept` writes them; without the field any outcome will do"
        raise DataError(f"{path}: {where} lists `{odd[0]}`, no digest of an outcome", hint=hint)
    if "outcomes" in data and not any(s.startswith("VIOLATES") for s in data["expected"]):
        raise DataError(f"{path}: {where} lists outcomes of a violation, and expects none")


def _rates(path: Path, data: dict[str, Any]) -> dict[str, dict[str, dict[str, int]]]:
    for scenarios in data.values():
        counts = scenarios.values() if isinstance(scenarios, dict) else [None]
        for one in counts:
            if not isinstance(one, dict) or not all(
                type(n) is int and 0 <= n <= MOST_RUNS for n in one.values()
            ):
                limits = f"counts of at most {MOST_RUNS:,}"
                raise DataError(f"{path}: `rates` maps Pythons to scenarios to {limits}")
    return data


def _elsewhere(path: Path, data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    if not all(_PYTHON.fullmatch(key) and isinstance(one, dict) for key, one in data.items()):
        raise DataError(f"{path}: `semantics_elsewhere` maps Pythons, like 3.12, to declarations")
    return data


def _counts(path: Path, data: dict[str, Any]) -> dict[str, int]:
    if not all(type(n) is int and n >= 0 for n in data.values()):
        raise DataError(f"{path}: `rated` maps Pythons to counts")
    return data


def _check_places(path: Path, baseline: Baseline) -> None:
    twice = Counter((entry.scenario, entry.condition) for entry in baseline.entries)
    for (scenario, condition), count in twice.items():
        if count > 1:
            where = f" under `{condition}`" if condition else ""
            raise DataError(f"{path}: `{scenario}` has {count} entries{where}", hint="keep one")
    places: dict[str, str] = {}
    without = {entry.scenario for entry in baseline.entries if not entry.condition}
    groups = {
        "answers": set(baseline.answers),
        "rules": set(baseline.rules),
        "not_applicable": set(baseline.not_applicable),
        "expect": without,
    }
    for name, scenarios in groups.items():
        for scenario in sorted(scenarios):
            if scenario in places:
                raise DataError(f"{path}: `{scenario}` stands in {places[scenario]} and in {name}")
            places[scenario] = name


# ---------------------------------------------------------------- writing


def update_baseline(path: Path, was: Baseline | None, now: Baseline, reason: str = "") -> None:
    """Write `now` if the file still holds what it did when it was read: `was`, or None if there was none.

    Raises DataError if it holds something else: two that accept at once lose nothing.
    """
    path = Path(os.path.realpath(path))  # a link stays one
    with _alone(path.parent):
        if (read_baseline(path) if path.exists() else None) != was:
            hint = "run `conformance accept` again"
            raise DataError(f"{path}: it was changed meanwhile, and is left as it is", hint=hint)
        write_baseline(path, now, reason)


def write_baseline(path: Path, baseline: Baseline, reason: str = "") -> None:
    """Write the baseline; into a file that is there only what changed. Raises DataError.

    `reason` is noted beside declared semantics that changed.
    """
    document = _load(path) if path.exists() else _fresh()
    document["format"] = FORMAT
    document["runtime"] = baseline.runtime
    if baseline.python:
        document["python"] = baseline.python
    else:
        document.pop("python", None)
    if baseline.rated != _plain(document.get("rated", {})):
        document["rated"] = _inline(baseline.rated)  # ahead of what a file that is cut off lacks
    _set_names(document, "rules", baseline.rules)
    _set_names(document, "not_applicable", baseline.not_applicable)
    _set_table(document, "semantics", baseline.semantics, reason)
    _set_tables(document, "semantics_elsewhere", baseline.elsewhere)
    _set_table(document, "answers", baseline.answers)
    _set_entries(document, baseline.entries)
    _set_tables(document, "rates", baseline.rates)
    replace_file(path, tomlkit.dumps(document).encode())


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One writer at a time in a directory, where it can be locked."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle = os.open(directory, os.O_RDONLY)
    except OSError as error:
        raise DataError(f"{directory}: {error.strerror}") from None
    try:
        with contextlib.suppress(OSError):  # some network file systems have no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _fresh() -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    for line in (
        "What this runtime is expected to show. `conformance accept` writes it, `conformance gate` reads it;",
        "comments and order that you write are kept. Whatever does not simply conform has an [[expect]] with a reason.",
    ):
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    return document


def _set_names(document: tomlkit.TOMLDocument, key: str, names: frozenset[str]) -> None:
    """A list of names: those that are gone leave, new ones come at the end, in order."""
    old = document.get(key)
    if not isinstance(old, Array):
        old = tomlkit.array()
        old.multiline(multiline=True)
    for name in [str(item) for item in old]:
        if name not in names:
            old.remove(name)
    have = {str(item) for item in old}
    for name in sorted(names - have):
        old.append(name)
    old.multiline(multiline=True)
    if old or key in document:
        document[key] = old


def _set_table(
    document: tomlkit.TOMLDocument, key: str, values: Mapping[str, Any], reason: str = ""
) -> None:
    if not values and key not in document:
        return
    table = document.get(key)
    if not isinstance(table, Table):
        table = tomlkit.table()
        document[key] = table
    _fill(table, values, reason)


def _set_tables(
    document: tomlkit.TOMLDocument, key: str, by_python: Mapping[str, Mapping[str, Any]]
) -> None:
    """A table for each Python."""
    if not by_python and key not in document:
        return
    if key not in document:
        document[key] = tomlkit.table(is_super_table=True)
    whole: Any = document[key]
    for python in [python for python in whole if python not in by_python]:
        whole.remove(python)
    for python, values in sorted(by_python.items()):
        if python not in whole:
            whole[python] = tomlkit.table()
        _fill(whole[python], values)


def _fill(table: Any, values: Mapping[str, Any], reason: str = "") -> None:
    """Only what changed is written; the reason beside it."""
    for name in [name for name in table if name not in values]:
        table.remove(name)
    for name, value in sorted(values.items()):
        if name not in table or _plain(table[name]) != value:
            item = tomlkit.item(_inline(value))  # asked of the table, a bool would be a bare one
            if reason:
                item.comment(" ".join(reason.split()))
            elif value == OTHER:
                item.comment("none of the answers that the scenario lists")
            table[name] = item


def _plain(item: Any) -> Any:
    return item.unwrap() if isinstance(item, Item) else item


def _inline(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    table = tomlkit.inline_table()
    table.update(dict(sorted(value.items())))
    return table


def _set_entries(document: tomlkit.TOMLDocument, entries: tuple[Entry, ...]) -> None:
    """Entries are known by scenario and condition."""
    wanted = {(entry.scenario, entry.condition): entry for entry in entries}
    tables = document.get("expect")
    if not isinstance(tables, AoT):
        if not entries:
            return
        tables = tomlkit.aot()
        document["expect"] = tables
    for index in reversed(range(len(tables))):
        key = (tables[index]["scenario"], tables[index].get("condition", ""))
        entry = wanted.pop(key, None)
        if entry is None:
            del tables[index]
        else:
            _set_entry(tables[index], entry)
    for entry in wanted.values():
        table = tomlkit.table()
        _set_entry(table, entry)
        table.add(tomlkit.nl())
        tables.append(table)


def _set_entry(table: Table, entry: Entry) -> None:
    values = {
        "scenario": entry.scenario,
        "expected": list(entry.expected),
        "outcomes": list(entry.outcomes),
        "answers": list(entry.answers),
        "condition": entry.condition,
        "hash": entry.hash,
        "reason": entry.reason,
    }
    for name, value in values.items():
        if not value:
            table.pop(name, None)
        elif _plain(table.get(name)) != value:
            table[name] = value
