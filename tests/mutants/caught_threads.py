"""Which scenarios catch which mutant of threads, ends, servers and peers: at least these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CAUGHT_BY: Final[Mapping[str, frozenset[str]]] = {
    "abandoned-error-strikes": frozenset({"threads/abandoned-error"}),
    "abandoned-thread-stops": frozenset(
        {"threads/abandoned", "threads/abandoned-error", "threads/abandoned-goes-on"}
    ),
    "awaited-thread-cancelled": frozenset(
        {
            "threads/awaited-error",
            "threads/call-after-cancel",
            "threads/call-under-way",
        }
    ),
    "awaited-thread-eats-cancel": frozenset({"threads/cancelled-later", "threads/shielded"}),
    "call-answers-early": frozenset(
        {
            "threads/call-after-cancel",
            "threads/call-context",
            "threads/call-error",
            "threads/call-under-way",
        }
    ),
    "call-error-lost": frozenset({"threads/call-error"}),
    "call-outside-scopes": frozenset({"threads/call-after-cancel", "threads/call-under-way"}),
    "call-without-context": frozenset({"threads/call-context"}),
    "calls-unperformed": frozenset(
        {
            "threads/call-after-cancel",
            "threads/call-context",
            "threads/call-error",
            "threads/call-sets-event",
        }
    ),
    "cancelled-thread-starts": frozenset({"threads/cancelled-before"}),
    "closed-path-connects": frozenset({"unix/connect-after-close"}),
    "end-waits-for-threads": frozenset({"threads/left-at-the-end"}),
    "ends-only-its-task": frozenset(
        {"shutdown/interrupt-between-tasks", "shutdown/interrupt-in-child-raises"}
    ),
    "exit-lost": frozenset(
        {"shutdown/exit-in-group", "shutdown/exit-in-main", "shutdown/exit-in-thread"}
    ),
    "interrupt-cuts-cleanup": frozenset({"shutdown/interrupt-cleanup"}),
    "handlers-outlive-server": frozenset(
        {"tcp/serve-cancel-closes", "tcp/serve-cancel-handlers", "tcp/serve-handler-error"}
    ),
    "hasty-exact-read": frozenset({"tcp/peer-drips"}),
    "interrupt-abandons": frozenset({"shutdown/interrupt-between-tasks"}),
    "interrupt-lost": frozenset(
        {
            "shutdown/interrupt-between-tasks",
            "shutdown/interrupt-in-child-raises",
            "shutdown/interrupt-in-group",
            "shutdown/interrupt-run-raises",
        }
    ),
    "one-thread-at-a-time": frozenset({"threads/two-at-once"}),
    "reset-unreceived": frozenset(
        {
            "tcp/peer-reset-under-receive",
            "tcp/peer-resets-before-accept",
            "tcp/peer-sends-then-resets",
            "unix/close-with-unread-data",
        }
    ),
    "sends-without-room": frozenset({"tcp/peer-never-reads"}),
    "server-keeps-listening": frozenset({"tcp/serve-cancel-refuses"}),
    "server-leaves-open": frozenset(
        {"tcp/serve-cancel-closes", "tcp/serve-handler-error-closes", "tcp/serve-handler-returns"}
    ),
    "server-misses-close": frozenset({"tcp/serve-listener-closed"}),
    "server-survives-handlers": frozenset({"tcp/serve-handler-error"}),
    "serves-nobody": frozenset(
        {
            "tcp/serve",
            "tcp/serve-after-connect",
            "tcp/serve-cancel-handlers",
            "tcp/serve-handler-error",
        }
    ),
    "serves-one-by-one": frozenset({"tcp/serve-two-at-once"}),
    "shield-leaks-to-threads": frozenset({"threads/shielded"}),
    "stop-iteration-hangs": frozenset({"threads/stop-iteration"}),
    "thread-begins-late": frozenset(
        {
            "threads/abandoned",
            "threads/abandoned-error",
            "threads/abandoned-goes-on",
            "threads/awaited-error",
        }
    ),
    "thread-error-lost": frozenset(
        {
            "shutdown/exit-in-thread",
            "threads/awaited-error",
            "threads/error",
            "threads/error-in-group",
        }
    ),
    "thread-returns-nothing": frozenset({"threads/value"}),
    "thread-shares-context": frozenset({"threads/context-comes-back"}),
    "thread-without-context": frozenset({"threads/context"}),
    "threads-abandoned": frozenset(
        {
            "threads/call-after-cancel",
            "threads/call-under-way",
            "threads/cancelled-wait",
            "threads/check-cancelled",
        }
    ),
    "threads-always-told": frozenset({"threads/check-not-cancelled"}),
    "threads-never-abandoned": frozenset(
        {
            "threads/abandoned",
            "threads/abandoned-error",
            "threads/abandoned-goes-on",
            "threads/left-at-the-end",
        }
    ),
    "threads-never-told": frozenset(
        {
            "threads/check-cancelled",
        }
    ),
}

UNCAUGHT: Final[Mapping[str, str]] = {
    "dead-connections-skipped": "POSIX leaves it to the system, so the scenario does not judge: only the answer to "
    "`tcp/peer-resets-before-accept` changes (generated programs find it: Linux hands such connections over)",
}

UNKEPT: Final[Mapping[str, str]] = {
    "shutdown/interrupt-in-child": "asyncio: main is told of a Ctrl-C; in the reference, who runs",
    "shutdown/interrupt-in-main": "asyncio: Ctrl-C strikes where main next waits; the reference's, there",
    "shutdown/interrupt-twice": "asyncio: the second Ctrl-C strikes at once; the reference's first does",
}
