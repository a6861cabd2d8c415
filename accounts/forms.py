"""Forms of signing up and in, the profile, businesses."""

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import regions
from accounts.adapter import PhoneField
from accounts.identity import clean_nib, clean_nik, clean_npwp, normalise_phone
from accounts.models import Business, User
from mpp.kit import clock
from mpp.kit.fields import SafeCharField, SafeFormMixin, SafeNameField

HONEYPOT = "website"
OLDEST_YEARS = 130


class SignupForm(SafeFormMixin, allauth_forms.SignupForm):
    """A new account: a name, an e-mail address or a mobile number, and if wanted a password."""

    name_fields = ("full_name",)
    field_order = ["full_name", "phone", "email", "password1"]
    full_name = SafeNameField(
        label=gettext_lazy("Full name"),
        max_length=150,
        help_text=gettext_lazy("As on your KTP."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        email, phone = self.fields["email"], self.fields["phone"]
        email.required = email.widget.is_required = False
        email.label = _("E-mail address")
        phone.label = _("Mobile number")
        phone.help_text = _("Give a mobile number or an e-mail address, or both.")
        if "password1" in self.fields:
            self.fields["password1"].label = _("Password")
            self.fields["password1"].help_text = " ".join(
                [_("Without one you sign in with a code."), password_validators_help_texts()[0]]
            )
        # allauth hides the trap for robots by a style attribute, which our CSP forbids.
        trap = self.fields[HONEYPOT]
        trap.label = _("Leave this empty")
        trap.widget.attrs = {"tabindex": "-1", "autocomplete": "off"}
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean(self) -> dict:
        """One contact is needed; which one is the person's choice."""
        cleaned = super().clean()
        untouched = not self.errors.get("email") and not self.errors.get("phone")
        if untouched and not cleaned.get("email") and not cleaned.get("phone"):
            self.add_error("phone", _("Give a mobile number or an e-mail address."))
        return cleaned

    def try_save(self, request: HttpRequest) -> tuple:
        """Make the account; for one that exists only spend the time a password costs.

        Else the quick answer would tell that the account exists.
        """
        if self.account_already_exists and self.cleaned_data.get("password1"):
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class LoginCodeForm(SafeFormMixin, allauth_forms.RequestLoginCodeForm):
    """Where to send a code: an e-mail address or a mobile number."""

    def clean(self) -> dict:
        """One of the two is needed; allauth takes the empty form and breaks."""
        cleaned = super().clean()
        if not self.errors and not cleaned.get("email") and not cleaned.get("phone"):
            self.add_error("email", _("Give a mobile number or an e-mail address."))
        return cleaned


class LoginForm(SafeFormMixin, allauth_forms.LoginForm):
    """Signing in with an e-mail address or a mobile number, and a password."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address or mobile number")
        self.fields["login"].max_length = 254
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].required = True
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean_login(self) -> str:
        """Mobile numbers in one spelling; anything that is no contact fails like a wrong one."""
        login = super().clean_login()
        if "@" not in login:
            number = normalise_phone(login)
            if number is None:
                raise ValidationError(_("Write an e-mail address or a mobile number."))
            return number
        EmailValidator(_("This is no e-mail address."))(login)
        return login


class ProfileForm(SafeFormMixin, forms.ModelForm):
    """The person's own data. What looks odd in the NIK is told by `warnings`, never refused."""

    name_fields = ("full_name", "birth_place")
    nik = SafeCharField(label="NIK", required=False, max_length=40)
    region_search = SafeCharField(
        label=gettext_lazy("Look for another village"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Write part of its name, then press “Look for it”."),
    )

    class Meta:
        model = User
        fields = [
            "full_name",
            "nik",
            "birth_place",
            "birth_date",
            "sex",
            "address",
            "region_code",
            "region_search",
            "language",
        ]
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "address": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "birth_date": forms.DateInput(
                format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}
            ),
        }

    def __init__(self, *args, home_code: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        person = self.instance
        nik = self.fields["nik"]
        self.initial["nik"] = ""
        nik.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off"})
        nik.help_text = _("16 digits on your KTP. Staff use it to check who you are.")
        if person.nik_verified_at:
            nik.disabled = True
            nik.help_text = _("Checked by staff: %(nik)s.") % {"nik": person.nik_masked}
        elif person.nik:
            nik.help_text = _("Kept: %(nik)s. Fill it in only to change it.") % {
                "nik": person.nik_masked
            }
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), choices=[("id", "Bahasa Indonesia"), ("en", "English")]
        )
        self.fields["region_code"] = forms.ChoiceField(
            label=_("Village"), required=False, choices=self._villages(home_code)
        )

    def _villages(self, home_code: str) -> list:
        """The villages of the home region by district, those looked for, and the present one."""
        groups = [
            (district.name, [(v.code, v.name) for v in regions.children(district.code)])
            for district in (regions.children(home_code) if home_code else ())
        ]
        query = str(self.data.get("region_search", "")) if self.is_bound else ""
        found = regions.search(query, level="village") if query else []
        wanted = {self.instance.region_code}
        if self.is_bound:
            wanted.add(str(self.data.get("region_code", "")))
        known = {code for _name, rows in groups for code, _label in rows}
        others = [row for code in sorted(wanted) if (row := regions.region(code))]
        more = {
            row.code: regions.region_path(row.code)
            for row in [*found, *others]
            if row.code not in known
        }
        choices: list = [("", _("Choose one"))]
        if more:
            choices.append((_("Found"), list(more.items())))
        return choices + groups

    def clean_nik(self) -> str:
        """The kept NIK when nothing is typed; only what cannot be a NIK is refused."""
        typed = self.cleaned_data.get("nik")
        if self.instance.nik_verified_at or not typed:
            return self._kept_nik
        return clean_nik(typed)

    def clean_birth_date(self):
        """Not in the future, and nobody is older than 130 years."""
        day = self.cleaned_data["birth_date"]
        if day and not clock.today().year - OLDEST_YEARS <= day.year:
            raise ValidationError(_("Check the year of birth."))
        if day and day > clock.today():
            raise ValidationError(_("A date of birth cannot be in the future."))
        return day

    def full_clean(self) -> None:
        """Remember the kept NIK: an empty box means “keep it”."""
        self._kept_nik = self.instance.nik
        super().full_clean()


