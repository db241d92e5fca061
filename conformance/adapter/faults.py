"""What is plainly wrong with an adapter, before any of its ops is tried: each a lesson of one line."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from conformance.adapter.core import Runtime
from conformance.errors import AdapterError
from conformance.lang.capability import SPECIAL
from conformance.lang.ops import OPS
from conformance.lang.semantics import Semantics


def check_adapter(runtime: Runtime) -> None:
    """Raise AdapterError for the first fault. NotImplementedError passes: something is not written yet."""
    described: Any = runtime  # its types are what an author wrote
    for fault in (*_attributes(described), *_methods(type(runtime)), *_names(described)):
        raise AdapterError(fault, hint="conformance/adapter/core.py says what is wanted")


def _attributes(runtime: Any) -> Iterator[str]:
    if not hasattr(runtime, "flavour") or not hasattr(runtime, "reports"):
        yield "`__init__` does not call super().__init__(flavour)"
    for name in ("composed", "lacks", "special", "families"):
        value = getattr(runtime, name)
        if not isinstance(value, frozenset | set):
            yield f"`{name}` is {value!r}, and has to be a frozenset of names"
        elif name != "families" and (unknown := sorted(map(str, value - {*OPS, *SPECIAL}))):
            yield f"`{name}` names what nobody knows: {', '.join(unknown)}"
    if not isinstance(runtime.semantics, Semantics):
        yield f"`semantics` is {type(runtime.semantics).__name__}, and has to be a Semantics"
    errors: Any = runtime.errors
    if not isinstance(errors, Mapping) or not all(
        isinstance(kind, type) and issubclass(kind, BaseException) and isinstance(name, str)
        for kind, name in errors.items()
    ):
        yield "`errors` has to map exception types to names: {TimeoutError: 'Timeout'}"


def _methods(adapter: type[Runtime]) -> Iterator[str]:
    """Methods that are `async def` and should not be, or the other way round, each where it was written."""
    for name, wanted in _contract(adapter).items():
        found = inspect.getattr_static(adapter, name, None)
        if not isinstance(found, FunctionType) or hasattr(found, "__wrapped__"):
            continue  # decorated, compiled, or bound in some way of their own
        if wanted and not inspect.iscoroutinefunction(found):
            yield f"`{name}` has to be `async def`, like all methods for ops"
        elif not wanted and inspect.iscoroutinefunction(found):
            yield f"`{name}` must not be `async def`: it is not awaited"


def _contract(adapter: type[Runtime]) -> dict[str, bool]:
    """The methods of the contract that the adapter has, and whether each is async."""
    ours = [base for base in adapter.__mro__ if base.__module__.startswith("conformance.adapter.")]
    return {
        name: inspect.iscoroutinefunction(method)
        for base in ours
        for name, method in vars(base).items()
        if isinstance(method, FunctionType) and not name.startswith("_")
    }


def _names(runtime: Any) -> Iterator[str]:
    for name, told in (("version", runtime.version()), ("module_file", runtime.module_file())):
        if not isinstance(told, str):
            yield f"`{name}` returned {told!r}, not a text"
