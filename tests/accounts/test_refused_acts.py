"""What the acts on people and businesses refuse, and what a second press changes: nothing."""

import pytest

from accounts import actions
from accounts.models import Business, BusinessInvite, BusinessMember, Delivery, MemberRole, Notice
from mpp.kit import clock

pytestmark = pytest.mark.django_db
NIK = "3579024507900003"


@pytest.fixture
def shop(people):
    """A business of the citizen."""
    people.business = actions.register_business(Business(name="CV Maju"), actor=people.citizen)
    return people


def members(shop) -> set:
    rows = BusinessMember.objects.filter(business=shop.business, ended_at__isnull=True)
    return {row.user for row in rows.select_related("user")}


def joined(shop, contact: str, user) -> BusinessInvite:
    """Somebody invited under this contact, who accepted."""
    invite = actions.invite_member(shop.business, contact=contact, actor=shop.citizen)
    actions.answer_invite(invite, actor=user, accept=True)
    return invite


# --- the own profile ----------------------------------------------------------------------
def test_a_profile_without_a_nik_is_saved_without_a_warning(people):
    people.other_citizen.full_name = "Budi S."
    assert actions.save_profile(people.other_citizen) == []
    people.other_citizen.refresh_from_db()
    assert people.other_citizen.full_name == "Budi S."


def test_nobody_checks_his_own_nik(people):
    with pytest.raises(actions.Refused, match="sendiri"):
        actions.verify_nik(people.front_desk, nik=NIK, actor=people.front_desk)
    people.front_desk.refresh_from_db()
    assert (people.front_desk.nik, people.front_desk.nik_verified_at) == ("", None)


# --- inviting -----------------------------------------------------------------------------
def test_inviting_twice_tells_once_whoever_it_is(shop):
    for _press in range(2):
        actions.invite_member(shop.business, contact="budi@contoh.id", actor=shop.citizen)
        actions.invite_member(shop.business, contact="belum@contoh.id", actor=shop.citizen)
    assert BusinessInvite.objects.count() == 2
    told = Notice.objects.filter(kind="accounts.business_invite")
    assert {row.recipient for row in told} == {shop.other_citizen, None}
    addresses = Delivery.objects.filter(notice__in=told).values_list("address", flat=True)
    assert sorted(addresses) == ["belum@contoh.id", "budi@contoh.id"]


def test_a_number_nobody_has_yet_is_kept_until_somebody_proves_it(shop):
    invite = actions.invite_member(shop.business, contact="+6281200001111", actor=shop.citizen)
    assert not Notice.objects.exists()
    budi = shop.other_citizen
    budi.phone = "+6281200001111"
    budi.save()
    assert list(actions.invites_for(budi)) == []
    budi.phone_verified_at = clock.now()
    assert list(actions.invites_for(budi)) == [invite]


def test_an_answer_counts_once_and_a_withdrawn_invitation_lets_nobody_in(shop):
    invite = joined(shop, "budi@contoh.id", shop.other_citizen)
    actions.answer_invite(invite, actor=shop.front_desk, accept=True)
    assert members(shop) == {shop.citizen, shop.other_citizen}
    other = actions.invite_member(shop.business, contact="x@contoh.id", actor=shop.citizen)
    actions.withdraw_invite(other)
    actions.answer_invite(other, actor=shop.front_desk, accept=True)
    declined = actions.invite_member(shop.business, contact="y@contoh.id", actor=shop.citizen)
    actions.answer_invite(declined, actor=shop.head, accept=False)
    assert members(shop) == {shop.citizen, shop.other_citizen}


# --- members ------------------------------------------------------------------------------
def test_only_an_owner_sends_others_away_and_one_owner_stays(shop):
    joined(shop, "budi@contoh.id", shop.other_citizen)
    owner, member = shop.business.memberships.order_by("pk")
    with pytest.raises(actions.Refused, match="pemilik"):
        actions.end_membership(owner, actor=shop.other_citizen)
    with pytest.raises(actions.Refused, match="pemilik"):
        actions.end_membership(owner, actor=shop.citizen)
    assert members(shop) == {shop.citizen, shop.other_citizen}
    actions.end_membership(member, actor=shop.citizen)
    assert members(shop) == {shop.citizen}


def test_an_owner_may_leave_where_another_one_stays(shop):
    joined(shop, "budi@contoh.id", shop.other_citizen)
    owner, member = shop.business.memberships.order_by("pk")
    BusinessMember.objects.filter(pk=member.pk).update(role=MemberRole.OWNER)
    actions.end_membership(owner, actor=shop.citizen)
    assert members(shop) == {shop.other_citizen}


def test_a_member_leaves_by_himself(shop):
    joined(shop, "budi@contoh.id", shop.other_citizen)
    member = shop.business.memberships.get(user=shop.other_citizen)
    actions.end_membership(member, actor=shop.other_citizen)
    assert members(shop) == {shop.citizen}
