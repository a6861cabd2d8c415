import time
import unicodedata

import pytest
from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models
from django.db.models.functions import Lower
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role, User
from mpp.kit import fields, keys
from mpp.kit.fields import clean_name, clean_text, make_safe

CONTROLS = [chr(n) for n in (*range(9), 11, 12, *range(14, 32), 127, 128, 155, 159)]


@pytest.mark.parametrize("letter", [*CONTROLS, "\ud800"])
@pytest.mark.parametrize("one_line", [True, False])
def test_clean_text_refuses_what_cannot_be_shown(letter, one_line):
    with pytest.raises(ValidationError) as refusal:
        clean_text(f"Siti{letter}Aminah", one_line=one_line)
    assert refusal.value.code == "characters"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x85", "\u2028", "\u2029"])
def test_clean_text_refuses_line_ends_in_one_line(end):
    with pytest.raises(ValidationError) as refusal:
        clean_text(f"Siti{end}Bcc: x@y.id", one_line=True)
    assert refusal.value.code == "one_line"
    assert clean_text(f"Siti{end}Aminah", one_line=False) == "Siti\nAminah"


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u00a0", "\u200b\u200d", "\u3000\u2003", "\ufeff", "\u2060 \u00ad", "\u3164"],
)
def test_clean_text_takes_blanks_as_empty(text):
    assert clean_text(text, one_line=True) == clean_text(text, one_line=False) == ""
    assert clean_name(text) == ""


@pytest.mark.parametrize(
    "text", ["👩‍👩‍👧", "𠀀", "=HYPERLINK(1)", "<b>{{ x }}</b>", "a\tb", "سلام", "\u202eabc"]
)
def test_clean_text_keeps_free_text(text):
    assert clean_text(text, one_line=True) == text


def test_clean_text_composes_and_strips():
    assert clean_text("  Cafe\u0301\u00a0 ", one_line=True) == "Caf\u00e9"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_clean_text_is_stable_and_composed(text):
    once = clean_text(text, one_line=False)
    assert clean_text(once, one_line=False) == once
    assert unicodedata.is_normalized("NFC", once)


def test_clean_text_is_quick_on_a_megabyte():
    began = time.perf_counter()
    clean_text("\u0327\u0301" * 500_000, one_line=True)
    clean_text("é " * 500_000, one_line=True)
    clean_name("a\u200b" * 500_000)
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Siti\u202eAminah", "SitiAminah"),
        ("\u2066Budi\u2069", "Budi"),
        ("Si\u200bti  \u00a0 Aminah ", "Siti Aminah"),
        ("I\u0301da", "\u00cdda"),
        ("O'Neil, S.Pd.", "O'Neil, S.Pd."),
        ("Siti\tAminah", "Siti Aminah"),
    ],
)
def test_clean_name_removes_marks_and_double_spaces(typed, kept):
    assert clean_name(typed) == kept


def test_clean_name_composes_after_removing_marks():
    assert clean_name("e\u200b\u0301") == "é"


class Plain(fields.SafeFormMixin, forms.Form):
    name_fields = ("name",)
    name = forms.CharField()
    note = forms.CharField(widget=forms.Textarea, required=False)
    mail = forms.EmailField(required=False)
    word = forms.CharField(strip=False, widget=forms.PasswordInput, required=False)
    count = forms.IntegerField(required=False)


def test_a_safe_form_makes_every_text_field_safe():
    form = Plain({"name": "\u202eSiti  A", "note": " a\r\nb ", "word": " p\u0301 ", "count": "3"})
    assert form.is_valid()
    assert form.cleaned_data["name"] == "Siti A"
    assert form.cleaned_data["note"] == "a\nb"
    assert form.cleaned_data["word"] == " p\u0301 "
    assert form.cleaned_data["count"] == 3


def test_a_safe_form_says_it_at_the_field_and_keeps_what_was_typed():
    form = Plain(
        {"name": "Si\x1bti", "note": "a\x00", "mail": "a@b.id\r\nBcc: c", "word": "a\x07"}
    )
    assert set(form.errors) == {"name", "note", "mail", "word"}
    assert form["name"].value() == "Si\x1bti"


def test_a_safe_form_takes_only_blanks_as_missing():
    form = Plain({"name": "\u00a0\u200b"})
    assert form.errors.as_data()["name"][0].code == "required"


def test_a_field_added_later_is_safe_too():
    form = Plain({"name": "a", "late": "x\x00y"})
    form.fields["late"] = forms.CharField()
    assert form.errors.as_data()["late"][0].code == "characters"


