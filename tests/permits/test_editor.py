"""The editor of permit types: parts, order, two editors, publishing, files, rights."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from permits import definition as definitions
from permits import drafts, samples, versions
from permits.models import Application, PermitType, PermitVersion, VersionState
from tests.permits import engine

pytestmark = pytest.mark.django_db


def at(name, *args):
    return reverse(f"admin:permits_permitversion_{name}", args=args)


def published(key="sip-dokter"):
    return PermitVersion.objects.select_related("permit_type__service__agency").get(
        permit_type__key=key, state=VersionState.PUBLISHED
    )


@pytest.fixture
def editor(client, people):
    client.force_login(people.superuser)
    return client


@pytest.fixture
def draft(db):
    return versions.copy_to_draft(published())


def form_values(response):
    """What a browser would send back of the part's form without touching it."""
    form = response.context["form"]
    values = {"base": response.context["base"], "part_key": response.context["part_key"]}
    for name in form.fields:
        value = form[name].value()
        if value is True:
            values[name] = "on"
        elif hasattr(value, "isoformat"):
            values[name] = value.isoformat()
        elif value is not None and value is not False:
            values[name] = value
    return values


def send(client, url, **changes):
    values = form_values(client.get(url))
    values.update(changes)
    return client.post(url, {key: value for key, value in values.items() if value is not None})


def data_of(version):
    version.refresh_from_db()
    return drafts.data_of(version)


def every_place(data):
    yield "basics"
    yield "standard"
    for index, _item in enumerate(data.get("requirements", ())):
        yield f"requirements.{index}"
    for s, section in enumerate(data["sections"]):
        yield f"sections.{s}"
        for f, field in enumerate(section["fields"]):
            yield f"sections.{s}.fields.{f}"
            for i, _inner in enumerate(field.get("fields", ())):
                yield f"sections.{s}.fields.{f}.fields.{i}"
    for s, stage in enumerate(data["stages"]):
        yield f"stages.{s}"
        for a, _action in enumerate(stage["actions"]):
            yield f"stages.{s}.actions.{a}"
        if "opinions" in stage:
            yield f"stages.{s}.opinions"
            for r, _request in enumerate(stage["opinions"]["requests"]):
                yield f"stages.{s}.opinions.requests.{r}"
    if "document" in data:
        yield "document"


# --- rights -------------------------------------------------------------------------------
def test_editor_stranger_staff_gets_403_with_sentence(client, people):
    client.force_login(people.stranger_desk)
    response = client.get(at("change", published().pk))
    assert response.status_code == 403
    assert "editor katalog" in response.content.decode()


@pytest.mark.parametrize("person", ["front_desk", "verifier", "opinion_giver"])
def test_editor_staff_without_publishing_role_is_refused(client, people, draft, person):
    client.force_login(getattr(people, person))
    urls = [at("part", draft.pk, "basics"), at("publish", draft.pk), at("export", draft.pk)]
    assert [client.get(url).status_code for url in urls] == [403] * 3
    assert client.post(at("publish", draft.pk)).status_code == 403
    draft.refresh_from_db()
    assert draft.state == VersionState.DRAFT


@pytest.mark.parametrize("person", ["editor", "head", "supervisor", "superuser"])
def test_editor_publishing_roles_may_open(client, people, person):
    client.force_login(getattr(people, person))
    version = published("izin-reklame")
    own = version.permit_type.service.agency.key == "dpmptsp"
    expected = 200 if own or person in ("supervisor", "superuser") else 403
    assert client.get(at("change", version.pk)).status_code == expected


def test_editor_citizen_is_sent_to_the_door(client, people):
    client.force_login(people.citizen)
    assert client.get(at("change", published().pk)).status_code in (302, 403)


def test_type_list_shows_states_and_leads_to_the_version(editor, draft):
    response = editor.get(reverse("admin:permits_permittype_changelist"))
    assert response.status_code == 200
    assert at("change", draft.pk) in response.content.decode()
    opened = editor.get(reverse("admin:permits_permittype_change", args=[draft.permit_type_id]))
    assert opened.url == at("change", draft.pk)
    for state in ("draft", "published", "closed"):
        assert editor.get(f"{response.request['PATH_INFO']}?state={state}").status_code == 200


