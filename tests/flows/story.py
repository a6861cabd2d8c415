"""The steps of story 1, shared by the test through the client and by people who debug it."""

from typing import Any

from mpp.demo_data import picture_of
from permits import samples
from permits.casefile import CaseFile
from permits.completeness import page_fields, page_states
from permits.definition import Field
from permits.forms import typed
from permits.models import Application
from tests.web import Person, photo

SERVICE = "sip-dokter"


def typed_answers(fields: list[Field], values: dict[str, Any]) -> dict[str, Any]:
    """Stored values as the inputs of a page would send them."""
    posted: dict[str, Any] = {}
    for field in fields:
        if field.key in values:
            posted.update(_typed(field, field.key, values[field.key]))
    return posted


def _typed(field: Field, name: str, value: Any) -> dict[str, Any]:
    shown = typed.from_value(field, value)
    if field.type == "group":
        found: dict[str, Any] = {f"{name}.rows": " ".join(str(n) for n in range(len(shown)))}
        for number, _row in enumerate(shown):
            for inner in field.fields:
                found.update(
                    _typed(inner, f"{name}.{number}.{inner.key}", value[number].get(inner.key))
                )
        return found
    if isinstance(shown, dict):
        return {f"{name}.{part}": text for part, text in shown.items()}
    return {name: shown}


def fill_form(person: Person, application: Application) -> None:
    """Fill every page of the form, one after another, as the pages come."""
    values = samples.answers(CaseFile(application).definition, application.owner)
    for _round in range(30):
        states = page_states(CaseFile(application))
        todo = next((state for state in states if state.state != "done"), None)
        if todo is None:
            return
        person.open(f"/permohonan/{application.reference}/bagian/{todo.page.key}/")
        assert person.status == 200
        fields = page_fields(CaseFile(application), todo.page)
        person.send(typed_answers(fields, values), with_field="_shown")
        assert person.status == 200, person.text
    raise AssertionError("the form does not become complete")


def add_documents(person: Person, application: Application) -> None:
    """A photo into every empty slot that is needed."""
    for slot, title in samples.slots(CaseFile(application)):
        person.open(f"/permohonan/{application.reference}/dokumen/")
        picture = picture_of(title, "Siti").read()
        person.send(
            {"file": photo(picture, f"{title[:40]}.jpg")},
            to=f"/dokumen/{slot}/",
            with_field="file",
        )
        assert person.status == 200, person.text


def review(number: str) -> str:
    return f"/admin/permits/application/tinjau/{number}/"


def accept_all(desk: Person, application: Application, *, but: str = "") -> None:
    """Accept every unjudged document on the review page, except the slot `but`."""
    for document in CaseFile(application).unjudged():
        if document.slot != but:
            desk.open(f"{review(application.number)}?dokumen={document.pk}")
            desk.send({"outcome": "accepted"}, to=f"/dokumen/{document.pk}/putusan/")
            assert desk.status == 200, desk.text


def tick_all(desk: Person, application: Application) -> None:
    application.refresh_from_db()
    desk.open(review(application.number))
    stage = CaseFile(application).stage
    if stage.checklist:
        desk.send({"done": [item.key for item in stage.checklist]}, to="/periksa/")


def act(desk: Person, application: Application, verb: str, **values: str) -> None:
    """Press the action with this verb on the review page, and confirm it."""
    application.refresh_from_db()
    action = next(a for a in CaseFile(application).stage.actions if a.verb == verb)
    desk.open(review(application.number))
    desk.open(f"{review(application.number)}tindakan/{action.key}/?tahap={application.stage_key}")
    assert desk.status == 200, desk.text
    desk.send(values, with_field="stage_key")
    assert desk.status == 200, desk.text
