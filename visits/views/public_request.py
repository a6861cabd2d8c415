"""/studi-tiru/ajukan/: the request. Without an account; the first press makes a draft.

The draft has a secret link of its own from then on. What was typed stays on the page whatever
happens; a letter that came in good order stays with the draft.
"""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.regions import region, region_path
from counters.models import Site
from mpp.kit.files import store_clean
from mpp.kit.secret_pages import sealed
from mpp.kit.states import WrongState
from mpp.kit.wording import file_size
from visits import actions, month
from visits.actions.request import FIELDS
from visits.availability import frame_of
from visits.forms import RequestForm, regions_found
from visits.links import visit_path
from visits.models import Visit
from visits.querysets import secret_of
from visits.shown import Shown, shown, sites
from visits.states import VisitState
from visits.views.public import chosen_site
from visits.views.public_access import (
    is_limited,
    limited_sentence,
    load,
    new_key,
    posted_key,
    put_refusal,
    secret_page,
    tells_refusals,
)
from visits.wishes import drawn_options
from visits.workflow import Refused

# A field people do not see; programs that fill in everything do.
TRAP = "website"
SECTIONS = (
    ("who", ("institution_kind", "institution", "region_code")),
    ("date", ("wish_1", "wish_2", "wish_3", "size")),
    ("leader", ("leader_name", "leader_position", "leader_rank")),
    ("why", ("purpose", "topics", "special_needs", "languages")),
    ("letter", ("letter_number", "letter_on", "letter_file")),
    ("contact", ("contact_name", "contact_email", "contact_phone")),
)


def _titles() -> dict[str, str]:
    return {
        "who": _("Your institution"),
        "date": _("Date and size"),
        "leader": _("Leader"),
        "why": _("What you want to learn"),
        "letter": _("Official letter"),
        "contact": _("Contact"),
    }


def _empty_form(held: Shown, wish: str) -> RequestForm:
    """The form nobody has written into, with the session chosen in the calendar."""
    return RequestForm(
        initial={"wish_1": wish},
        openings=held.openings,
        rules=held.frame.rules,
        drawn=held.fragment("options", lambda: drawn_options(held.openings)),
    )


def _form(site: Site, data: Any = None, files: Any = None, initial: Any = None) -> RequestForm:
    frame = frame_of(site)
    return RequestForm(
        data,
        files,
        initial=initial,
        openings=month.open_sessions(site, frame),
        rules=frame.rules,
    )


@login_not_required
@require_http_methods(["GET", "POST"])
def request_page(request: HttpRequest) -> HttpResponse:
    """An empty form, with the session chosen in the calendar; the first press keeps a draft."""
    site = chosen_site(request, sites())
    if site is None:
        return render(request, "visits/closed.html", status=404 if request.POST else 200)
    if request.method == "GET":
        wish = f"{request.GET.get('sesi', '')}:{request.GET.get('tanggal', '')}"
        wish = wish[:80] if wish != ":" else ""
        held = shown(site)
        return _page(request, site, _empty_form(held, wish), key=new_key(), held=held)
    if request.POST.get(TRAP):
        return redirect("visits:calendar")
    key = posted_key(request)
    if "search" in request.POST:
        return _page(request, site, _form(site, request.POST), key=key, is_search=True)
    if is_limited(request, "visit_request"):
        form = _form(site, request.POST, request.FILES)
        form.add_error(None, limited_sentence())
        return _page(request, site, form, key=key, status=429)
    draft = actions.start(site, language=get_language() or "id", key=key)
    return _take(request, draft, key)


@secret_page
@require_http_methods(["GET", "POST"])
@tells_refusals
def draft_page(request: HttpRequest, secret: str) -> HttpResponse:
    """The form of a draft that was begun before."""
    visit = load(secret)
    if visit.state != VisitState.DRAFT or request.method == "GET":
        return redirect(visit_path(visit))
    if "search" in request.POST:
        form = _form(visit.site, request.POST)
        return _page(
            request, visit.site, form, key=posted_key(request), draft=visit, is_search=True
        )
    return _take(request, visit, posted_key(request))


