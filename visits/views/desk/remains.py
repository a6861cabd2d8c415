"""Agenda, photos and materials: what the desk prepares and what it leaves behind."""

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.forms import BaseModelFormSet, modelformset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mpp.kit.fields import SafeFormMixin
from mpp.kit.files import respond, store_clean
from mpp.kit.models import StoredFile
from mpp.kit.states import WrongState
from mpp.kit.uploads import UploadRefused, inspect
from visits import actions
from visits.actions import base, programme
from visits.models import ItineraryItem, Material, Visit
from visits.permissions import hosts
from visits.views.desk.forms import MaterialForm, PhotoForm
from visits.views.desk.frame import at, frame, load, new_key, only_desk, told
from visits.workflow import Refused

SPARE_LINES = 2


def stored(upload: Any, accept: set[str]) -> StoredFile:
    """An upload that passed the gate, kept; raises Refused with its sentence."""
    try:
        clean = inspect(
            upload, name=upload.name, declared_type=upload.content_type or "", accept=accept
        )
    except UploadRefused as refused:
        raise Refused(refused.sentence, status=400, field="file") from refused
    return store_clean(clean)


class PartForm(SafeFormMixin, django_forms.ModelForm):
    """One part of a visit's agenda."""

    class Meta:
        model = ItineraryItem
        fields = ["starts_at", "ends_at", "title", "title_en", "place", "host"]
        widgets = {
            "starts_at": django_forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "ends_at": django_forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].queryset = hosts()

    def clean(self) -> dict[str, Any]:
        """A part ends after it begins."""
        data = super().clean()
        if data.get("starts_at") and data.get("ends_at") and data["ends_at"] <= data["starts_at"]:
            self.add_error("ends_at", _("A part ends after it begins."))
        return data


def _parts(visit: Visit, data: Any = None) -> BaseModelFormSet:
    formset = modelformset_factory(
        ItineraryItem, form=PartForm, extra=SPARE_LINES, can_delete=True, max_num=30
    )
    return formset(data, queryset=visit.itinerary.order_by("starts_at", "order"), prefix="bagian")


def _lines(parts: BaseModelFormSet) -> list[ItineraryItem]:
    """The parts that stay and are named."""
    kept = [form for form in parts.forms if form not in parts.deleted_forms]
    rows = [form.instance for form in kept if form.has_changed() or form.instance.pk]
    return [row for row in rows if row.title]


@require_http_methods(["GET", "POST"])
@told
def agenda_page(request: HttpRequest, number: str) -> HttpResponse:
    """Edit the agenda line by line; it is sorted by time when it is saved."""
    visit = load(request, number)
    key = request.POST.get("key", "").replace("\x00", "")[:64] or new_key()
    if base.is_repeat(visit, key, programme.ACT, request.user):
        # The lines of this form have been replaced by the first press.
        return redirect(at("review", number))
    programme.check_open(visit)
    parts, problem, status = _parts(visit, request.POST or None), "", 200
    if request.method == "POST":
        status = 400
        if parts.is_valid():
            try:
                actions.edit_agenda(visit, actor=request.user, lines=_lines(parts), key=key)
            except (Refused, WrongState) as refused:
                problem, status = refused.sentence, 409
            else:
                messages.success(request, _("The agenda is saved."))
                return redirect(at("review", number))
    context = {
        **frame(request, _("Agenda of the visit")),
        "visit": visit,
        "parts": parts,
        "key": key,
        "problem": problem,
        "back_url": at("review", number),
    }
    return render(request, "admin/visits/agenda.html", context, status=status)


@require_http_methods(["GET", "POST"])
@told
def photos(request: HttpRequest, number: str) -> HttpResponse:
    """The photos of a delegation; one is added at a time."""
    visit = load(request, number)
    form = PhotoForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                file = stored(form.cleaned_data["file"], {"image"})
                caption = form.cleaned_data["caption"]
                actions.add_photo(visit, actor=request.user, file=file, caption=caption)
            except Refused as refused:
                status = refused.status
                form.add_error("file", refused.sentence)
            else:
                messages.success(request, _("The photo is added."))
                return redirect(at("photos", number))
    context = {
        **frame(request, _("Photos of the visit")),
        "visit": visit,
        "form": form,
        "photos": list(visit.photos.select_related("file")),
        "back_url": at("review", number),
    }
    return render(request, "admin/visits/photos.html", context, status=status)


def _photo(visit: Visit, pk: int):
    row = visit.photos.filter(pk=pk).select_related("file").first()
    if row is None:
        raise Http404
    return row


@require_GET
@told
def photo(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One picture; only a clean file is shown."""
    row = _photo(load(request, number), pk)
    if not row.file.is_openable:
        raise Http404
    return respond(row.file, download=False)


@require_POST
@told
def photo_change(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Show a photo publicly, hide it, or take it away."""
    visit = load(request, number)
    row = _photo(visit, pk)
    row.visit = visit
    if request.POST.get("what") == "remove":
        actions.remove_photo(row, actor=request.user)
    else:
        actions.show_photo(row, actor=request.user, is_public=request.POST.get("what") == "show")
    return redirect(at("photos", number))


@require_http_methods(["GET", "POST"])
@told
def materials(request: HttpRequest) -> HttpResponse:
    """Materials with their versions; a new file under a known key is a new version."""
    only_desk(request)
    form = MaterialForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            columns = {**form.cleaned_data}
            upload = columns.pop("upload")
            try:
                file = stored(upload, {"pdf"})
                actions.publish_material(actor=request.user, file=file, **columns)
            except Refused as refused:
                status = refused.status
                form.add_error("upload", refused.sentence)
            else:
                messages.success(request, _("The material is published."))
                return redirect(at("materials"))
    context = {
        **frame(request, _("Materials"), current="materials"),
        "form": form,
        "rows": list(Material.objects.select_related("file", "topic")),
    }
    return render(request, "admin/visits/materials.html", context, status=status)


def _material(pk: int) -> Material:
    row = Material.objects.filter(pk=pk).select_related("file").first()
    if row is None:
        raise Http404
    return row


@require_GET
@told
def material(request: HttpRequest, pk: int) -> HttpResponse:
    """Download one version."""
    only_desk(request)
    row = _material(pk)
    if not row.file.is_openable:
        raise Http404
    return respond(row.file, download=True)


@require_POST
@told
def material_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a material to nobody any more."""
    only_desk(request)
    actions.withdraw_material(_material(pk), actor=request.user)
    messages.success(request, _("The material is withdrawn."))
    return redirect(at("materials"))