# --- parts --------------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["sip-dokter", "ktp-hilang", "izin-penelitian"])
def test_every_part_saved_untouched_changes_nothing(editor, key):
    version = versions.copy_to_draft(published(key))
    before = version.definition
    for place in every_place(drafts.data_of(version)):
        response = send(editor, at("part", version.pk, place))
        assert response.status_code == 302, (place, response.context["form"].errors)
        version.refresh_from_db()
        assert version.definition == before, place


def test_basics_and_standard_pages_keep_what_they_do_not_show(editor, draft):
    before = data_of(draft)
    send(editor, at("part", draft.pk, "basics"), name="SIP dokter baru")
    after = data_of(draft)
    assert after.pop("name") == "SIP dokter baru"
    before.pop("name")
    assert after == before


def test_part_with_broken_values_says_so_at_the_field_and_keeps_everything(editor, draft):
    before = draft.definition
    url = at("part", draft.pk, "sections.0.fields.1")
    response = send(
        editor, url, label="Teks\x00buruk", max_length="-5", key="Bukan Kunci", help="ikan"
    )
    form = response.context["form"]
    assert response.status_code == 422
    assert {"label", "max_length", "key"} <= set(form.errors)
    html = response.content.decode()
    assert "ikan" in html
    assert 'value="Bukan Kunci"' in html
    draft.refresh_from_db()
    assert draft.definition == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("label", "x" * 10_001),
        ("label", "dua\nbaris"),
        ("help", "kanan \u202e kiri"),
        ("options", "a | b | c | d"),
        ("options", " | tanpa nilai"),
        ("max_mb", "banyak"),
        ("min_length", "9" * 20),
        ("type", "rahasia"),
        ("show_if_yaml", "!!python/object:os.system x"),
        ("show_if_yaml", "a: &x [1]\nb: *x"),
        ("show_if_yaml", "field: [1, 2]"),
        ("show_if_yaml", "{any: []}"),
    ],
    ids=lambda text: text[:12],
)
def test_part_with_hostile_text_is_refused_in_words(editor, draft, name, text):
    before = draft.definition
    changes = {name: text}
    if name == "show_if_yaml":
        changes["show_if_mode"] = "yaml"
    response = send(editor, at("part", draft.pk, "sections.0.fields.1"), **changes)
    assert response.status_code == 422
    assert response.context["form"].errors[name]
    draft.refresh_from_db()
    assert draft.definition == before


def test_add_field_makes_a_key_and_stands_where_asked(editor, draft):
    url = at("add", draft.pk, "sections.0.fields")
    response = send(
        editor,
        url,
        type="choice",
        label="Hari praktik",
        label_en="Practice days",
        options="mon | Senin | Monday\ntue | Selasa \\| Rabu | Tuesday",
        position="1",
    )
    assert response.status_code == 302
    field = data_of(draft)["sections"][0]["fields"][1]
    assert field["key"] == "hari_praktik"
    assert field["options"][1] == {"value": "tue", "label": "Selasa | Rabu", "label_en": "Tuesday"}


def test_add_with_a_taken_key_is_refused(editor, draft):
    taken = data_of(draft)["sections"][0]["fields"][1]["key"]
    url = at("add", draft.pk, "sections.1.fields")
    response = send(editor, url, type="text", key=taken, label="Lagi")
    assert response.status_code == 422
    assert "key" in response.context["form"].errors


def test_renamed_field_takes_its_conditions_and_placeholders_along(editor):
    version = versions.copy_to_draft(published("ktp-hilang"))
    send(editor, at("part", version.pk, "sections.1.fields.1"), key="reason")
    fields = data_of(version)["sections"][1]["fields"]
    assert fields[1]["key"] == "reason"
    assert fields[2]["show_if"]["field"] == "reason"


def test_renamed_stage_takes_its_arrows_along(editor):
    version = versions.copy_to_draft(published("ktp-hilang"))
    send(editor, at("part", version.pk, "stages.1"), key="loket")
    stages = data_of(version)["stages"]
    assert stages[0]["actions"][0]["to"] == "loket"


