"""Every act of this room, one function each: views, the desk, commands and robots call these."""

from counters.actions.base import AlreadyInLine, CounterBusy, FormUsed, Refused
from counters.actions.booking_base import HoldOver
from counters.actions.bookings import cancel_booking, check_in, reschedule
from counters.actions.calling import (
    arrived,
    call_next,
    call_this,
    finish,
    no_answer,
    recall,
)
from counters.actions.counter_states import (
    begin_disruption,
    close_counter,
    disrupt_counter,
    end_disruption,
    open_counter,
    pause_counter,
)
from counters.actions.day_ends import end_of_day, end_past_days
from counters.actions.days import (
    change_day,
    displace,
    reopen_day,
    set_quota,
)
from counters.actions.devices import (
    claim_device,
    register_device,
    renew_device,
    revoke_device,
    seen_device,
)
from counters.actions.hall import (
    announce,
    assign_queues,
    end_announcement,
    give_numbers_again,
    stop_numbers,
)
from counters.actions.holds import accept, confirm, hold_again
from counters.actions.holds import hold as hold_place
from counters.actions.line import hold, next_errand, resume, transfer
from counters.actions.line_notices import can_send_link, send_link
from counters.actions.lost_times import displace_lost, follow_calendar
from counters.actions.own import (
    can_come_back,
    cancel,
    come_back,
    defer,
    expire,
    expire_missed,
    printed,
    renew_link,
    settle_printing,
)
from counters.actions.paper import PaperEntry, key_in, reserve_block
from counters.actions.places import (
    appoint,
    can_put_in_force,
    draft_standard,
    end_posting,
    follow_postings,
    group_of,
    put_in_force,
)
from counters.actions.slots import make_slots
from counters.actions.tickets import issue
from counters.actions.undo import undo
from counters.actions.waiting_list import (
    decline,
    end_lists,
    expire_booking,
    expire_holds,
    join_list,
    lapse_displaced,
    make_offers,
    mark_no_shows,
    no_show,
    release_places,
    remind,
)

__all__ = [
    "stop_numbers",
    "give_numbers_again",
    "end_announcement",
    "assign_queues",
    "announce",
    "AlreadyInLine",
    "CounterBusy",
    "FormUsed",
    "HoldOver",
    "PaperEntry",
    "Refused",
    "accept",
    "appoint",
    "arrived",
    "begin_disruption",
    "call_next",
    "call_this",
    "can_come_back",
    "can_send_link",
    "send_link",
    "can_put_in_force",
    "cancel",
    "claim_device",
    "cancel_booking",
    "change_day",
    "check_in",
    "close_counter",
    "come_back",
    "confirm",
    "decline",
    "displace_lost",
    "end_lists",
    "follow_calendar",
    "defer",
    "displace",
    "disrupt_counter",
    "draft_standard",
    "end_disruption",
    "end_of_day",
    "end_past_days",
    "end_posting",
    "expire",
    "expire_booking",
    "expire_holds",
    "expire_missed",
    "finish",
    "follow_postings",
    "group_of",
    "hold",
    "hold_again",
    "hold_place",
    "issue",
    "join_list",
    "lapse_displaced",
    "make_offers",
    "make_slots",
    "mark_no_shows",
    "key_in",
    "next_errand",
    "no_answer",
    "no_show",
    "open_counter",
    "pause_counter",
    "printed",
    "put_in_force",
    "recall",
    "register_device",
    "renew_device",
    "renew_link",
    "reserve_block",
    "resume",
    "revoke_device",
    "seen_device",
    "release_places",
    "remind",
    "reopen_day",
    "reschedule",
    "resume",
    "set_quota",
    "settle_printing",
    "transfer",
    "undo",
]
