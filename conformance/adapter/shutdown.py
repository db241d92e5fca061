"""Facet: what ends more than a task. An adapter that mixes it in says that its `run` survives both."""

from __future__ import annotations

import os
import signal
import threading


class Shutdown:
    """Ops `interrupt` and `exit`, called from tasks and threads."""

    def interrupt(self) -> None:
        """Ctrl-C: the signal, sent to the main thread, where Python handles it (at once if we are there)."""
        if threading.current_thread() is threading.main_thread():
            signal.raise_signal(signal.SIGINT)
        else:
            os.kill(os.getpid(), signal.SIGINT)

    def exit(self) -> None:
        """`sys.exit`."""
        raise SystemExit(1)
