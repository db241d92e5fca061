"""The atlas: every question, every runtime, every CPython, and what tells two runtimes apart.

Made from results alone. Columns are a runtime on a CPython; where all of a runtime's columns agree
they are shown as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple, final

from conformance.judge.baseline import minor
from conformance.judge.case import Case
from conformance.judge.results import Results
from conformance.judge.verdict import Verdict


class Column(NamedTuple):
    """A runtime, its version, and the Python that it ran on."""

    address: str
    version: str
    python: str


@final
@dataclass(frozen=True, slots=True)
class Question:
    """One question with everybody's answers.

    answers  each word with the columns that gave it, in the order of the question, then what no
             label foresees; several words joined by ` | ` where schedules differ.
    absent   columns without an answer, and why.
    """

    scenario: str
    asks: str
    answers: Mapping[str, tuple[Column, ...]]
    absent: Mapping[Column, str]

    @property
    def differs(self) -> bool:
        """Whether two columns answer differently."""
        return len(self.answers) > 1


@final
@dataclass(frozen=True, slots=True)
class Apart:
    """The smallest scenario that two columns answer differently; `scenario` is empty if none does.

    ops      the size of its program             common   how many scenarios both answered
    surely   no answer was given by both: else one of them may only have been luckier in its schedules
    apart    how many scenarios tell them apart as surely
    """

    one: Column
    other: Column
    common: int
    scenario: str = ""
    ops: int = 0
    answer: str = ""
    other_answer: str = ""
    surely: bool = False
    apart: int = 0


@final
@dataclass(frozen=True, slots=True)
class Atlas:
    """The questions, those that differ first, and the pairs."""

    columns: tuple[Column, ...]
    questions: tuple[Question, ...]
    pairs: tuple[Apart, ...]


def make_atlas(results: Results) -> Atlas:
    """The atlas of some results. Pairs are of runtimes on one Python, the newest that both share."""
    columns = tuple(sorted({_column(case) for case in results.cases}, key=_by_name))
    scenarios: dict[str, dict[Column, Case]] = {}
    for case in results.cases:
        scenarios.setdefault(case.scenario, {})[_column(case)] = case
    questions = [
        _question(name, cases, columns)
        for name, cases in sorted(scenarios.items())
        if any(case.answers for case in cases.values())
    ]
    questions.sort(key=lambda question: not question.differs)
    return Atlas(columns, tuple(questions), tuple(_pairs(columns, scenarios)))


def reply(case: Case) -> str | None:
    """What a runtime said to a scenario: a question's answer; `keeps` or `breaks`, of a mere rule.

    None where it did not run, or said nothing. Whether the rule binds this runtime does not count.
    """
    if case.verdict is Verdict.NOT_APPLICABLE or not case.histograms:
        return None
    if case.answers:
        return case.answer
    if case.rule is None:
        return None
    labels = [seen.labels for seen in case.histograms[0].seen]
    kept = not any("forbidden" in told for told in labels)
    kept &= not case.rule.required or all("required" in told for told in labels)
    return "keeps" if kept else "breaks"


def spelled(columns: Iterable[Column], among: Iterable[Column]) -> list[str]:
    """Columns for people: a runtime once where all its columns are meant, else with each Python."""
    wanted, everyone = set(columns), list(among)
    told: list[str] = []
    for address in dict.fromkeys(column.address for column in everyone):
        all_of = [column for column in everyone if column.address == address]
        chosen = [column for column in all_of if column in wanted]
        if chosen and len(chosen) == len(all_of):
            told.append(address)
        elif chosen:
            told.append(f"{address} ({', '.join(_short(column, all_of) for column in chosen)})")
    return told


def _short(column: Column, among: list[Column]) -> str:
    """What tells a column from the others of its runtime: its Python, its version, or both."""
    python = minor(column.python)
    same = [c for c in among if minor(c.python) == python]
    return python if len(same) == 1 else f"{column.version} on {python}"


def _column(case: Case) -> Column:
    return Column(case.runtime, case.version, case.python)


def _by_name(column: Column) -> tuple[str, tuple[int, ...], str]:
    return column.address, _release(column.python), column.version


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _question(name: str, cases: Mapping[Column, Case], columns: tuple[Column, ...]) -> Question:
    first = next(iter(cases.values()))
    given: dict[str, list[Column]] = {word: [] for word in first.answers}
    absent: dict[Column, str] = {}
    for column in columns:
        case = cases.get(column)
        said = reply(case) if case is not None else None
        if said is not None:
            given.setdefault(said, []).append(column)
        else:
            absent[column] = (case.reason or "no answer") if case is not None else "did not run"
    answers = {word: tuple(who) for word, who in given.items() if who}
    return Question(name, first.asks, answers, absent)


def _pairs(
    columns: tuple[Column, ...], scenarios: Mapping[str, Mapping[Column, Case]]
) -> Iterator[Apart]:
    said = {
        name: {column: word for column, case in cases.items() if (word := reply(case)) is not None}
        for name, cases in scenarios.items()
    }
    size = {name: next(iter(cases.values())).program.size() for name, cases in scenarios.items()}
    smallest = sorted(said, key=lambda name: (size[name], name))
    addresses = dict.fromkeys(column.address for column in columns)
    for first, second in combinations(addresses, 2):
        both = _comparable(columns, first, second)
        if both is not None:
            yield _apart(both, smallest, said, size)


def _comparable(
    columns: tuple[Column, ...], first: str, second: str
) -> tuple[Column, Column] | None:
    """Two runtimes on the newest Python that both ran on, each in its newest version there."""
    mine = {c.python: c for c in columns if c.address == first}  # columns are in order: newest last
    other = {c.python: c for c in columns if c.address == second}
    shared = sorted(mine.keys() & other.keys(), key=_release)
    return (mine[shared[-1]], other[shared[-1]]) if shared else None


def _apart(
    both: tuple[Column, Column],
    smallest: list[str],
    said: Mapping[str, Mapping[Column, str]],
    size: Mapping[str, int],
) -> Apart:
    one, other = both
    common = [name for name in smallest if one in said[name] and other in said[name]]
    differing = [name for name in common if said[name][one] != said[name][other]]
    sure = [name for name in differing if not _words(said[name][one]) & _words(said[name][other])]
    if not differing:
        return Apart(one, other, len(common))
    telling = sure or differing
    name = telling[0]
    words = said[name][one], said[name][other]
    return Apart(one, other, len(common), name, size[name], *words, bool(sure), len(telling))


def _words(answer: str) -> set[str]:
    return set(answer.split(" | "))
