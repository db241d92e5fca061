"""Callbacks, timers, descriptors and the loop's life: how each op becomes a call of the loop."""

from __future__ import annotations

import threading
from typing import Any, Final

from conformance.interpreter.callbacks import FRESH, call, callback, the_loop
from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World
from conformance.lang.outcome import show_value


def log_got(world: World, task: str, value: Any) -> None:
    """Log what the loop answered, as a word."""
    shown = value if isinstance(value, str | int | None) else type(value).__name__
    world.frames[task].record(f"got {show_value(shown)}")


async def _call_soon(world: World, task: str, op: Any) -> None:
    called = callback(world, op.callback)
    world.objects[op.callback] = the_loop(world).call_soon(called)


async def _call_soon_threadsafe(world: World, task: str, op: Any) -> None:
    called = callback(world, op.callback)
    world.objects[op.callback] = the_loop(world).call_soon_threadsafe(called)


async def _call_later(world: World, task: str, op: Any) -> None:
    called = callback(world, op.callback)
    delay = op.ticks * world.options.tick
    world.objects[op.callback] = the_loop(world).call_later(delay, called)


async def _call_at(world: World, task: str, op: Any) -> None:
    called = callback(world, op.callback)
    world.objects[op.callback] = the_loop(world).call_at(_time(world, op.tick), called)


def _time(world: World, tick: float) -> float:
    return world.started_at + tick * world.options.tick


async def _cancel_handle(world: World, task: str, op: Any) -> None:
    world.object(op.handle).cancel()


async def _handle_cancelled(world: World, task: str, op: Any) -> None:
    log_got(world, task, world.object(op.handle).cancelled())


async def _handle_when(world: World, task: str, op: Any) -> None:
    off = world.object(op.handle).when() - _time(world, op.tick)
    log_got(world, task, abs(off) < world.options.tick / 4)


async def _time_reached(world: World, task: str, op: Any) -> None:
    wanted = _time(world, op.tick) - world.options.tick / 4
    log_got(world, task, the_loop(world).time() >= wanted)


async def _set_exception_handler(world: World, task: str, op: Any) -> None:
    if op.callback is None:
        the_loop(world).set_exception_handler(None)
        return
    world.begun.setdefault(op.callback, None)

    def handle(_: Any, context: dict[str, Any]) -> None:
        error = context.get("exception")
        call(world, op.callback, "got " + ("none" if error is None else world.name_of(error)))

    the_loop(world).set_exception_handler(handle)


async def _call_exception_handler(world: World, task: str, op: Any) -> None:
    error = world.make_error(op.error)
    the_loop(world).call_exception_handler({"message": "told by the program", "exception": error})


async def _run_in_executor(world: World, task: str, op: Any) -> None:
    with world.runtime.holding():
        value = await the_loop(world).run_in_executor(None, callback(world, op.callback))
    if value is not None:
        log_got(world, task, value)


def _descriptor(world: World, name: str) -> int:
    number: int = world.object(name).fileno()
    return number


async def _add_reader(world: World, task: str, op: Any) -> None:
    called = callback(world, op.callback)
    the_loop(world).add_reader(_descriptor(world, op.socket), called)


async def _remove_reader(world: World, task: str, op: Any) -> None:
    log_got(world, task, the_loop(world).remove_reader(_descriptor(world, op.socket)))


async def _add_writer(world: World, task: str, op: Any) -> None:
    called = callback(world, op.callback)
    the_loop(world).add_writer(_descriptor(world, op.socket), called)


async def _remove_writer(world: World, task: str, op: Any) -> None:
    log_got(world, task, the_loop(world).remove_writer(_descriptor(world, op.socket)))


async def _in_new_loop(world: World, task: str, op: Any) -> None:
    world.begun.setdefault(op.callback, None)
    raised: list[BaseException] = []

    def live() -> None:
        FRESH.loop = loop = world.runtime.new_event_loop()
        try:
            call(world, op.callback)
        except BaseException as error:
            raised.append(error)
        finally:
            if not loop.is_running() and not loop.is_closed():
                loop.close()

    thread = threading.Thread(target=live)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


async def _run_forever(world: World, task: str, op: Any) -> None:
    the_loop(world).run_forever()


async def _run_until_complete(world: World, task: str, op: Any) -> None:
    value = the_loop(world).run_until_complete(world.body(op.task)())
    if value is not None:
        log_got(world, task, value)


async def _stop_loop(world: World, task: str, op: Any) -> None:
    the_loop(world).stop()


async def _close_loop(world: World, task: str, op: Any) -> None:
    the_loop(world).close()


async def _is_running(world: World, task: str, op: Any) -> None:
    log_got(world, task, the_loop(world).is_running())


async def _is_closed(world: World, task: str, op: Any) -> None:
    log_got(world, task, the_loop(world).is_closed())


METHODS: Final[Methods] = {
    "call_soon": _call_soon,
    "call_soon_threadsafe": _call_soon_threadsafe,
    "call_later": _call_later,
    "call_at": _call_at,
    "cancel_handle": _cancel_handle,
    "handle_cancelled": _handle_cancelled,
    "handle_when": _handle_when,
    "time_reached": _time_reached,
    "set_exception_handler": _set_exception_handler,
    "call_exception_handler": _call_exception_handler,
    "run_in_executor": _run_in_executor,
    "add_reader": _add_reader,
    "remove_reader": _remove_reader,
    "add_writer": _add_writer,
    "remove_writer": _remove_writer,
    "in_new_loop": _in_new_loop,
    "run_forever": _run_forever,
    "run_until_complete": _run_until_complete,
    "stop_loop": _stop_loop,
    "close_loop": _close_loop,
    "is_running": _is_running,
    "is_closed": _is_closed,
}
