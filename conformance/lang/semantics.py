"""Semantics: a runtime's answers to the questions that the oracle has to ask.

The defaults allow the most. An adapter declares what its runtime's documents say, each with a
citation; the more it declares, the more strictly it is checked. An answer without a citation is
only INTERESTING evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, final, get_args, get_origin, get_type_hints

Point = Literal["always", "if_blocks", "never", "unspecified"]
"""Whether an op is a schedule point, or a cancel point: always, only if it has to wait, never."""


@final
@dataclass(frozen=True, slots=True)
class Semantics:
    """One runtime's answers.

    order            which ready task goes on next. `fifo`: first steps and checkpoints keep their
                     order, any other wake-up may come late; `any`: whichever.
    start            `later`, or `eager`: a new task's first step runs inside the call that spawns
                     it.
    cancellation     `edge`: told once; `level`: told again at each cancel point until the scope is
                     left.
    cancel_before_start   `skips` the body, or `runs` it up to its first cancel point.
    cancel_at_return `value`: a cancel that nobody was told of is forgotten when the task returns;
                     `cancelled`: the task counts as cancelled all the same.
    cancel_again     a second call to cancel one task is `told` like the first (two before the task is
                     told of one are one), `each` is told, or it is `ignored`.
    cancel_ended     a cancel of a task that has ended does `nothing`, or is an `error`.
    cancel_waits     whether the call to cancel waits for the target's end.
    cancel_running   a task that does not wait when it is cancelled (by itself, say) is told `later`, at a cancel
                     point, or `never`; or a task that cancels itself is told `at_once`, by that call.
    race             a cancel in the round in which what the task waits for has come: `cancel` wins,
                     `completion` wins, or `either`.
    sleep_race       the same of a sleep whose time has come: as `race` says; or the `cancel` wins, since a sleep is a
                     deadline of its own around a wait that never ends.
    cancelled_send   a channel send that was told of a cancellation `did_not` happen; or it `may` have: its item can
                     be taken up to the moment at which the sender goes on.
    cancel_joiner    cancelling a joiner `propagates` to the joined task, which is told instead of it, or `leaves` it;
                     or `both` are told, the joiner when the joined task has ended (then labels alone judge joiners
                     that are cancelled).
    join_error       a join raises the `same` exception object, or one that is `wrapped`; or it is `copied`: each joiner
                     is given one of its own, of the same type and arguments (`Copy(NAME)` in a log).
    join_cancelled   joining a cancelled task raises `cancelled` or an `error`, or returns a `value` that says so.
    joiners          `each` of several joiners gets what the task ended with; or the `first` that waited for it
                     takes it, and the others get nothing.
    join_self        joining oneself is an `error`, or `blocks`.
    locks            a freed lock goes to the first waiter (`fair`), or to whoever takes it
                     (`barging`; `unordered` where those who wait are told in no order).
    channels         an item goes to the first receiver (`fair`), or to whoever takes it
                     (`barging`; `unordered` where those who wait are told in no order).
    permits          a permit of a semaphore, a token of a limiter goes to the first waiter (`fair`), or to
                     whoever takes it (`barging`; `unordered` where those who wait are told in no order).
    conditions       those that waited longest for a condition are notified first (`fair`), or whoever (`unordered`).
    notified         one that is notified is `queued` for the condition's lock at once; or it is `woken` to ask for it.
    reacquire        who is cancelled on the way back from a condition is told with the lock (`lock_first`), or
                     without it (`at_once`), or only later, the wait being over (`shielded`).
    lost_notify      what was told to a waiter that ends in a cancellation is `lost`, or `passed_on` to the next; or
                     whoever ends so notifies the next, notified or not (`made_up`).
    relock           taking a lock that one holds `blocks`, or is an `error`; or one `reenters` it: it is free after as
                     many releases as acquires.
    unowned          releasing a lock that another task holds is an `error`, or `works`.
    ties             timers with equal deadlines fire in the order of arming (`fifo`) or in `any`
                     order.
    past             a deadline that is not after now: `before` its body's first cancel point,
                     `later`: when the loop next looks, so that what never waits gets through;
                     `either`; or it `skips` its body altogether (then labels alone judge).
    deadlines        of a task's open deadlines `each` is set; or only the `nearest`: once it has struck, or its task
                     was cancelled, none is, until a block is left: that sets the one before it again, struck or not.
    stray_timeout    the Timeout of a deadline that passes an outer deadline, which has not struck, `passes` as it
                     is, or becomes an `error`.
    dead_owner       a lock whose owner ended without releasing it is `kept`, or `broken`: an error
                     for whoever wants it.
    notice           a group (and the shutdown) learns of a task's end `at_once`, or `later`.
    orphans          tasks alive when main ends are `cancelled` all together, or `in_turn`, each
                     awaited before the next; `awaited`; `destroyed`: their coroutines are closed; or `abandoned`.
    unjoined         the error of a task that nobody joined is `ignored`; or it `ends` the run, main and all (where
                     `orphans` are not abandoned or destroyed, labels alone judge programs in which a task fails); or
                     it `spreads` to tasks that have no part in it (then labels alone judge these programs, too).
    groups           a child's error cancels its siblings and the body, and `propagates` in an
                     exception group; or it is `collected`: noticed when the body is over, it
                     cancels the siblings (so does a cancelled child), and goes nowhere.
    children         a group that gives up cancels its children all `together`; or `in_turn`: each is awaited before the
                     next (all of them together where its body failed), and one that is told of a cancellation
                     while it waits for whom it cancelled leaves, those that are alive left as they are.
    group_requests   where cancellation is edge: a request to cancel the owner of a group that also fails is `counted`:
                     told after the group's errors, unless the group made it; or any may be lost or told: `loose`.
    late_child       a group in which a child has failed still `starts` another, or it is `refused`.
    fail_cancelled   a `fail_after` whose scope was cancelled by hand raises `timeout`, or is just `left`.
    negative_sleep   a sleep of less than zero ticks is `taken` as one of zero, or `refused` by an error.
    nan_sleep        a sleep of ticks that are no number is `refused` by an error. `unknown`: labels alone judge.
    nan_deadline     so is the entering of a deadline of such ticks.
    late_move        moving a deadline that has struck, or whose block was left, is an `error` or `ignored`.
    called_cancelled a task is called cancelled when it has `ended` so, or once it was `asked` to.
    requests         asked how many requests to cancel a task there are, a runtime tells of those made and not taken
                     back: `counted`; or `scopes` make them: a task that asks of itself outside of cancelled scopes is
                     told of none, and any number may be told inside of one, or of another task.
    start_cancelled  a `start` that is told of a cancellation waits for its task, then ends `as_child`
                     did, or `cancelled`.
    context          a task's context variables are `copied` from whoever spawns it, `shared` by all, or
                     `fresh`: not set.
    schedule_points, cancel_points   by op kind (`conformance list capabilities`); `default` for the others. `group` is
                     about a group's end. Nothing is read of other blocks (but a `shield` that `always` is a cancel
                     point; and a `fail_after:one`, which is one around a single op that waits, that `always` is a
                     schedule point: it performs the op in a task of its own, so that others run before and after it,
                     and a cancellation before it is told in its place), of `block`, `exit`, `interrupt`, and of what
                     has no method: `log`, `return`, …
    second_user      a task that receives from (sends to, accepts on) what another one waits for is `refused`; or only
                     `if_blocks`: if it has to wait, too; or it `displaces` the other, who is never woken (then labels
                     alone judge).
    own_close        an op on a stream that was closed at this end fails as `closed`, even if it was under way; or so,
                     once bytes that had come before are read: `drained`; or it fails in `any` way, or tells the end.
                     Where it is not `closed`, who waits at an end of a channel whose other end is closed may be told
                     that its own end is, if that comes to pass before it goes on.
    waiters          asked how many tasks wait for an object, a runtime counts those that are `blocked` on it; or it may
                     count whoever is `inside` the call still: woken, or told of a cancellation, and not gone on yet;
                     and of the next parties of a barrier none before the last ones are through.
    cancelled_thread a wait for a thread that is told of a cancellation is `abandoned`, while the thread goes on; or
                     `awaited`: told of nothing until the thread is done. Where the program does not ask for either.
    thread_call      what a thread has the loop perform is `apart`, or `inside` the scopes of the task that waits for
                     the thread, and cancelled with it.
    thread_context   a thread's context variables are `copied` from whoever waits for it, or not set: `none`.
    leftover_threads threads at work when the run is over are `awaited` by its shutdown, or `abandoned`.
    exits            a task outside groups that ends by an exit or a Ctrl-C `cancels` whoever main's failure would; or
                     any task that does so `closes` the run there and then: who is alive is left as when main ends
                     (`orphans`), which the next one cuts short, and a group raises it as it is. `unknown`: labels
                     alone judge.
    interrupts       a Ctrl-C strikes `there`: in the task that runs; or the first one cancels `main`, unless that has
                     ended. `unknown`: labels alone judge.
    serving          a server accepts in a `task` of its own beside its handlers', which closes the listener at its end;
                     or in its `body`, and leaves it open. `unknown`, or handlers `apart`: labels alone judge servers.
    handlers         a server's handlers are `inside` it: cancelled with it, and an error of one ends it; or `apart`.
    handled          a connection whose handler has returned is `closed`, or left `open`.
    citations        for each field, where the runtime's documents say so.
    """

    order: Literal["fifo", "any"] = "any"
    start: Literal["later", "eager"] = "later"
    cancellation: Literal["edge", "level"] = "edge"
    cancel_before_start: Literal["skips", "runs"] = "skips"
    cancel_at_return: Literal["value", "cancelled"] = "value"
    cancel_again: Literal["told", "each", "ignored"] = "told"
    cancel_ended: Literal["nothing", "error"] = "nothing"
    cancel_waits: bool = False
    cancel_running: Literal["later", "at_once", "never"] = "later"
    race: Literal["cancel", "completion", "either"] = "either"
    sleep_race: Literal["race", "cancel"] = "race"
    cancelled_send: Literal["did_not", "may"] = "did_not"
    cancel_joiner: Literal["propagates", "leaves", "both"] = "leaves"
    join_error: Literal["same", "wrapped", "copied"] = "same"
    join_cancelled: Literal["cancelled", "error", "value"] = "cancelled"
    joiners: Literal["each", "first"] = "each"
    join_self: Literal["error", "blocks"] = "blocks"
    locks: Literal["fair", "barging", "unordered"] = "fair"
    channels: Literal["fair", "barging", "unordered"] = "fair"
    permits: Literal["fair", "barging", "unordered"] = "fair"
    conditions: Literal["fair", "unordered"] = "fair"
    notified: Literal["queued", "woken"] = "woken"
    reacquire: Literal["lock_first", "at_once", "shielded"] = "lock_first"
    lost_notify: Literal["lost", "passed_on", "made_up"] = "lost"
    relock: Literal["blocks", "error", "reenters"] = "blocks"
    unowned: Literal["error", "works"] = "works"
    ties: Literal["fifo", "any"] = "any"
    past: Literal["before", "later", "either", "skips"] = "either"
    deadlines: Literal["each", "nearest"] = "each"
    stray_timeout: Literal["passes", "error"] = "passes"
    dead_owner: Literal["kept", "broken"] = "kept"
    notice: Literal["at_once", "later"] = "later"
    orphans: Literal["cancelled", "in_turn", "awaited", "destroyed", "abandoned"] = "cancelled"
    unjoined: Literal["ignored", "ends", "spreads"] = "ignored"
    groups: Literal["propagates", "collected"] = "propagates"
    children: Literal["together", "in_turn"] = "together"
    group_requests: Literal["counted", "loose"] = "loose"
    late_child: Literal["starts", "refused"] = "starts"
    fail_cancelled: Literal["timeout", "left"] = "timeout"
    negative_sleep: Literal["taken", "refused"] = "taken"
    nan_sleep: Literal["unknown", "refused"] = "unknown"
    nan_deadline: Literal["unknown", "refused"] = "unknown"
    late_move: Literal["error", "ignored"] = "ignored"
    called_cancelled: Literal["ended", "asked"] = "ended"
    requests: Literal["counted", "scopes"] = "counted"
    start_cancelled: Literal["as_child", "cancelled"] = "as_child"
    context: Literal["copied", "shared", "fresh"] = "copied"
    schedule_points: Mapping[str, Point] = field(default_factory=lambda: {"default": "unspecified"})
    cancel_points: Mapping[str, Point] = field(default_factory=lambda: {"default": "unspecified"})
    second_user: Literal["refused", "if_blocks", "displaces"] = "if_blocks"
    own_close: Literal["closed", "drained", "any"] = "any"
    waiters: Literal["blocked", "inside"] = "inside"
    cancelled_thread: Literal["abandoned", "awaited"] = "abandoned"
    thread_call: Literal["apart", "inside"] = "apart"
    thread_context: Literal["copied", "none"] = "copied"
    leftover_threads: Literal["awaited", "abandoned"] = "awaited"
    exits: Literal["unknown", "cancels", "closes"] = "unknown"
    interrupts: Literal["unknown", "there", "main"] = "unknown"
    serving: Literal["unknown", "task", "body"] = "unknown"
    handlers: Literal["inside", "apart"] = "inside"
    handled: Literal["closed", "open"] = "closed"
    citations: Mapping[str, str] = field(default_factory=dict)

    def schedule_point(self, kind: str) -> Point:
        """Whether that op kind lets other tasks run."""
        return self.schedule_points.get(kind, self.schedule_points.get("default", "unspecified"))

    def cancel_point(self, kind: str) -> Point:
        """Whether that op kind takes a cancellation."""
        return self.cancel_points.get(kind, self.cancel_points.get("default", "unspecified"))


def semantics_to_json(semantics: Semantics) -> dict[str, Any]:
    """A declaration as a JSON value."""
    encoded: dict[str, Any] = {}
    for item in fields(semantics):
        value = getattr(semantics, item.name)
        encoded[item.name] = dict(value) if isinstance(value, Mapping) else value
    return encoded


def semantics_from_json(data: Mapping[str, Any]) -> Semantics:
    """A declaration from its JSON value.

    Raises TypeError for unknown fields and what is no mapping, ValueError for an answer that a field does not know.
    """
    _check_mapping("semantics", data)
    kinds = get_type_hints(Semantics)
    for name, value in data.items():
        known = get_args(kinds.get(name)) if get_origin(kinds.get(name)) is Literal else ()
        if known and value not in known:
            raise ValueError(f"`{name}` is {value!r}, and may be {' or '.join(known)}")
        if kinds.get(name) is bool and not isinstance(value, bool):
            raise TypeError(f"`{name}` is {value!r}, neither true nor false")
        if name in {"schedule_points", "cancel_points"}:
            _check_points(name, value)
        if name == "citations":
            _check_mapping(name, value)
    return Semantics(**data)


def _check_mapping(name: str, value: object) -> None:
    if not isinstance(value, Mapping):
        raise TypeError(f"`{name}` is {str(value)[:80]!r}, not a mapping")


def _check_points(name: str, points: Mapping[str, Any]) -> None:
    _check_mapping(name, points)
    for kind, point in points.items():
        if point not in get_args(Point):
            raise ValueError(
                f"`{name}` of `{kind}` is {point!r}, and may be {' or '.join(get_args(Point))}"
            )
