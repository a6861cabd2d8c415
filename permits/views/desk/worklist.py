"""The work list: piles as tabs, filters, search, taking several files, export."""

import csv

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_GET, require_POST

from accounts.access import record_access
from mpp.kit import clock
from mpp.kit.exports import safe_cell
from mpp.kit.states import WrongState
from mpp.kit.wording import query_string
from permits.actions import take
from permits.models import Application
from permits.views.desk import piles, rows
from permits.views.desk.frame import addresses, frame, office_of
from permits.views.desk.opening import told
from permits.views.desk.searching import (
    Search,
    choices,
    found_rows,
    nik_hash_in,
    read_search,
)
from permits.workflow import Refused

MOST_PICKS = 50
MOST_EXPORTED = 500


@require_GET
@told
def worklist(request: HttpRequest) -> HttpResponse:
    """One page of a pile or of a search. The address is the whole state, so it can be saved."""
    search = read_search(request.GET)
    if hashed := nik_hash_in(search.query):
        return redirect(request.path + query_string(request.GET, q="", nik=hashed))
    counts = piles.counts(request.user)
    page = piles.read_page(
        found_rows(request.user, search), after=search.after, before=search.before
    )
    is_asked = bool(search.pile and search.pile.key == "opinions")
    current = search.pile.key if search.pile else ""
    heading = search.pile.label if search.pile else _("Found files")
    context = {
        **frame(request, str(heading), current=current, counts=counts, query=search.query),
        "tabs": _tabs(search, counts),
        "groups": rows.groups(request.user, page.rows, asked=is_asked),
        "pages": _pages(request.GET, page),
        "search": search,
        "filters": choices(request.user, search),
        "has_filter": bool(search.query or search.nik or search.service or search.stage),
        "clear_url": _tab_url(search.pile or piles.PILES[0]),
        "count_words": counts.get(current, ""),
        "empty_text": str(search.pile.empty) if search.pile else "",
        "next_url": rows.groups_first_url(page.rows) if current == "mine" else "",
        "here": request.get_full_path(),
        "query_string": request.GET.urlencode(),
    }
    return render(request, "admin/permits/worklist.html", context)


def _tab_url(pile: piles.Pile) -> str:
    return f"{addresses()['worklist']}?daftar={pile.slug}"


def _tabs(search: Search, counts: dict[str, str]) -> list[dict]:
    return [
        {
            "url": _tab_url(pile),
            "label": pile.label,
            "count": counts.get(pile.key, ""),
            "current": search.pile is not None and pile.key == search.pile.key,
        }
        for pile in piles.PILES
    ]


def _pages(params: QueryDict, page: piles.Slice) -> dict[str, str]:
    return {
        "previous": query_string(params, sebelum=page.previous, sesudah="")
        if page.previous
        else "",
        "next": query_string(params, sesudah=page.next, sebelum="") if page.next else "",
        "current": "",
    }


SEARCHED = ("daftar", "layanan", "tahap", "q")


@require_POST
@told
def search_files(request: HttpRequest) -> HttpResponse:
    """Turn a posted search into the address of its results.

    A NIK must not stand in an address, where logs would keep it: its hash stands there.
    """
    wanted = {name: request.POST.get(name, "")[:200] for name in SEARCHED}
    if hashed := nik_hash_in(wanted["q"]):
        wanted |= {"q": "", "nik": hashed}
    return redirect(addresses()["worklist"] + query_string(QueryDict(), **wanted))


@require_POST
@told
def take_many(request: HttpRequest) -> HttpResponse:
    """Take the picked files one by one; each says what became of it."""
    numbers = list(dict.fromkeys(request.POST.getlist("pick")))[:MOST_PICKS]
    visible = Application.objects.with_path().visible_to_desk(request.user)
    found = {row.number: row for row in visible.filter(number__in=numbers)}
    taken = 0
    for number in numbers:
        if number not in found:
            continue
        try:
            take(found[number], actor=request.user)
            taken += 1
        except (Refused, WrongState) as refusal:
            messages.warning(request, f"{number}: {refusal.sentence}")
    if taken:
        words = ngettext("%(n)d file is yours now.", "%(n)d files are yours now.", taken)
        messages.success(request, words % {"n": taken})
    elif not numbers:
        messages.warning(request, _("Choose at least one file first."))
    return redirect(_safe_next(request))


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    fits = target.startswith(addresses()["worklist"]) and url_has_allowed_host_and_scheme(
        target, {request.get_host()}
    )
    return target if fits else addresses()["worklist"]


@require_POST
@told
def export(request: HttpRequest) -> HttpResponse:
    """The files of the present view as CSV, at most 500; each person's file is logged."""
    search = read_search(request.GET)
    found = list(
        found_rows(request.user, search)
        .select_related("assignee", "owner")
        .only(*rows.EXPORT_FIELDS)
        .order_by("due_at", "pk")[:MOST_EXPORTED]
    )
    office = office_of(request.user)
    with override("id"):
        purpose = f"{_('Export of the work list')} ({office})"
    with transaction.atomic():
        for row in found:
            record_access(
                actor=request.user,
                office=office,
                subject=row.owner,
                object_kind="export",
                object_ref=row.number,
                purpose=purpose,
                file_ref=row.number,
            )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    day = clock.today().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="berkas-{day}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(rows.export_heading())
    for line in rows.export_lines(request.user, found):
        writer.writerow([safe_cell(cell) for cell in line])
    return response
