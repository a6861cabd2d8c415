"""Whose mall this is, for superusers; colours pass the contrast gate before they are kept."""

import re
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.contrib import admin
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mpp.kit.fields import SafeFormMixin, SafeTextField
from mpp.kit.installation import installation
from mpp.kit.models import Installation
from mpp.kit.theme import MOTIFS, check_theme

PHONE_DIGITS = re.compile(r"62[0-9]{8,13}")


class ThemeField(SafeTextField):
    """A theme as lines "nila-800: #1E2C66"; the value is a dict of colours by name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # What a JSON column hands to its form field and lines have no use for.
        for name in ("encoder", "decoder"):
            kwargs.pop(name, None)
        super().__init__(*args, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The dict as lines; what somebody typed stays as typed."""
        if isinstance(value, dict):
            return "\n".join(f"{name}: {colour}" for name, colour in value.items())
        return value

    def clean(self, value: Any) -> dict[str, str]:
        """The colours by name; raises ValidationError for a line without a colon."""
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if any(":" not in line for line in lines):
            raise ValidationError(_("Write one colour per line, like nila-800: #1E2C66"))
        parts = (line.split(":", 1) for line in lines)
        return {name.strip(): colour.strip() for name, colour in parts}

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is shown: lines with lines."""
        return super().has_changed(self.prepare_value(initial), data)


class InstallationForm(SafeFormMixin, forms.ModelForm):
    """The installation row; an unreadable theme is refused with the pairs that are too weak."""

    motif = forms.ChoiceField(label=gettext_lazy("motif"), choices=[(m, m) for m in MOTIFS])
    website = forms.URLField(label=gettext_lazy("website"), required=False, assume_scheme="https")

    class Meta:
        model = Installation
        fields = [
            "name",
            "region_name",
            "region_code",
            "reference_prefix",
            "time_zone",
            "address",
            "phone",
            "whatsapp",
            "email",
            "website",
            "privacy_contact",
            "motif",
            "theme",
        ]
        field_classes = {"theme": ThemeField}
        help_texts = {
            "whatsapp": gettext_lazy("Digits only, beginning with 62."),
            "theme": gettext_lazy("One colour per line, like nila-800: #1E2C66. Empty = default."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["theme"].widget = forms.Textarea(attrs={"rows": 9, "cols": 40})

    def clean_whatsapp(self) -> str:
        """The number as wa.me wants it: 62 and digits."""
        digits = re.sub(r"[\s.+()-]", "", self.cleaned_data["whatsapp"])
        digits = f"62{digits[1:]}" if digits.startswith("0") else digits
        if digits and not PHONE_DIGITS.fullmatch(digits):
            raise ValidationError(_("Digits only, beginning with 62."))
        return digits

    def clean_time_zone(self) -> str:
        """The name of a zone this machine knows."""
        name = self.cleaned_data["time_zone"]
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            raise ValidationError(_("There is no such time zone.")) from unknown
        return name

    def clean(self) -> dict[str, Any]:
        """Run the contrast gate (WCAG 2.2, 1.4.3 and 1.4.11) over theme and motif."""
        cleaned = super().clean()
        if "theme" in cleaned and "motif" in cleaned:
            for sentence in check_theme(cleaned["theme"], cleaned["motif"]):
                self.add_error("theme", sentence)
        return cleaned


@admin.register(Installation)
class InstallationAdmin(admin.ModelAdmin):
    """The one row: changed by superusers, never added to or deleted."""

    form = InstallationForm
    list_display = ["name", "region_name"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Installation | None = None) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Installation | None = None) -> bool:
        return request.user.is_superuser

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser and installation().pk is None

    def has_delete_permission(self, request: HttpRequest, obj: Installation | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save; this process shows it at once, the others within half a minute."""
        super().save_model(request, obj, form, change)
        caches["local"].delete("installation")
