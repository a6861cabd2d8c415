from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from accounts.models import User
from mpp.kit.models import Paper
from mpp.kit.states import WrongState, move
from permits.models import PermitStep

AT = datetime(2026, 11, 24, 3, tzinfo=UTC)


@pytest.fixture
def paper(db):
    return Paper.objects.create(
        kind="permit",
        code="7K2MQ9ZD7K2MQ9ZD7K2MQ9ZD7K",
        number="503/0001/SIP",
        title="SIP",
        issuer="DPMPTSP",
        holder_masked="S•••",
        issued_on=date(2026, 11, 24),
        payload="{}",
        payload_sha256="0" * 64,
    )


@pytest.fixture
def head(db):
    return User.objects.create_user("head@example.id", full_name="Bu Ratna")


def suspend(paper, actor, key="", **more):
    with transaction.atomic():
        return move(
            paper,
            "suspended",
            from_=["valid"],
            actor=actor,
            reason="Praktik pindah",
            key=key,
            step_model=PermitStep,
            extra={"state_reason": "Praktik pindah", "state_at": AT},
            at=AT,
            **more,
        )


def test_move_changes_the_row_and_writes_the_step(paper, head):
    step = suspend(paper, head, key="k1")
    assert (paper.state, paper.state_reason, paper.state_at) == ("suspended", "Praktik pindah", AT)
    paper.refresh_from_db()
    assert (paper.state, paper.updated_at) == ("suspended", AT)
    assert (step.from_state, step.to_state, step.at) == ("valid", "suspended", AT)
    assert (step.actor, step.actor_name, step.key) == (head, "Bu Ratna", "k1")
    assert not step.is_repeat
    assert paper.permit_steps.get() == step


def test_move_without_actor_is_the_system(paper):
    step = suspend(paper, None)
    assert (step.actor, step.actor_name) == (None, "")


def test_move_takes_the_time_from_the_clock(paper, time_machine):
    time_machine.move_to("2026-12-31T17:00:00Z", tick=False)
    with transaction.atomic():
        step = move(paper, "valid", from_=["valid"], actor=None, step_model=PermitStep)
    assert step.at == datetime(2026, 12, 31, 17, tzinfo=UTC)


def test_the_same_key_gives_the_same_answer_and_no_second_effect(paper, head):
    first = suspend(paper, head, key="k1")
    paper.refresh_from_db()
    again = suspend(paper, head, key="k1")
    assert again == first
    assert again.is_repeat
    assert paper.permit_steps.count() == 1


def test_a_stale_object_with_the_same_key_is_a_repeat(paper, head):
    stale = Paper.objects.get(pk=paper.pk)
    first = suspend(paper, head, key="k1")
    assert suspend(stale, head, key="k1") == first


def test_another_key_in_the_wrong_state_is_refused_with_a_sentence(paper, head):
    suspend(paper, head, key="k1")
    with pytest.raises(WrongState) as refusal:
        suspend(paper, head, key="k2")
    assert refusal.value.current == "suspended"
    assert str(Paper(state="suspended").get_state_display()) in refusal.value.sentence
    assert paper.permit_steps.count() == 1


def test_without_a_key_the_second_is_refused(paper, head):
    suspend(paper, head)
    with pytest.raises(WrongState):
        suspend(paper, head)


def test_a_key_used_for_something_else_is_refused(paper, head):
    suspend(paper, head, key="k1")
    with pytest.raises(WrongState), transaction.atomic():
        move(paper, "valid", from_=["suspended"], actor=head, key="k1", step_model=PermitStep)
    paper.refresh_from_db()
    assert paper.state == "suspended"


def test_the_same_key_on_another_object_is_another_act(paper, head):
    other = Paper.objects.get(pk=paper.pk)
    other.pk, other.code, other.number = None, "X" * 26, "503/0002/SIP"
    other.save(force_insert=True)
    suspend(paper, head, key="k1")
    assert not suspend(other, head, key="k1").is_repeat


def test_a_key_too_long_is_refused_on_every_database(paper, head):
    with pytest.raises(WrongState):
        suspend(paper, head, key="k" * 81)


def test_a_condition_that_does_not_hold_is_refused_and_nothing_changes(paper, head):
    with pytest.raises(WrongState) as refusal:
        suspend(paper, head, where={"pdf_state": "ready"})
    assert refusal.value.current == "valid"
    paper.refresh_from_db()
    assert (paper.state, paper.state_reason) == ("valid", "")
    assert not suspend(paper, head, where={"pdf_state": "pending"}).is_repeat


