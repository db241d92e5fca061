# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio, eager tasks: a child that fails in its eager step cancels the parent after the group is over.

Exit 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys


async def fail() -> None:
    """A child that fails before its first await."""
    raise ValueError("at once")


async def main() -> str:
    """Handle the group's error, then wait for something else."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
    except* ValueError:
        pass  # the group's error is handled: nothing is left to be told
    try:
        await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        return "the next await raised CancelledError"
    return "went on"


if sys.version_info < (3, 12):
    print("expected: went on\nhappened: eager tasks came with Python 3.12, so nothing to show")
    sys.exit(0)
with asyncio.Runner() as runner:
    runner.get_loop().set_task_factory(asyncio.eager_task_factory)
    try:
        seen = runner.run(main())
    except asyncio.CancelledError:
        seen = "the run was cancelled"
print("expected: went on")
print(f"happened: {seen}")
sys.exit(seen != "went on")