def test_condition_is_built_from_rows(editor):
    version = versions.copy_to_draft(published("ktp-hilang"))
    url = at("part", version.pk, "sections.2.fields.3")
    changes = {
        "show_if_mode": "any",
        "show_if_0_field": "pickup_help",
        "show_if_0_op": "eq",
        "show_if_0_value": "ya",
        "show_if_1_field": "cause",
        "show_if_1_op": "in",
        "show_if_1_value": "stolen, other",
    }
    assert send(editor, url, **changes).status_code == 302
    assert data_of(version)["sections"][2]["fields"][3]["show_if"] == {
        "any": [
            {"field": "pickup_help", "op": "eq", "value": True},
            {"field": "cause", "op": "in", "value": ["stolen", "other"]},
        ]
    }
    assert send(editor, url, show_if_mode="always").status_code == 302
    assert "show_if" not in data_of(version)["sections"][2]["fields"][3]


def test_nested_condition_is_kept_and_edited_as_yaml(editor):
    version = versions.copy_to_draft(published("ktp-hilang"))
    url = at("part", version.pk, "sections.2.fields.3")
    nested = (
        "not:\n  all:\n  - {field: cause, op: eq, value: stolen}\n  - {field: nik, op: filled}"
    )
    assert send(editor, url, show_if_mode="yaml", show_if_yaml=nested).status_code == 302
    page = editor.get(url)
    assert page.context["form"]["show_if_mode"].value() == "yaml"
    before = version.definition
    assert send(editor, url).status_code == 302
    version.refresh_from_db()
    assert version.definition != before
    assert data_of(version)["sections"][2]["fields"][3]["show_if"]["not"]["all"]


def test_move_and_remove_parts(editor, draft):
    keys = [field["key"] for field in data_of(draft)["sections"][0]["fields"]]
    base = drafts.fingerprint(draft)
    editor.post(at("move", draft.pk), {"base": base, "down": "sections.0.fields.0"})
    moved = [field["key"] for field in data_of(draft)["sections"][0]["fields"]]
    assert moved == [keys[1], keys[0], *keys[2:]]
    url = at("remove", draft.pk, "sections.0.fields.0")
    assert editor.get(url).status_code == 200
    editor.post(url, {"base": drafts.fingerprint(draft)})
    left = [field["key"] for field in data_of(draft)["sections"][0]["fields"]]
    assert left == [keys[0], *keys[2:]]


@pytest.mark.parametrize(
    "place",
    [
        "sections.99",
        "sections.0.fields.99",
        "stages.x",
        "..",
        "options",
        "sections.0.fields.99999999",
    ],
)
def test_unknown_places_are_404(editor, draft, place):
    assert editor.get(at("part", draft.pk, place)).status_code == 404
    assert editor.get(at("remove", draft.pk, place)).status_code == 404
    data = {"base": drafts.fingerprint(draft), "up": place}
    assert editor.post(at("move", draft.pk), data).status_code in (404, 409)


def test_paper_and_opinions_are_added_and_removed(editor):
    version = versions.copy_to_draft(published("ktp-hilang"))
    assert send(editor, at("add", version.pk, "document"), title="Surat").status_code == 302
    assert send(editor, at("add", version.pk, "stages.0.opinions"), mode="any").status_code == 302
    url = at("add", version.pk, "stages.0.opinions.requests")
    changes = {"agency": "dinkes", "role": "opinion_giver", "question": "Setuju?"}
    assert send(editor, url, **changes).status_code == 302
    data = data_of(version)
    assert data["document"]["title"] == "Surat"
    assert data["stages"][0]["opinions"]["requests"][0]["key"] == "setuju"
    for place in ("document", "stages.0.opinions"):
        base = drafts.fingerprint(version)
        assert editor.post(at("remove", version.pk, place), {"base": base}).status_code == 302
        version.refresh_from_db()
    assert "document" not in data_of(version)


