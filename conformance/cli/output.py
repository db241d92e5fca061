"""What commands have in common: how facts are printed, and how errors end."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from typing import Any

import click
from rich.console import Console

from conformance.errors import ConformanceError, Exit

FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How facts are printed.",
)


def console(*, stderr: bool = False) -> Console:
    """Where people read. Without a terminal: no colour, and as wide as the content needs."""
    made = Console(stderr=stderr, highlight=False, markup=False)
    if not made.is_terminal:
        made = Console(stderr=stderr, highlight=False, markup=False, width=160)
    return made


def print_json(facts: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(facts, indent=2, ensure_ascii=False))


def say(line: str) -> None:
    """A line for people, on stderr: stdout is for facts."""
    click.echo(line, err=True)


def show_error(error: ConformanceError) -> None:
    """One clear line: `error: …; hint: …`."""
    message = " ".join(str(error).split())
    say(f"error: {message}" + (f"; hint: {' '.join(error.hint.split())}" if error.hint else ""))


def guarded(command: Callable[[], Any]) -> int:
    """Run the command line; its exit code. No traceback gets out of here, unless asked for."""
    try:
        done = command()
    except ConformanceError as error:
        show_error(error)
        return int(error.exit_code)
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
    except Exception as error:  # noqa: BLE001 — whatever is left is a bug of ours
        if "--traceback" in sys.argv:
            traceback.print_exc()
        told = f"{type(error).__name__}: {error}"
        say(f"error: internal: {told}; hint: run again with --traceback, and report it")
        return int(Exit.INTERNAL)
    return int(done) if isinstance(done, int) else int(Exit.OK)
