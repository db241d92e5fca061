"""How a run ends: what main's end, an exit and Ctrl-C do to the others.

Sources: asyncio.Runner (close; handling keyboard interruption), trio.open_nursery, curio.Kernel.run.
"""

from __future__ import annotations

from typing import Any

from runtimes.reference.kernel import ALL, Fault
from runtimes.reference.objects import DONE, UNSPAWNED, Stateful, Task
from runtimes.reference.tasks import Tasks


class Closing(Stateful):
    """How far a run is with its end.

    asked        an exit came, which ends the run
    begun        the others hear of its end
    cut          another exit came since: nobody goes on
    interrupted  main was told of a Ctrl-C
    stale        main had ended by then, and whoever runs the loop learns of that as if it were news
    """

    __slots__ = ("asked", "begun", "cut", "interrupted", "stale")
    STATE = ("asked", "begun", "cut", "interrupted", "stale")

    def __init__(self, bit: int) -> None:
        self.bit = bit
        self.asked = self.begun = self.cut = False
        self.interrupted = self.stale = False


class Shutdown(Tasks):
    """Kernel that can end.

    late_spawns  tasks may be started when main is over
    closing      None where nothing but main's end can end the run
    ender        stands for the shutdown that an exit began: like a main that is done
    """

    late_spawns = False
    closing: Closing | None = None
    ender: Any = None

    def is_deadly(self, error: Any) -> bool:
        """Whether it is an exit or a Ctrl-C itself, and no group of some."""
        raise NotImplementedError

    # ------------------------------------------------------------ ops

    def exit_run(self, task: Task) -> None:
        """`sys.exit`. Raises Fault(SystemExit)."""
        raise Fault(self.fault("SystemExit"))

    def ctrl_c(self, task: Task) -> None:
        """Ctrl-C while that task runs. Raises Fault(KeyboardInterrupt) where it strikes there."""
        closing, main = self.closing, self.tasks[0]
        assert closing is not None
        self.writes |= closing.bit
        self.reads |= main.bit
        told = closing.interrupted or closing.begun or main.state == DONE
        if told or self.semantics.interrupts != "main":
            raise Fault(self.fault("KeyboardInterrupt"))
        closing.interrupted = True
        if not self.cancel_task(main):
            raise Fault(self.fault("RecursionError"))

    # ------------------------------------------------------------ ends

    def finish(self, task: Task, result: tuple[str, Any]) -> None:
        """A task's body is over; by an exit or a Ctrl-C, that ends more than the task."""
        super().finish(task, result)
        if self.closing is None or result[0] != "failed" or not self.is_deadly(result[1]):
            return
        if task.group is None or self.semantics.exits == "closes":
            self.end_all(result[1])

    def end_all(self, error: Any) -> None:
        """An exit or a Ctrl-C came out of a task."""
        closing = self.closing
        assert closing is not None
        self.writes |= ALL | closing.bit
        if self.semantics.exits != "closes":
            for scope in self.outside:
                self.cancel_scope(scope)
            for task in () if self.outside else self._alive():
                self.cancel_task(task)
        elif closing.begun:
            closing.cut = True
            if self.ender not in self.ready:
                self.ready.append(self.ender)
        elif not closing.asked:
            closing.asked = True
            if self.late_spawns and self.semantics.orphans == "in_turn":
                self.writes |= self.ender.bit
                self.ender.waiting = ("sweep", tuple(self._alive()), None)
            self.ready.append(
                self.ender
            )  # others may go on before they hear of it (`notice`: uvloop does)

    def let_deadly_out(self, errors: tuple[Any, ...]) -> None:
        """Where they leave the loop, a group raises the first of them as it is (asyncio). Raises Fault."""
        for error in errors if self.semantics.groups == "propagates" else ():
            if self.is_deadly(error):
                raise Fault(error)

    def notice(self, task: Task) -> None:
        """The end of main is told to the shutdown; what the shutdown waited for, too."""
        if task is not self.ender:
            super().notice(task)
            return
        closing, main = self.closing, self.tasks[0]
        assert closing is not None
        self.writes |= ALL | closing.bit
        if closing.cut:
            self._stop_dead()
            return
        if not closing.begun:
            closing.begun = True
            if main in self.ready and main.state == DONE and self.semantics.orphans == "cancelled":
                # asyncio: the callback of `run_until_complete` stops whatever loop it finds running: the shutdown's
                closing.stale = self.choose("wake", 2) == 1
        self.tell_others(task, task.end.result)

    def main_done(self, main: Task, result: tuple[str, Any]) -> None:
        """What happens to the others when main is over; if the run is ending all the same, nothing."""
        closing = self.closing
        if closing is not None:
            self.writes |= ALL | closing.bit
            if closing.asked:
                if closing.stale and not self.is_deadly(result[1]):
                    self._stop_dead()
                return
            closing.begun = self.semantics.exits == "closes"
        self.tell_others(main, result)

    def tell_others(self, main: Task, result: tuple[str, Any]) -> None:
        """Main is over, or what stands for it: whoever is alive is told."""
        self.writes |= ALL
        how = self.semantics.orphans
        alive = self._alive()
        if self.late_spawns and how in ("cancelled", "in_turn"):
            alive = self.sweep(main, alive)
        if how in ("abandoned", "destroyed"):
            self._stop_dead()
        elif how == "in_turn":
            if alive:
                first = alive[self.choose("cancel", len(alive)) if len(alive) > 1 else 0]
                first.end.joiners += (main,)
                self.writes |= first.end.bit
                self.cancel_task(first)
        elif how == "cancelled" or result[0] == "failed":
            for task in alive:
                if (
                    task.group is None or not self.level
                ):  # children stand in their groups' scopes, perhaps shielded
                    self.cancel_task(task)

    def sweep(self, main: Task, alive: list[Task]) -> list[Task]:
        """Whom the shutdown is to cancel; once these have ended it is over for who was started meanwhile, too."""
        first = main.waiting is None
        if first:
            self.writes |= main.bit
            main.waiting = ("sweep", tuple(alive), None)
            for task in alive if self.semantics.orphans == "cancelled" else ():
                task.end.joiners += (main,)
                self.writes |= task.end.bit
        assert main.waiting is not None
        left = [task for task in main.waiting[1] if task.state != DONE]
        if not left:
            self._stop_dead()
        return left if first or self.semantics.orphans == "in_turn" else []

    def _alive(self) -> list[Task]:
        return [task for task in self.tasks if task.state not in (DONE, UNSPAWNED)]

    def _stop_dead(self) -> None:
        """Whoever is alive is left where it stands."""
        self.over = True
        self.ready.clear()