def test_the_class_of_the_form_stays_as_it_was():
    Plain({"name": "a"})
    assert type(Plain.base_fields["name"]) is forms.CharField


def test_make_safe_happens_once_and_only_to_text():
    field = make_safe(forms.SlugField())
    assert isinstance(field, forms.SlugField)
    assert type(make_safe(field)) is type(field) is type(make_safe(forms.SlugField()))
    number = forms.IntegerField()
    assert type(make_safe(number)) is forms.IntegerField


@pytest.mark.parametrize("key", ["9" * 21, "-" + "9" * 21, "NaN", "", "1e9", "\x00", "[]"])
def test_a_key_that_is_none_is_refused_with_a_sentence(db, key):
    class Roles(fields.SafeFormMixin, forms.Form):
        roles = forms.ModelMultipleChoiceField(Role.objects.all())

    assert Roles({"roles": [key]}).errors.as_data()["roles"][0].code == "invalid_pk_value"
    here = Role.objects.create(key="x", name="X")
    assert list(Roles({"roles": [str(here.pk)]}).fields["roles"].clean([str(here.pk)])) == [here]


def test_a_model_form_is_safe():
    class RoleForm(fields.SafeFormMixin, forms.ModelForm):
        class Meta:
            model = Role
            fields = ["name"]

    assert RoleForm({"name": "Kepala\nDinas"}).errors.as_data()["name"][0].code == "one_line"


def test_the_safe_fields_stand_alone():
    assert fields.SafeCharField().clean(" a ") == "a"
    assert fields.SafeNameField().clean("a\u200bb") == "ab"
    assert fields.SafeTextField().clean("a\r\nb") == "a\nb"
    assert fields.SafeCharField(required=False).clean(None) == ""
    assert fields.SafeCharField(empty_value=None, required=False).clean("\u00a0") is None


def test_json_in_a_safe_form_goes_on_as_data():
    assert make_safe(forms.JSONField()).clean('{"a": 1}') == {"a": 1}


def test_length_is_counted_in_characters():
    field = fields.SafeCharField(max_length=3)
    assert field.clean("👋👋👋") == "👋👋👋"
    with pytest.raises(ValidationError):
        field.clean("x" * 1_000_000)


@pytest.fixture
def person(db):
    return User.objects.create_user("siti@example.id", full_name="Siti", nik="3579014508150001")


def _stored(person):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nik FROM {User._meta.db_table} WHERE id = %s", [person.pk])
        return cursor.fetchone()[0]


def test_an_encrypted_field_is_unreadable_in_the_database(person):
    assert "3579" not in _stored(person)
    assert User.objects.get(pk=person.pk).nik == "3579014508150001"


def test_an_encrypted_field_keeps_empty_as_empty(person):
    User.objects.filter(pk=person.pk).update(nik="")
    assert _stored(person) == ""
    assert User.objects.get(pk=person.pk).nik == ""


def test_an_encrypted_field_survives_update_and_bulk_update(person):
    User.objects.filter(pk=person.pk).update(nik="3579010101900001")
    assert User.objects.values_list("nik", flat=True).get() == "3579010101900001"
    person.nik = "3579010101900002"
    User.objects.bulk_update([person], ["nik"])
    assert User.objects.get().nik == "3579010101900002"
    assert "3579" not in _stored(person)


@pytest.mark.parametrize("lookup", ["nik", "nik__contains", "nik__in", "nik__lower", "nik__gt"])
def test_an_encrypted_field_refuses_to_be_filtered(person, lookup):
    with pytest.raises(FieldError, match="encrypted"):
        User.objects.filter(**{lookup: ["3579014508150001"]}).exists()


def test_an_encrypted_field_can_be_asked_for_null(person):
    assert User.objects.filter(nik__isnull=False).exists()
    field = fields.EncryptedTextField(null=True)
    assert field.get_prep_value(None) is None
    assert field.from_db_value(None, None, connection) is None


def test_an_encrypted_field_without_its_key_fails_loudly(person, settings):
    settings.FIELD_KEYS = ["b" * 43 + "="]
    with pytest.raises(keys.Unreadable):
        User.objects.get(pk=person.pk)


def test_an_encrypted_field_migrates_by_its_own_path():
    name, path, _args, kwargs = fields.EncryptedTextField("NIK", blank=True).deconstruct()
    assert (name, path) == (None, "mpp.kit.fields.EncryptedTextField")
    assert kwargs == {"verbose_name": "NIK", "blank": True}
    assert issubclass(fields.EncryptedTextField, models.TextField)
    assert Lower("nik")
