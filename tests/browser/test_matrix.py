from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser.conftest import Shown
from tests.browser.sample import BROKEN, options, texts, wait_until


def rows(page: Any) -> list[str]:
    """The names of the rows, once all are there."""
    page.wait_for_timeout(150)
    return texts(page, ".matrix tbody tr:not(.area) th a")


def test_search_finds_words_and_answers(shown: Shown, report: Path) -> None:
    """Every word must be in the id, the question or an answer."""
    page = shown.go(report, "#matrix")
    page.get_by_role("searchbox").fill("tcp 0004")
    assert rows(page) == ["scenario-0004"]
    page.get_by_role("searchbox").fill("never")
    assert 0 < len(rows(page)) < 48
    page.get_by_role("searchbox").fill("there is no such thing")
    assert rows(page) == []
    assert "No scenario fits." in page.inner_text(".matrix")


def test_filters_are_in_the_address(shown: Shown, report: Path) -> None:
    """Every state of the filters has an address, and the address brings it back."""
    page = shown.go(report, "#matrix")
    page.get_by_label("area").select_option("tcp")
    page.get_by_label("level").select_option("question")
    page.get_by_label("only where runtimes differ").check()
    page.get_by_label("loop-02").check()
    page.get_by_label("loop-01").check()
    place = page.evaluate("location.hash")
    wanted = {"area": "tcp", "level": "question", "differs": "1", "runtime": "loop-01,loop-02"}
    assert options(place) == wanted
    before = rows(page)
    again = shown.go(report, place)
    assert rows(again) == before
    assert again.get_by_label("loop-02").is_checked()
    assert texts(again, ".matrix thead th b") == ["loop-01", "loop-02"]


def test_a_verdict_is_a_filter(shown: Shown, report: Path) -> None:
    """Only rows in which some shown runtime has it."""
    page = shown.go(report, "#matrix?verdict=bad&runtime=loop-01")
    assert BROKEN.partition("/")[2] in rows(page)
    signs = texts(page, ".matrix tbody td.bad .sign")
    assert len(signs) == len(rows(page))
    assert set(signs) == {"✗"}


def test_clear_brings_everything_back(shown: Shown, report: Path) -> None:
    """One button undoes every filter."""
    page = shown.go(report, "#matrix?area=tcp&differs=1&q=07")
    page.get_by_role("button", name="Clear").click()
    wait_until(page, "document.querySelector('#count').value === '48 scenarios'")
    assert page.evaluate("location.hash") == "#matrix"


def test_answers_are_words(shown: Shown, report: Path) -> None:
    """A question's cell holds the answer, with a sign, and says to readers what its colour means."""
    page = shown.go(report, "#matrix?level=question&area=join")
    words = {text.split("\n")[0].lstrip("✓✗–? ") for text in texts(page, ".matrix tbody td a")}
    assert words & {"early", "late", "never"}
    assert all(sign in "✓✗–?" for sign in texts(page, ".matrix tbody td .sign"))
    page = shown.go(report, "#matrix?verdict=bad")
    assert "violates" in (page.locator(".matrix td.bad a").first.text_content() or "")


def test_pythons_stand_together_until_asked(shown: Shown, report: Path) -> None:
    """A runtime has one column while its Pythons agree; a box takes them apart."""
    page = shown.go(report, "#matrix")
    assert page.locator(".matrix thead th").count() == 5
    page.get_by_label("Pythons apart").check()
    assert page.locator(".matrix thead th").count() == 13


def test_headers_stay_in_sight(shown: Shown, report: Path) -> None:
    """The head row and the first column stay where they are when the matrix scrolls."""
    page = shown.page
    page.set_viewport_size({"width": 700, "height": 500})
    shown.go(report, "#matrix")
    rows(page)
    page.evaluate("document.querySelector('.matrix').scrollTo(200, 1200)")
    place = """(chosen) => {
        const box = document.querySelector(chosen).getBoundingClientRect();
        const frame = document.querySelector(".matrix").getBoundingClientRect();
        return [box.left - frame.left, box.top - frame.top];
    }"""
    assert page.evaluate(place, ".matrix thead th.corner") == [1, 1]
    assert page.evaluate(place, ".matrix tbody tr:not(.area) th")[0] == 1


def test_the_matrix_is_walked_by_arrows(shown: Shown, report: Path) -> None:
    """One stop for Tab; arrows, Home and End move between cells; Enter opens one."""
    page = shown.go(report, "#matrix")
    rows(page)
    assert page.locator(".matrix tbody a[tabindex='0']").count() == 1
    page.locator(".matrix tbody a[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    focused = page.evaluate("decodeURIComponent(document.activeElement.getAttribute('href'))")
    assert focused.startswith("#cell/cancellation/scenario-")
    assert "@loop-00" in focused
    page.keyboard.press("End")
    assert "@loop-03" in page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("#scenario/")
    page.keyboard.press("Enter")
    page.wait_for_selector(".asked")


def test_slash_goes_to_the_search(shown: Shown, report: Path) -> None:
    """From any view one key leads to the search field."""
    page = shown.go(report, "#atlas")
    page.keyboard.press("/")
    page.wait_for_selector(".matrix")
    page.keyboard.type("scenario-0011")
    assert rows(page) == ["scenario-0011"]


def test_skip_link_and_focus(shown: Shown, report: Path) -> None:
    """The first Tab stop skips to the content; a new view puts the focus on its heading."""
    page = shown.go(report)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "view"
    page.get_by_role("link", name="Atlas").click()
    wait_until(page, "document.activeElement.textContent === 'Atlas'")


def test_back_returns_to_the_filters(shown: Shown, report: Path) -> None:
    """Back from a cell shows the matrix as it was left."""
    page = shown.go(report, "#matrix?area=tcp")
    page.locator(".matrix tbody td a").first.click()
    page.wait_for_selector(".asked")
    page.go_back()
    page.wait_for_selector(".matrix")
    assert page.get_by_label("area").input_value() == "tcp"
    assert len(rows(page)) == 6
