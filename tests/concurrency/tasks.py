"""What the processes do at once. Each task prepares and returns the act to run at the barrier.

`broken` drops the guard in this process only, and with it the transaction around the act: on
SQLite the write lock of an IMMEDIATE transaction is part of the guard. The negative controls
show with it that the same crowd does harm.
"""

import os
import signal
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.db import transaction

from accounts import notices as outgoing
from accounts import outbox
from accounts.channels import EmailChannel
from accounts.models import Delivery, DeliveryState, User
from mpp.kit import clock, sequences, states
from mpp.kit.models import Sequence
from permits import actions
from permits.actions import apply, base
from permits.casefile import CaseFile
from permits.models import Application

PAUSE = 0.08


def _drop_the_door() -> None:
    """`move` without its condition and without the transaction around it."""
    states._update = _unconditional_update
    pretending = SimpleNamespace(
        **{
            **vars(transaction),
            "get_connection": lambda *_using: SimpleNamespace(in_atomic_block=True),
        }
    )
    # Acts hold the row while they look: part of the same guard.
    base.hold = lambda application: application.refresh_from_db()
    apply._hold = lambda application, _actor: CaseFile(application)
    states.transaction = sequences.transaction = outgoing.transaction = pretending


def _unconditional_update(obj, state_field, from_, changes, where, at) -> str:
    rows = type(obj)._base_manager.filter(pk=obj.pk)
    current = rows.values_list(state_field, flat=True).get()
    time.sleep(PAUSE)
    rows.update(**changes)
    return current


def _act(function: Callable, broken: bool) -> Callable:
    """The act as it is, or without its guard and its transaction."""
    if not broken:
        return function
    _drop_the_door()
    return function.__wrapped__


def submit(argument: dict[str, Any]) -> Callable[[], Any]:
    """Send one draft with a key; returns its number."""
    application = Application.objects.get(pk=argument["application"])
    owner = User.objects.get(pk=argument["owner"])
    call = _act(actions.submit, argument.get("broken", False))
    return lambda: call(application, actor=owner, key=argument["key"]).number


def perform(argument: dict[str, Any]) -> Callable[[], Any]:
    """Do one action of the present stage as this person; returns the phase after it."""
    application = Application.objects.get(pk=argument["application"])
    actor = User.objects.get(pk=argument["actor"])
    stage = CaseFile(application).stage
    action = next(a for a in stage.actions if a.verb == argument["verb"])
    call = _act(actions.perform, argument.get("broken", False))
    return lambda: (
        call(
            application,
            actor=actor,
            action_key=action.key,
            key=argument["key"],
            stage_key=stage.key,
            reason=argument.get("reason", ""),
        ).phase
    )


def number(argument: dict[str, Any]) -> Callable[[], Any]:
    """Take one number, in a transaction of its own."""
    if argument.get("broken"):
        return lambda: _read_then_write(argument["kind"])
    return lambda: _numbered(argument["kind"])


@transaction.atomic
def _numbered(kind: str) -> int:
    return sequences.next_value(kind, 2026)


def _read_then_write(kind: str) -> int:
    """What numbers would be without the counted UPDATE: the last one read, plus one."""
    row = Sequence.objects.get(kind=kind, year=2026)
    value = row.value + 1
    time.sleep(PAUSE)
    Sequence.objects.filter(pk=row.pk).update(value=value)
    return value


def drain(argument: dict[str, Any]) -> Callable[[], Any]:
    """Send what the outbox holds, until nothing is due; perhaps be killed on the way."""
    if argument.get("broken"):
        outbox._claim = _claim_without_condition
    if "killed_after" in argument:
        _die_after(argument["killed_after"])

    def act() -> int:
        sent = 0
        until = time.monotonic() + 30
        while due().exists() and time.monotonic() < until:
            sent += outbox.drain(5)
            time.sleep(0.01)
        return sent

    return act


def due():
    """Deliveries a worker would pick up now."""
    return Delivery.objects.filter(state__in=outbox.OPEN, next_at__lte=clock.now())


def _claim_without_condition(row: Delivery) -> bool:
    """What claiming would be without the condition on state and time."""
    row.attempts += 1
    row.state = DeliveryState.SENDING
    time.sleep(PAUSE)
    Delivery.objects.filter(pk=row.pk).update(state=row.state, attempts=row.attempts)
    return True


def _die_after(count: int) -> None:
    """SIGKILL for this process before it sends its next mail, `count` mails on."""
    send = EmailChannel.send
    done = []

    def until_killed(self, row) -> None:
        if len(done) >= count:
            os.kill(os.getpid(), signal.SIGKILL)
        done.append(row.pk)
        send(self, row)

    EmailChannel.send = until_killed
