"""Runtimes by their plain names: `trio@/path/to/python` is shown as `trio`, and is one with it in a trend.

Replay tokens keep the interpreter: they are not made anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.judge.baseline import plain_address
from conformance.judge.results import Header, Results


def plainly(results: Results) -> Results:
    """The results, with the plain address of each runtime, unless two would then be the same one."""
    plain = {address: plain_address(address) for address, _, _ in _keys(results)}
    owner: dict[tuple[str, str, str], str] = {}
    for address, version, python in _keys(results):
        if owner.setdefault((plain[address], version, python), address) != address:
            return results
    if all(address == name for address, name in plain.items()):
        return results
    headers = tuple(_header(header, plain) for header in results.headers)
    cases = tuple(replace(case, runtime=plain[case.runtime]) for case in results.cases)
    return replace(results, headers=headers, cases=cases)


def _keys(results: Results) -> Iterator[tuple[str, str, str]]:
    yield from dict.fromkeys((case.runtime, case.version, case.python) for case in results.cases)


def _header(header: Header, plain: dict[str, str]) -> Header:
    """Those that did not start keep the address that somebody has to mend."""
    return replace(
        header,
        runtimes=tuple(
            line if line.trouble else replace(line, address=plain.get(line.address, line.address))
            for line in header.runtimes
        ),
    )
