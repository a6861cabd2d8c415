"""Every act of this room, one function each: views, the desk, commands and robots call these."""

from counters.actions.base import AlreadyInLine, CounterBusy, Refused
from counters.actions.calling import (
    arrived,
    call_next,
    call_this,
    finish,
    no_answer,
    recall,
    undo,
)
from counters.actions.counter_states import (
    begin_disruption,
    close_counter,
    disrupt_counter,
    end_disruption,
    open_counter,
    pause_counter,
)
from counters.actions.devices import (
    claim_device,
    register_device,
    renew_device,
    revoke_device,
    seen_device,
)
from counters.actions.line import hold, next_errand, resume, transfer
from counters.actions.own import (
    cancel,
    come_back,
    defer,
    expire,
    expire_missed,
    printed,
    settle_printing,
)
from counters.actions.places import (
    appoint,
    can_put_in_force,
    draft_standard,
    end_posting,
    follow_postings,
    group_of,
    put_in_force,
)
from counters.actions.tickets import issue

__all__ = [
    "AlreadyInLine",
    "CounterBusy",
    "Refused",
    "appoint",
    "arrived",
    "begin_disruption",
    "call_next",
    "call_this",
    "can_put_in_force",
    "cancel",
    "claim_device",
    "close_counter",
    "come_back",
    "defer",
    "disrupt_counter",
    "draft_standard",
    "end_disruption",
    "end_posting",
    "expire",
    "expire_missed",
    "finish",
    "follow_postings",
    "group_of",
    "hold",
    "issue",
    "next_errand",
    "no_answer",
    "open_counter",
    "pause_counter",
    "printed",
    "put_in_force",
    "recall",
    "register_device",
    "renew_device",
    "resume",
    "revoke_device",
    "seen_device",
    "settle_printing",
    "transfer",
    "undo",
]
