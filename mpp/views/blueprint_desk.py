"""The assistant at the desk: publish our blueprint, bring in another mall's step by step.

Upload, see what differs, choose, rename places, bring in as drafts, see what came. Every step is
a page of its own that can be opened again; what was typed is kept with the upload.
"""

from typing import Any

from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from counters.permissions import can_configure
from mpp.blueprint import actions, importing, items, words
from mpp.blueprint.archive import NotABlueprint
from mpp.blueprint.content import Faulty
from mpp.blueprint.difference import Difference, compare
from mpp.blueprint.exporting import CannotExport
from mpp.blueprint.items import Mall, Problem
from mpp.blueprint.models import Arrival, Edition
from mpp.blueprint.rooms import by_name
from mpp.kit import clock
from mpp.kit.fields import clean_name
from mpp.kit.models import opaque_token
from mpp.kit.wording import when
from permits.views.desk.frame import frame

# Kinds with more differences than this are chosen whole; single ones by the command.
MOST_SINGLE = 200
MOST_RENAMED = 300
MOST_TICKED = 10_000
LONGEST_TICKED = 400
IDENTITY = "kit/installation"


def _checked(request: HttpRequest) -> None:
    if not can_configure(request.user):
        raise PermissionDenied(
            _("Only supervisors of the operator and administrators may do this.")
        )


def _arrival(request: HttpRequest, token: str) -> Arrival:
    """The upload of this address: one's own, not over. 404 otherwise, 403 without the right."""
    _checked(request)
    rows = Arrival.objects.filter(uploaded_by=request.user, expires_at__gt=clock.now())
    return get_object_or_404(rows.select_related("file"), token=token[:40])


