"""The report page in a real browser: how soon it is there, and how fast it filters.

Needs Playwright and Chromium (`tools/chromium.sh`); set CHROMIUM where it is not at `/usr/bin/chromium`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.measure import Row, Table
from benchmarks.synthetic import synthetic
from conformance.judge.results import ResultsWriter
from reports.html import render, render_directory

ARGUMENTS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
REPEATS: Final = 5
CHROMIUM: Final = os.environ.get("CHROMIUM", "/usr/bin/chromium")
_NEXT_FRAME: Final = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
_OPENED: Final = f"""async () => {{
    await {_NEXT_FRAME};
    return performance.now();
}}"""
_FILTERED: Final = f"""async ([name, value]) => {{
    const form = document.querySelector("form.filters"), input = form.elements[name];
    const started = performance.now();
    if (typeof value === "boolean") input.checked = value; else input.value = value;
    form.dispatchEvent(new Event("input"));
    await {_NEXT_FRAME};
    return performance.now() - started;
}}"""
_READS: Final = """
import resource, sys, time
from pathlib import Path
from conformance.judge.results import read_results
wall, cpu = time.perf_counter(), time.process_time()
read_results(Path(sys.argv[1]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(time.perf_counter() - wall, time.process_time() - cpu, peak)
"""
FILTERS: Final = (
    ("q", "07"), ("q", ""), ("area", "tcp"), ("area", ""),
    ("differs", True), ("differs", False), ("verdict", "bad"), ("verdict", ""),
)  # fmt: skip


def report() -> Table:
    """The page of 300 scenarios on 20 runtimes and 3 Pythons, and that of 100,000 cases."""
    missing = _missing()
    if missing:
        return Table("report", "The report page", (), f"Not measured: {missing}.")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        usual = _written(Path(place), "usual", lambda: render(synthetic(300, 20)))
        rows += usual[1]
        rows.append(_read(Path(place)))
        large = _written(Path(place), "large", lambda: render(synthetic(1667, 20)))
        index = _directory(Path(place) / "directory")
        rows += _browsed(usual[0], "18,000 cases", "< 1000", "< 50")
        rows += large[1]
        rows += _browsed(large[0], "100,020 cases", "", "")
        rows += _browsed(index, "100,020 cases, as a directory", "", "")
    about = (
        "Synthetic results in headless Chromium. Open: from the start of the navigation until the matrix "
        "is painted. Filter: from a change until the next frame is painted; CPU is that of the page's own thread."
    )
    return Table("report", "The report page", tuple(rows), about)


def _missing() -> str:
    """What the benchmark lacks here, in a few words."""
    if find_spec("playwright") is None:
        return "Playwright is not installed"
    return "" if Path(CHROMIUM).exists() else f"there is no Chromium at {CHROMIUM}"


def _read(place: Path) -> Row:
    """The results file of 100,020 cases, read in a process of its own."""
    made, path = synthetic(1667, 20), place / "large.jsonl"
    with path.open("w", encoding="utf-8") as file:
        writer = ResultsWriter(file, made.headers[0])
        for case in made.cases:
            writer.add(case)
        writer.finish()
    size = path.stat().st_size / 2**20
    del made
    told = subprocess.run(
        [sys.executable, "-c", _READS, path], capture_output=True, text=True, check=True
    )
    wall, cpu, peak = map(float, told.stdout.split())
    note = f"{size:.0f} MiB, {peak:.0f} MiB of memory at most"
    return Row("large: reading the results file", "s", wall, cpu, "< 15", note)


def _written(place: Path, name: str, make: Callable[[], str]) -> tuple[Path, list[Row]]:
    started = time.perf_counter()
    text = make()
    wall = time.perf_counter() - started
    path = place / f"{name}.html"
    path.write_text(text, encoding="utf-8")
    size = path.stat().st_size / 2**20
    return path, [Row(f"{name}: making the page", "s", wall, None, "", f"{size:.1f} MiB")]


def _directory(place: Path) -> Path:
    place.mkdir()
    for name, text in render_directory(synthetic(1667, 20)):
        (place / name).write_text(text, encoding="utf-8")
    return place / "index.html"


def _browsed(path: Path, name: str, open_target: str, filter_target: str) -> list[Row]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 — needed by this benchmark only

    opened, filtered = [], []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            args=list(ARGUMENTS),
        )
        page: Any = context.new_page()
        for _ in range(REPEATS):
            page.goto("about:blank")
            page.goto(f"{path.as_uri()}#matrix", wait_until="domcontentloaded")
            page.wait_for_selector(".matrix tbody tr")
            opened.append(page.evaluate(_OPENED))
        page.wait_for_timeout(1500)
        session = context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        worked = [_busy(session)]
        for change in FILTERS * REPEATS:
            filtered.append(page.evaluate(_FILTERED, list(change)))
            worked.append(_busy(session))
        context.close()
    busy = median(after - before for before, after in pairwise(worked))
    return [
        Row(f"{name}: open", "ms", median(opened), None, open_target, f"slowest {max(opened):.0f}"),
        Row(
            f"{name}: filter",
            "ms",
            median(filtered),
            busy,
            filter_target,
            f"slowest {max(filtered):.0f}",
        ),
    ]


def _busy(session: Any) -> float:
    """How long the page's own thread has been at work so far, in ms of CPU."""
    told = session.send("Performance.getMetrics")["metrics"]
    return 1000 * float(next(one["value"] for one in told if one["name"] == "TaskDuration"))
