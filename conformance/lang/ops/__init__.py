"""The ops: every single thing that a task of a program can do, one file per area."""

from __future__ import annotations

from conformance.lang.ops.base import BLOCKS as BLOCKS
from conformance.lang.ops.base import OPS as OPS
from conformance.lang.ops.base import Block as Block
from conformance.lang.ops.base import Op as Op
from conformance.lang.ops.base import Ticks as Ticks
from conformance.lang.ops.base import Value as Value
from conformance.lang.ops.channels import Receive as Receive
from conformance.lang.ops.channels import ReceiveNowait as ReceiveNowait
from conformance.lang.ops.channels import Send as Send
from conformance.lang.ops.channels import SendNowait as SendNowait
from conformance.lang.ops.network import Abort as Abort
from conformance.lang.ops.network import Accept as Accept
from conformance.lang.ops.network import Close as Close
from conformance.lang.ops.network import CloseListener as CloseListener
from conformance.lang.ops.network import Connect as Connect
from conformance.lang.ops.network import Listen as Listen
from conformance.lang.ops.network import ReceiveExactly as ReceiveExactly
from conformance.lang.ops.network import ReceiveSome as ReceiveSome
from conformance.lang.ops.network import ReceiveUntilEof as ReceiveUntilEof
from conformance.lang.ops.network import SendBytes as SendBytes
from conformance.lang.ops.network import SendEof as SendEof
from conformance.lang.ops.structure import Attempt as Attempt
from conformance.lang.ops.structure import Detach as Detach
from conformance.lang.ops.structure import Group as Group
from conformance.lang.ops.structure import Shield as Shield
from conformance.lang.ops.sync import Acquire as Acquire
from conformance.lang.ops.sync import Release as Release
from conformance.lang.ops.sync import Set as Set
from conformance.lang.ops.sync import Wait as Wait
from conformance.lang.ops.tasks import Cancel as Cancel
from conformance.lang.ops.tasks import Join as Join
from conformance.lang.ops.tasks import Raise as Raise
from conformance.lang.ops.tasks import Return as Return
from conformance.lang.ops.tasks import Spawn as Spawn
from conformance.lang.ops.time import Block_ as Block_
from conformance.lang.ops.time import Checkpoint as Checkpoint
from conformance.lang.ops.time import FailAfter as FailAfter
from conformance.lang.ops.time import MoveOnAfter as MoveOnAfter
from conformance.lang.ops.time import Sleep as Sleep
from conformance.lang.ops.time import SleepUntil as SleepUntil
from conformance.lang.ops.watching import Log as Log
from conformance.lang.ops.watching import Note as Note
