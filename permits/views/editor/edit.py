"""Changing one part of a draft: edit, add, move, remove. Each keeps what was typed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from permits import drafts, editing
from permits.definition import DefinitionError, Field, Problem, Stage
from permits.models import PermitVersion, VersionState
from permits.versions import definition_of
from permits.views.editor import words
from permits.views.editor.access import address, load, load_draft, page, surroundings
from permits.views.editor.controls import Surroundings
from permits.views.editor.kinds import Kind, kind_at, page_of
from permits.views.editor.overview import (
    BASICS,
    anchor,
    problem_lines,
    problems_of,
)
from permits.views.editor.partform import PartForm

NEW_OPTIONAL: dict[str, dict[str, Any]] = {"document": {}, "opinions": {}}


def edit(request: HttpRequest, pk: int, place: str) -> HttpResponse:
    """The page of one part; of a frozen version it only shows."""
    place = "" if place == BASICS else place
    version = load_draft(request, pk) if request.method == "POST" else load(request, pk)
    defn, kind = definition_of(version), _kind(place)
    data, around = drafts.data_of(version), surroundings(defn)
    posted = request.POST if request.method == "POST" else None
    if place == "standard":
        data.setdefault("standard", {})
    try:
        place = _now_at(data, place, posted)
    except editing.NoSuchPart as gone:
        if posted is not None:
            return _gone(request, version)
        raise Http404 from gone
    read_only = version.state != VersionState.DRAFT
    form = PartForm(kind, data, place, around, posted=posted, read_only=read_only)
    _add_position(form, data, place)
    status = 200
    if posted is not None:
        status = _try_saving(request, version, form)
        if status == 302:
            return _back(version, form.saved_place)
    return _part_page(request, version, form, status=status)


def add(request: HttpRequest, pk: int, place: str) -> HttpResponse:
    """The page that adds a part to the list at `place`, or an optional part there."""
    version = load_draft(request, pk)
    data, around = drafts.data_of(version), surroundings(definition_of(version))
    here = _place_of_new(data, place)
    kind = _kind(here)
    posted = request.POST if request.method == "POST" else None
    form = PartForm(kind, data, here, around, posted=posted, is_new=True)
    _add_position(form, data, here)
    status = 200
    if posted is not None:
        status = _try_saving(request, version, form)
        if status == 302:
            if "again" in posted:
                return redirect(request.path)
            return _back(version, form.saved_place)
    return _part_page(request, version, form, status=status)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a part one up (`up`) or down (`down`) in its list; the value is its place."""
    version = load_draft(request, pk)
    step = -1 if "up" in request.POST else 1
    place = request.POST.get("up") or request.POST.get("down") or ""
    outer, _dot, last = place.rpartition(".")
    if not outer or not editing.NUMBER.fullmatch(last):
        raise Http404
    target = max(0, int(last) + step)
    try:
        data = editing.moved(drafts.data_of(version), place, target)
        drafts.save(version, data, base=request.POST.get("base", ""))
    except (drafts.DraftChanged, editing.NoSuchPart):
        return _gone(request, version)
    return redirect(f"{address('change', pk)}#{anchor(f'{outer}.{target}')}")


def remove(request: HttpRequest, pk: int, place: str) -> HttpResponse:
    """Confirm and remove a part with all that is in it."""
    version = load_draft(request, pk)
    kind, data = _kind(place), drafts.data_of(version)
    if not place or place == "standard":
        raise Http404
    try:
        part = editing.part_at(data, place)
    except editing.NoSuchPart as gone:
        if request.method == "POST":
            return _gone(request, version)
        raise Http404 from gone
    if request.method == "POST":
        try:
            drafts.save(version, editing.removed(data, place), base=request.POST.get("base", ""))
        except drafts.DraftChanged:
            return _gone(request, version)
        messages.success(request, _("Removed."))
        return _back(version, place.rpartition(".")[0])
    uses = editing.uses_of(data, part.get("key", "")) if kind.shape is Field else 0
    inner = len(part.get("fields", ())) + len(part.get("actions", ()))
    name = title_of(kind, part)
    title = _("Remove %(name)s?") % {"name": name}
    return page(request, "remove.html", version, title, uses=uses, inner_count=inner, name=name)


def title_of(kind: Kind, part: dict[str, Any]) -> str:
    """What a part is called in headings: its kind and its own name or key."""
    names = ("label", "title", "name", "question", "key")
    own = next((part[name] for name in names if part.get(name)), "")
    return f"{kind.name}: {own}" if own else str(kind.name)


def _now_at(data: dict[str, Any], place: str, posted: Any) -> str:
    """Where the part that was opened stands now: others may have moved it. Raises NoSuchPart."""
    outer, _dot, last = place.rpartition(".")
    if posted is None or not last.isdigit():
        editing.part_at(data, place)
        return place
    key = posted.get("part_key", "")
    keys = [item.get("key", "") for item in editing.part_at(data, outer)]
    if int(last) < len(keys) and keys[int(last)] == key:
        return place
    if key not in keys:
        raise editing.NoSuchPart(place)
    return f"{outer}.{keys.index(key)}"