# --- two editors --------------------------------------------------------------------------
def test_second_editor_is_told_and_keeps_what_was_typed(editor, draft):
    url = at("part", draft.pk, "sections.0.fields.1")
    mine = form_values(editor.get(url))
    send(editor, at("part", draft.pk, "sections.0"), title="Bagian lain")
    response = editor.post(url, {**mine, "label": "Label saya"})
    assert response.status_code == 409
    assert 'value="Label saya"' in response.content.decode()
    assert data_of(draft)["sections"][0]["fields"][1]["label"] != "Label saya"
    again = {**mine, "label": "Label saya", "base": response.context["base"]}
    assert editor.post(url, again).status_code == 302
    data = data_of(draft)
    assert data["sections"][0]["fields"][1]["label"] == "Label saya"
    assert data["sections"][0]["title"] == "Bagian lain"


def test_second_editor_follows_a_part_that_was_moved(editor, draft):
    url = at("part", draft.pk, "sections.0.fields.1")
    mine = form_values(editor.get(url))
    base = drafts.fingerprint(draft)
    editor.post(at("move", draft.pk), {"base": base, "down": "sections.0.fields.1"})
    response = editor.post(url, {**mine, "label": "Label saya"})
    assert response.status_code == 409
    assert response.context["form_url"] == at("part", draft.pk, "sections.0.fields.2")


def test_second_editor_sees_typed_text_when_the_part_is_gone(editor, draft):
    url = at("part", draft.pk, "sections.0.fields.1")
    mine = form_values(editor.get(url))
    base = drafts.fingerprint(draft)
    editor.post(at("remove", draft.pk, "sections.0.fields.1"), {"base": base})
    response = editor.post(url, {**mine, "label": "Label saya"})
    assert response.status_code == 409
    assert "Label saya" in response.content.decode()


@pytest.mark.parametrize("name", ["publish", "delete"])
def test_stale_page_neither_publishes_nor_deletes(editor, draft, name):
    base = drafts.fingerprint(draft)
    send(editor, at("part", draft.pk, "sections.0"), title="Bagian lain")
    assert editor.post(at(name, draft.pk), {"base": base}).status_code == 409
    draft.refresh_from_db()
    assert draft.state == VersionState.DRAFT


def test_save_loses_against_a_write_between_reading_and_writing(draft):
    one, other = PermitVersion.objects.get(pk=draft.pk), PermitVersion.objects.get(pk=draft.pk)
    base, data = drafts.fingerprint(draft), drafts.data_of(draft)
    drafts.save(one, {**data, "name": "Satu"}, base=base)
    with pytest.raises(drafts.DraftChanged):
        drafts.save(other, {**data, "name": "Dua"}, base=base)


# --- frozen versions ----------------------------------------------------------------------
def test_published_version_is_shown_but_never_changed(editor):
    version = published()
    before = version.definition
    page = editor.get(at("part", version.pk, "sections.0.fields.1"))
    assert page.status_code == 200
    assert all(field.disabled for field in page.context["form"].fields.values())
    values = {"base": drafts.fingerprint(version), "part_key": "x", "label": "Lain"}
    for url in (
        at("part", version.pk, "sections.0.fields.1"),
        at("add", version.pk, "sections.0.fields"),
        at("move", version.pk),
        at("remove", version.pk, "sections.0"),
        at("delete", version.pk),
        at("publish", version.pk),
    ):
        assert editor.post(url, values).status_code == 403
    version.refresh_from_db()
    assert version.definition == before


