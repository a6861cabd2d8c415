"""Opening a file at the desk: who may, for what purpose, and the record the applicant sees.

UU 27/2022 art. 31-32: every opening is recorded. The purpose follows from the stage and the
posting; whoever opens a file outside his task types it before the page opens.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.access import record_access
from accounts.models import User
from counters import permissions as places
from mpp.kit import clock
from mpp.kit.prepared import Prepared
from mpp.kit.states import WrongState
from permits import permissions
from permits.casefile import CaseFile
from permits.models import Application, Opinion, OpinionState, Phase
from permits.views.desk.frame import REVIEW, office_of, refused_page
from permits.workflow import Refused

AT_DESK = (Phase.SUBMITTED, Phase.IN_REVIEW, Phase.NEEDS_CORRECTION)
SESSION = "purposes"
SECONDS = 60 * 60
DESK, OPINION, OUTSIDE = "desk", "opinion", "outside"


class PurposeNeeded(Exception):
    """Outside one's task: the purpose must be typed first."""

    def __init__(self, application: Application) -> None:
        super().__init__(application.number)
        self.application = application


@dataclass(frozen=True, slots=True)
class Opened:
    """A file opened by a staff member: in which part, for what purpose, for which office."""

    case: CaseFile
    user: User
    part: str
    purpose: str
    office: str

    @property
    def application(self) -> Application:
        return self.case.application

    @property
    def number(self) -> str:
        return self.application.number

    def url(self, name: str = "review", *args: object) -> str:
        """The address of a desk page of this file, by the end of its URL name."""
        return self.address(name, self.number, *args)

    @staticmethod
    def address(name: str, number: str, *args: object) -> str:
        """The address of a desk page of the file with this number."""
        return reverse(f"admin:permits_application_{name.replace('-', '_')}", args=[number, *args])

    def record(self, kind: str = "application", ref: str = "") -> None:
        """Write the opening into the data-access log; one query."""
        record_access(
            actor=self.user,
            office=self.office,
            subject=self.application.owner,
            object_kind=kind,
            object_ref=ref or self.number,
            purpose=self.purpose,
            file_ref=self.number,
        )


_BY_NUMBER = Prepared(lambda number: Application.objects.with_path().filter(number=number), str)


def _is_visible(user: User, application: Application) -> bool:
    """The rule of `visible_to` for one row; the two usual cases need no further query."""
    agencies = places.file_agency_ids_of(user) if user.is_staff else frozenset()
    service_agency = application.version.permit_type.service.agency_id
    if application.desk_agency_id in agencies or service_agency in agencies:
        return True
    return Application.objects.visible_to(user).filter(pk=application.pk).exists()


def find(user: User, number: str) -> Application:
    """The sent file with this number that the person may see; 404 for strangers.

    Raises Refused when it is his own: a colleague must handle it.
    """
    application = next(iter(_BY_NUMBER.rows(number)), None)
    if application is None or not _is_visible(user, application):
        raise Http404
    if permissions.is_party(user, application):
        raise Refused(_("This is your own file. A colleague must handle it."))
    return application


def my_opinions(user: User, case: CaseFile) -> list[Opinion]:
    """The opinions of the file asked of an agency and role of this person, not cancelled."""
    return [
        opinion
        for opinion in case.opinions
        if opinion.state != OpinionState.CANCELLED
        and places.has_role(user, opinion.agency_id, opinion.role)
    ]


def open_file(request: HttpRequest, number: str) -> Opened:
    """Load a file for a staff member with the purpose of the opening.

    Raises Http404, Refused (own file) or PurposeNeeded. Nothing is recorded yet.
    """
    user = request.user
    case = CaseFile(find(user, number))
    application = case.application
    if application.phase in AT_DESK:
        if places.has_role(user, application.desk_agency_id, application.desk_role):
            agency = str(application.desk_agency)
            name = case.stage.name if case.stage else application.stage_key
            return Opened(case, user, DESK, f"{name} ({agency})", agency)
        asked = my_opinions(user, case)
        if asked:
            agency = str(asked[-1].agency)
            with override("id"):
                purpose = f"{_('Technical opinion')} ({agency})"
            return Opened(case, user, OPINION, purpose, agency)
    typed = typed_purpose(request, number)
    if not typed:
        raise PurposeNeeded(application)
    return Opened(case, user, OUTSIDE, typed, office_of(user))


def typed_purpose(request: HttpRequest, number: str) -> str:
    """The purpose typed for this file within the last hour, or ""."""
    text, until = request.session.get(SESSION, {}).get(number, ("", 0))
    return text if until > clock.now().timestamp() else ""


def keep_purpose(request: HttpRequest, number: str, text: str) -> None:
    """Remember a typed purpose for an hour; forgotten ones are swept."""
    now = clock.now().timestamp()
    kept = {k: v for k, v in request.session.get(SESSION, {}).items() if v[1] > now}
    request.session[SESSION] = {**kept, number: (text, now + SECONDS)}


def told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turn refusals into pages: the sentence and what was typed; ask for a missing purpose."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except PurposeNeeded as needed:
            number = needed.application.number
            if request.method == "GET":
                query = urlencode({"lanjut": request.get_full_path()})
                return redirect(f"{Opened.address('purpose', number)}?{query}")
            # Whoever was at work on it and lost the race keeps what he typed.
            right = permissions.can_act(request.user, needed.application)
            status, sentence = 403, right.sentence
        except Refused as refused:
            status, sentence = refused.status, refused.sentence
        except WrongState as wrong:
            status, sentence = 409, wrong.sentence
        number = kwargs.get("number")
        back = reverse(REVIEW, args=[number]) if number else ""
        return refused_page(request, sentence, status=status, back=back, kept=typed_texts(request))

    return run


KEPT = ("reason", "text", "body", "note", "received_by")


def typed_texts(request: HttpRequest) -> list[dict[str, str]]:
    """The longer texts of a posted form, so that a refusal loses nothing."""
    labels = {
        "reason": _("Reason"),
        "text": _("Opinion"),
        "body": _("Message"),
        "note": _("Note"),
        "received_by": _("Received by"),
    }
    found = [
        {"label": labels[name], "text": request.POST[name].replace("\x00", "")}
        for name in KEPT
        if request.POST.get(name, "").strip()
    ]
    found += [
        {"label": _("Reason"), "text": value.replace("\x00", "")}
        for name, value in request.POST.items()
        if name.startswith("alasan-") and value.strip()
    ]
    return found
