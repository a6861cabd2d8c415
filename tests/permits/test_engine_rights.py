"""Whose hands: who left, whose mandate ended, parties, superusers, other roles."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Business, BusinessMember, Mandate, Notice
from mpp.kit import clock
from permits import actions, permissions
from permits.casefile import CaseFile
from permits.models import Application
from permits.workflow import Refused, offers
from tests.permits import engine
from tests.permits.situations import at_desk, changed_definition, plain_of

pytestmark = pytest.mark.django_db


def of_business() -> tuple[Application, Business]:
    owner = engine.person()
    business = Business.objects.create(name="CV Maju")
    BusinessMember.objects.create(business=business, user=owner)
    application = actions.start(
        engine.version_of("pendampingan-nib"), owner=owner, filed_by=owner, business=business
    )
    engine.fill(application, owner)
    return application, business


def test_who_left_the_business_has_no_file_of_it_left():
    application, business = of_business()
    owner, colleague = application.owner, engine.person("Rekan")
    BusinessMember.objects.create(business=business, user=colleague)
    seen = Application.objects.visible_to_citizen
    assert application in seen(owner)
    assert application in seen(colleague)
    business.memberships.filter(user=owner).update(ended_at=clock.now())
    assert application not in seen(owner)
    with pytest.raises(Refused):
        actions.submit(application, actor=owner, key="k")
    actions.submit(application, actor=colleague, key="k")
    assert application.holder_name == "CV Maju"
    assert [n.recipient for n in Notice.objects.filter(kind="permits.submitted")] == [colleague]
    staff = engine.staff("dpmptsp", "front_desk")
    BusinessMember.objects.create(business=business, user=staff)
    assert not permissions.can_take(staff, application)


def test_a_member_is_told_while_he_is_one():
    application, business = of_business()
    BusinessMember.objects.create(business=business, user=engine.person("Rekan"))
    actions.submit(application, actor=application.owner, key="k")
    told = [n.recipient for n in Notice.objects.filter(kind="permits.submitted")]
    assert told == [application.owner]


def test_a_mandate_counts_while_it_is_in_force():
    owner, agent = engine.person(), engine.person("Kuasa", is_staff=True)
    today = clock.today()
    mandate = Mandate.objects.create(
        principal=owner, agent=agent, starts_on=today, ends_on=today + timedelta(days=5)
    )
    application = actions.start(
        engine.version_of("sip-dokter"), owner=owner, filed_by=agent, mandate=mandate
    )
    engine.fill(application, agent)
    actions.submit(application, actor=agent, key="k")
    assert application in Application.objects.visible_to_citizen(agent)
    mandate.revoked_at = clock.now()
    mandate.save()
    application.refresh_from_db()
    assert application not in Application.objects.visible_to_citizen(agent)
    with pytest.raises(Refused):
        actions.withdraw(application, actor=agent, key="w")
    engine.post(agent, application.desk_agency.key, application.desk_role)
    assert not permissions.can_take(agent, application)
    with time_machine.travel(clock.now() + timedelta(days=9)):
        assert not permissions.represents(agent, application)


@pytest.mark.parametrize("who", ["stranger", "inactive"])
def test_strangers_and_inactive_people_change_nothing(who):
    application = engine.draft()
    actor = engine.person("Orang lain") if who == "stranger" else application.owner
    actor.is_active = who == "stranger"
    slot = CaseFile(application).documents[0].slot
    calls = [
        lambda: actions.save_answers(application, actor=actor, values={}),
        lambda: actions.attach(application, actor=actor, slot=slot, file=engine.stored()),
        lambda: actions.submit(application, actor=actor, key="k"),
        lambda: actions.withdraw(application, actor=actor, key="w"),
        lambda: actions.post_message(
            application, actor=actor, body="x", key="m", from_staff=False
        ),
        lambda: actions.move_to_current_version(application, actor=actor, to=application.version),
    ]
    for call in calls:
        with pytest.raises(Refused):
            call()


def test_a_file_without_account_is_with_its_clerk():
    clerk = engine.staff("dpmptsp", "front_desk")
    application = actions.start(engine.version_of("ktp-hilang"), owner=None, filed_by=clerk)
    engine.fill(application, clerk)
    actions.submit(application, actor=clerk, key="k")
    assert application.holder_name
    assert application in Application.objects.visible_to_citizen(clerk)
    assert not Notice.objects.filter(kind="permits.submitted").exists()


def test_the_holder_by_nik_is_a_party():
    application = engine.sent()
    assert application.holder_nik
    actor = engine.staff(application.desk_agency.key, application.desk_role)
    actor.nik = application.holder_nik
    actor.save()
    assert not permissions.can_take(actor, application)
    supervisor = engine.staff("dpmptsp", "supervisor")
    supervisor.nik = application.holder_nik
    supervisor.save()
    assert not permissions.can_release(supervisor, application)
    assert not permissions.can_assign(supervisor, application, engine.person())
    assert not permissions.can_change_paper(supervisor, application)
    assert not permissions.can_write(supervisor, application)


def test_a_superuser_without_posting_sees_and_does_nothing():
    application = engine.sent()
    admin = engine.person("Admin", is_staff=True, is_superuser=True)
    assert application not in Application.objects.visible_to(admin)
    assert not permissions.can_take(admin, application)
    assert not permissions.can_release(admin, application)


def test_an_ended_posting_and_an_inactive_user_do_nothing():
    application, _team, actor = at_desk()
    actor.postings.update(ended_at=clock.now())
    fresh = type(actor).objects.get(pk=actor.pk)
    assert application not in Application.objects.visible_to(fresh)
    with pytest.raises(Refused):
        actions.take(application, actor=fresh)
    other = engine.staff(application.desk_agency.key, application.desk_role)
    other.is_active = False
    with pytest.raises(Refused):
        actions.take(application, actor=other)


def test_an_ended_file_is_given_to_nobody():
    application, _team, _actor = at_desk()
    supervisor = engine.staff("dpmptsp", "supervisor")
    colleague = engine.staff(application.desk_agency.key, application.desk_role)
    actions.withdraw(application, actor=application.owner, key="w")
    with pytest.raises(Refused):
        actions.assign(application, actor=supervisor, to=colleague)


def test_an_action_of_another_role_is_for_that_role():
    application = engine.sent("ktp-hilang")
    plain = plain_of(application)
    stage = plain["stages"][0]
    for action in stage["actions"]:
        action["role"] = "head"
        action.pop("guards", None)
    changed_definition(application, stages=plain["stages"])
    verifier = engine.staff("dukcapil", "verifier")
    head = engine.staff("dukcapil", "head")
    actions.take(application, actor=verifier)
    assert {bool(o.verdict) for o in offers(CaseFile(application), verifier)} == {False}
    assert {bool(o.verdict) for o in offers(CaseFile(application), head)} == {True}
    stranger = engine.staff("dpmptsp", "head")
    refused = {o.verdict.sentence for o in offers(CaseFile(application), stranger)}
    assert len(refused) == 1


def test_a_cancelled_opinion_opens_the_file_no_more():
    application, team, _actor = at_desk()
    engine.work_through(application, engine.at_desk(application, team))
    engine.step(application, engine.at_desk(application, team), "forward")
    giver = team["dinkes/opinion_giver"]
    assert application in Application.objects.visible_to(giver)
    opinion = application.opinions.get()
    engine.step(application, engine.at_desk(application, team), "send_back", reason="x")
    assert application not in Application.objects.visible_to(giver)
    opinion.refresh_from_db()
    with pytest.raises(Refused):
        actions.give_opinion(opinion, actor=giver, answer="agree", text="")
