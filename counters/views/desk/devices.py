"""Kiosks and boards at the desk: register, a new link, revoke; the link is shown once."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from counters import actions
from counters import permissions as places
from counters.devices import is_silent
from counters.models import Device, DeviceKind, Site
from counters.views.desk.forms import DeskForm
from counters.views.desk.frame import Denied, new_key, page, told
from mpp.kit.papers import qr_svg


class DeviceForm(DeskForm):
    """A new kiosk or board."""

    site = forms.ModelChoiceField(
        Site.objects.order_by("order", "key"), label=gettext_lazy("Site"), empty_label=None
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=DeviceKind.choices)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    # The column is called key; the hidden key of the form has that name already.
    slug = forms.SlugField(label=gettext_lazy("Short name, for example kios-1"), max_length=60)
    zone = forms.CharField(
        label=gettext_lazy("Zone, for a board of one zone"), max_length=40, required=False
    )


@require_http_methods(["GET", "POST"])
@told
def devices(request: HttpRequest) -> HttpResponse:
    """All devices with their last sign of life; what a button does is done and shown at once."""
    if not places.can_configure(request.user):
        raise Denied(_("Only the operator of the mall looks after devices."))
    act = request.POST.get("do", "") if request.method == "POST" else ""
    form = DeviceForm(request.POST if act == "register" else None, initial={"key": new_key()})
    problem, link, status = "", None, 200
    if act == "register" and not form.is_valid():
        status = 400
    elif act:
        try:
            link = _do(request, act, form)
            form = DeviceForm(initial={"key": new_key()})
        except actions.Refused as refused:
            problem, status = refused.sentence, 409
    context = page(
        request,
        _("Kiosks and boards"),
        current="devices",
        form=form,
        problem=problem,
        link=link,
        rows=[_row(device) for device in Device.objects.select_related("site")],
    )
    response = render(request, "admin/counters/devices.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _do(request: HttpRequest, act: str, form: DeviceForm) -> dict[str, str] | None:
    """Register, renew or revoke; the link to show once, if there is one."""
    if act == "register":
        given = form.cleaned_data
        device, token = actions.register_device(
            given["site"],
            actor=request.user,
            kind=given["kind"],
            key=given["slug"],
            name=given["name"],
            zone=given["zone"],
        )
        return _link(device, token)
    number = request.POST.get("device", "")
    device = get_object_or_404(
        Device.objects.select_related("site"), pk=number if number.isdecimal() else None
    )
    if act == "renew":
        return _link(*actions.renew_device(device, actor=request.user))
    if act == "revoke":
        actions.revoke_device(device, actor=request.user)
    return None


def _link(device: Device, token: str) -> dict[str, str]:
    address = settings.SITE_URL + reverse("counters:device-open", args=[token])
    return {"name": device.name, "address": address, "qr": qr_svg(address)}


def _row(device: Device) -> dict[str, object]:
    if device.revoked_at is not None:
        state = {"label": _("revoked"), "icon": "x-lg", "tone": "bad"}
    elif device.last_seen_at is None:
        state = {"label": _("not opened yet"), "icon": "clock", "tone": "wait"}
    elif is_silent(device):
        state = {"label": _("silent"), "icon": "exclamation-triangle-fill", "tone": "wait"}
    else:
        state = {"label": _("at work"), "icon": "check-lg", "tone": "good"}
    return {"device": device, "state": state}
