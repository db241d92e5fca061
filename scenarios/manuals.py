"""Where the runtimes' promises are written down: the manuals that the sources point into."""

from __future__ import annotations

_PYTHON = "https://docs.python.org/3/library/asyncio-"
_TRIO = "https://trio.readthedocs.io/en/stable/reference-core.html#"
_CURIO = "https://curio.readthedocs.io/en/latest/reference.html#"
_ANYIO = "https://anyio.readthedocs.io/en/stable/"
_TORNADO = "https://www.tornadoweb.org/en/stable/"


def asyncio(page: str, anchor: str) -> str:
    """A section of asyncio's manual: `asyncio("task", "asyncio.sleep")`."""
    return f"{_PYTHON}{page}.html#{anchor}"


def trio(anchor: str) -> str:
    """A section of trio's core reference: `trio("trio.sleep")`."""
    return _TRIO + anchor


def curio(anchor: str) -> str:
    """A section of curio's reference manual: `curio("task-groups")`."""
    return _CURIO + anchor


def curio_docstring(name: str) -> str:
    """A docstring of curio 1.6, which is newer than its manual."""
    return f"docstring of {name}, curio 1.6"


def anyio(page: str, anchor: str) -> str:
    """A section of anyio's manual: `anyio("api", "anyio.sleep")`."""
    return f"{_ANYIO}{page}.html#{anchor}"


def tornado(page: str, anchor: str) -> str:
    """A section of Tornado's manual: `tornado("gen", "tornado.gen.sleep")`."""
    return f"{_TORNADO}{page}.html#{anchor}"


TORNADO_TASKS = f"{_TORNADO}releases/v5.0.0.html (asyncio.Future and asyncio.Task are used instead of Tornado's)"
"""Where Tornado promises that its tasks are what asyncio's documents say of them."""
TORNADO_AWAIT = (
    f"{_TORNADO}guide/coroutines.html#how-to-call-a-coroutine (awaiting unwraps the Future that"
    " tornado.gen.convert_yielded returns, and raises the exception that is in it)"
)
"""Where Tornado promises what whoever awaits a coroutine is given."""

PRIMITIVE = "what the primitive means at all"
