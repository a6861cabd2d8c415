"""A region's own wording of mails: plain text with names in braces, never a template."""

import re

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.translation import gettext as _

from accounts.models import Text
from accounts.notices import PLACEHOLDER
from mpp.kit.fields import SafeFormMixin

TEMPLATE_SIGNS = re.compile(r"\{\{|\{%|\{#")
USED = re.compile(r"\{\{\s*([a-z_]+)|with (?:[a-z_]+=)?([a-z_]+)")
ALWAYS = {"name", "path", "url"}


def placeholders(key: str) -> set[str]:
    """The names a text of this key may use: those of the file it replaces."""
    app, _dash, act = key.partition("-")
    found = set(ALWAYS)
    for part in ("subject", "body"):
        try:
            source = get_template(f"emails/{app}/{act}_{part}.txt").template.source
        except TemplateDoesNotExist as fault:
            raise ValidationError(
                _("No mail has this key. Example: permits-submitted.")
            ) from fault
        found |= {name for pair in USED.findall(source) for name in pair if name}
    return found


class TextForm(SafeFormMixin, forms.ModelForm):
    """Checks the key, and that only known names stand in braces."""

    class Meta:
        model = Text
        fields = ["key", "language", "subject", "body"]

    def clean(self) -> dict:
        """Refuse template signs and unknown names, with what may be used."""
        cleaned = super().clean()
        if "key" not in cleaned:
            return cleaned
        known = placeholders(cleaned["key"])
        for field in ("subject", "body"):
            text = cleaned.get(field, "")
            if TEMPLATE_SIGNS.search(text):
                self.add_error(field, _("Write names as {name}, without other signs."))
            unknown = set(PLACEHOLDER.findall(text)) - known
            if unknown:
                names = ", ".join(sorted(known))
                self.add_error(
                    field, _("Only these names can be used: %(names)s.") % {"names": names}
                )
        return cleaned


@admin.register(Text)
class TextAdmin(admin.ModelAdmin):
    form = TextForm
    list_display = ["key", "language", "subject"]
    list_filter = ["language"]
    ordering = ["key", "language"]
