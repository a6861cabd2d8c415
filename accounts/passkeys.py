"""Forms of passkeys: allauth's own, with an answer of the browser that may be anything.

The browser's answer is JSON. Python refuses numbers of thousands of digits and thousands of
brackets in other ways than broken JSON, which Django's field does not expect.
"""

from typing import Any

from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError

LONGEST_ANSWER = 100_000


class CredentialField(forms.JSONField):
    """The browser's answer; whatever cannot be read is a wrong answer, never a fault."""

    def to_python(self, value: Any) -> Any:
        """The parsed answer. Raises `ValidationError` for everything that is no JSON."""
        if isinstance(value, str) and len(value) > LONGEST_ANSWER:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as fault:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from fault


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    credential = CredentialField(widget=forms.HiddenInput)


class AuthenticatePasskeyForm(webauthn.AuthenticateWebAuthnForm):
    credential = CredentialField(widget=forms.HiddenInput)


class LoginPasskeyForm(webauthn.LoginWebAuthnForm):
    credential = CredentialField(widget=forms.HiddenInput)


class ReauthenticatePasskeyForm(webauthn.ReauthenticateWebAuthnForm):
    credential = CredentialField(widget=forms.HiddenInput)