# --- the walk -----------------------------------------------------------------------------
def test_walk_copy_change_publish_and_old_files_keep_their_version(editor):
    old = published()
    running = engine.sent()
    assert editor.post(at("copy", old.pk)).status_code == 302
    draft = drafts.draft_of(old.permit_type)
    send(editor, at("part", draft.pk, "sections.0.fields.1"), label="Label baru")
    send(
        editor,
        at("add", draft.pk, "sections.0.fields"),
        type="text",
        label="Isian baru",
        label_en="New field",
    )
    data = data_of(draft)
    last = len(data["stages"]) - 1
    end = data["stages"][last]["actions"][0]
    send(
        editor,
        at("add", draft.pk, "stages"),
        key="tahap-baru",
        name="Tahap baru",
        name_en="New stage",
        agency="service",
        role="head",
    )
    send(
        editor,
        at("add", draft.pk, f"stages.{last + 1}.actions"),
        key="tutup",
        verb="reject",
        label="Tolak",
        label_en="Reject",
        says="Permohonan berakhir.",
        says_en="The application ends.",
    )
    assert end["verb"] == "approve" or data["stages"][last]["actions"]
    found = editor.get(at("problems", draft.pk)).content.decode()
    assert f"#p-stages-{last + 1}" in found or f"/stages.{last + 1}/" in found
    refused = editor.post(at("publish", draft.pk), {"base": drafts.fingerprint(draft)})
    assert refused.status_code in (409, 422)
    send(
        editor,
        at("add", draft.pk, f"stages.{last}.actions"),
        key="ke-tahap-baru",
        verb="forward",
        to="tahap-baru",
        label="Teruskan",
        label_en="Pass on",
        says="Berkas pindah ke tahap baru.",
        says_en="The file moves on.",
    )
    page = editor.get(at("publish", draft.pk))
    assert page.context["problem_lines"] == []
    places = [change["where"] for change in page.context["changes"]]
    assert any(place.endswith(".label") for place in places)
    assert any("isian_baru" in place for place in places)
    assert any("tahap-baru" in place for place in places)
    sent = editor.post(at("publish", draft.pk), {"base": page.context["base"]})
    assert sent.status_code == 302
    running.refresh_from_db()
    assert running.version_id == old.pk
    fresh = engine.draft()
    assert fresh.version_id == draft.pk
    definition = versions.definition_of(PermitVersion.objects.get(pk=draft.pk))
    assert definition.has_field("isian_baru")
    assert "isian_baru" in samples.answers(definition)
    assert not versions.definition_of(running.version).has_field("isian_baru")
    old.refresh_from_db()
    assert old.state == VersionState.RETIRED


def test_retire_tells_the_consequence_then_closes_the_service(editor):
    version = published("ktp-hilang")
    assert editor.get(at("retire", version.pk)).status_code == 200
    version.refresh_from_db()
    assert version.state == VersionState.PUBLISHED
    editor.post(at("retire", version.pk))
    version.refresh_from_db()
    assert version.state == VersionState.RETIRED
    again = editor.post(at("retire", version.pk), follow=True)
    assert again.status_code == 200


def test_copy_twice_leads_to_the_one_draft_with_a_sentence(editor, draft):
    response = editor.post(at("copy", published().pk), follow=True)
    assert response.status_code == 200
    assert PermitVersion.objects.filter(state=VersionState.DRAFT).count() == 1


def test_delete_draft_leaves_the_published_version(editor, draft):
    assert editor.get(at("delete", draft.pk)).status_code == 200
    editor.post(at("delete", draft.pk), {"base": drafts.fingerprint(draft)})
    assert not PermitVersion.objects.filter(pk=draft.pk).exists()
    assert published()


def test_new_type_starts_a_draft_for_a_service_without_one(editor):
    url = reverse("admin:permits_permittype_new")
    assert editor.post(url, {}).status_code == 422
    key = editor.get(url).context["form"].fields["service"].choices[1][0]
    response = editor.post(url, {"service": key})
    draft = PermitVersion.objects.get(permit_type__key=key)
    assert response.url == at("change", draft.pk)
    for name in ("change", "problems", "preview", "publish", "compare"):
        assert editor.get(at(name, draft.pk)).status_code in (200, 409)
    assert Application.objects.filter(version=draft).count() == 0


# --- every problem is told with its place ---------------------------------------------------
def broken(data):
    """A definition with one of every kind of problem of section 5 of the order."""
    stages, first = data["stages"], data["sections"][0]["fields"]
    stages[0]["actions"][0] |= {"verb": "forward", "to": "nirgends"}
    stages[0]["agency"] = "unbekannt"
    stages.append({"key": "mati", "name": "Mati", "name_en": "Dead", "role": "head"})
    first[0]["show_if"] = {"field": "tidak_ada", "op": "filled"}
    first[1] |= {"min_length": 9, "max_length": 3, "pattern": "(a+)+", "label_en": ""}
    first.append({"key": "pilih", "type": "choice", "label": "Pilih", "label_en": "Choose"})
    first.append({"key": "grup", "type": "group", "label": "Grup", "label_en": "Group"})
    data["document"]["opening"] = "Kepada {answer.tidak_ada} {x.__class__}"
    data["document"]["number_format"] = "{seq}"
    data["standard"].pop("time_limit")
    data["requirements"][0]["max_mb"] = 900
    data["sources"] = ["bukan alamat"]
    return data


