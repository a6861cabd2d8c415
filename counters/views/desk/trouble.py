"""A system is down: told from the counter where it was noticed, or from the hall for anyone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from counters import actions
from counters import permissions as places
from counters.models import Agency, Counter, Disruption, Site
from counters.views.desk.console import act_urls
from counters.views.desk.forms import DisruptionForm
from counters.views.desk.frame import COUNTER, HALL, Denied, counter_of, page, site_of, told


def _form(request: HttpRequest, own: int = 0, **initial: object) -> DisruptionForm:
    """Supervisors choose an agency, the operator's also the whole site; officers choose none."""
    agencies = None
    if places.can_supervise(request.user):
        agencies = Agency.objects.filter(is_active=True).order_by("order", "key")
        scope = places.supervised_ids(request.user)
        if scope is not None:
            agencies = agencies.filter(pk__in={*scope, own})
    return DisruptionForm(
        request.POST or None,
        agencies=agencies,
        may_all=places.is_supervisor(request.user),
        initial=initial,
    )


def _begin(request: HttpRequest, form: DisruptionForm, site: Site, agency: Agency | None) -> None:
    row = actions.begin_disruption(
        site,
        actor=request.user,
        agency=agency,
        system_name=form.cleaned_data["system_name"],
        note=form.cleaned_data["note"],
        note_en=form.cleaned_data["note_en"],
    )
    words = {"system": row.system_name}
    messages.success(request, _("Everybody is told: %(system)s is down.") % words)


def _page(
    request: HttpRequest, form: DisruptionForm, current: str, back: tuple[str, str]
) -> HttpResponse:
    context = page(
        request,
        _("A system is down"),
        current=current,
        form=form,
        back_url=back[0],
        back_name=back[1],
    )
    status = 400 if form.errors else 200
    return render(request, "admin/counters/console/disruption.html", context, status=status)


@require_http_methods(["GET", "POST"])
@told
def at_counter(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell everybody that a system is down, from the counter where it was noticed."""
    counter = counter_of(request, pk)
    form = _form(
        request, counter.agency_id, system_name=_system_of(counter), agency=counter.agency_id
    )
    if request.method == "POST" and form.is_valid():
        _begin(request, form, counter.site, form.cleaned_data.get("agency", counter.agency))
        return redirect(COUNTER, pk)
    return _page(request, form, "console", (act_urls(pk)["console"], counter.name))


def _system_of(counter: Counter) -> str:
    """The national system the counter's services stand in, as a first guess."""
    names = (
        counter.agency.services.exclude(system_name="")
        .order_by("order", "pk")
        .values_list("system_name", flat=True)
    )
    return names.first() or ""


def _supervises(request: HttpRequest) -> None:
    if not places.can_supervise(request.user):
        raise Denied(_("Only supervisors see the hall."))


@require_http_methods(["GET", "POST"])
@told
def in_hall(request: HttpRequest) -> HttpResponse:
    """Tell everybody that a system of some agency, or of the whole site, is down."""
    _supervises(request)
    site = site_of(request)
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        _begin(request, form, site, form.cleaned_data["agency"])
        return redirect(HALL)
    return _page(request, form, "hall", (reverse(HALL), _("Hall")))


@require_POST
@told
def end_in_hall(request: HttpRequest, pk: int) -> HttpResponse:
    """It works again: the notice goes everywhere."""
    _supervises(request)
    row = actions.end_disruption(get_object_or_404(Disruption, pk=pk), actor=request.user)
    words = {"system": row.system_name}
    messages.success(request, _("%(system)s works again. The notice is gone.") % words)
    return redirect(HALL)