def test_a_lost_condition_with_the_same_key_is_a_repeat(paper, head):
    move_on = {"from_": ["valid"], "actor": head, "key": "k", "step_model": PermitStep}
    with transaction.atomic():
        first = move(
            paper, "valid", where={"pdf_attempts": 0}, extra={"pdf_attempts": 1}, **move_on
        )
        again = move(
            paper, "valid", where={"pdf_attempts": 0}, extra={"pdf_attempts": 2}, **move_on
        )
    paper.refresh_from_db()
    assert (again, paper.pdf_attempts) == (first, 1)


def test_computed_columns_are_read_back(paper, head):
    with transaction.atomic():
        move(
            paper,
            "valid",
            from_=["valid"],
            actor=head,
            step_model=PermitStep,
            extra={
                "pdf_attempts": F("pdf_attempts") + 2,
                "title": Concat("title", Value("!")),
            },
        )
    assert (paper.pdf_attempts, paper.title) == (2, "SIP!")


def test_another_state_field_moves_as_well(paper, head):
    with transaction.atomic():
        step = move(
            paper,
            "failed",
            from_=["pending", "ready"],
            actor=None,
            step_model=PermitStep,
            state_field="pdf_state",
        )
    assert (paper.pdf_state, step.from_state) == ("failed", "pending")


def test_step_fields_are_stored(paper, head):
    step = suspend(paper, head, step_fields={"id": 4711})
    assert PermitStep.objects.get().pk == step.pk == 4711


def test_a_broken_constraint_undoes_the_change_too(paper, head):
    with pytest.raises(IntegrityError), transaction.atomic():
        move(paper, "suspended", from_=["valid"], actor=head, step_model=PermitStep)
    paper.refresh_from_db()
    assert paper.state == "valid"
    assert not paper.permit_steps.exists()


def test_a_row_that_is_gone_is_refused(paper, head):
    Paper.objects.all().delete()
    with pytest.raises(WrongState) as refusal:
        suspend(paper, head)
    assert refusal.value.current == ""


def test_from_nothing_is_always_refused(paper, head):
    with pytest.raises(WrongState), transaction.atomic():
        move(paper, "valid", from_=[], actor=head, step_model=PermitStep)


@pytest.mark.django_db(transaction=True)
def test_move_outside_a_transaction_is_a_mistake(paper):
    with pytest.raises(transaction.TransactionManagementError):
        move(paper, "valid", from_=["valid"], actor=None, step_model=PermitStep)


class Meanwhile(datetime):
    """A time during whose reading, after the first look at the key, a rival acts."""

    def __bool__(self):
        self.rival()
        return True


def meanwhile(rival):
    at = Meanwhile(2026, 11, 24, 3, tzinfo=UTC)
    at.rival = rival
    return at


def test_the_second_of_two_with_the_same_key_gets_the_answer_of_the_first(paper, head):
    rival = Paper.objects.get(pk=paper.pk)
    made = []
    with transaction.atomic():
        step = move(
            paper,
            "suspended",
            from_=["valid"],
            actor=head,
            key="k1",
            step_model=PermitStep,
            at=meanwhile(lambda: made.append(suspend(rival, head, key="k1"))),
        )
    assert [step] == made
    assert step.is_repeat


def test_the_unique_key_decides_where_the_state_does_not(paper, head):
    rival = Paper.objects.get(pk=paper.pk)
    same = {"from_": ["valid"], "actor": head, "key": "k1", "step_model": PermitStep}
    with transaction.atomic():
        step = move(
            paper,
            "valid",
            **same,
            extra={"pdf_attempts": 2},
            at=meanwhile(lambda: move(rival, "valid", **same, extra={"pdf_attempts": 1})),
        )
    assert step.is_repeat
    assert PermitStep.objects.get() == step
    assert Paper.objects.get().pdf_attempts == 1


def test_the_second_of_two_with_different_keys_is_refused(paper, head):
    rival = Paper.objects.get(pk=paper.pk)
    with pytest.raises(WrongState), transaction.atomic():
        move(
            paper,
            "suspended",
            from_=["valid"],
            actor=head,
            key="k2",
            step_model=PermitStep,
            at=meanwhile(lambda: suspend(rival, head, key="k1")),
        )
