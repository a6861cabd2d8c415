"""Who may do what with an application. Every answer carries the sentence people see."""

from django.utils.translation import gettext as _

from accounts.models import Mandate, User
from counters import permissions as places
from mpp.kit import clock
from mpp.kit.verdicts import YES, No, Verdict
from permits.models import Application, Opinion, Phase
from permits.models.applications import AT_DESK


def is_party(user: User, application: Application) -> bool:
    """Whether this person is owner, holder, representative or of the business of the file.

    Somebody whose mandate ended stays a party: he had a hand in it.
    """
    if user.pk == application.owner_id:
        return True
    if application.holder_nik_hash and application.holder_nik_hash == user.nik_hash:
        return True
    if application.mandate_id and user.pk in (
        application.mandate.agent_id,
        application.mandate.principal_id,
    ):
        return True
    return _is_member(user, application)


def _is_member(user: User, application: Application) -> bool:
    return bool(
        application.business_id
        and application.business.memberships.filter(user=user, ended_at__isnull=True).exists()
    )


def represents(user: User, application: Application) -> bool:
    """Whether this person may act for the applicant today.

    A file of a business is its members' alone: who left it has no say any more, even when he
    began the file. A file without an account is with the clerk who took it down.
    """
    if not user.is_active:
        return False
    if application.mandate_id and application.mandate.agent_id == user.pk:
        return _is_in_force(application.mandate)
    if application.business_id:
        return _is_member(user, application)
    return user.pk == (application.owner_id or application.filed_by_id)


def _is_in_force(mandate: Mandate) -> bool:
    return mandate.revoked_at is None and mandate.starts_on <= clock.today() <= mandate.ends_on


def can_represent(user: User, application: Application) -> Verdict:
    """Act on the applicant's side: change, send, correct, withdraw."""
    if represents(user, application):
        return YES
    return No(_("Only the applicant can do this."))


def can_write_to_desk(user: User, application: Application) -> Verdict:
    """Write to the desk: the applicant, once the file was sent."""
    if application.phase == Phase.DRAFT:
        return No(_("Send the application first. Then you can write to the desk."))
    return can_represent(user, application)


def can_edit(user: User, application: Application) -> Verdict:
    """Change answers and documents: a citizen of the file, while it is with the citizen."""
    if application.phase in (Phase.DRAFT, Phase.NEEDS_CORRECTION):
        return can_represent(user, application)
    return No(_("This application has been sent. It can only be changed when we ask you to."))


def can_withdraw(user: User, application: Application) -> Verdict:
    """Withdraw: before the decision."""
    if application.phase in (
        Phase.DRAFT,
        Phase.SUBMITTED,
        Phase.IN_REVIEW,
        Phase.NEEDS_CORRECTION,
    ):
        return can_represent(user, application)
    return No(_("This application has ended already, so it cannot be withdrawn."))


def can_act(user: User, application: Application, role: str = "") -> Verdict:
    """Act on a file at its present desk: posted there in the stage's role, and not a party.

    `role` is the role an action asks for when it is not the stage's own.
    """
    if not user.is_active or not user.is_staff:
        return No(_("Only staff can do this."))
    if is_party(user, application):
        return No(_("This is your own file. A colleague must handle it."))
    if application.phase not in AT_DESK:
        return No(_("This file is not at a desk any more."))
    if places.has_role(user, application.desk_agency_id, role or application.desk_role):
        return YES
    if role and places.has_role(user, application.desk_agency_id, application.desk_role):
        return No(_("This needs another role at your agency."))
    return No(
        _("This file is at another desk now: %(agency)s.")
        % {"agency": application.desk_agency or "-"}
    )


def can_take(user: User, application: Application) -> Verdict:
    """Take a file nobody has, or one's own again."""
    right = can_act(user, application)
    if not right:
        return right
    if application.assignee_id and application.assignee_id != user.pk:
        return No(_("%(name)s is working on this file.") % {"name": application.assignee})
    return YES


def can_work(user: User, application: Application) -> Verdict:
    """Judge documents, tick, ask for corrections: at one's desk and not taken by others."""
    return can_take(user, application) and _is_with_us(application)


def can_do(user: User, application: Application, role: str) -> Verdict:
    """Do an action of the stage: its role, and the file not taken by a colleague of that role.

    An action may ask for another role than its stage, at the same agency (a head who decides at
    the verifier's desk): then it does not matter which verifier has the file.
    """
    if not role or role == application.desk_role:
        return can_work(user, application)
    return can_act(user, application, role) and _is_with_us(application)


def _is_with_us(application: Application) -> Verdict:
    if application.phase == Phase.NEEDS_CORRECTION:
        return No(_("The file is waiting for the applicant's corrections."))
    return YES


def can_release(user: User, application: Application) -> Verdict:
    """Put a taken file back: who has it, or a supervisor."""
    if is_party(user, application):
        return No(_("This is your own file. A colleague must handle it."))
    if application.assignee_id is None:
        return No(_("Nobody works on this file."))
    if application.assignee_id == user.pk or places.is_supervisor(user):
        return YES
    return No(_("%(name)s is working on this file.") % {"name": application.assignee})


def can_assign(user: User, application: Application, colleague: User) -> Verdict:
    """Give a file to a colleague: supervisor or head of the desk; the colleague must fit."""
    is_head = places.has_role(user, application.desk_agency_id, "head")
    if not (is_head or places.is_supervisor(user)):
        return No(_("Only a head or a supervisor can give a file to somebody."))
    if is_party(user, application):
        return No(_("This is your own file. A colleague must handle it."))
    if application.phase not in AT_DESK:
        return No(_("This file is not at a desk any more."))
    if is_party(colleague, application) or not places.has_role(
        colleague, application.desk_agency_id, application.desk_role
    ):
        return No(_("%(name)s cannot work at this desk.") % {"name": colleague})
    return YES


def can_declare_complete(user: User, application: Application) -> Verdict:
    """Declare complete: at work on the file, once."""
    if application.complete_at:
        return No(_("This file has been declared complete already."))
    return can_work(user, application)


def can_give_opinion(user: User, opinion: Opinion) -> Verdict:
    """Give an asked opinion: posted to the asked agency in the asked role, and not a party."""
    if is_party(user, opinion.application):
        return No(_("This is your own file. A colleague must handle it."))
    if opinion.state not in ("asked", "silent"):
        return No(_("This opinion is not open any more."))
    at_gate = opinion.stage_key == opinion.application.stage_key
    if not at_gate or opinion.application.phase not in AT_DESK:
        return No(_("This file is not at a desk any more."))
    if places.has_role(user, opinion.agency_id, opinion.role):
        return YES
    return No(_("This opinion was asked of %(agency)s.") % {"agency": opinion.agency})


def can_change_paper(user: User, application: Application) -> Verdict:
    """Suspend, restore or revoke an issued permit: head of the service's agency."""
    if is_party(user, application):
        return No(_("This is your own file. A colleague must handle it."))
    agency_id = application.version.permit_type.service.agency_id
    if places.has_role(user, agency_id, "head"):
        return YES
    return No(_("Only the head of the issuing agency can do this."))


def can_write(user: User, application: Application) -> Verdict:
    """Write to the applicant: the desk where the file lies; afterwards the service's agency."""
    if is_party(user, application):
        return No(_("This is your own file. A colleague must handle it."))
    if application.phase in (Phase.SUBMITTED, Phase.IN_REVIEW, Phase.NEEDS_CORRECTION):
        return can_act(user, application)
    if application.version.permit_type.service.agency_id in places.file_agency_ids_of(user):
        return YES
    return No(_("Only the agency of the service writes to the applicant now."))
