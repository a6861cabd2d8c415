"""Paper days at the desk: set numbers aside, print the sheets, key the used ones in."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counters import actions
from counters.models import PaperBlock, Queue, Ticket
from counters.views.desk.frame import Denied, new_key, page, posted_key, served_agencies, told
from counters.views.desk.paper_forms import BlockForm, EntryForm
from mpp.kit.states import WrongState

PER_PAGE = 30
LIST, BLOCK = "admin:counters_paper", "admin:counters_paper_block"


def _scoped(request: HttpRequest, rows: QuerySet, path: str) -> QuerySet:
    """Only rows of the agencies this person serves."""
    agencies = served_agencies(request.user)
    if agencies is None:
        return rows
    if not agencies:
        raise Denied(_("You are not posted to a front desk."))
    return rows.filter(**{f"{path}__in": agencies})


def _block(request: HttpRequest, pk: int) -> PaperBlock:
    rows = PaperBlock.objects.select_related("queue_day__queue__site", "queue_day__queue__agency")
    found = _scoped(request, rows, "queue_day__queue__agency").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@told
def blocks(request: HttpRequest) -> HttpResponse:
    """The blocks with how many of each are keyed in, and a form for a new one."""
    queues = _scoped(request, Queue.objects.filter(is_active=True), "agency")
    form = BlockForm(request.POST or None, queues=queues, initial={"key": new_key()})
    problem, status = "", 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                block = actions.reserve_block(
                    form.cleaned_data["queue"],
                    count=form.cleaned_data["count"],
                    actor=request.user,
                    key=f"{request.user.pk}:{posted_key(request)}",
                )
                messages.success(request, _("Set aside. Print the sheets now."))
                return redirect(BLOCK, block.pk)
            except actions.Refused as refused:
                problem, status = refused.sentence, 409
    rows = _scoped(request, PaperBlock.objects.all(), "queue_day__queue__agency")
    rows = rows.select_related("queue_day__queue__agency").annotate(
        keyed=Count(
            "queue_day__issued",
            filter=Q(
                queue_day__issued__number__gte=F("first"),
                queue_day__issued__number__lte=F("last"),
            ),
        )
    )
    listed = Paginator(rows.order_by("-queue_day__day", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = page(
        request,
        _("Paper numbers"),
        current="paper",
        form=form,
        problem=problem,
        listed=listed,
        rows=[_row(block) for block in listed],
    )
    return render(request, "admin/counters/paper/blocks.html", context, status=status)


def _row(block: PaperBlock) -> dict[str, Any]:
    letter = block.queue_day.queue.letter
    return {
        "url": reverse(BLOCK, args=[block.pk]),
        "label": f"{letter} {block.first:03d}-{block.last:03d}",
        "queue": block.queue_day.queue,
        "day": block.queue_day.day,
        "keyed": block.keyed,
        "count": block.last - block.first + 1,
    }


@require_http_methods(["GET", "POST"])
@told
def block(request: HttpRequest, pk: int) -> HttpResponse:
    """Key one used paper in after the other; below, which are keyed and which are not."""
    row = _block(request, pk)
    form = EntryForm(request.POST or None, block=row, initial=_first(row))
    problem, status = "", 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                ticket = actions.key_in(
                    row, form.entry(), actor=request.user, key=posted_key(request)
                )
                messages.success(request, _("%(number)s is keyed in.") % {"number": ticket.label})
                return redirect(BLOCK, row.pk)
            except (actions.Refused, WrongState) as refused:
                problem, status = refused.sentence, 409
    context = page(
        request,
        _("Paper numbers %(letter)s %(first)s to %(last)s")
        % {
            "letter": row.queue_day.queue.letter,
            "first": f"{row.first:03d}",
            "last": f"{row.last:03d}",
        },
        current="paper",
        form=form,
        problem=problem,
        row_block=row,
        numbers=_numbers(row),
        list_url=reverse(LIST),
        print_url=reverse("admin:counters_paper_print", args=[row.pk]),
    )
    return render(request, "admin/counters/paper/block.html", context, status=status)


def _keyed(block: PaperBlock) -> dict[int, Ticket]:
    rows = Ticket.objects.filter(
        issued_in=block.queue_day, number__gte=block.first, number__lte=block.last
    ).defer("contact_name", "phone", "email")
    return {ticket.number: ticket for ticket in rows}


def _first(block: PaperBlock) -> dict[str, Any]:
    """The next number that is not keyed in yet, and a key for this form."""
    keyed = _keyed(block)
    free = (n for n in range(block.first, block.last + 1) if n not in keyed)
    return {"key": new_key(), "number": next(free, None)}


def _numbers(block: PaperBlock) -> list[dict[str, str]]:
    keyed = _keyed(block)
    letter, found = block.queue_day.queue.letter, []
    for number in range(block.first, block.last + 1):
        ticket = keyed.get(number)
        state = ticket.get_state_display() if ticket is not None else ""
        found.append({"label": f"{letter} {number:03d}", "state": str(state)})
    return found


@require_safe
@told
def sheets(request: HttpRequest, pk: int) -> HttpResponse:
    """A4 sheets to cut: number, queue, date, and lines for name and time."""
    row = _block(request, pk)
    letter = row.queue_day.queue.letter
    context = {
        "row_block": row,
        "queue": row.queue_day.queue,
        "numbers": [f"{letter} {number:03d}" for number in range(row.first, row.last + 1)],
        "back_url": reverse(BLOCK, args=[row.pk]),
    }
    return render(request, "admin/counters/paper/sheets.html", context)
