"""Channels whose ends can be closed and cloned, asked of trio and anyio, who spell them alike."""

from __future__ import annotations

import math
from typing import Any, Final

from primitive_lib import Lib, Questions, refusal

ask: Final = Questions()


def _receiving(receive: Any, log: list[Any]) -> Any:
    """A task that receives once and writes down what it gets, or the error's name."""

    async def take() -> None:
        try:
            log.append(await receive.receive())
        except Exception as error:  # its name is what was asked for
            log.append(type(error).__name__)

    return take


def _sending(send: Any, item: Any, log: list[Any]) -> Any:
    async def put() -> None:
        log.append(await refusal(lambda: send.send(item)) or "sent")

    return put


@ask("channels/rendezvous-send-waits")
async def _(lib: Lib) -> str:
    (send, receive), log = lib.pipe(0), []  # type: ignore[var-annotated]
    await lib.start(_sending(send, 7, log))
    await lib.pause(1)
    answer = "returns" if log else "waits"
    assert await receive.receive() == 7
    return answer


@ask("channels/rendezvous-receive-waits")
async def _(lib: Lib) -> str:
    (send, receive), log = lib.pipe(0), []  # type: ignore[var-annotated]
    await lib.start(_receiving(receive, log))
    await lib.pause(1)
    sent = await lib.in_time(lambda: send.send(7))
    await lib.pause(1)
    return "yes" if sent and log == [7] else "no"


@ask("channels/rendezvous-nowait-alone")
async def _(lib: Lib) -> str:
    send, _receive = lib.pipe(0)
    told = await refusal(lambda: send.send_nowait(7))
    return {"WouldBlock": "fails", "": "returns"}[told]


@ask("channels/rendezvous-send-nowait")
async def _(lib: Lib) -> str:
    (send, receive), log = lib.pipe(0), []  # type: ignore[var-annotated]
    await lib.start(_receiving(receive, log))
    await lib.pause(1)
    told = await refusal(lambda: send.send_nowait(7))
    await lib.pause(1)
    return "yes" if not told and log == [7] else "no"


@ask("channels/rendezvous-receive-nowait")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(0)
    await lib.start(_sending(send, 7, []))
    await lib.pause(1)
    told = await refusal(receive.receive_nowait)
    return {"WouldBlock": "fails", "": "gets-it"}[told]


@ask("channels/rendezvous-order")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(0)
    for item in (1, 2):
        await lib.start(_sending(send, item, []))
        await lib.pause(1)
    return {1: "first", 2: "last"}[await receive.receive()]


@ask("channels/rendezvous-cancelled-sender")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(0)
    task = await lib.start(_sending(send, 7, []))
    await lib.pause(1)
    await lib.cancel(task)
    await lib.ended(task)
    return "received" if await lib.in_time(receive.receive) else "gone"


@ask("channels/unbounded-send")
async def _(lib: Lib) -> str:
    send, _receive = lib.pipe(math.inf)

    async def many() -> None:
        for item in range(100):
            await send.send(item)

    return "never-waits" if await lib.in_time(many) else "waits"


@ask("channels/unbounded-order")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(math.inf)
    for item in range(20):
        await send.send(item)
    return "yes" if [await receive.receive() for _ in range(20)] == list(range(20)) else "no"


@ask("channels/length")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(3)
    told = [send.statistics().current_buffer_used]
    await send.send(1)
    await send.send(2)
    told.append(send.statistics().current_buffer_used)
    await receive.receive()
    told.append(send.statistics().current_buffer_used)
    return "yes" if told == [0, 2, 1] else "no"


@ask("channels/length-waiting-sender")
async def _(lib: Lib) -> str:
    send, _receive = lib.pipe(1)
    await send.send(1)
    await lib.start(_sending(send, 2, []))
    await lib.pause(1)
    return {1: "does-not", 2: "counts"}[send.statistics().current_buffer_used]


@ask("channels/length-handed-over")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(2)
    await lib.start(_receiving(receive, []))
    await lib.pause(1)
    send.send_nowait(7)
    return {0: "does-not", 1: "counts"}[send.statistics().current_buffer_used]


@ask("channels/close-ends-receive")
async def _(lib: Lib) -> str:
    (send, receive), log = lib.pipe(1), []  # type: ignore[var-annotated]
    await lib.start(_receiving(receive, log))
    await lib.pause(1)
    send.close()
    await lib.pause(1)
    return "yes" if log == [lib.end] else "no"


@ask("channels/close-keeps-items")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(2)
    await send.send(1)
    await send.send(2)
    send.close()
    got: list[Any] = []
    for _ in range(3):
        await _receiving(receive, got)()
    return "kept" if got == [1, 2, lib.end] else "lost"


@ask("channels/close-nowait-end")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(1)
    before = await refusal(receive.receive_nowait)
    send.close()
    after = await refusal(receive.receive_nowait)
    return "tells" if (before, after) == ("WouldBlock", lib.end) else "does-not"


@ask("channels/send-after-close")
async def _(lib: Lib) -> str:
    send, _receive = lib.pipe(1)
    send.close()
    told = await refusal(lambda: send.send(1))
    return "refused" if told == "ClosedResourceError" else "sent"


@ask("channels/send-nowait-after-close")
async def _(lib: Lib) -> str:
    send, _receive = lib.pipe(1)
    send.close()
    told = await refusal(lambda: send.send_nowait(1))
    return "yes" if told == "ClosedResourceError" else "no"


