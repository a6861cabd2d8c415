"""The one door for a change of state: a conditional UPDATE and a line of history.

Whoever comes second finds no row in the expected state and gets a sentence, on every database
and without locks. The idempotency key of a form makes a double click one act with one answer.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from mpp.kit import clock
from mpp.kit.models import Step

_LONGEST_KEY = 80


class WrongState(Exception):
    """The object is not where the act starts from; `sentence` is for the person."""

    def __init__(self, sentence: str, current: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.current = current


def move(
    obj: models.Model,
    to: str,
    *,
    from_: Collection[str],
    actor: Any,
    step_model: type[Step],
    reason: str = "",
    key: str = "",
    state_field: str = "state",
    at: datetime | None = None,
    extra: Mapping[str, Any] | None = None,
    where: Mapping[str, Any] | None = None,
    step_fields: Mapping[str, Any] | None = None,
) -> Step:
    """Bring `obj` from one of the states `from_` to `to` and write the step; must be in atomic.

    `extra` are further columns set by the same UPDATE, `where` further columns that must still
    hold (the stage, say), `step_fields` further columns of the step. `actor` is a user or None
    for the system itself. The returned step has `is_repeat`: True when a step with this `key`
    exists already; then nothing was changed and the act must stop with its old answer.

    Raises `WrongState` when the object is elsewhere, or the key served another change before.
    """
    if not transaction.get_connection(step_model.objects.db).in_atomic_block:
        raise transaction.TransactionManagementError("move() needs a transaction around it.")
    if len(key) > _LONGEST_KEY:
        raise WrongState(_("This form is not valid any more. Open the page again."))
    at = at or clock.now()
    changes = {state_field: to, **(extra or {})}
    step = step_model(
        **{step_model.OBJECT_FIELD: obj, **(step_fields or {})},
        to_state=to,
        actor=actor,
        actor_name=str(actor)[:200] if actor else "",
        reason=reason,
        key=key,
        at=at,
    )
    try:
        # A savepoint: when this key did it before, the UPDATE must be undone as well. Asking
        # first would cost every act a query for the rare double click.
        with transaction.atomic():
            step.from_state = _update(obj, state_field, from_, changes, where or {}, at)
            step.save(force_insert=True)
    except (IntegrityError, WrongState):
        repeat = _earlier(obj, to, key, step_model)
        if repeat:
            return repeat
        raise
    _refresh(obj, changes)
    step.is_repeat = False
    return step


def _earlier(obj: models.Model, to: str, key: str, step_model: type[Step]) -> Step | None:
    """The step this key made before, marked as a repeat."""
    if not key:
        return None
    step = step_model.objects.filter(**{step_model.OBJECT_FIELD: obj.pk, "key": key}).first()
    if step is None:
        return None
    if step.to_state != to:
        sentence = _("This form was sent before for something else. Open the page again.")
        raise WrongState(sentence, step.to_state)
    step.is_repeat = True
    return step


def _update(
    obj: models.Model,
    state_field: str,
    from_: Collection[str],
    changes: dict[str, Any],
    where: Mapping[str, Any],
    at: datetime,
) -> str:
    """Do the conditional UPDATE and return the state it started from."""
    rows = type(obj)._base_manager.filter(pk=obj.pk)
    names = {each.name for each in obj._meta.concrete_fields}
    stamp = {"updated_at": at} if "updated_at" in names else {}
    # Twice at most per allowed state: another act may move the row between them meanwhile.
    for attempt in range(2 * len(from_)):
        # With one possible start the UPDATE itself is the question.
        if attempt == 0 and len(from_) == 1:
            (current,) = from_
        else:
            current = rows.values_list(state_field, flat=True).first()
        if current not in from_:
            break
        if rows.filter(**{state_field: current, **where}).update(**{**stamp, **changes}):
            return current
        if not rows.filter(**where).exists():
            break
    raise _wrong_state(obj, state_field, rows.values_list(state_field, flat=True).first())


def _wrong_state(obj: models.Model, state_field: str, current: str | None) -> WrongState:
    if current is None:
        return WrongState(_("This does not exist any more."))
    labels = dict(obj._meta.get_field(state_field).flatchoices)
    sentence = _("This is no longer possible, someone was faster. It is now: %(state)s.")
    return WrongState(sentence % {"state": labels.get(current, current)}, current)


def _refresh(obj: models.Model, changes: dict[str, Any]) -> None:
    """Let the object in memory show what was stored, expressions as the database has them."""
    computed = [name for name, value in changes.items() if hasattr(value, "resolve_expression")]
    for name, value in changes.items():
        if name not in computed:
            setattr(obj, name, value)
    if computed:
        obj.refresh_from_db(fields=computed)
