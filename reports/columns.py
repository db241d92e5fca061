"""The columns of the report: a runtime at one version under one Python, in a fixed order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from conformance.judge.baseline import minor
from conformance.judge.case import Case
from conformance.judge.results import Results
from reports.plain import visible

Key: TypeAlias = tuple[str, str, str]
"""Address, version and Python, as the results have them."""


class Column(NamedTuple):
    """One column, as text that may be shown. `key` names it in links, `at` is its place."""

    address: str
    version: str
    python: str
    key: str
    at: int

    @property
    def minor(self) -> str:
        """`3.12` of `3.12.1`."""
        return minor(self.python)


def key_of(case: Case) -> Key:
    """Which column a case belongs to."""
    return case.runtime, case.version, case.python


def make_columns(results: Results) -> dict[Key, Column]:
    """The columns: runtimes in the order of the headers, the oldest Python and version first."""
    keys = set(map(key_of, results.cases))
    named = dict.fromkeys(line.address for line in results.runtimes)
    order = {address: index for index, address in enumerate(named)}
    ordered = sorted(keys, key=lambda key: (order.get(key[0], len(order)), _by_release(key)))
    counts = Counter(address for address, _, _ in ordered)
    columns = {}
    for at, key in enumerate(ordered):
        address, version, python = map(visible, key)
        link = address if counts[key[0]] == 1 else f"{address}~{version}~{python}"
        columns[key] = Column(address, version, python, link, at)
    return columns


def release(version: str) -> tuple[tuple[bool, int, str], ...]:
    """A version as something that sorts: numbers as numbers, before words."""
    parts = version.replace("-", ".").replace("+", ".").split(".")
    return tuple(
        (not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts
    )


def _by_release(key: Key) -> tuple[object, ...]:
    address, version, python = key
    return address, release(python), release(version)


def groups(columns: Iterable[Column]) -> Mapping[str, tuple[Column, ...]]:
    """The columns of each runtime."""
    found: dict[str, tuple[Column, ...]] = {}
    for column in columns:
        found[column.address] = (*found.get(column.address, ()), column)
    return found


def spelled(where: Iterable[Column], among: Iterable[Column]) -> str:
    """Some columns for people: a runtime alone where all of its columns are meant."""
    wanted, told = set(where), []
    for address, mine in groups(among).items():
        chosen = [column for column in mine if column in wanted]
        if len(chosen) == len(mine):
            told.append(address)
        elif chosen:
            told.append(f"{address} on {', '.join(_short(column, mine) for column in chosen)}")
    return "; ".join(told)


def _short(column: Column, among: tuple[Column, ...]) -> str:
    """What tells a column from the others of its runtime."""
    same = sum(other.minor == column.minor for other in among)
    return column.minor if same == 1 else f"{column.version}, Python {column.python}"
