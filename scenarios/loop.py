"""An event loop's callbacks: when they are called, how often, in which context; and their errors."""

from __future__ import annotations

from conformance.lang.ops import (
    Attempt,
    CallExceptionHandler,
    CallSoon,
    CancelHandle,
    GetVariable,
    HandleCancelled,
    Log,
    Note,
    Raise,
    SetExceptionHandler,
    SetVariable,
    Sleep,
)
from conformance.lang.pattern import ends, has, lacks, logs, reported, shared
from scenarios.loop_phrases import CALL_SOON, loop_page, question, rule

_CANCEL = loop_page("Handle.cancel")
_HANDLER = loop_page("loop.set_exception_handler")
_RAN = (Log("ran"),)

_CALLING = (
    rule(
        "call-soon-order",
        "Are callbacks called in the order in which they were registered?",
        {
            "main": (CallSoon("a"), CallSoon("b"), CallSoon("c"), Sleep(1)),
            "a": _RAN,
            "b": _RAN,
            "c": _RAN,
        },
        shared("a ran", "b ran", "c ran"),
        source=CALL_SOON,
        about={"call_soon"},
        mutant="callback-overtakes",
    ),
    rule(
        "call-soon-later",
        "Does call_soon return before the callback is called?",
        {"main": (CallSoon("a"), Log("scheduled"), Sleep(1)), "a": _RAN},
        shared("main scheduled", "a ran"),
        source=CALL_SOON,
        about={"call_soon"},
        mutant="callback-at-once",
    ),
    rule(
        "call-soon-inside-callback",
        "Is a callback that a callback registers called after those registered before it?",
        {
            "main": (CallSoon("a"), CallSoon("b"), Sleep(1)),
            "a": (Log("ran"), CallSoon("c")),
            "b": _RAN,
            "c": _RAN,
        },
        shared("a ran", "b ran", "c ran"),
        source=CALL_SOON,
        about={"call_soon"},
        mutant="nested-callback-first",
    ),
    rule(
        "call-soon-once",
        "Is a callback called exactly once?",
        {"main": (CallSoon("a"), Sleep(1), Sleep(1)), "a": (Note("ran"),)},
        logs(a=["ran"]),
        source=CALL_SOON,
        about={"call_soon"},
        mutant="callback-twice",
    ),
    question(
        "call-soon-inside-callback-round",
        "Does a callback registered in a callback run before the loop looks for timers that are due?",
        {
            "main": (CallSoon("a"), Sleep(0), Log("main")),
            "a": (Log("ran"), CallSoon("c")),
            "c": _RAN,
        },
        {
            "next-round": shared("a ran", "main main", "c ran"),
            "same-round": shared("a ran", "c ran", "main main"),
        },
        source=CALL_SOON,
        about={"call_soon"},
        shown_by="mutant:loop-nested-callback-first",
    ),
)

_HANDLES = (
    rule(
        "cancel-handle",
        "Is a callback that was cancelled never called?",
        {
            "main": (CallSoon("a"), CallSoon("b"), CancelHandle("a"), Sleep(1)),
            "a": _RAN,
            "b": _RAN,
        },
        ends(a="unstarted") & shared("b ran"),
        source=_CANCEL,
        about={"call_soon", "cancel_handle"},
        mutant="cancelled-callback-runs",
    ),
    rule(
        "cancel-handle-in-same-round",
        "Can a callback cancel one that is due right after it?",
        {
            "main": (CallSoon("a"), CallSoon("b"), CallSoon("c"), Sleep(1)),
            "a": (Log("ran"), CancelHandle("b")),
            "b": _RAN,
            "c": _RAN,
        },
        ends(b="unstarted") & shared("a ran", "c ran"),
        source=_CANCEL,
        about={"call_soon", "cancel_handle"},
        mutant="cancelled-callback-runs",
    ),
    rule(
        "cancel-handle-twice",
        "Has a second cancel of a callback no effect?",
        {
            "main": (CallSoon("a"), CancelHandle("a"), CancelHandle("a"), Note("twice"), Sleep(1)),
            "a": _RAN,
        },
        logs(main=["twice"]) & ends(a="unstarted", main="returned"),
        source=_CANCEL,
        about={"call_soon", "cancel_handle"},
        mutant="second-cancel-fails",
    ),
    rule(
        "handle-cancelled",
        "Does a handle say whether it was cancelled?",
        {
            "main": (
                CallSoon("a"),
                HandleCancelled("a"),
                CancelHandle("a"),
                HandleCancelled("a"),
                Sleep(1),
            ),
            "a": _RAN,
        },
        logs(main=["got false", "got true"]),
        source=loop_page("Handle.cancelled"),
        about={"call_soon", "cancel_handle", "handle_cancelled"},
        mutant="handle-denies-cancel",
    ),
    question(
        "cancel-handle-after-call",
        "Does a handle that is cancelled after its callback was called say that it was cancelled?",
        {
            "main": (CallSoon("a"), Sleep(1), CancelHandle("a"), HandleCancelled("a")),
            "a": (Note("ran"),),
        },
        {"yes": has(main="got true"), "no": has(main="got false")},
        source=_CANCEL,
        about={"call_soon", "cancel_handle", "handle_cancelled"},
        shown_by="mutant:loop-handle-denies-cancel",
    ),
)

