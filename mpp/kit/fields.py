"""Text as people type it: one rule for what may come in, and a column that is encrypted.

Every form of ours inherits `SafeFormMixin`; it makes each text field of the form safe, those a
model form built by itself too, so no form has to remember it.
"""

import re
import unicodedata
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from mpp.kit import keys

# C0 and C1 controls and DEL except tab and line ends, and lone surrogates. PostgreSQL refuses
# NUL and UTF-8 refuses surrogates: both would be a fault page instead of a sentence.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
# Marks of writing direction and of no width: they let one name look like another.
_MARKS = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_BLANK = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
# Longer runs of combining marks occur in no language, and composing them takes quadratic time.
_LONGEST_RUN = 60


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen: spaces, and characters of no width."""
    return all(
        letter in _BLANK_LETTERS or unicodedata.category(letter) in _BLANK for letter in text
    )


def _has_long_run(text: str) -> bool:
    run = 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run > _LONGEST_RUN:
            return True
    return False


def _composed(text: str) -> str:
    """`text` in form NFC, except where a run of combining marks is absurdly long."""
    if text.isascii() or _has_long_run(text):
        return text
    return unicodedata.normalize("NFC", text)


def clean_text(value: str, *, one_line: bool) -> str:
    """What we keep of a typed text: line ends as \\n, composed (NFC), without outer spaces.

    Only spaces, no-break spaces or characters of no width count as empty. Raises
    `ValidationError` for control characters, lone surrogates, and line ends in one line.
    """
    if _FORBIDDEN.search(value):
        raise ValidationError(
            _("Characters that cannot be shown were found. Type this text again."),
            code="characters",
        )
    text = _LINE_ENDS.sub("\n", value)
    if one_line and "\n" in text:
        raise ValidationError(_("Write this on one line."), code="one_line")
    text = text.strip()
    return "" if is_blank(text) else _composed(text)


def clean_name(value: str) -> str:
    """A name of a person, an agency or a file: one line, no invisible marks, single spaces."""
    text = clean_text(_MARKS.sub("", value), one_line=True)
    return " ".join(text.split())


class SafeTextMixin:
    """Put in front of a text form field: what comes in passes `clean_text` first.

    `is_name` also removes marks of direction and of no width. A field with `strip=False`
    (passwords) is only checked, never changed.
    """

    is_name = False

    def to_python(self, value: Any) -> Any:
        """Check and clean the typed text, then let the field itself go on."""
        if isinstance(value, str):
            value = self._cleaned(value)
        return super().to_python(value)

    def _cleaned(self, value: str) -> str:
        one_line = not isinstance(self.widget, forms.Textarea)
        if not getattr(self, "strip", True):
            clean_text(value, one_line=one_line)
            return value
        return clean_name(value) if self.is_name else clean_text(value, one_line=one_line)


class SafeCharField(SafeTextMixin, forms.CharField):
    """One line of text."""


class SafeNameField(SafeCharField):
    """A name: one line without invisible marks."""

    is_name = True


class SafeTextField(SafeTextMixin, forms.CharField):
    """Text of several lines."""

    widget = forms.Textarea


def is_key(column: models.Field, value: Any) -> bool:
    """Whether the database can be asked for `value` in this key column at all.

    A number SQLite has no room for would be a fault page, not "no such row".
    """
    try:
        column.run_validators(column.to_python(value))
    except ValidationError:
        return False
    return True


class SafeKeysMixin:
    """Put in front of a field of several rows: what cannot be a key is refused with a sentence."""

    def _check_values(self, value: Any) -> Any:
        options = self.queryset.model._meta
        column = options.get_field(self.to_field_name) if self.to_field_name else options.pk
        for key in value:
            if isinstance(key, str) and not is_key(column, key):
                sentence = self.error_messages["invalid_pk_value"]
                raise ValidationError(sentence, code="invalid_pk_value", params={"pk": key})
        return super()._check_values(value)


_SAFE_KINDS = ((forms.CharField, SafeTextMixin), (forms.ModelMultipleChoiceField, SafeKeysMixin))


@cache
def _safe_class(plain: type[forms.Field], mixin: type) -> type[forms.Field]:
    return type(f"Safe{plain.__name__}", (mixin, plain), {"__module__": __name__})


def make_safe(field: forms.Field) -> forms.Field:
    """The same field of text or of several rows, made safe in place; others stay as they are."""
    for kind, mixin in _SAFE_KINDS:
        if isinstance(field, kind) and not isinstance(field, mixin):
            field.__class__ = _safe_class(type(field), mixin)
    return field


def name_what_is_missing(field: forms.Field) -> None:
    """Let the stock sentence for an empty field name the field, for the error summary."""
    stock = forms.Field.default_error_messages["required"]
    if field.label and field.error_messages.get("required") == stock:
        sentence = _("Fill in: %(label)s.") % {"label": field.label}
        field.error_messages = {**field.error_messages, "required": sentence}


class SafeFormMixin:
    """Put in front of `Form` or `ModelForm`: every text field of the form becomes safe.

    `name_fields` lists the fields that hold names.
    """

    name_fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            make_safe(field)
            if name in self.name_fields:
                field.is_name = True

    def _clean_fields(self) -> None:
        # Fields added after __init__ (an allauth form, a form made from data) are caught here.
        for field in self.fields.values():
            make_safe(field)
            name_what_is_missing(field)
        super()._clean_fields()


class EncryptedTextField(models.TextField):
    """Text the database holds encrypted (see `mpp.kit.keys.encrypt`); empty stays empty.

    It cannot be searched, sorted or compared, because the same text is stored differently every
    time: keep a `keys.lookup_hash` in a second column where a value must be found.
    """

    description = "Encrypted text"

    def get_prep_value(self, value: Any) -> str | None:
        """Encrypt what is about to be stored."""
        text = super().get_prep_value(value)
        return keys.encrypt(text) if text else text

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Decrypt what was read; raises `keys.Unreadable` when no key fits."""
        return keys.decrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Only `isnull` makes sense; anything else would silently find nothing."""
        if lookup_name != "isnull":
            raise FieldError(
                f"{self.name} is encrypted and cannot be filtered by its value. "
                "Filter by a column with its lookup_hash."
            )
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> None:
        """No transform either: `lower`, `length` and the like see only the token."""
        self.get_lookup(lookup_name)
