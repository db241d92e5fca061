"""Five questions that a reader comes with, each answered from the first screen in at most three acts.

An act is a click, or something typed into a field with Enter after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from conformance.judge.baseline import Baseline, Entry
from reports.html import render
from tests.browser.conftest import Shown
from tests.browser.sample import BROKEN, earlier, sample

REASON = "https://example.org/issues/7"


@dataclass
class Reader:
    """Somebody who counts what they have to do."""

    page: Any
    acts: int = 0

    def click(self, chosen: Any) -> None:
        """Click on what stands there."""
        self.acts += 1
        chosen.click()

    def type(self, chosen: Any, words: str) -> None:
        """Type some words into a field, and Enter."""
        self.acts += 1
        chosen.fill(words)
        chosen.press("Enter")

    def choose(self, chosen: Any, word: str) -> None:
        """Choose from a list."""
        self.acts += 1
        chosen.select_option(word)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report, with a baseline that knows of one violation."""
    now = sample()
    entry = Entry(BROKEN, ("VIOLATES",), REASON)
    path = tmp_path_factory.mktemp("known") / "report.html"
    text = render(now, previous=earlier(now), baselines=[Baseline("loop-01", entries=(entry,))])
    path.write_text(text, encoding="utf-8")
    return path


def test_may_i_rely_on_it(shown: Shown, report: Path) -> None:
    """The question is typed as it is asked; the answer of that runtime stands in the only column."""
    reader = Reader(shown.go(report))
    field = reader.page.locator("#find input")
    reader.type(field, "May I rely on what scenario-0007 shows on loop-02?")
    reader.page.wait_for_selector(".matrix tbody td")
    assert reader.page.locator(".matrix thead th b").all_text_contents() == ["loop-02"]
    assert reader.page.locator(".matrix tbody td").count() == 1
    assert reader.page.locator(".matrix tbody td a").first.inner_text().strip()
    assert reader.acts == 1


def test_a_word_that_nobody_used_does_not_hide_the_rest(shown: Shown, report: Path) -> None:
    """Where no scenario has every word, those that have most are shown, and that is told."""
    reader = Reader(shown.go(report))
    reader.type(reader.page.locator("#find input"), "xylophone cancelled scenario-0007")
    reader.page.wait_for_selector(".matrix tbody td")
    assert reader.page.locator(".matrix tbody tr:not(.area)").count() == 1
    assert "with 2 of the 3 words" in reader.page.locator("#count").inner_text()


def test_words_are_found_where_they_begin(shown: Shown, report: Path) -> None:
    """Another form of a word finds it too; the middle of a word does not: `lock` is not in `blocked`."""

    def count(words: str) -> str:
        return str(shown.go(report, f"#matrix?q={words}").locator("#count").inner_text())

    assert count("joining") == count("join") != "48 scenarios"
    assert count("cenario").startswith("0 of")


def test_what_broke(shown: Shown, report: Path) -> None:
    """What broke since the earlier results is the first thing that the first view tells."""
    page = shown.go(report)
    first = page.locator("main section").first
    assert "Changed since 2025-07-01" in first.inner_text()
    assert BROKEN in first.inner_text()


def test_how_two_differ(shown: Shown, report: Path) -> None:
    """Two runtimes and an area are chosen on the first view."""
    reader = Reader(shown.go(report))
    form = reader.page.locator("form.pair-chooser")
    reader.choose(form.get_by_label("in"), "join")
    reader.choose(form.get_by_label("Compare"), "loop-00")
    reader.choose(form.get_by_label("with"), "loop-02")
    reader.page.wait_for_selector("table.pair")
    assert reader.page.evaluate("location.hash") == "#pair/loop-00/loop-02?area=join"
    assert reader.acts == 3


def test_or_they_are_typed(shown: Shown, report: Path) -> None:
    """A search for two runtimes leads to what tells them apart."""
    reader = Reader(shown.go(report))
    reader.type(reader.page.locator("#find input"), "how loop-00 differs from loop-02 on join")
    reader.click(reader.page.locator("#hint a"))
    reader.page.wait_for_selector("table.pair")
    assert reader.page.evaluate("location.hash") == "#pair/loop-00/loop-02?area=join"


def test_why_it_is_red_and_how_to_see_it(shown: Shown, known: Path) -> None:
    """One click on a violation tells the reason, whether it is known, and the line that repeats it."""
    reader = Reader(shown.go(known))
    known_group = reader.page.locator(".groups details", has_text="loop-01")
    if not known_group.locator(".cards a", has_text="loop-01").first.is_visible():
        reader.click(known_group.locator("summary").first)
    reader.click(reader.page.locator(".cards > li.bad", has_text=BROKEN).locator("li a").first)
    reader.page.wait_for_selector(".verdict.bad")
    assert "no schedule allows it" in reader.page.inner_text(".verdict")
    assert reader.page.locator(f".verdict a[href='{REASON}']").count() == 1
    line = reader.page.locator(".copy-line").first
    assert line.locator("code").inner_text().startswith("conformance replay ar1.")
    reader.click(line.locator("button"))
    assert reader.acts <= 3


def test_a_runtime_has_a_page(shown: Shown, report: Path) -> None:
    """From its name: what it violates, who is like it, how each area fared."""
    reader = Reader(shown.go(report))
    reader.click(reader.page.locator(".summary th a", has_text="loop-01"))
    reader.page.wait_for_selector("main h2:text('loop-01')")
    text = reader.page.inner_text("main")
    assert BROKEN in text
    assert "Compare it with" in text
    assert reader.page.locator("main table.pair tbody tr").count() == 8


def test_what_is_known_stands_apart(known: Path) -> None:
    """A violation that its baseline expects is not among those that nobody knows."""
    assert REASON in known.read_text(encoding="utf-8")
    other = replace(earlier(sample()), truncated=())
    assert REASON not in render(other, baselines=[Baseline("loop-01")])