_ERRORS = (
    rule(
        "error-spares-others",
        "Are the callbacks after one that raises called all the same?",
        {
            "main": (CallSoon("a"), CallSoon("b"), Sleep(1), Note("on")),
            "a": (Raise("E"),),
            "b": (Note("ran"),),
        },
        logs(b=["ran"], main=["on"]) & ends(a="raised E"),
        source=CALL_SOON,
        about={"call_soon"},
        mutant="error-drops-round",
    ),
    rule(
        "error-told",
        "Is the exception handler told of an error that comes out of a callback?",
        {
            "main": (SetExceptionHandler("h"), CallSoon("a"), Sleep(1)),
            "a": (Raise("E"),),
            "h": (Note("told"),),
        },
        logs(h=["got E", "told"]),
        source=_HANDLER,
        about={"call_soon", "set_exception_handler"},
        mutant="errors-unheard",
    ),
    rule(
        "error-told-to-newest-handler",
        "Does a new exception handler replace the one before?",
        {
            "main": (SetExceptionHandler("h"), SetExceptionHandler("i"), CallSoon("a"), Sleep(1)),
            "a": (Raise("E"),),
            "h": (Note("told"),),
            "i": (Note("told"),),
        },
        logs(h=[], i=["got E", "told"]),
        source=_HANDLER,
        about={"call_soon", "set_exception_handler"},
        mutant="first-handler-stays",
    ),
    rule(
        "call-exception-handler",
        "Does call_exception_handler tell the handler?",
        {
            "main": (SetExceptionHandler("h"), CallExceptionHandler("E"), Sleep(1)),
            "h": (Note("told"),),
        },
        logs(h=["got E", "told"]),
        source=loop_page("loop.call_exception_handler"),
        about={"call_exception_handler", "set_exception_handler"},
        mutant="errors-unheard",
    ),
    question(
        "error-in-exception-handler",
        "Does the loop go on after an error in the exception handler?",
        {
            "main": (SetExceptionHandler("h"), CallSoon("a"), CallSoon("b"), Sleep(1), Note("on")),
            "a": (Raise("E"),),
            "b": (Note("ran"),),
            "h": (Raise("F"),),
        },
        {
            "goes-on": logs(b=["ran"], main=["on"]),
            "ends": reported("run raised F") & lacks(main="on"),
        },
        source=_HANDLER,
        about={"call_soon", "set_exception_handler"},
        shown_by="mutant:loop-handler-error-ends-run",
    ),
)

_CONTEXT = (
    rule(
        "context-of-call-soon",
        "Does a callback see the context variables as they were when it was registered?",
        {
            "main": (SetVariable("v", 1), CallSoon("a"), SetVariable("v", 2), Sleep(1)),
            "a": (GetVariable("v"),),
        },
        logs(a=["got 1"]),
        source=CALL_SOON,
        about={"call_soon"},
        mutant="callback-in-loops-context",
        variables=("v",),
    ),
    rule(
        "context-kept-from-caller",
        "Is a context variable that a callback sets kept from whoever registered it?",
        {
            "main": (SetVariable("v", 1), CallSoon("a"), Sleep(1), GetVariable("v")),
            "a": (SetVariable("v", 2), GetVariable("v")),
        },
        logs(a=["got 2"], main=["got 1"]),
        source=CALL_SOON,
        about={"call_soon"},
        mutant="callback-shares-context",
        variables=("v",),
    ),
    question(
        "context-shared-by-callbacks",
        "Does a callback see what another one, registered in the same context, has set?",
        {
            "main": (SetVariable("v", 1), CallSoon("a"), CallSoon("b"), Sleep(1)),
            "a": (SetVariable("v", 2),),
            "b": (GetVariable("v"),),
        },
        {"no": logs(b=["got 1"]), "yes": logs(b=["got 2"])},
        source=CALL_SOON,
        about={"call_soon"},
        shown_by="mutant:loop-callback-shares-context",
        variables=("v",),
    ),
    question(
        "context-of-exception-handler",
        "In whose context does the exception handler run?",
        {
            "main": (
                SetVariable("v", 1),
                SetExceptionHandler("h"),
                SetVariable("v", 2),
                CallSoon("a"),
                Attempt((Sleep(1),), finally_=()),
            ),
            "a": (SetVariable("v", 3), Raise("E")),
            "h": (GetVariable("v"),),
        },
        {
            "the-callbacks": has(h="got 3"),
            "none": has(h="got none"),
            "the-handlers": has(h="got 1"),
            "the-registering": has(h="got 2"),
        },
        source=_HANDLER,
        about={"call_soon", "set_exception_handler"},
        shown_by="mutant:loop-handler-in-own-context",
        variables=("v",),
    ),
)

SCENARIOS = _CALLING + _HANDLES + _ERRORS + _CONTEXT