class BusinessForm(SafeFormMixin, forms.ModelForm):
    """A business for which its members may apply."""

    name_fields = ("name",)
    nib = SafeCharField(label="NIB", required=False, max_length=40)
    npwp = SafeCharField(label="NPWP", required=False, max_length=40)
    phone = PhoneField(required=False)

    class Meta:
        model = Business
        fields = ["name", "nib", "npwp", "email", "phone", "address"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the business")
        self.fields["nib"].help_text = _("13 digits, from OSS. Leave it empty if there is none.")
        for name in ("nib", "npwp"):
            self.fields[name].widget.attrs.update({"inputmode": "numeric", "autocomplete": "off"})

    def clean_nib(self) -> str:
        """13 digits or nothing."""
        typed = self.cleaned_data["nib"]
        return clean_nib(typed) if typed else ""

    def clean_npwp(self) -> str:
        """16 digits or nothing."""
        typed = self.cleaned_data["npwp"]
        return clean_npwp(typed) if typed else ""


class MemberForm(SafeFormMixin, forms.Form):
    """Whom to invite: an e-mail address or a mobile number."""

    contact = SafeCharField(
        label=gettext_lazy("E-mail address or mobile number"),
        max_length=254,
        help_text=gettext_lazy("The person accepts the invitation in the own account."),
    )

    def clean_contact(self) -> str:
        """In one spelling, so that it meets the account."""
        typed = self.cleaned_data["contact"]
        if "@" in typed:
            EmailValidator(_("This is no e-mail address."))(typed)
            return typed.lower()
        number = normalise_phone(typed)
        if number is None:
            raise ValidationError(_("Write an e-mail address or a mobile number."))
        return number
