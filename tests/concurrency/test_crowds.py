"""Several people at once: real processes, a barrier, and for each guard a control without it."""

import email
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Delivery, DeliveryState, Notice
from mpp.kit import clock
from mpp.kit.models import Paper, Sequence
from permits.models import Application, Decision, Submission
from tests.concurrency import crowd
from tests.permits import engine

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
ROUNDS = 5
EIGHT = range(8)


@pytest.fixture(autouse=True)
def _on_a_file():
    """Other processes cannot see a database in memory."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and (":memory:" in name or "mode=memory" in name):
        pytest.skip("needs TEST_SQLITE_FILE=1 or PostgreSQL (make test does both)")


def oks(outcomes) -> list:
    return [each["ok"] for each in outcomes if "ok" in each]


# --- sending ------------------------------------------------------------------------------
def test_one_draft_sent_by_eight_with_one_key_is_one_application(tmp_path):
    draft = engine.draft("izin-penelitian")
    one = {"application": draft.pk, "owner": draft.owner_id, "key": "same"}
    [outcomes] = crowd.run("submit", [[one for _n in EIGHT]], tmp_path)
    draft.refresh_from_db()
    assert oks(outcomes) == [draft.number] * 8, outcomes
    assert Submission.objects.filter(application=draft).count() == 1
    assert Sequence.objects.get(kind="application").value == 1
    assert Notice.objects.filter(recipient=draft.owner).count() == 1


def test_one_draft_sent_from_two_tabs_is_one_application(tmp_path):
    drafts = [engine.draft("izin-penelitian") for _round in range(ROUNDS)]
    rounds = [
        [{"application": d.pk, "owner": d.owner_id, "key": f"tab-{n}"} for n in range(2)]
        for d in drafts
    ]
    for draft, outcomes in zip(drafts, crowd.run("submit", rounds, tmp_path), strict=True):
        draft.refresh_from_db()
        assert oks(outcomes) == [draft.number], outcomes
        assert [o["error"] for o in outcomes if "error" in o] == ["WrongState"]
        assert draft.submissions.count() == 1
    assert Sequence.objects.get(kind="application").value == ROUNDS


def test_control_without_the_door_a_draft_is_sent_twice(tmp_path):
    drafts = [engine.draft("izin-penelitian") for _round in range(ROUNDS)]
    rounds = [
        [
            {"application": d.pk, "owner": d.owner_id, "key": f"tab-{n}", "broken": True}
            for n in range(2)
        ]
        for d in drafts
    ]
    results = crowd.run("submit", rounds, tmp_path)
    # Nobody is told; each round uses two numbers for one draft. Where the UNIQUE of the
    # submission still stops the second, its number is lost: a gap.
    told = [o for outcomes in results for o in outcomes if o.get("error") == "WrongState"]
    assert not told, results
    assert Sequence.objects.get(kind="application").value == 2 * ROUNDS, results


# --- deciding -----------------------------------------------------------------------------
def at_the_head(count: int, type_key: str = "izin-penelitian") -> list[tuple[Application, int]]:
    """Files of one type that wait for the head's approval, each with the head's key."""
    found = []
    team = None
    for _number in range(count):
        application = engine.sent(type_key)
        team = team or engine.desk_team(application)
        for _step in range(8):
            actor = engine.at_desk(application, team)
            engine.work_through(application, actor)
            engine.give_all(application, team)
            stage = engine.CaseFile(application).stage
            if any(action.verb == "approve" for action in stage.actions):
                break
            engine.step(application, actor, "forward")
        found.append((application, actor.pk))
    return found


def test_eight_approvals_at_once_give_numbers_without_gap_or_double(tmp_path):
    files = at_the_head(8)
    arguments = [
        {"application": a.pk, "actor": actor, "verb": "approve", "key": f"d{a.pk}"}
        for a, actor in files
    ]
    [outcomes] = crowd.run("perform", [arguments], tmp_path)
    assert oks(outcomes) == ["issued"] * 8, outcomes
    [sequence] = Sequence.objects.filter(kind__startswith="permit:")
    assert sequence.value == 8
    assert Paper.objects.values("number").distinct().count() == 8


def test_two_people_act_at_once_one_wins_one_is_told(tmp_path):
    files = at_the_head(ROUNDS)
    other = other_verb(files[0][0])
    rounds = [
        [
            {"application": a.pk, "actor": actor, "verb": "approve", "key": f"a{a.pk}"},
            {
                "application": a.pk,
                "actor": actor,
                "verb": other,
                "reason": "Tidak memenuhi syarat.",
                "key": f"r{a.pk}",
            },
        ]
        for a, actor in files
    ]
    for (application, _actor), outcomes in zip(
        files, crowd.run("perform", rounds, tmp_path), strict=True
    ):
        assert len(oks(outcomes)) == 1, outcomes
        [told] = [o for o in outcomes if "error" in o]
        assert told["error"] == "WrongState", told
        assert told["text"]
        keys = [f"a{application.pk}", f"r{application.pk}"]
        assert application.steps.filter(key__in=keys).count() == 1
        assert Decision.objects.filter(application=application).count() <= 1


def other_verb(application: Application) -> str:
    """Another verb of the stage beside "approve", or the same when there is none."""
    verbs = [action.verb for action in engine.CaseFile(application).stage.actions]
    return next((verb for verb in verbs if verb != "approve"), "approve")


def test_control_without_the_door_a_file_moves_twice(tmp_path):
    applications, rounds = [], []
    for _round in range(ROUNDS):
        application = engine.sent("izin-penelitian")
        team = engine.desk_team(application)
        actor = engine.at_desk(application, team)
        engine.work_through(application, actor)
        engine.give_all(application, team)
        applications.append(application)
        rounds.append(
            [
                {
                    "application": application.pk,
                    "actor": actor.pk,
                    "verb": "forward",
                    "key": f"f{n}",
                    "broken": True,
                }
                for n in range(2)
            ]
        )
    results = crowd.run("perform", rounds, tmp_path)
    moved = [a.steps.filter(act="forward").count() for a in applications]
    assert moved == [2] * ROUNDS, results


# --- numbers ------------------------------------------------------------------------------
def test_numbers_taken_at_once_have_no_gap_and_no_double(tmp_path):
    rounds = [[{"kind": "crowd"} for _n in EIGHT] for _round in range(ROUNDS)]
    results = crowd.run("number", rounds, tmp_path)
    taken = sorted(value for outcomes in results for value in oks(outcomes))
    assert taken == list(range(1, 8 * ROUNDS + 1)), results


def test_control_without_the_counted_update_numbers_come_twice(tmp_path):
    Sequence.objects.create(kind="crowd", year=2026)
    rounds = [[{"kind": "crowd", "broken": True} for _n in range(3)] for _r in range(ROUNDS)]
    results = crowd.run("number", rounds, tmp_path)
    harmed = [outcomes for outcomes in results if len(set(oks(outcomes))) < 3]
    assert len(harmed) == ROUNDS, results


# --- the outbox ---------------------------------------------------------------------------
def mails(count: int, prefix: str) -> None:
    """`count` mails that are due now."""
    now = clock.now()
    for number in range(count):
        notice = Notice.objects.create(
            key=f"{prefix}-{number}", kind="test", subject="Kabar", body="Isi", created_at=now
        )
        Delivery.objects.create(
            notice=notice,
            channel="email",
            address=f"{prefix}-{number}@contoh.id",
            next_at=now - timedelta(seconds=1),
            message_id=f"<{prefix}-{number}@contoh.id>",
        )


def received(folder) -> Counter:
    """How often each Message-ID came out of the mail files."""
    found: Counter = Counter()
    for file in folder.glob("*.log"):
        for part in file.read_text(encoding="utf-8").split("-" * 79):
            if part.strip():
                found[email.message_from_string(part.strip())["Message-ID"]] += 1
    return found


@pytest.fixture
def post_box(tmp_path, monkeypatch):
    folder = tmp_path / "mail"
    folder.mkdir()
    monkeypatch.setenv("CROWD_MAIL", str(folder))
    return folder


def test_two_workers_and_a_kill_send_each_mail_once(tmp_path, post_box):
    mails(30, "kill")
    [outcomes] = crowd.run("drain", [[{"killed_after": 4}, {}]], tmp_path / "a")
    assert {"killed": True} in outcomes
    # The killed worker had claimed one mail: it is sent when its lease has ended.
    held = Delivery.objects.filter(state=DeliveryState.SENDING)
    assert held.count() == 1
    held.update(next_at=clock.now() - timedelta(seconds=1))
    crowd.run("drain", [[{}, {}]], tmp_path / "b")
    assert not Delivery.objects.exclude(state=DeliveryState.SENT).exists()
    assert received(post_box) == Counter({f"<kill-{n}@contoh.id>": 1 for n in range(30)})


def test_control_without_the_claim_mails_come_twice(tmp_path, post_box):
    for number in range(ROUNDS):
        prefix = f"double{number}"
        mails(4, prefix)
        crowd.run("drain", [[{"broken": True}, {"broken": True}]], tmp_path / str(number))
        twice = [key for key, count in received(post_box).items() if prefix in key and count > 1]
        assert twice, f"round {number}"
