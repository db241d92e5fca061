"""What runs on this machine: for tests that leave nothing behind. Empty where the system does not tell."""

from collections.abc import Iterator
from pathlib import Path


def _running() -> Iterator[tuple[int, int, int]]:
    """Each process that has not ended: itself, its parent, its group."""
    for process in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, group, *_ = process.read_text().rpartition(") ")[2].split()
        except (OSError, ValueError):
            continue
        if state not in "ZX":
            yield int(process.parent.name), int(parent), int(group)


def alive(group: int) -> list[int]:
    """The processes of a group."""
    return [process for process, _, belongs in _running() if belongs == group]


def family(first: int) -> set[int]:
    """A process and all that descend from it."""
    found, more = {first}, True
    while more:
        born = {process for process, parent, _ in _running() if parent in found} - found
        found |= born
        more = bool(born)
    return found & {process for process, _, _ in _running()}


def left(some: set[int]) -> set[int]:
    """Those of them that still run."""
    return some & {process for process, _, _ in _running()}
