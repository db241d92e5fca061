"""The report: one self-contained page, or a directory of a few where there is very much to show.

No network, no script but its own, everything escaped. What stands behind a scenario is packed data
that no browser executes, unpacked when it is asked for and shown as text. Style and script are
allowed by their SHA-256 and nothing else is, so that even a hole in the escaping would let nothing
run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from importlib.resources import files
from itertools import chain
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.judge.gate import Gated
from conformance.judge.results import Results
from conformance.judge.witness import Witness
from reports.changes import against, since
from reports.columns import release
from reports.finding import make_findings
from reports.packed import packs
from reports.page import Page, make_page
from reports.plain import visible
from reports.plainly import plainly
from reports.similar import similar
from reports.trend import trend

_POLICY: Final = (
    "default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; "
    "form-action 'none'; trusted-types 'none'; require-trusted-types-for 'script'"
)
_SCRIPTS: Final = (
    "base", "model", "block", "route", "parts", "overview", "matrix", "outcomes", "timeline",
    "scenario", "atlas", "pair", "runtime", "finding", "trend", "main",
)  # fmt: skip
"""The parts of the script, in the order in which they stand."""
PART: Final = 3_000
"""Cases in one part of the directory form."""


def render(results: Results, **shown: Any) -> str:
    """The page, as a string of HTML. `shown`: `baselines`, and the options of `make_data`."""
    results = plainly(results)
    page = make_page(results, shown.get("baselines", ()))
    data, findings = make_data(results, page, **shown)
    return _page(page, data, page.blocks(), findings)


def render_directory(results: Results, **shown: Any) -> Iterator[tuple[str, str]]:
    """The files of the directory form: names and texts, `index.html` first."""
    results = plainly(results)
    page = make_page(results, shown.get("baselines", ()))
    data, findings = make_data(results, page, **shown)
    parts = list(_parts(page))
    for number, part in enumerate(parts, start=1):
        for at in part:
            data["index"]["rows"][at]["part"] = number
    yield "index.html", _page(page, {**data, "part": 0}, (), findings)
    blocks = page.blocks()
    for number, part in enumerate(parts, start=1):
        index = {**data["index"], "rows": [data["index"]["rows"][at] for at in part]}
        mine = [next(blocks) for _ in part]
        yield f"part-{number}.html", _page(page, {"index": index, "part": number}, mine, ())


def make_data(
    results: Results,
    page: Page,
    *,
    previous: Results | None = None,
    gated: Mapping[str, Gated] | None = None,
    history: Sequence[Results] = (),
    witnesses: Iterable[tuple[Witness, str]] = (),
    missing: Iterable[str] = (),
    **_: object,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the page knows from the start, and the blocks of its findings.

    previous   earlier results: what changed since is told     gated     held against baselines
    history    for the trend: these results and older ones, as each of them was written
    witnesses  findings of the fuzzer, each with its standalone script or an empty text
    missing    what was asked for and is not in the results, a line each
    """
    found = make_findings(witnesses)
    changes = [since(plainly(previous), results)] if previous is not None else []
    changes += against(gated or {}, results)
    data = {
        "index": page.index,
        "similar": similar(page.rows, page.columns),
        "changes": changes,
        "findings": [line for line, _ in found],
        "trend": trend([plainly(older) for older in history] or [results]),
        "how": _how(results),
        "declared": _declared(results),
        "missing": list(map(visible, missing)),
    }
    return data, [block for _, block in found]


def _how(results: Results) -> list[dict[str, Any]]:
    """How each run was made."""
    return [
        {
            "started": visible(header.started),
            "python": visible(header.python),
            "platform": visible(header.platform),
            "tool": visible(header.tool),
            "semantics": header.semantics,
            "seed": header.seed,
            "seeds": header.seeds,
            "strict": header.strict,
            "runtimes": [
                [visible(r.address), visible(r.version), visible(r.python), visible(r.steering)]
                for r in header.runtimes
                if not r.trouble
            ],
        }
        for header in results.headers
    ]


def _declared(results: Results) -> dict[str, dict[str, Any]]:
    """What each runtime says of itself, on the newest Python that it ran on."""
    told: dict[str, dict[str, Any]] = {}
    for line in sorted(results.runtimes, key=lambda line: release(line.python)):
        if line.facts is None or line.trouble:
            continue
        answers = asdict(line.facts.semantics)
        told[visible(line.address)] = {
            "families": sorted(map(visible, line.facts.families)),
            "composed": sorted(map(visible, line.facts.composed)),
            "native": len(line.facts.capabilities) - len(line.facts.composed),
            "semantics": [
                [visible(name.replace("_", " ")), visible(str(answer).replace("_", " "))]
                for name, answer in answers.items()
                if isinstance(answer, str | bool)
            ],
        }
    return told


def _parts(page: Page) -> Iterator[list[int]]:
    """The rows, by number, in parts of about as many cases; the rows of an area stand together."""
    part: list[int] = []
    cases = 0
    for at, row in enumerate(page.rows):
        part.append(at)
        cases += len(row.cases)
        if cases >= PART:
            yield part
            part, cases = [], 0
    if part:
        yield part


def _page(
    page: Page,
    data: Mapping[str, Any],
    blocks: Iterable[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
) -> str:
    style, script = _asset("report.css"), _script()
    named = chain(
        ((f"block-{at}", block) for at, block in enumerate(blocks)),
        ((f"finding-{at}", block) for at, block in enumerate(findings)),
    )
    text: str = _template().render(
        page=page,
        policy=_POLICY.format(style=_digest(style), script=_digest(script)),
        style=Markup(style),  # noqa: S704 — our own file
        script=Markup(script),  # noqa: S704 — our own files
        data=Markup(embed(data)),  # noqa: S704 — `embed` leaves nothing that could close it
        missing=data.get("missing", ()),
        packs=packs(named),
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


@lru_cache(maxsize=1)
def _script() -> str:
    """The parts as one script with a scope of its own."""
    parts = "\n".join(_asset(f"js/{name}.js") for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}\n}})();\n'


@lru_cache(maxsize=32)
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
