"""The page of a version: everything in it as one tree, its path, its problems, its versions."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from permits.definition import Field, PermitDefinition, Problem, Stage
from permits.definition import problems as problems_in
from permits.definition.reading import specs
from permits.editing import place_of, steps_of
from permits.models import Application, PermitVersion, VersionState
from permits.models.applications import Phase
from permits.versions import definition_of
from permits.views.editor import words
from permits.views.editor.access import STATES, address, load, page, surroundings
from permits.views.editor.controls import Surroundings
from permits.views.editor.kinds import kind_at, page_of
from permits.views.editor.pathdrawing import drawing

BASICS = "basics"


def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything of one version; a draft can be changed from here."""
    version = load(request, pk)
    defn = definition_of(version)
    around = surroundings(defn)
    found = problems_of(defn, around) if version.state == VersionState.DRAFT else []
    tree = Tree(version, defn, found, dict(around.roles))
    return page(
        request,
        "overview.html",
        version,
        named_definition(defn),
        inner=False,
        tree=tree,
        defn_key=defn.key,
        problem_count=len(found),
        drawing=drawing(
            defn,
            "name_en" if get_language() == "en" else "name",
            tree.roles,
            tree.own_agency,
        ),
        versions=versions_of(version),
        running=running_count(version),
        urls=act_urls(version),
    )


def named_definition(defn: PermitDefinition) -> str:
    """The name of the type in the page's language."""
    return (defn.name_en if get_language() == "en" else "") or defn.name or defn.key


def problems_of(defn: PermitDefinition, around: Surroundings) -> list[Problem]:
    """What forbids publishing, from what was loaded already."""
    return problems_in(defn, agencies={key for key, _name in around.agencies})


def running_count(version: PermitVersion) -> int:
    """How many applications are under way on this version (drafts of citizens too)."""
    open_phases = (Phase.DRAFT, Phase.SUBMITTED, Phase.IN_REVIEW, Phase.NEEDS_CORRECTION)
    return Application.objects.filter(version=version, phase__in=open_phases).count()


def versions_of(version: PermitVersion) -> list[dict[str, Any]]:
    """All versions of the type for the list at the side, newest first."""
    rows = PermitVersion.objects.filter(permit_type=version.permit_type_id).defer("definition")
    return [
        {
            "url": address("change", row.pk),
            "number": row.number,
            "is_this": row.pk == version.pk,
            "published_at": row.published_at,
            "state": {
                "label": row.get_state_display(),
                "icon": STATES[row.state][0],
                "tone": STATES[row.state][1],
            },
        }
        for row in rows.order_by("-number")
    ]


def act_urls(version: PermitVersion) -> dict[str, str]:
    """Addresses of what can be done with a version."""
    names = (
        "problems",
        "compare",
        "preview",
        "paper",
        "publish",
        "retire",
        "copy",
        "delete",
        "export",
        "move",
    )
    urls = {name: address(name, version.pk) for name in names}
    return urls | {"import": address("import", version.pk)}


def part_url(version: PermitVersion, place: str) -> str:
    """The page of the part at a place."""
    return address("part", version.pk, place or BASICS)


def anchor(place: str) -> str:
    """The id of a part on the overview."""
    return f"p-{place.replace('.', '-') or BASICS}"


def problem_lines(version: PermitVersion, found: list[Problem]) -> list[dict[str, str]]:
    """Problems with the address of the field they are about, and where that is in words."""
    defn = definition_of(version)
    return [
        {
            "text": problem.sentence,
            "where": where_in_words(defn, problem.path),
            "url": problem_url(version, problem),
        }
        for problem in found
    ]


def where_in_words(defn: PermitDefinition, path: str) -> str:
    """Names of the parts on the way to a problem, then the key it is about."""
    names: list[str] = []
    here: Any = defn
    for step in steps_of(place_of(path)):
        if isinstance(step, int):
            here = here[step] if isinstance(here, tuple) and step < len(here) else None
            known = ("label", "title", "name", "question", "text", "key", "value")
            if not isinstance(here, str):  # a line of a text has no name of its own
                names += [getattr(here, one) for one in known if getattr(here, one, "")][:1]
        else:
            here = getattr(here, step, None)
            if not isinstance(here, tuple) or not here or isinstance(here[0], str):
                names.append(words.label(step, twins=step.endswith("_en")))
    return " › ".join(names) or words.label(path)


def problem_url(version: PermitVersion, problem: Problem) -> str:
    """The form field a problem is about, or the nearest part."""
    place, rest = page_of(place_of(problem.path))
    kind = kind_at(place)
    names = {spec.name: spec for spec in specs(kind.shape)} if kind else {}
    first, _dot, more = rest.partition(".")
    spec = names.get(first)
    if rest and (spec is None or first in ("fields", "actions", "requests", "opinions")):
        return f"{address('change', version.pk)}#{anchor(place)}"
    if not place and first in ("sections", "stages", "requirements", "document", "standard"):
        return f"{address('change', version.pk)}#{first}"
    if spec is None:
        return part_url(version, place)
    if spec.metadata["kind"] == "part":
        inner = more or specs(spec.metadata["shape"])[0].name
        return f"{part_url(version, place)}#div_id_{first}-{inner}"
    name = "show_if_mode" if first == "show_if" else first
    return f"{part_url(version, place)}#div_id_{name}"


