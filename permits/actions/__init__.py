"""Every act on an application, one function each: the only code that changes one.

Views, the desk, commands and robots call these; nothing else writes a state.
"""

from permits.actions.apply import (
    attach,
    remove_document,
    resubmit,
    save_answers,
    start,
    submit,
    withdraw,
)
from permits.actions.correct import (
    ask_corrections,
    cancel_corrections,
    lapse,
    remind_correction,
)
from permits.actions.decide import perform
from permits.actions.issue import change_paper
from permits.actions.numbers import book_time, take_number
from permits.actions.opinions import expire_opinions, give_opinion
from permits.actions.renew import move_to_current_version
from permits.actions.review import (
    assign,
    declare_complete,
    judge_document,
    post_message,
    presume_complete,
    release,
    take,
    tick,
)

__all__ = [
    "ask_corrections",
    "assign",
    "attach",
    "book_time",
    "cancel_corrections",
    "change_paper",
    "declare_complete",
    "expire_opinions",
    "give_opinion",
    "judge_document",
    "lapse",
    "move_to_current_version",
    "perform",
    "post_message",
    "presume_complete",
    "release",
    "remind_correction",
    "remove_document",
    "resubmit",
    "save_answers",
    "start",
    "submit",
    "take",
    "take_number",
    "tick",
    "withdraw",
]