def _kind(place: str) -> Kind:
    kind = kind_at(place)
    if kind is None or any(len(step) > 5 and step.isdigit() for step in place.split(".")):
        raise Http404
    return kind


def _place_of_new(data: dict[str, Any], place: str) -> str:
    """Where a new part will stand: the end of a list, or the optional part itself."""
    outer, _dot, last = place.rpartition(".")
    try:
        holder = editing.part_at(data, outer)
    except editing.NoSuchPart as gone:
        raise Http404 from gone
    if last in NEW_OPTIONAL:
        if last in holder:
            raise Http404
        return place
    if not isinstance(holder, dict):
        raise Http404
    return f"{place}.{len(holder.get(last, ()))}"


def _add_position(form: PartForm, data: dict[str, Any], place: str) -> None:
    """A select for where in its list a part stands: after which other one."""
    outer, _dot, last = place.rpartition(".")
    if not last.isdigit():
        return
    others = editing.siblings(data, place)
    choices = [("0", _("first"))]
    for number, item in enumerate(others, start=1):
        name = item.get("label") or item.get("title") or item.get("name") or item["key"]
        choices.append((str(number), _("after %(name)s") % {"name": f"{name} ({item['key']})"}))
    form.fields["position"] = forms.ChoiceField(
        label=_("Where it stands"),
        choices=choices,
        initial=last,
        required=False,
        disabled=any(field.disabled for field in form.fields.values()),
    )
    form.blocks[0]["names"].append("position")


def _try_saving(request: HttpRequest, version: PermitVersion, form: PartForm) -> int:
    """Save a posted part; gives the answer's status: 302 saved, 422 refused, 409 too late."""
    if not form.is_valid():
        return 422
    try:
        data, form.saved_place = _with_part(form)
        drafts.save(version, data, base=request.POST.get("base", ""))
    except drafts.DraftChanged:
        version.refresh_from_db()
        return 409
    except DefinitionError as refused:
        form.add_faults(refused.errors, form.place)
        return 422
    messages.success(request, _("Saved in the draft."))
    return 302


def _with_part(form: PartForm) -> tuple[dict[str, Any], str]:
    """The whole definition with the typed part in its place, and that place."""
    data, place, part = form.source, form.place, form.part_data
    position = form.cleaned_data.get("position")
    outer, _dot, last = place.rpartition(".")
    if form.is_new and last.isdigit():
        index = int(position) if position else int(last)
        return editing.added(data, outer, part, index), f"{outer}.{index}"
    data = editing.replaced(data, place, part)
    old, new = form.part.get("key"), part.get("key")
    if old and old != new and not form.is_new:
        if form.kind.shape is Field:
            data = editing.field_renamed(data, old, new)
        elif form.kind.shape is Stage:
            data = editing.stage_renamed(data, old, new)
    if position and last.isdigit() and position != last:
        return editing.moved(data, place, int(position)), f"{outer}.{position}"
    return data, place


def _part_page(
    request: HttpRequest, version: PermitVersion, form: PartForm, *, status: int
) -> HttpResponse:
    found = [] if form.is_new else _problems_here(version, form.around, form.place)
    title = title_of(form.kind, form.part)
    if form.is_new:
        title = _("Add: %(kind)s") % {"kind": form.kind.name}
    return page(
        request,
        "part.html",
        version,
        title,
        status=status,
        form=form,
        groups=list(form.groups()),
        part_key=str(form.part.get("key", "")),
        form_url=request.path
        if form.is_new
        else address("part", version.pk, form.place or BASICS),
        problem_lines=problem_lines(version, found),
        is_late=status == 409,
        is_new=form.is_new,
        can_add_again=form.is_new and form.place.rpartition(".")[2].isdigit(),
        back_url=f"{address('change', version.pk)}#{anchor(form.place)}",
        field_type=_field_type(form),
    )


def _field_type(form: PartForm) -> str:
    return words.value(form.part.get("type", "")) if form.kind.shape is Field else ""


def _problems_here(version: PermitVersion, around: Surroundings, place: str) -> list[Problem]:
    """What forbids publishing in this part, not in the parts below it."""
    if version.state != VersionState.DRAFT:
        return []
    found = problems_of(around.definition, around)
    return [one for one in found if page_of(editing.place_of(one.path))[0] == place]


def _gone(request: HttpRequest, version: PermitVersion) -> HttpResponse:
    """Somebody else was quicker: nothing was changed, what was typed is shown to be copied."""
    title = _("Somebody else changed this draft")
    version.refresh_from_db()
    hidden = ("csrfmiddlewaretoken", "base", "part_key", "up", "down")
    typed = [
        {"label": words.label(name.rpartition("-")[2]), "text": ", ".join(texts)}
        for name, texts in request.POST.lists()
        if name not in hidden and any(texts)
    ]
    return page(request, "late.html", version, title, status=409, typed=typed)


def _back(version: PermitVersion, place: str) -> HttpResponse:
    return redirect(f"{address('change', version.pk)}#{anchor(place)}")