def show_draft(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The page of a visit that was not sent yet: its form with what is known."""
    initial = {name: getattr(visit, name) for name in FIELDS}
    initial["topics"] = list(visit.topics.all())
    for wish in visit.wishes.select_related("session"):
        initial[f"wish_{wish.order}"] = f"{wish.session.key}:{wish.date.isoformat()}"
    return _page(
        request, visit.site, _form(visit.site, initial=initial), key=new_key(), draft=visit
    )


def _take(request: HttpRequest, draft: Visit, key: str) -> HttpResponse:
    """Keep what is in order; send when asked to. However often it is pressed: one request."""
    if draft.state != VisitState.DRAFT:
        messages.info(request, _("This request was sent before. This is its page."))
        return redirect(visit_path(draft))
    form = _form(draft.site, request.POST, request.FILES)
    is_sent = "send" in request.POST
    form.is_valid()
    try:
        _store(draft, form)
        if is_sent and not form.errors:
            actions.submit(draft, key=key)
            return redirect(visit_path(draft))
    except WrongState:
        return redirect(visit_path(draft))
    except Refused as fault:
        put_refusal(form, fault)
    if not is_sent:
        form.forgive_what_is_missing()
        if not form.errors:
            messages.success(request, _("Saved. You can close this page and go on later."))
            return redirect(visit_path(draft))
    return _page(request, draft.site, form, key=key, draft=draft, status=422)


def _store(draft: Visit, form: RequestForm) -> None:
    """Keep every field that is in order; raises Refused."""
    good = {name: form.cleaned_data[name] for name in FIELDS if name in form.cleaned_data}
    topics = form.cleaned_data.get("topics") if "topics" in form.cleaned_data else None
    actions.save(draft, values=good, wishes=form.wishes(), topics=topics)
    letter = form.cleaned_data.get("letter_file")
    if letter is not None:
        actions.attach_letter(draft, file=store_clean(letter))


def _page(
    request: HttpRequest,
    site: Site,
    form: Form,
    *,
    key: str,
    draft: Visit | None = None,
    is_search: bool = False,
    held: Shown | None = None,
    status: int = 200,
) -> HttpResponse:
    # A search only brings regions: nothing is judged yet.
    judged = _unjudged(form) if is_search else form
    code = str(judged["region_code"].value() or "")
    query = request.POST.get("region_q", "")[:80]
    found = regions_found(query)
    letter = draft.letter_file if draft else None
    context = {
        "form": judged,
        "site": site,
        "key": key,
        "region": {
            "query": query,
            "chosen": _region_choice(code),
            "found": [_choice(each) for each in found if each.code != code],
            # Nothing is missing where the only region found is the chosen one.
            "is_searched": bool(query) and not found,
            "url": reverse("visits:region-search"),
        },
        "action": _action(site, draft),
        "link": request.build_absolute_uri(visit_path(draft)) if draft else "",
        "letter": f"{letter.shown_name}, {file_size(letter.size)}" if letter else "",
        "calendar_url": f"{reverse('visits:calendar')}?lokasi={site.key}",
        "trap": TRAP,
    }
    context["sections"] = _sections(judged, context, held)
    response = render(request, "visits/request.html", context, status=status)
    return sealed(response) if draft else response


def _sections(form: Form, context: dict[str, Any], held: Shown | None) -> list[dict[str, Any]]:
    """The groups of fields; those of an empty form are the same for everybody and are kept."""
    titles, found = _titles(), []
    for name, fields in SECTIONS:
        section = {"title": titles[name], "html": "", "fields": [form[each] for each in fields]}
        is_empty = held and not any(form.initial.get(each) for each in fields)
        if is_empty:
            section["html"] = held.fragment(("form", name), partial(_draw, section, context))
        found.append(section)
    return found


def _draw(section: dict[str, Any], context: dict[str, Any]) -> str:
    return render_to_string("visits/_request_section.html", {**context, "section": section})


def _unjudged(form: Form) -> Form:
    """The same form with what was typed and without errors."""
    form.full_clean()
    form.errors.clear()
    return form


def _action(site: Site, draft: Visit | None) -> str:
    if draft:
        return reverse("visits:draft", args=[secret_of(draft)])
    return f"{reverse('visits:request')}?lokasi={site.key}"


def _choice(found) -> dict[str, str]:
    return {"code": found.code, "name": region_path(found.code)}


def _region_choice(code: str) -> dict[str, str] | None:
    found = region(code[:13])
    return _choice(found) if found else None


@login_not_required
@require_safe
def region_search(request: HttpRequest) -> HttpResponse:
    """The regions for what was typed, to be swapped into the form."""
    query = request.GET.get("region_q", "")[:80]
    context = {
        "region": {
            "found": [_choice(found) for found in regions_found(query)],
            "chosen": None,
            "is_searched": True,
        }
    }
    return render(request, "visits/_regions.html", context)
