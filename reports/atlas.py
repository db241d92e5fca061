"""The atlas for a terminal: each question with who answers what, then what tells pairs apart."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conformance.judge.atlas import Atlas, Column, Question, make_atlas, spelled
from conformance.judge.results import Results
from reports.plain import visible


def render(results: Results, *, color: bool = False, width: int = 120, every: bool = False) -> str:
    """The atlas as text. `every`: those questions too that all answer alike."""
    made = make_atlas(results)
    out = StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=color,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
    )
    shown = [question for question in made.questions if every or question.differs]
    for question in shown:
        console.print(Text(visible(question.scenario), style="bold"))
        console.print(
            Padding(Text(visible(question.asks), style="italic"), (0, 0, 0, 2), expand=False)
        )
        console.print(Padding(_answers(question, made.columns), (0, 0, 1, 2), expand=False))
    if made.pairs:
        console.print(Text("The smallest scenario that tells two runtimes apart", style="bold"))
        console.print(Padding(_pairs(made), (0, 0, 1, 2), expand=False))
    console.print(_last_line(made), soft_wrap=True)
    return out.getvalue()


def _answers(question: Question, columns: tuple[Column, ...]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for word, who in question.answers.items():
        table.add_row(Text(visible(word), style="cyan"), _names(spelled(who, columns)))
    if question.absent:
        names = _names(spelled(question.absent, columns))
        names.stylize("dim")
        table.add_row(Text("no answer", style="dim"), names)
    return table


def _names(told: list[str]) -> Text:
    return Text(visible(", ".join(told)))


def _pairs(made: Atlas) -> Table:
    table = Table("", "", "scenario", "ops", "answers", "more", box=None, pad_edge=False)
    for pair in made.pairs:
        names = visible(pair.one.address), visible(pair.other.address)
        if pair.scenario:
            words = f"{pair.answer} / {pair.other_answer}" + ("" if pair.surely else "  (perhaps)")
            more = f"+{pair.apart - 1}" if pair.apart > 1 else ""
            table.add_row(*names, visible(pair.scenario), str(pair.ops), visible(words), more)
        else:
            said = f"not told apart by {pair.common} scenarios"
            table.add_row(*names, Text(said, style="dim"))
    return table


def _last_line(made: Atlas) -> Text:
    return Text(", ".join(_facts(made)))


def _facts(made: Atlas) -> Iterator[str]:
    differ = sum(question.differs for question in made.questions)
    yield f"{len(made.questions)} questions to {len(made.columns)} runtimes"
    yield f"{differ} answered differently"
    if differ < len(made.questions):
        yield f"{len(made.questions) - differ} alike by all who answer (--all shows them)"
