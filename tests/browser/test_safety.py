from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.synthetic import synthetic
from reports.html import render, render_directory
from tests.browser.conftest import Shown
from tests.browser.sample import VIEWED, hostile, texts


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report in which every text of a stranger is hostile, one of them of ten million characters."""
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    results, witness = hostile()
    text = render(
        results, previous=results, history=[results], witnesses=[(witness, results.cases[0].reason)]
    )
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
    return path


@pytest.mark.parametrize("place", VIEWED)
def test_hostile_text_is_shown_as_text(shown: Shown, hostile_page: Path, place: str) -> None:
    """Markup and script of scenarios and runtimes run nowhere, and are read as they were written."""
    page = shown.go(hostile_page, place)
    page.wait_for_timeout(200)
    assert page.evaluate("window.pwned") is None
    assert (
        page.locator(
            "img, iframe, object, embed, base, form[action], a[href^='javascript:']"
        ).count()
        == 0
    )
    assert page.locator("script:not([type])").count() == 1
    assert "<img src=x onerror=" in page.inner_text("body")


def test_hostile_text_hides_and_reorders_nothing(shown: Shown, hostile_page: Path) -> None:
    """Control and bidirectional characters are escapes that can be read."""
    page = shown.go(hostile_page)
    page.locator(".cards a").first.click()
    page.wait_for_selector(".asked")
    text = page.inner_text("body")
    assert "\\u202e" in text
    assert not {"\u202e", "\x1b", "\u2066", "\u200b"} & set(text)


def test_ten_million_characters_are_cut(shown: Shown, hostile_page: Path) -> None:
    """An endless note neither fills the file nor stops the page."""
    assert hostile_page.stat().st_size < 2**21
    page = shown.go(hostile_page)
    page.locator(".cards a").first.click()
    page.wait_for_selector(".asked")
    assert "(10,000,000 characters)" in page.inner_text("main")


def test_the_policy_would_stop_what_gets_through(shown: Shown, report: Path) -> None:
    """Even markup that is written into the page by force runs no script."""
    page = shown.go(report)
    markup = (
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.pwned=1\">')"
    )
    handler = "document.body.setAttribute('onclick', 'window.pwned=1')"
    for attempt in (markup, handler):
        with pytest.raises(Exception, match="Trusted"):
            page.evaluate(attempt)
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('img'), {src: 'https://example.org/x.png'}))"
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.pwned") is None
    assert any(
        "Content Security Policy" in told and "example.org" in told for told in shown.complaints
    )
    shown.asked.clear()  # what the policy has stopped is told as if it had been asked for
    shown.complaints.clear()


def test_a_directory_is_one_report(shown: Shown, tmp_path: Path) -> None:
    """The index shows the whole matrix; a cell leads to its part, and from there back."""
    for name, text in render_directory(synthetic(600, 2, 3)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "index.html",
        "part-1.html",
        "part-2.html",
    ]
    page = shown.go(tmp_path / "index.html", "#matrix?q=0007")
    assert texts(page, "#count") == ["1 of 600 scenarios"]
    page.locator(".matrix tbody td a").first.click()
    page.wait_for_url("**/part-*.html#cell/**")
    page.wait_for_selector(".asked")
    assert "scenario-0007" in page.inner_text("main h2")
    page.get_by_role("link", name="Matrix").click()
    page.wait_for_url("**/index.html#matrix")
    page.wait_for_selector(".matrix tbody tr")