@ask("channels/close-under-send")
async def _(lib: Lib) -> str:
    (send, _receive), log = lib.pipe(0), []  # type: ignore[var-annotated]
    await lib.start(_sending(send, 2, log))
    await lib.pause(1)
    send.close()
    await lib.pause(1)
    names = {"ClosedResourceError": "refused", "sent": "goes-on"}
    return names[log[0]] if log else "waits"


@ask("channels/send-then-close")
async def _(lib: Lib) -> str:
    (send, receive), log = lib.pipe(1), []  # type: ignore[var-annotated]

    async def twice() -> None:
        await _receiving(receive, log)()
        await _receiving(receive, log)()

    await lib.start(twice)
    await lib.pause(1)
    send.send_nowait(7)
    send.close()
    await lib.pause(1)
    return "yes" if log == [7, lib.end] else "no"


@ask("channels/close-then-cancel", runs=3)
async def _(lib: Lib) -> str:
    (send, receive), log = lib.pipe(1), []

    async def take() -> None:
        try:
            await receive.receive()
        except lib.cancelled:
            log.append("cancellation")
            raise
        except Exception:  # the lib.end, under either name
            log.append("end")

    task = await lib.start(take)
    await lib.pause(1)
    send.close()
    await lib.cancel(task)
    await lib.ended(task)
    return str(log[0])


@ask("channels/close-twice")
async def _(lib: Lib) -> str:
    send, _receive = lib.pipe(1)
    send.close()
    return "error" if await refusal(send.close) else "may"


@ask("channels/send-to-nobody")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(1)
    receive.close()
    told = await refusal(lambda: send.send(1))
    return "refused" if told == "BrokenResourceError" else "sent"


@ask("channels/close-receiver-under-send")
async def _(lib: Lib) -> str:
    (send, receive), log = lib.pipe(0), []  # type: ignore[var-annotated]
    await lib.start(_sending(send, 2, log))
    await lib.pause(1)
    receive.close()
    await lib.pause(1)
    return "yes" if log == ["BrokenResourceError"] else "no"


@ask("channels/close-receiver-under-receive")
async def _(lib: Lib) -> str:
    (send, receive), log = lib.pipe(1), []  # type: ignore[var-annotated]
    await lib.start(_receiving(receive, log))
    await lib.pause(1)
    receive.close()
    await lib.pause(1)
    send.close()
    return {"ClosedResourceError": "refused"}.get(log[0], "ends") if log else "waits"


@ask("channels/receive-after-close")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(1)
    await send.send(1)
    receive.close()
    told = await refusal(receive.receive)
    return "refused" if told == "ClosedResourceError" else "received"


@ask("channels/close-receiver-items")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(1)
    await send.send(1)
    receive.close()
    return {0: "dropped", 1: "kept"}[send.statistics().current_buffer_used]


@ask("channels/clone-keeps-open")
async def _(lib: Lib) -> str:
    (send, receive), log = lib.pipe(1), []  # type: ignore[var-annotated]
    clone = send.clone()
    await lib.start(_receiving(receive, log))
    send.close()
    await lib.pause(1)
    await refusal(lambda: clone.send(7))
    await lib.pause(1)
    return "can" if log == [7] else "cannot"


@ask("channels/clone-last-closes")
async def _(lib: Lib) -> str:
    (send, receive), log = lib.pipe(1), []  # type: ignore[var-annotated]
    clone = send.clone()
    await lib.start(_receiving(receive, log))
    send.close()
    await lib.pause(1)
    early = list(log)
    clone.close()
    await lib.pause(1)
    if early:
        return "first"
    return "last" if log == [lib.end] else "never"


@ask("channels/clone-of-closed")
async def _(lib: Lib) -> str:
    send, _receive = lib.pipe(1)
    send.close()
    told = await refusal(send.clone)
    return "refused" if told == "ClosedResourceError" else "cloned"


@ask("channels/clone-same-channel")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(2)
    clone = send.clone()
    await send.send(1)
    await clone.send(2)
    return "yes" if [await receive.receive(), await receive.receive()] == [1, 2] else "no"


@ask("channels/clone-closes-one")
async def _(lib: Lib) -> str:
    (send, receive), log = lib.pipe(0), []  # type: ignore[var-annotated]
    clone = send.clone()
    await lib.start(_sending(send, 2, log))
    await lib.pause(1)
    clone.close()
    await lib.pause(1)
    if log:
        return "refuses"
    await receive.receive()
    await lib.pause(1)
    return "leaves-alone" if log == ["sent"] else "refuses"


@ask("channels/clone-receivers-share")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(1)
    got: list[list[Any]] = [[], []]
    for end_of, mine in zip((receive, receive.clone()), got, strict=True):
        await lib.start(_receiving(end_of, mine))
    for item in (1, 2):
        await lib.pause(1)
        await send.send(item)
    await lib.pause(1)
    return "yes" if sorted(got) == [[1], [2]] else "no"


@ask("channels/clone-receiver-keeps-open")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(3)
    clone = receive.clone()
    receive.close()
    first = await refusal(lambda: send.send(1))
    clone.close()
    second = await refusal(lambda: send.send(2))
    told = (bool(first), bool(second))
    return {(False, True): "as-long", (True, True): "no-longer"}.get(told, "for-ever")
