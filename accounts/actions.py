"""Acts on people and businesses: the only code that changes them for a person."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.identity import nik_warnings
from accounts.models import Business, BusinessInvite, BusinessMember, MemberRole, User
from accounts.notices import notify
from mpp.kit import clock

PROFILE_FIELDS = (
    "full_name",
    "nik",
    "nik_hash",
    "birth_place",
    "birth_date",
    "sex",
    "address",
    "region_code",
    "language",
)


class Refused(Exception):
    """An act that cannot be done; the sentence says why."""


def save_profile(person: User) -> list[str]:
    """Save what the profile form set; returns sentences on what looks odd in the NIK.

    They never keep anybody out: a NIK with a real mistake is still the number on the card.
    """
    person.save(update_fields=PROFILE_FIELDS)
    if not person.nik:
        return []
    return nik_warnings(person.nik, birth_date=person.birth_date, sex=person.sex)


def verify_nik(person: User, *, nik: str, actor: User) -> User:
    """Record that staff saw the identity document; raises Refused when it is somebody else's.

    Nobody verifies his own NIK. The database allows one verified owner per NIK.
    """
    if actor.pk == person.pk:
        raise Refused(_("You cannot check your own NIK."))
    person.nik, person.nik_verified_at, person.nik_verified_by = nik, clock.now(), actor
    try:
        with transaction.atomic():
            person.save(update_fields=["nik", "nik_hash", "nik_verified_at", "nik_verified_by"])
    except IntegrityError as fault:
        person.refresh_from_db()
        raise Refused(_("This NIK was already checked for another account.")) from fault
    return person


@transaction.atomic
def register_business(business: Business, *, actor: User) -> Business:
    """Save a new business; whoever registers it is its owner."""
    business.save()
    BusinessMember.objects.create(business=business, user=actor, role=MemberRole.OWNER)
    return business


def is_owner(person: User, business: Business) -> bool:
    """Whether the person manages this business and its members."""
    return business.memberships.filter(
        user=person, role=MemberRole.OWNER, ended_at__isnull=True
    ).exists()


@transaction.atomic
def invite_member(business: Business, *, contact: str, actor: User) -> BusinessInvite:
    """Invite someone by contact; the answer never tells whether an account exists."""
    invite, made = BusinessInvite.objects.get_or_create(
        business=business, contact=contact, ended_at=None, defaults={"invited_by": actor}
    )
    if made:
        person = User.objects.filter(_owns(contact)).first()
        if person or "@" in contact:
            notify(
                recipient=person,
                address="" if person else contact,
                kind="accounts.business_invite",
                key=f"business-invite:{invite.pk}",
                context={"business": business.name, "inviter": str(actor)},
                object_kind="business",
                object_ref=str(business.pk),
                path=reverse("accounts:business-list"),
            )
    return invite


def _owns(contact: str) -> Q:
    return Q(email__iexact=contact) if "@" in contact else Q(phone=contact)


def contacts_of(person: User) -> list[str]:
    """The verified contacts of a person: who is invited is who can read them."""
    found = [
        address.lower()
        for address in EmailAddress.objects.filter(user=person, verified=True).values_list(
            "email", flat=True
        )
    ]
    if person.phone and person.phone_verified_at:
        found.append(person.phone)
    return found


def invites_for(person: User):
    """Open invitations to one of the person's verified contacts."""
    return BusinessInvite.objects.filter(
        contact__in=contacts_of(person), ended_at__isnull=True
    ).select_related("business", "invited_by")


@transaction.atomic
def answer_invite(invite: BusinessInvite, *, actor: User, accept: bool) -> None:
    """Accept or decline an invitation; a second answer changes nothing."""
    ended = BusinessInvite.objects.filter(pk=invite.pk, ended_at__isnull=True).update(
        ended_at=clock.now()
    )
    if ended and accept:
        BusinessMember.objects.get_or_create(
            business=invite.business,
            user=actor,
            ended_at=None,
            defaults={"role": MemberRole.MEMBER},
        )


@transaction.atomic
def end_membership(membership: BusinessMember, *, actor: User) -> None:
    """End a membership: the owner anyone's, a member his own; one owner must remain."""
    business = membership.business
    if membership.user_id != actor.pk and not is_owner(actor, business):
        raise Refused(_("Only the owner can end somebody else's membership."))
    owners = business.memberships.filter(role=MemberRole.OWNER, ended_at__isnull=True)
    if membership.role == MemberRole.OWNER and owners.count() < 2:
        raise Refused(_("A business keeps at least one owner."))
    BusinessMember.objects.filter(pk=membership.pk, ended_at__isnull=True).update(
        ended_at=clock.now()
    )


def withdraw_invite(invite: BusinessInvite) -> None:
    """Take an invitation back."""
    BusinessInvite.objects.filter(pk=invite.pk, ended_at__isnull=True).update(ended_at=clock.now())
