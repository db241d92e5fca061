import json
import re
from dataclasses import replace
from html.parser import HTMLParser

from junitparser import JUnitXml

from conformance.judge.case import Case, Histogram, Seen
from conformance.judge.results import Header, Results, RuntimeLine
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.ops import Note
from conformance.lang.outcome import Entry, Outcome, TaskOutcome
from conformance.lang.program import Program
from conformance.run.observation import Event
from reports import html, junit, terminal
from reports.plain import visible

PROGRAM = Program({"main": (Note("x"),)})
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)> & \u202e\x1b[31m\x00"
SEEN = Seen(
    Outcome((("main", TaskOutcome((Entry("x"),), "returned")),)),
    4,
    Grade.FORBIDDEN,
    ("late",),
    token="ar1.1.run",
    trace=(Event(0, "main", "begin", "sleep 1"),),
)
BAD = Case(
    scenario="area/one",
    hash="0" * 16,
    asks="Is it?",
    runtime="trio",
    version="1.0",
    python="3.11.0",
    program=PROGRAM,
    verdict=Verdict.VIOLATES,
    reason="no schedule allows it",
    answer="late",
    answers={"late": "main logs x"},
    histograms=(Histogram(PROGRAM, seen=(SEEN,)),),
    token="ar1.1.run",
)
GOOD = replace(BAD, runtime="curio", verdict=Verdict.CONFORMS, reason="", marks=("look",))
NONE = replace(
    BAD, scenario="other/two", verdict=Verdict.NOT_APPLICABLE, reason="lacks x", histograms=()
)
LINES = (
    RuntimeLine("trio", "1.0", "3.11.0"),
    RuntimeLine("curio", "1.0", "3.11.0"),
    RuntimeLine("gone", trouble="not installed"),
)
RESULTS = Results((Header(LINES),), (BAD, GOOD, NONE), ("cut.jsonl",))


def evil_results() -> Results:
    """Results in which every text that a stranger supplies is hostile."""
    outcome = Outcome((("main", TaskOutcome((Entry(EVIL),), EVIL)),), (Entry(EVIL),), EVIL, (EVIL,))
    seen = replace(SEEN, outcome=outcome, labels=(EVIL,), breaks=EVIL, freedom=EVIL, token=EVIL)
    seen = replace(seen, trace=(Event(None, "main", "begin", EVIL),))
    case = replace(
        BAD,
        scenario=f"area/{EVIL}",
        asks=EVIL,
        runtime=EVIL,
        version=EVIL,
        python=EVIL,
        reason=EVIL,
        marks=(EVIL,),
        answer=EVIL,
        answers={EVIL: EVIL},
        sources={EVIL: f"javascript:{EVIL}"},
        token=EVIL,
        histograms=(Histogram(PROGRAM, EVIL, (seen,), (outcome,), 1, EVIL),),
    )
    header = Header((RuntimeLine(EVIL, EVIL, EVIL, EVIL, EVIL),), broken=(EVIL,), platform=EVIL)
    return Results((header,), (case,), (EVIL,))


class Elements(HTMLParser):
    """Every element of a page, with its attributes, and the text of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_hostile_text_makes_no_element() -> None:
    """What scenarios and runtimes supply is text: no element, no handler, no script of theirs."""
    elements = Elements(html.render(evil_results())).found
    scripts = [attrs.get("type") for tag, attrs in elements if tag == "script"]
    assert scripts == ["application/json", "text/plain", None]
    assert not [tag for tag, attrs in elements if any(name.startswith("on") for name in attrs)]
    assert "img" not in {tag for tag, _ in elements}


def test_the_policy_allows_our_style_and_script_only() -> None:
    """The policy names one style and one script by their hashes, and no network."""
    page = html.render(RESULTS)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert "default-src &#39;none&#39;" in policy[1] or "default-src 'none'" in policy[1]
    assert len(re.findall(r"sha256-", policy[1])) == 2
    assert "unsafe" not in policy[1]
    assert " style=" not in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "trusted-types 'none'" in policy[1].replace("&#39;", "'")


def test_embedded_data_cannot_close_its_element() -> None:
    """The data block holds no `<`, and still is the same JSON."""
    text = html.embed({"a": EVIL + "\u2028"})
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text) == {"a": EVIL + "\u2028"}


def test_hidden_characters_become_visible() -> None:
    """Control, bidirectional and zero-width characters are escapes; letters of any script stay."""
    assert visible("a\u202eb\x00\u200bc") == "a\\u202eb\\u0000\\u200bc"
    assert visible("größer 待つ\n") == "größer 待つ\n"
    assert len(visible("x" * 10_000_000)) < 30_000


def test_junit_counts_what_happened() -> None:
    """Violations are failures, inapplicable cases are skipped, a truncated file is an error."""
    document = JUnitXml.fromstring(junit.render(RESULTS))
    assert (document.tests, document.failures, document.skipped, document.errors) == (4, 1, 1, 1)


def test_junit_survives_hostile_text() -> None:
    """Characters that XML cannot hold become escapes."""
    assert JUnitXml.fromstring(junit.render(evil_results())).tests == 2


def test_the_terminal_ends_with_what_to_do() -> None:
    """The table comes first, then each violation with its replay line, then the totals."""
    text = terminal.render(RESULTS, width=100)
    assert "\x1b" not in text
    assert "not started: gone: not installed" in text
    assert text.index("trio (1.0, Python 3.11.0)") < text.index("conformance replay ar1.1.run")
    last = text.strip().splitlines()[-1]
    assert (
        last
        == "3 cases on 2 runtimes: 1 VIOLATES, 0 unknown, 1 ok, 1 n/a; 1 with a mark (--strict lists them)"
    )


def test_the_terminal_shows_no_escape_of_a_stranger() -> None:
    """Hostile text cannot move the cursor or colour the summary."""
    text = terminal.render(evil_results(), width=100)
    assert "\x1b" not in text
    assert "\u202e" not in text
