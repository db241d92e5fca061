"""What gevent and eventlet do, each in its own words: tasks and cancellation here, the rest beside it."""

from __future__ import annotations

import green_sync_tcp as green_sync_tcp  # files its probes
from green_run import EventType, Exit, arguments, fire, join, later, lib, probe, probes
from native_probe import TICK, Error, main, order


@probe("spawn/starts")
def _() -> str:
    log: list[str] = []
    task = lib.spawn(log.append, "ran")
    log.append("went-on")
    join(task)
    return "later" if log == ["went-on", "ran"] else "at-once"


@probe("spawn/first-steps")
def _() -> str:
    log: list[str] = []
    for task in [lib.spawn(log.append, name) for name in "ab"]:
        join(task)
    return order(log, "ab")


@probe("spawn/error-beside-sibling")
def _() -> str:
    log: list[str] = []

    def bad() -> None:
        raise Error("E")

    lib.spawn(bad)
    other = lib.spawn(later, log, 2)
    join(other)
    return "goes-on" if log else "other"


@probe("join/value")
def _() -> str:
    return "yes" if join(lib.spawn(lambda: 7)) == 7 else "no"


@probe("join/done-task")
def _() -> str:
    task = lib.spawn(lambda: 7)
    lib.sleep(TICK)
    return "yes" if join(task) == 7 else "no"


@probe("join/twice")
def _() -> str:
    task = lib.spawn(lambda: 7)
    return "same" if [join(task), join(task)] == [7, 7] else "lost"


def fails() -> None:
    lib.sleep(TICK)
    raise ERROR


ERROR = Error("E")


@probe("join/failed")
def _() -> str:
    try:
        join(lib.spawn(fails))
    except Error as error:
        return "same-object" if error is ERROR else "other"
    return "nothing"


@probe("join/failed-by-two")
def _() -> str:
    log: list[str] = []
    task = lib.spawn(fails)

    def joiner() -> None:
        try:
            join(task)
        except Error:
            log.append("E")

    for one in [lib.spawn(joiner), lib.spawn(joiner)]:
        join(one)
    return {2: "both", 1: "one"}.get(len(log), "none")


@probe("join/cancelled-task")
def _() -> str:
    task = lib.spawn(lib.sleep, 5 * TICK)
    lib.sleep(TICK)
    task.kill()
    try:
        join(task)
    except Exit:
        return "cancellation"
    return "value"


@probe("cancellation/before-first-step")
def _() -> str:
    log: list[str] = []
    task = lib.spawn(log.append, "ran")
    task.kill()
    lib.sleep(TICK)
    return "runs" if log else "skips"


@probe("cancellation/call-waits")
def _() -> str:
    log: list[str] = []

    def child() -> None:
        try:
            lib.sleep(10 * TICK)
        finally:
            lib.sleep(TICK)
            log.append("cleaned")

    task = lib.spawn(child)
    lib.sleep(TICK)
    task.kill()
    log.append("called")
    lib.sleep(3 * TICK)
    return "waits" if log == ["cleaned", "called"] else "returns-at-once"


@probe("cancellation/swallow-then-wait")
def _() -> str:
    log: list[str] = []

    def child() -> None:
        try:
            lib.sleep(10 * TICK)
        except Exit:
            pass
        try:
            lib.sleep(TICK)
            log.append("edge")
        except Exit:
            log.append("level")

    task = lib.spawn(child)
    lib.sleep(TICK)
    task.kill()
    lib.sleep(3 * TICK)
    return log[0]


def cancelled_waiter(*, set_first: bool) -> str:
    event, log = EventType(), []

    def child() -> None:
        event.wait()
        log.append("woke")

    task = lib.spawn(child)
    lib.sleep(TICK)
    if set_first:
        fire(event)
    task.kill()
    if not set_first:
        fire(event)
    lib.sleep(TICK)
    return "completes" if log else "cancelled"


@probe("cancellation/event-set-then-cancel")
def _() -> str:
    return cancelled_waiter(set_first=True)


@probe("cancellation/event-cancel-then-set")
def _() -> str:
    return cancelled_waiter(set_first=False)


@probe("cancellation/joiner")
def _() -> str:
    log: list[str] = []
    target = lib.spawn(later, log, 3)
    joiner = lib.spawn(join, target)
    lib.sleep(TICK)
    joiner.kill()
    lib.sleep(4 * TICK)
    return "joiner-only" if log else "target-too"


@probe("cancellation/self-then-checkpoint")
def _() -> str:
    log: list[str] = []

    def child() -> None:
        lib.sleep(0)
        lib.getcurrent().kill()
        log.append("past")
        lib.sleep(0)
        log.append("missed")

    lib.spawn(child)
    lib.sleep(TICK)
    return {0: "at-call", 1: "at-next-checkpoint"}.get(len(log), "never")


if __name__ == "__main__":
    main(probes, only=arguments.only)