def _page(
    request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    start = {"url": reverse("blueprint-desk"), "label": _("Blueprint")}
    crumbs = [start, {"label": title}] if template != "start.html" else [{"label": title}]
    values = {**frame(request, title, current="blueprint"), "crumbs": crumbs, **context}
    return render(request, f"admin/blueprint/{template}", values, status=status)


@staff_member_required(login_url="account_login")
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Our editions, and the form for another mall's file."""
    _checked(request)
    return _start(request)


def _start(
    request: HttpRequest,
    *,
    faults: list[dict] | None = None,
    wrong: list[dict] | None = None,
    status: int = 200,
) -> HttpResponse:
    """`faults` are those of an uploaded file, `wrong` those of our own configuration."""
    mine = Arrival.objects.filter(uploaded_by=request.user, expires_at__gt=clock.now())
    return _page(
        request,
        "start.html",
        _("Blueprint"),
        status=status,
        faults=faults or [],
        wrong=wrong or [],
        key=opaque_token(),
        editions=[
            {
                "number": one.number,
                "published": when(one.published_at),
                "sha256": one.file.sha256,
            }
            for one in Edition.objects.select_related("file")[:5]
        ],
        uploads=[
            {
                "url": _address("result" if one.applied_at else "choose", one),
                "uploaded": when(one.created_at),
                "is_applied": one.applied_at is not None,
            }
            for one in mine[:10]
        ],
    )


def _address(name: str, arrival: Arrival) -> str:
    return reverse(f"blueprint-desk-{name}", args=[arrival.token])


@staff_member_required(login_url="account_login")
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """Publish this mall's configuration as the next edition."""
    _checked(request)
    key = _posted_key(request)
    try:
        edition = actions.publish(actor=request.user, key=key)
    except actions.Refused as refused:
        messages.error(request, str(refused))
    except CannotExport as refused:
        return _start(request, wrong=_faults(refused.problems), status=422)
    else:
        said = _("Edition %(number)s is published. Anyone can download it now.")
        messages.success(request, said % {"number": edition.number})
    return redirect("blueprint-desk")


@staff_member_required(login_url="account_login")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Keep another mall's file, when it is one; else say all that is wrong with it."""
    _checked(request)
    if request.method == "GET":
        return redirect("blueprint-desk")
    file = request.FILES.get("file")
    if file is None:
        faults = [{"place": "", "text": _("Choose a file first.")}]
        return _start(request, faults=faults, status=422)
    try:
        arrival = actions.receive(file, actor=request.user)
    except NotABlueprint as refused:
        return _start(request, faults=[{"place": "", "text": str(refused)}], status=422)
    except Faulty as refused:
        return _start(request, faults=_faults(refused.problems), status=422)
    return redirect(_address("choose", arrival))


def _faults(problems: list[Problem]) -> list[dict]:
    return [
        {
            "place": f"{one.file}:{one.line}" if one.line else one.file,
            "text": f"{one.path}: {one.sentence}" if one.path else one.sentence,
        }
        for one in problems
    ]


@staff_member_required(login_url="account_login")
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """What differs, by kind and object; what is ticked comes, with what it needs."""
    arrival = _arrival(request, token)
    if arrival.applied_at:
        return redirect(_address("result", arrival))
    refusal = ""
    if request.method == "POST":
        kinds, objects = _posted(request, "kind"), _posted(request, "object")
        try:
            actions.choose(arrival, actor=request.user, kinds=kinds, objects=objects)
            return redirect(_address("names", arrival))
        except actions.Refused as refused:
            refusal = str(refused)
    found = actions.opened(arrival)
    mall = actions.allowed(found.mall, request.user)
    differences = compare(items.here(as_draft=True), mall, as_draft=True)
    return _page(
        request,
        "choose.html",
        _("What differs"),
        status=422 if refusal else 200,
        refusal=refusal,
        origin=found.origin,
        product=found.manifest.product,
        seal=found.seal,
        kinds=_kinds(arrival, differences),
        closed=[words.kind(name) for name in _closed(found.mall, mall)],
        missing=[words.object_row(one) for one in differences if one.kind == "missing"][:100],
        nothing=not any(one.kind != "missing" for one in differences),
    )


def _posted(request: HttpRequest, name: str) -> list[str]:
    """The ticked values of a list; what no page of ours offers has no place in a column."""
    return [
        value
        for value in request.POST.getlist(name)[:MOST_TICKED]
        if len(value) <= LONGEST_TICKED and value.isprintable()
    ]


def _posted_key(request: HttpRequest) -> str:
    """The key a form was sent with, a new one when it has none that a column can hold."""
    key = "".join(char for char in request.POST.get("key", "") if char.isprintable())
    return key.strip()[:80] or opaque_token()


def _closed(whole: Mall, mall: Mall) -> list[str]:
    return sorted({key[0] for key in whole.items} - {key[0] for key in mall.items})


def _kinds(arrival: Arrival, differences: list[Difference]) -> list[dict[str, Any]]:
    """The new and changed objects by kind, with what is ticked."""
    found: dict[str, list[Difference]] = {}
    for one in differences:
        if one.kind != "missing":
            found.setdefault(one.id[0], []).append(one)
    picked = set(arrival.objects_chosen)
    return [
        {
            "name": name,
            "label": words.kind(name),
            "added": sum(one.kind == "added" for one in rows),
            "changed": sum(one.kind == "changed" for one in rows),
            "is_chosen": name in arrival.kinds if arrival.is_chosen else name != IDENTITY,
            "is_cut": len(rows) > MOST_SINGLE,
            "rows": [
                {**words.object_row(one), "is_chosen": "/".join(one.id) in picked}
                for one in rows[:MOST_SINGLE]
            ],
        }
        for name, rows in found.items()
    ]


@staff_member_required(login_url="account_login")
@require_http_methods(["GET", "POST"])
def names(request: HttpRequest, token: str) -> HttpResponse:
    """What comes along, how places are called here, and the last look before it is brought in."""
    arrival = _arrival(request, token)
    if arrival.applied_at:
        return redirect(_address("result", arrival))
    if not arrival.is_chosen:
        return redirect(_address("choose", arrival))
    mall = actions.allowed(actions.opened(arrival).mall, request.user)
    present = items.here(as_draft=True)
    chosen = actions.chosen_ids(arrival, mall)
    needed = importing.with_needs(mall, chosen, present)
    coming = [
        one
        for one in compare(present, importing.only(mall, needed), as_draft=True)
        if one.kind != "missing"
    ]
    places = _places(arrival, coming)
    key = _posted_key(request)
    faults: list[dict] = []
    if request.method == "POST":
        typed, is_sound = _typed(request, places)
        if is_sound:
            actions.rename(arrival, actor=request.user, names=typed)
            try:
                actions.bring_in_drafts(arrival, actor=request.user, key=key)
                return redirect(_address("result", arrival))
            except Faulty as refused:
                faults = _faults(refused.problems)
            except actions.Refused as refused:
                faults = [{"place": "", "text": str(refused)}]
    is_wrong = any(field["error"] for place in places for field in place["fields"])
    return _page(
        request,
        "names.html",
        _("Choose names and bring in"),
        status=422 if faults or is_wrong else 200,
        faults=faults,
        is_wrong=is_wrong,
        key=key,
        choose_url=_address("choose", arrival),
        coming=words.counted(_counts(coming)),
        along=[words.object_row(one) for one in coming if one.id not in chosen],
        places=places,
        is_empty=not coming,
        replaced=[words.object_row(one) for one in coming if one.kind == "changed"],
    )


def _counts(differences: list[Difference]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in differences:
        found[one.id[0]] = found.get(one.id[0], 0) + 1
    return found


def _places(arrival: Arrival, coming: list[Difference]) -> list[dict[str, Any]]:
    """The objects whose names a new region changes, with a field for each name."""
    found = []
    for one in coming:
        section = by_name().get(one.id[0])
        if section is None or not section.exported.renamed or len(found) >= MOST_RENAMED:
            continue
        ident = "/".join(one.id)
        held = arrival.names.get(ident, {})
        fields = []
        for name in section.exported.renamed:
            column = section.model._meta.get_field(name)
            given = one.item.content.get(name, "")
            fields.append(
                {
                    "name": name,
                    "id": f"{ident}:{name}",
                    "label": str(column.verbose_name),
                    "most": column.max_length,
                    "given": given,
                    "value": held.get(name, given),
                    "error": "",
                }
            )
        row = words.object_row(one)
        found.append({"id": ident, "kind": words.kind(one.id[0]), "name": row["name"],
                      "key": row["key"], "fields": fields})  # fmt: skip
    return found


def _typed(request: HttpRequest, places: list[dict]) -> tuple[dict[str, dict[str, str]], bool]:
    """The names that differ from the file; wrong ones stay in their field with a sentence."""
    found: dict[str, dict[str, str]] = {}
    is_sound = True
    for place in places:
        for field in place["fields"]:
            if field["id"] not in request.POST:
                continue
            field["value"] = request.POST[field["id"]]
            try:
                text = clean_name(field["value"])
                if len(text) > (field["most"] or len(text)):
                    raise ValidationError(
                        _("At most %(most)s characters.") % {"most": field["most"]}
                    )
            except ValidationError as refused:
                field["error"], is_sound = " ".join(refused.messages), False
                continue
            if text and text != field["given"]:
                found.setdefault(place["id"], {})[field["name"]] = text
    return found, is_sound


@staff_member_required(login_url="account_login")
@require_GET
def result(request: HttpRequest, token: str) -> HttpResponse:
    """What came, and what is left to do before it is public."""
    arrival = _arrival(request, token)
    if not arrival.applied_at:
        return redirect(_address("choose", arrival))
    done = arrival.result
    return _page(
        request,
        "result.html",
        _("Brought in as drafts"),
        added=done.get("added", 0),
        changed=done.get("changed", 0),
        contents=words.counted(done.get("counts", {})),
        types=[
            {"key": key, "url": reverse("admin:permits_permitversion_change", args=[pk])}
            for key, pk in done.get("types", [])
        ],
        services_url=f"{reverse('admin:counters_service_changelist')}?is_active__exact=0",
        has_services=bool(done.get("services")),
    )
