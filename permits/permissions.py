"""Who may do what with an application. Every answer carries the sentence people see."""

from django.utils.translation import gettext as _

from accounts.models import User
from counters import permissions as places
from mpp.kit.verdicts import YES, No, Verdict
from permits.models import Application, Opinion, Phase


def is_party(user: User, application: Application) -> bool:
    """Whether this person is owner, holder, representative or of the business of the file."""
    if user.pk == application.owner_id:
        return True
    if application.holder_nik_hash and application.holder_nik_hash == user.nik_hash:
        return True
    if application.mandate_id and application.mandate.agent_id == user.pk:
        return True
    return bool(
        application.business_id
        and application.business.memberships.filter(user=user, ended_at__isnull=True).exists()
    )


def can_edit(user: User, application: Application) -> Verdict:
    """Change answers and documents: a citizen of the file, while it is with the citizen."""
    if application.phase == Phase.DRAFT or application.phase == Phase.NEEDS_CORRECTION:
        return YES
    return No(_("This application has been sent. It can only be changed when we ask you to."))


def can_withdraw(user: User, application: Application) -> Verdict:
    """Withdraw: before the decision."""
    if application.phase in (
        Phase.DRAFT,
        Phase.SUBMITTED,
        Phase.IN_REVIEW,
        Phase.NEEDS_CORRECTION,
    ):
        return YES
    return No(_("This application has ended already, so it cannot be withdrawn."))


def can_act(user: User, application: Application) -> Verdict:
    """Act on a file at its present desk: posted there in the stage's role, and not a party."""
    if not user.is_active or not user.is_staff:
        return No(_("Only staff can do this."))
    if is_party(user, application):
        return No(_("This is your own file. A colleague must handle it."))
    if application.phase not in (Phase.SUBMITTED, Phase.IN_REVIEW, Phase.NEEDS_CORRECTION):
        return No(_("This file is not at a desk any more."))
    if places.has_role(user, application.desk_agency_id, application.desk_role):
        return YES
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
    """Judge documents, tick, ask for corrections, decide: at one's desk and not taken by others."""
    right = can_take(user, application)
    if not right:
        return right
    if application.phase == Phase.NEEDS_CORRECTION:
        return No(_("The file is waiting for the applicant's corrections."))
    return YES


def has_action_role(user: User, application: Application, role: str) -> Verdict:
    """An action may ask for another role than its stage, at the same agency."""
    if places.has_role(user, application.desk_agency_id, role):
        return YES
    return No(_("This needs another role at your agency."))


def can_release(user: User, application: Application) -> Verdict:
    """Put a taken file back: who has it, or a supervisor."""
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
    if opinion.application.phase not in (Phase.SUBMITTED, Phase.IN_REVIEW, Phase.NEEDS_CORRECTION):
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
    if application.version.permit_type.service.agency_id in places.agency_ids_of(user):
        return YES
    return No(_("Only the agency of the service writes to the applicant now."))
