"""Addresses: how a command line names a runtime, and what has to be loaded for it.

    trio                    a name from the entry points `conformance.runtimes`
    anyio:uvloop            the same, with a flavour for its adapter
    mypkg.module:MyRuntime  an adapter by its import path; a second colon starts its flavour
    trio@/path/to/python    any of these, under another interpreter
    exec:PROGRAM ARGS       a program that speaks the wire protocol on its stdin and stdout
    in-process:trio         a name, or an import path, in this very process: no watchdog, to debug with

Names are resolved here, on the engine's side, and nothing is imported: a worker is told module
and attribute, so that it needs neither entry points nor this module.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import final

from conformance.errors import NotStarted, UsageError

IN_PROCESS = "in-process:"
"""Before an address: that runtime in the engine's own process."""
GROUP = "conformance.runtimes"
"""The entry-point group in which adapters are found."""


@final
@dataclass(frozen=True, slots=True)
class Address:
    """One runtime, resolved. `text` is what the user wrote.

    Either `command` is set (an `exec:` address), or `module`, `attribute` and `flavour` are, and
    `python` when the interpreter is not our own. `local`: in this very process.
    """

    text: str
    module: str = ""
    attribute: str = ""
    flavour: str = ""
    python: str = ""
    command: tuple[str, ...] = ()
    local: bool = False

    @classmethod
    def parse(cls, text: str) -> Address:
        """Resolve an address. Raises UsageError (unknown name) or NotStarted (no interpreter)."""
        if text.startswith("exec:"):
            return cls(text, command=_parse_command(text))
        if text.startswith(IN_PROCESS):
            return cls(text, *_resolve(text.removeprefix(IN_PROCESS)), local=True)
        name, at, python = text.partition("@")
        module, attribute, flavour = _resolve(name)
        return cls(text, module, attribute, flavour, _find_python(python) if at else "")

    def __str__(self) -> str:
        """What the user wrote."""
        return self.text


def known_runtimes() -> Mapping[str, EntryPoint]:
    """The installed adapters by name, sorted. Raises UsageError when two claim one name."""
    found: dict[str, EntryPoint] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        other = found.setdefault(point.name, point)
        if other.value != point.value:
            raise UsageError(
                f"two adapters are called `{point.name}`: {other.value} and {point.value}",
                hint="uninstall one of them, or give the import path of the one that you mean",
            )
    return found


def adapter_root(module: str) -> Path:
    """The directory on the import path that holds the top-level package of an adapter's module.

    The current directory comes last, so that it can shadow nothing. Raises UsageError if nothing
    is there.
    """
    top = module.partition(".")[0]
    spec = _find_top(top)
    if spec is None:
        raise UsageError(
            f"no module named `{top}`", hint=f"install it, or run where `{top}.py` or `{top}/` is"
        )
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).parent.absolute()
    return Path(spec.origin or "").parent.absolute()


def _find_top(top: str) -> ModuleSpec | None:
    try:
        found = find_spec(top)
    except (ImportError, ValueError):
        found = None
    return found or PathFinder.find_spec(top, [str(Path.cwd())])


def _parse_command(text: str) -> tuple[str, ...]:
    try:
        command = tuple(shlex.split(text.removeprefix("exec:")))
    except ValueError as error:
        raise UsageError(f"`{text}`: {error}", hint="quote as in a shell") from None
    if not command:
        raise UsageError(f"`{text}` names no program", hint="write exec:PROGRAM ARGS")
    return command


def _resolve(name: str) -> tuple[str, str, str]:
    """Module, attribute and flavour behind the part of an address before the `@`."""
    base, _, rest = name.partition(":")
    points = known_runtimes()
    if base in points:
        return points[base].module, points[base].attr, rest
    attribute, _, flavour = rest.partition(":")
    dotted = all(part.isidentifier() for part in [*base.split("."), attribute])
    there = _find_top(base.partition(".")[0]) is not None
    if not dotted or not there:
        path = "." in base or ((dotted or there) and not get_close_matches(base, points))
        raise _no_module(name, base, there=there) if path else _unknown(name, points)
    return base, attribute, flavour


def _no_module(name: str, base: str, *, there: bool) -> UsageError:
    top = base.partition(".")[0]
    if not there:
        return UsageError(
            f"`{name}`: no module named `{top}` here or installed",
            hint=f"install it, or run in the directory that holds `{top}.py` or `{top}/`",
        )
    return UsageError(f"`{name}` names no class", hint=f"write {base}:MyRuntime")


def _unknown(name: str, points: Mapping[str, EntryPoint]) -> UsageError:
    close = get_close_matches(name.partition(":")[0], points)
    hint = f"did you mean {' or '.join(f'`{match}`' for match in close)}?" if close else ""
    hint = hint or "known: " + (", ".join(points) or "none; is the package installed?")
    return UsageError(f"unknown runtime `{name}`", hint=hint)


def _find_python(path: str) -> str:
    """The interpreter's absolute path; links stay, for they tell a virtual environment apart."""
    found = shutil.which(Path(path).expanduser()) if path else None
    if found is None:
        raise NotStarted(
            f"there is no interpreter `{path}`",
            hint="give the path of an executable: trio@/path/to/python",
        )
    return str(Path(found).absolute())