class Tree:
    """The parts of a definition as plain rows for the page: no address is made in the template."""

    def __init__(
        self,
        version: PermitVersion,
        defn: PermitDefinition,
        found: list[Problem],
        roles: dict[str, str],
    ) -> None:
        self.defn, self.roles = defn, roles
        self.own_agency = version.permit_type.service.agency.abbr
        self._english = get_language() == "en"
        self._part = part_url(version, "0")[:-2]
        self._add = address("add", version.pk, "0")[:-2]
        self._remove = address("remove", version.pk, "0")[:-2]
        self._wrong = Counter(page_of(place_of(problem.path))[0] for problem in found)

    def _text(self, item: Any, name: str) -> str:
        english = getattr(item, f"{name}_en") if self._english else ""
        return english or getattr(item, name) or "–"

    def _row(self, place: str, item: Any, name: str, index: int, count: int) -> dict[str, Any]:
        return {
            "place": place,
            "anchor": anchor(place),
            "title": self._text(item, name),
            "key": item.key,
            "url": f"{self._part}{place}/",
            "remove_url": f"{self._remove}{place}/",
            "wrong": self._wrong.get(place, 0),
            "is_first": index == 0,
            "is_last": index == count - 1,
        }

    @property
    def basics(self) -> dict[str, Any]:
        return {
            "url": f"{self._part}{BASICS}/",
            "wrong": self._wrong.get("", 0),
            "standard_url": f"{self._part}standard/",
            "standard_wrong": self._wrong.get("standard", 0),
            "kind": words.value(self.defn.kind),
            "audience": words.value(self.defn.audience),
        }

    @property
    def sections(self) -> Iterator[dict[str, Any]]:
        count = len(self.defn.sections)
        for index, section in enumerate(self.defn.sections):
            place = f"sections.{index}"
            yield {
                **self._row(place, section, "title", index, count),
                "has_condition": section.show_if is not None,
                "add_url": f"{self._add}{place}.fields/",
                "fields": list(self._fields(f"{place}.fields", section.fields, False)),
            }

    def _fields(
        self, place: str, fields: tuple[Field, ...], is_inner: bool
    ) -> Iterator[dict[str, Any]]:
        for index, field in enumerate(fields):
            here = f"{place}.{index}"
            row = {
                **self._row(here, field, "label", index, len(fields)),
                "type": words.value(field.type),
                "is_required": field.required,
                "has_condition": field.show_if is not None,
                "is_inner": is_inner,
                "add_url": "",
            }
            rows = [row, *self._fields(f"{here}.fields", field.fields, True)]
            if field.type == "group":
                rows[-1]["add_url"] = f"{self._add}{here}.fields/"
            yield from rows

    @property
    def requirements(self) -> Iterator[dict[str, Any]]:
        for index, item in enumerate(self.defn.requirements):
            place = f"requirements.{index}"
            yield {
                **self._row(place, item, "title", index, len(self.defn.requirements)),
                "type": words.value(item.proof),
                "is_required": item.required,
                "has_condition": item.show_if is not None,
            }

    @property
    def stages(self) -> Iterator[dict[str, Any]]:
        for index, stage in enumerate(self.defn.stages):
            place = f"stages.{index}"
            yield {
                **self._row(place, stage, "name", index, len(self.defn.stages)),
                "who": f"{self.roles.get(stage.role, stage.role)} · {self._agency(stage.agency)}",
                "days": stage.days,
                "add_url": f"{self._add}{place}.actions/",
                "actions": list(self._actions(place, stage)),
                **self._gate(place, stage),
            }

    def _agency(self, key: str) -> str:
        return self.own_agency if key == "service" else key

    def _actions(self, place: str, stage: Stage) -> Iterator[dict[str, Any]]:
        for index, action in enumerate(stage.actions):
            target = ""
            if action.to:
                known = self.defn.has_stage(action.to)
                target = self._text(self.defn.stage(action.to), "name") if known else action.to
            yield {
                **self._row(
                    f"{place}.actions.{index}", action, "label", index, len(stage.actions)
                ),
                "type": words.value(action.verb),
                "target": target,
                "guards": ", ".join(words.value(guard) for guard in action.guards),
            }

    def _gate(self, place: str, stage: Stage) -> dict[str, Any]:
        here = f"{place}.opinions"
        if stage.opinions is None:
            return {"gate": None, "gate_add_url": f"{self._add}{here}/"}
        requests = stage.opinions.requests
        rows = []
        for index, request in enumerate(requests):
            row = self._row(f"{here}.requests.{index}", request, "question", index, len(requests))
            rows.append({**row, "type": self._agency(request.agency)})
        return {
            "gate": {
                "place": here,
                "anchor": anchor(here),
                "url": f"{self._part}{here}/",
                "remove_url": f"{self._remove}{here}/",
                "wrong": self._wrong.get(here, 0),
                "mode": words.value(stage.opinions.mode),
                "requests": rows,
                "add_url": f"{self._add}{here}.requests/",
            },
            "gate_add_url": "",
        }

    @property
    def paper(self) -> dict[str, Any] | None:
        if self.defn.document is None:
            return None
        return {
            "url": f"{self._part}document/",
            "remove_url": f"{self._remove}document/",
            "title": self._text(self.defn.document, "title"),
            "number": self.defn.document.number_format,
            "rows": len(self.defn.document.rows),
            "wrong": self._wrong.get("document", 0),
        }

    @property
    def add_urls(self) -> dict[str, str]:
        names = ("sections", "requirements", "stages", "document")
        return {name: f"{self._add}{name}/" for name in names}

    @property
    def texts(self) -> dict[str, str]:
        """Words that stand in every row, made once."""
        return {
            "required": _("required"),
            "conditional": _("with a condition"),
            "up": _("Up"),
            "down": _("Down"),
            "remove": _("Remove"),
            "add_field": _("Add a field"),
            "add_inner": _("Add a field to the group"),
        }
