"""What commands have in common: how facts are printed, and how errors end."""

from __future__ import annotations

import errno
import json
import math
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any, final
from unicodedata import category

import click
from rich.console import Console
from rich.text import Text

from conformance.errors import ConformanceError, Exit


@final
class Number(click.FloatRange):
    """A number within bounds. NaN, which compares with nothing, is none."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """As a float."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is no number.", param, ctx)
        return number


@final
class Shard(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions only
    """`I/N`: the I-th of N parts, counted from 1."""

    name = "shard"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, int]:
        """As two numbers."""
        if isinstance(value, tuple):
            return value
        index, slash, count = str(value).partition("/")
        if not (
            slash and index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)
        ):
            self.fail(f"{value} is no part: write 2/3 for the second of three.", param, ctx)
        return int(index), int(count)


SHARD = Shard()
JOBS = click.option(
    "--jobs",
    default=(os.cpu_count() or 1) + 2,  # runs wait for the kernel about as long as they compute
    type=click.IntRange(1),
    help="Cases at a time.  [default: cores + 2]",
)
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How facts are printed.",
)
SECONDS = Number(min=0, min_open=True, max=1e6)
PERCENT = Number(min=0, max=100)


@final
class Plain(Console):
    """A console that lets no text of somebody else's steer the terminal."""

    def render_str(self, text: str, **options: Any) -> Text:
        """As rich's, with control and bidirectional characters shown as escapes."""
        return super().render_str(plain(text), **options)


def plain(text: str) -> str:
    """The text with what a terminal would obey instead of showing written out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c == "\n" or category(c) not in _UNSEEN else ascii(c)[1:-1] for c in text)


def console(*, stderr: bool = False) -> Console:
    """Where people read. Without a terminal: no colour, and as wide as the content needs."""
    made = Plain(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made = Plain(stderr=stderr, highlight=False, markup=False, emoji=False, width=160)
    return made


def print_json(facts: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(facts, indent=2, ensure_ascii=False))


def say(line: str) -> None:
    """A line for people, on stderr: stdout is for facts."""
    click.echo(plain(line), err=True)


@contextmanager
def unread() -> Iterator[None]:
    """Around what is printed: a reader who leaves early (`| head`) changes no exit code."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show_error(error: ConformanceError) -> None:
    """One clear line: `error: …; hint: …`."""
    message = " ".join(str(error).split())
    say(f"error: {message}" + (f"; hint: {' '.join(error.hint.split())}" if error.hint else ""))


_UNSEEN = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def guarded(command: Callable[[], Any]) -> int:
    """Run the command line; its exit code. No traceback gets out of here, unless asked for."""
    if isinstance(sys.stdout, TextIOWrapper):  # a runtime may tell what this terminal cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        done = command()
    except ConformanceError as error:
        show_error(error)
        return int(error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message())
        return int(Exit.USAGE)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = f"; hint: see `{context.command_path} --help`" if context else ""
        say(f"error: {error.format_message()}{hint}")
        return int(Exit.USAGE)
    except (KeyboardInterrupt, click.Abort):
        say("interrupted")
        return int(Exit.INCONCLUSIVE)
    except BrokenPipeError:
        sys.stderr.close()
        return int(Exit.OK)
    except OSError as error:
        if error.errno not in _FULL:
            return _internal(error)
        say(f"error: {error.filename or 'the output'}: {error.strerror}")
        return int(Exit.DATA)
    except Exception as error:  # noqa: BLE001 — whatever is left is a bug of ours
        return _internal(error)
    return int(done) if isinstance(done, int) else int(Exit.OK)


def _internal(error: Exception) -> int:
    if "--traceback" in sys.argv:
        traceback.print_exception(error)
    told = f"{type(error).__name__}: {error}"
    say(f"error: internal: {told}; hint: run again with --traceback, and report it")
    return int(Exit.INTERNAL)
