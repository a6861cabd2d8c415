"""How signing up and in works here: allauth's rules, our contacts, our outbox, our keys."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import notices
from accounts.identity import clean_phone, normalise_phone
from accounts.models import User
from mpp.kit import clock
from mpp.kit.fields import SafeCharField
from mpp.kit.installation import installation
from mpp.kit.keys import decrypt, encrypt

# What proves a person beside the password; recovery codes alone do not count.
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
CODES = ("code", "confirmation")


class PhoneField(SafeCharField):
    """A mobile number, kept as +62812…; 0812, 62812 and 812 are taken as well."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Mobile number"))
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)
        self.widget.input_type = "tel"
        self.widget.attrs.update({"autocomplete": "tel", "inputmode": "tel"})

    def clean(self, value: Any) -> str:
        """The number in one spelling, or a sentence."""
        text = super().clean(value)
        return clean_phone(text) if text else ""


class EmailStage(EmailVerificationStage):
    """As allauth's, but who has only a (verified) mobile number needs no e-mail."""

    def handle(self):
        """(answer or None, whether signing in goes on)."""
        user = self.login.user
        if user and not user.email and user.phone and user.phone_verified_at:
            return None, True
        return super().handle()


class AccountAdapter(DefaultAccountAdapter):
    """Mobile numbers on the user, every mail and code through the outbox, hard limits."""

    def get_login_stages(self) -> list[str]:
        """allauth's stages, with our own for the e-mail."""
        ours = f"{EmailStage.__module__}.{EmailStage.__qualname__}"
        theirs = "allauth.account.stages.EmailVerificationStage"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    # --- mobile number -------------------------------------------------------------------
    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        """The form field for a mobile number."""
        return PhoneField(**kwargs)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """(number, whether verified), or None."""
        return (user.phone, user.phone_verified_at is not None) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        """Set the number of `user`; raises ValidationError when somebody else has it."""
        user.phone = clean_phone(phone)
        user.phone_verified_at = clock.now() if verified else None
        if User.objects.filter(phone=user.phone).exclude(pk=user.pk).exists():
            raise self.validation_error("phone_taken")
        user.save(update_fields=["phone", "phone_verified_at"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        """Mark the number as the person's own (it may have just been changed to it)."""
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> User | None:
        """The person with this number, in whatever spelling, or None."""
        number = normalise_phone(phone)
        return User.objects.filter(phone=number).first() if number else None

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs) -> None:
        """Send a one-time code to a mobile number."""
        self._send_sms(
            "accounts.code",
            phone,
            _("Your code for %(mall)s: %(code)s. It holds 10 minutes. Tell it to nobody."),
            {"code": code},
        )

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Say that there is no account: on the phone only, never on the page."""
        self._send_sms(
            "accounts.unknown", phone, _("This number has no account at %(mall)s yet."), {}
        )

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Say that there is an account already: on the phone only, never on the page."""
        self._send_sms(
            "accounts.exists",
            phone,
            _("This number already has an account at %(mall)s. Sign in with it."),
            {},
        )

    def _send_sms(self, kind: str, phone: str, text: str, values: dict) -> None:
        mall = mall_name()
        with transaction.atomic():
            notices.post(
                key=f"{kind}:{secrets.token_hex(16)}",
                kind=kind,
                subject=mall,
                body=text % {"mall": mall, **values},
                channel="sms",
                address=phone,
            )

    # --- e-mail --------------------------------------------------------------------------
    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Put a mail of allauth into the outbox: no mail server is asked during a request."""
        request = allauth_context.request
        values = {"request": request, "email": email, "mall": mall_name(), **context}
        message = self.render_mail(template_prefix, email, values)
        name = template_prefix.rsplit("/", 1)[-1]
        kind = "accounts.code" if any(word in name for word in CODES) else f"accounts.{name}"
        with transaction.atomic():
            notices.post(
                key=f"{kind}:{secrets.token_hex(16)}",
                kind=kind,
                subject=message.subject,
                body=message.body,
                channel="email",
                address=email,
            )

    def format_email_subject(self, subject: str) -> str:
        """The subject with the name of the mall behind it."""
        return f"{subject} · {mall_name()}"

    # --- limits and addresses ------------------------------------------------------------
    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One bucket per account: e-mail and mobile number of a person count together.

        allauth looks at the e-mail only, so all sign-ins by number would share one bucket and
        five wrong passwords of anybody would shut out the whole town.
        """
        login = str(credentials.get("email") or credentials.get("phone") or "").strip().lower()
        if "@" in login:
            user = User.objects.filter(email__iexact=login).only("pk").first()
        else:
            user = self.get_user_by_phone(login)
            login = normalise_phone(login) or login
        return f"account:{user.pk}" if user else f"login:{login}"

    def is_safe_url(self, url: str | None) -> bool:
        """Whether `next=` stays on our own host."""
        request = allauth_context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Django's validators, and no word of this place as the whole password."""
        password = super().clean_password(password, user)
        words = f"mpp portal dpmptsp {mall_name()}".lower().split()
        plain = password.lower().strip("0123456789!@#._- ")
        if plain in words:
            raise ValidationError(_("This password is easy to guess. Choose another one."))
        return password

    def save_user(self, request: HttpRequest, user: User, form, commit: bool = True) -> User:
        """Save a new person with name and language; both contacts in one transaction."""
        user.full_name = form.cleaned_data.get("full_name", "")
        user.language = request.LANGUAGE_CODE
        # The number stands on the row from the start: a row without any contact is refused.
        user.phone = form.cleaned_data.get("phone") or None
        with transaction.atomic():
            return super().save_user(request, user, form, commit)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """After signing in, the page speaks the language of the profile."""
        response = super().post_login(request, user, **kwargs)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                user.language,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                samesite=settings.LANGUAGE_COOKIE_SAMESITE,
                secure=settings.HTTPS,
                httponly=True,
            )
        return response

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """The last e-mail may go only when a verified mobile number remains."""
        user = email_address.user
        others = EmailAddress.objects.filter(user=user, verified=True).exclude(pk=email_address.pk)
        return bool(user.phone_verified_at) or others.exists()


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps encrypted with our own keys."""

    def encrypt(self, text: str) -> str:
        """The text as stored."""
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The text again; raises `Unreadable` when no key fits."""
        return decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        """The name shown in the authenticator app."""
        return mall_name()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff who need a second factor may not remove the last one."""
        if not (settings.STAFF_MFA_REQUIRED and authenticator.user.is_staff):
            return True
        return (
            authenticator.type not in SECOND_FACTORS
            or Authenticator.objects.filter(user=authenticator.user, type__in=SECOND_FACTORS)
            .exclude(pk=authenticator.pk)
            .exists()
        )


def mall_name() -> str:
    """The name of the mall, for mails and authenticator apps."""
    return installation().name