def test_every_problem_has_a_link_that_opens(editor, draft):
    drafts.save(draft, broken(data_of(draft)), base=drafts.fingerprint(draft))
    lines = editor.get(at("problems", draft.pk)).context["problem_lines"]
    found = versions.problems_of(PermitVersion.objects.get(pk=draft.pk))
    assert len(lines) == len(found) >= 15
    for line in lines:
        url, _mark, target = line["url"].partition("#")
        page = editor.get(url)
        assert page.status_code == 200, line
        if target:
            assert f'id="{target}"' in page.content.decode(), line
    assert editor.get(at("preview", draft.pk)).status_code == 409
    assert editor.get(at("paper", draft.pk)).status_code == 409


# --- preview ------------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["sip-dokter", "ktp-hilang", "izin-penelitian"])
def test_preview_shows_every_page_and_saves_nothing(editor, key):
    version = published(key)
    for page in versions.definition_of(version).pages():
        for mode in ("empty", "sample", "all"):
            url = f"{at('preview', version.pk)}?page={page.key}&mode={mode}"
            assert editor.get(url).status_code == 200
        tried = editor.get(f"{at('preview', version.pk)}?page={page.key}&mode=empty&try=1")
        assert tried.status_code == 200
    assert editor.get(f"{at('preview', version.pk)}?page=tidak").status_code == 404
    assert editor.post(at("preview", version.pk)).status_code == 405
    assert Application.objects.count() == 0


def test_paper_preview_is_a_pdf(editor):
    response = editor.get(at("paper", published().pk))
    assert response.status_code == 200
    assert response.content.startswith(b"%PDF")
    assert editor.get(at("paper", published("ktp-hilang").pk)).status_code == 404


# --- YAML ---------------------------------------------------------------------------------
def exported(client, version):
    response = client.get(at("export", version.pk))
    assert response["Content-Disposition"].startswith("attachment")
    return response.content


@pytest.mark.parametrize("key", ["sip-dokter", "ktp-hilang"])
def test_yaml_round_trip_through_the_page_is_byte_stable(editor, key):
    version = published(key)
    text = exported(editor, version).decode()
    sent = {"yaml": text.replace("\n", "\r\n")}
    page = editor.post(at("import", version.pk), sent)
    assert page.status_code == 200
    assert page.context["changes"] == []
    assert page.context["faults"] == []
    assert not PermitVersion.objects.filter(state=VersionState.DRAFT).exists()
    editor.post(at("import", version.pk), {**sent, "apply": "1", "replaces": ""})
    draft = drafts.draft_of(version.permit_type)
    assert exported(editor, draft).decode() == text
    assert draft.definition == version.definition


def test_import_shows_the_typed_difference_and_asks_again_when_late(editor):
    version = published()
    text = exported(editor, version).decode()
    changed = re.sub(r"(?m)^name: .*$", "name: Nama baru", text)
    url = at("import", version.pk)
    page = editor.post(url, {"yaml": changed})
    rows = page.context["changes"]
    assert [(row["where"], row["new"]) for row in rows] == [("name", "Nama baru")]
    other = versions.copy_to_draft(version)
    late = editor.post(url, {"yaml": changed, "apply": "1", "replaces": page.context["replaces"]})
    assert late.status_code == 409
    replaces = late.context["replaces"]
    done = editor.post(url, {"yaml": changed, "apply": "1", "replaces": replaces})
    assert done.url == at("change", other.pk)
    assert data_of(other)["name"] == "Nama baru"
    version.permit_type.refresh_from_db()
    assert version.permit_type.name != "Nama baru"


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("schema: mpp.permit-type/1\nkey: !!python/object/apply:os.system [ls]", 2),
        (BOMB, 1),
        ("key: a\nkey: b", 2),
        ("key: a\nname: b\x00c", 2),
        ("key: a\nname: [1, 2", 2),
        ("key: a\nservice: b\nrahasia: 1", 3),
        ("key: a\nservice: b\nstages: nein", 3),
        ("- a\n- b", 1),
        ("x" * 1_000_001, 0),
        ("[" * 3000, 0),
        ("", 0),
    ],
    ids=lambda text: str(text)[:12],
)
def test_hostile_yaml_is_refused_with_line_and_kept(editor, text, line):
    version = published()
    response = editor.post(at("import", version.pk), {"yaml": text})
    assert response.status_code == 422
    faults = response.context["faults"]
    assert faults
    assert all(fault["text"] for fault in faults)
    if line:
        assert line in [fault["line"] for fault in faults]
    assert response.context["text"] == text
    assert not PermitVersion.objects.filter(state=VersionState.DRAFT).exists()


