"""Who exists here: people, businesses and who may act for whom."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.identity import mask_nik
from mpp.kit import clock
from mpp.kit.fields import EncryptedTextField
from mpp.kit.keys import lookup_hash
from mpp.kit.limits import place_in_order
from mpp.kit.models import Stamped, StoredFile


class UserManager(BaseUserManager):
    """Makes people; an account has an e-mail address, a mobile number, or both."""

    def create_user(self, email: str | None = None, password: str | None = None, **fields):
        """Make a person; raises ValueError when neither e-mail nor phone is given."""
        if not email and not fields.get("phone"):
            raise ValueError("An account needs an e-mail address or a phone number.")
        user = self.model(email=self.normalize_email(email) if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields):
        """Make a superuser for the desk."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str):
        return self.get(email__iexact=email)


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")


class User(AbstractBaseUser, PermissionsMixin):
    """A person: citizen, or staff when a posting says so.

    The NIK is stored encrypted; `nik_hash` (keyed) finds it. The hash is UNIQUE only among
    verified NIKs, so that nobody can lock another person out by typing his number.
    """

    full_name = models.CharField(_("full name"), max_length=150)
    email = models.EmailField(_("e-mail"), null=True, blank=True)
    phone = models.CharField(_("mobile number"), max_length=20, null=True, blank=True, unique=True)
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    nik = EncryptedTextField(_("NIK"), blank=True)
    nik_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    nik_verified_at = models.DateTimeField(_("NIK verified"), null=True, blank=True)
    nik_verified_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    birth_place = models.CharField(_("place of birth"), max_length=80, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    region_code = models.CharField(_("village"), max_length=13, blank=True)
    language = models.CharField(_("language"), max_length=2, default="id")
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=clock.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.UniqueConstraint(
                fields=["nik_hash"],
                condition=Q(nik_verified_at__isnull=False) & ~Q(nik_hash=""),
                name="user_verified_nik_once",
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False),
                name="user_has_email_or_phone",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or self.phone or ""

    def save(self, *args, **kwargs) -> None:
        """Keep empty contacts as NULL and the NIK hash in step with the NIK."""
        self.email = self.email or None
        self.phone = self.phone or None
        self.nik_hash = lookup_hash(self.nik, "nik") if self.nik else ""
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self).split(" ")[0]

    @property
    def nik_masked(self) -> str:
        """The NIK with its middle hidden, or an empty string."""
        return mask_nik(self.nik) if self.nik else ""


class Role(Stamped):
    """A role at a desk. Which rights follow from it is data: permission code names."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    rights = models.JSONField(_("rights"), default=list, blank=True)
    order = place_in_order()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.name


class Business(Stamped):
    """A business for which its members may apply (NIB 13 digits, NPWP 15 or 16)."""

    name = models.CharField(_("name"), max_length=150)
    nib = models.CharField("NIB", max_length=13, blank=True)
    npwp = EncryptedTextField("NPWP", blank=True)
    npwp_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    region_code = models.CharField(_("village"), max_length=13, blank=True)
    members = models.ManyToManyField(User, through="BusinessMember", related_name="businesses")

    class Meta:
        verbose_name = _("business")
        verbose_name_plural = _("businesses")

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.npwp_hash = lookup_hash(self.npwp, "npwp") if self.npwp else ""
        super().save(*args, **kwargs)


class MemberRole(models.TextChoices):
    OWNER = "owner", _("owner")
    MEMBER = "member", _("member")


class BusinessMember(Stamped):
    """Who may apply for a business. An ended membership keeps its row."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=MemberRole, default="member")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["business", "user"],
                condition=Q(ended_at__isnull=True),
                name="businessmember_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} / {self.business}"


class BusinessInvite(Stamped):
    """An invitation to act for a business, to an e-mail address or mobile number.

    The person accepts it in his own account: typing an address tells nobody whether it has one.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="invites")
    contact = models.CharField(_("e-mail or mobile number"), max_length=254)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["business", "contact"],
                condition=Q(ended_at__isnull=True),
                name="businessinvite_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} / {self.business}"


class Mandate(Stamped):
    """A written power of attorney (surat kuasa): `agent` may act for `principal`."""

    principal = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mandates_given")
    agent = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mandates_held")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    evidence = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="mandate_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(principal=F("agent")), name="mandate_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.agent} / {self.principal}"
