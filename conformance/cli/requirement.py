"""What `pip install` takes on another machine to get the suite that is running here.

An installer that took it from a URL notes that beside the distribution (PEP 610,
https://packaging.python.org/en/latest/specifications/direct-url/); without a note it came from an index.
"""

from __future__ import annotations

import json
from importlib.metadata import Distribution, PackageNotFoundError, distribution, version
from typing import Any, Final

from conformance import DISTRIBUTION

_ELSEWHERE: Final = ("https://", "http://", "ssh://")
"""Places that another machine reaches; `file://` is this one's."""


def tool_version() -> str:
    """The version of this package; `unknown` when it is not installed."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"


def requirement() -> str | None:
    """Of the distribution that is running; None where only this machine has it."""
    try:
        return requirement_of(distribution(DISTRIBUTION))
    except PackageNotFoundError:
        return None


def requirement_of(here: Distribution) -> str | None:
    """Of an installed distribution; None for a directory, a file of this machine, or a note that says neither."""
    noted = here.read_text("direct_url.json")
    if noted is None:
        return f"{here.name}=={here.version}"
    try:
        url = _url(json.loads(noted))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return f"{here.name} @ {url}" if url else None


def _url(told: Any) -> str | None:
    """What stands after `@`. Raises LookupError, TypeError and AttributeError for a note that breaks the standard."""
    url: str = told["url"]
    if not url.startswith(_ELSEWHERE) or not url.isprintable():
        return None
    place = f"#subdirectory={told['subdirectory']}" if told.get("subdirectory") else ""
    if "vcs_info" in told:
        return f"{told['vcs_info']['vcs']}+{url}@{told['vcs_info']['commit_id']}{place}"
    return f"{url}{place}" if "archive_info" in told else None
