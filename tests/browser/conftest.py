"""The report in Chromium: one browser for all tests, and a fresh page for each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from benchmarks.report import ARGUMENTS
from reports.html import render
from tests.browser.sample import WITNESS, earlier, sample

Browser = Any  # Playwright's types are there only where it is installed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium, with an empty profile. `tools/chromium.sh` installs it on Debian."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine: see tools/chromium.sh")
    with api.sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path_factory.mktemp("profile")),
            executable_path=found,
            args=list(ARGUMENTS),
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(15_000)
        yield context
        context.close()


@dataclass
class Shown:
    """A page, and what the browser complained about or asked the network for."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def go(self, path: Path, place: str = "") -> Any:
        """Open a file at a place of it, and wait until something is shown."""
        self.page.goto("about:blank")
        self.page.goto(path.as_uri() + place)
        self.page.wait_for_selector("main h2")
        return self.page


@pytest.fixture
def shown(browser: Browser) -> Iterator[Shown]:
    """A page of the browser; the test fails if anything went wrong in it."""
    found = Shown(browser.new_page())
    page = found.page

    def dismissed(dialog: Any) -> None:
        found.complaints.append("a dialog")
        dialog.dismiss()

    page.on(
        "console",
        lambda told: (
            found.complaints.append(told.text) if told.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("request", lambda asked: found.asked.append(asked.url))
    page.on("dialog", dismissed)
    yield found
    page.close()
    assert not found.complaints
    assert all(url.startswith(("file:", "about:")) for url in found.asked)


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of 48 scenarios on 4 runtimes and 3 Pythons, with everything that a page can tell."""
    now, before = sample(), earlier(sample())
    path = tmp_path_factory.mktemp("report") / "report.html"
    text = render(now, previous=before, history=[before, now], witnesses=[WITNESS])
    path.write_text(text, encoding="utf-8")
    return path