def test_file_that_is_not_text_is_refused_with_its_line(editor, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"key: a\nname: \xff\xfe")
    with path.open("rb") as file:
        response = editor.post(at("import", published().pk), {"file": file, "yaml": "tetap"})
    assert response.status_code == 422
    assert response.context["faults"][0]["line"] == 2
    assert response.context["text"] == "tetap"


def test_import_of_another_type_or_foreign_service_is_refused(client, people, editor):
    text = exported(editor, published("ktp-hilang")).decode()
    assert editor.post(at("import", published().pk), {"yaml": text}).status_code == 422
    url = reverse("admin:permits_permittype_import")
    assert editor.post(url, {"yaml": text}).status_code == 200
    unknown = text.replace("service: ktp-hilang", "service: tidak-ada")
    assert editor.post(url, {"yaml": unknown}).status_code == 422
    taken = text.replace("service: ktp-hilang", "service: sip-dokter")
    assert editor.post(url, {"yaml": taken}).status_code == 422
    client.force_login(people.head)
    assert client.post(url, {"yaml": text, "apply": "1"}).status_code == 403
    assert not PermitVersion.objects.filter(state=VersionState.DRAFT).exists()


# --- size and speed -----------------------------------------------------------------------
def big(data, count):
    data["sections"].append(
        {
            "key": "besar",
            "title": "Besar",
            "title_en": "Big",
            "fields": [
                {"key": f"f{n}", "type": "text", "label": f"Isian {n}", "label_en": f"Field {n}"}
                for n in range(count)
            ],
        }
    )
    return data


def test_overview_asks_the_same_queries_for_few_and_many_fields(
    editor, draft, django_assert_num_queries
):
    counts = []
    editor.get(at("change", draft.pk))
    for size in (1, 270):
        data = big(data_of(draft), size)
        if size > 1:
            data["sections"].pop(-2)
        drafts.save(draft, data, base=drafts.fingerprint(draft))
        with django_assert_num_queries(OVERVIEW_QUERIES):
            counts.append(editor.get(at("change", draft.pk)).status_code)
    assert counts == [200, 200]


OVERVIEW_QUERIES = 9


@pytest.mark.parametrize("language", ["id", "en"])
def test_pages_hold_no_inline_style_or_script_in_both_languages(editor, draft, language):
    editor.cookies["bahasa"] = language
    names = ("change", "problems", "compare", "publish", "import", "delete", "preview")
    urls = [at(name, draft.pk) for name in names]
    urls += [at("part", draft.pk, place) for place in ("basics", "standard", "document")]
    for url in urls:
        html = editor.get(url).content.decode()
        assert f'<html lang="{language}"' in html
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)", html), url


def test_command_exports_validates_and_imports(tmp_path, capsys):
    file = tmp_path / "typ.yaml"
    run("export", "ktp-hilang", str(file))
    assert definitions.from_yaml(file.read_text("utf-8")).key == "ktp-hilang"
    run("validate", str(file))
    run("import", str(file), "--dry-run")
    assert not PermitVersion.objects.filter(state=VersionState.DRAFT).exists()
    file.write_text(file.read_text("utf-8").replace("name: Cetak", "name: Ganti", 1), "utf-8")
    run("import", str(file))
    draft = drafts.draft_of(PermitType.objects.get(key="ktp-hilang"))
    assert data_of(draft)["name"].startswith("Ganti")
    file.write_text("key: [", "utf-8")
    with pytest.raises(CommandError, match=r"typ\.yaml:1"):
        run("validate", str(file))


def run(*words):
    call_command("permit_type", *words)
