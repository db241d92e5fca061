"""The results as one self-contained page: no network, no script but its own, everything escaped.

The matrix is plain HTML; what stands behind a cell is data in a block that no browser executes,
shown by `templates/report.js` as text. Style and script are allowed by their SHA-256 and nothing
else is, so that even a hole in the escaping would let nothing run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.judge.results import Results
from reports.page import make_page

_POLICY: Final = (
    "default-src 'none'; style-src '{style}'; script-src '{script}'; "
    "base-uri 'none'; form-action 'none'"
)


def render(results: Results, **_: object) -> str:
    """The page, as a string of HTML."""
    style, script = _asset("report.css"), _asset("report.js")
    page = make_page(results)
    text: str = _template().render(
        page=page,
        policy=_POLICY.format(style=_digest(style), script=_digest(script)),
        style=Markup(style),  # noqa: S704 — our own file
        script=Markup(script),  # noqa: S704 — our own file
        data=Markup(embed(page.details)),  # noqa: S704 — `embed` leaves nothing that could close it
    )
    return text


def embed(value: Any) -> str:
    """JSON that may stand in a script element: no `<`, `>` or `&`, no line separators."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@lru_cache(maxsize=2)
def _asset(name: str) -> str:
    return files("reports").joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")
