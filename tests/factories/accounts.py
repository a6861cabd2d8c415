"""People, businesses and roles for tests."""

import factory
from allauth.account.models import EmailAddress

from accounts.models import Business, BusinessMember, MemberRole, Role, User
from mpp.kit import clock

PASSWORD = "pohon-jambu-27"
# A plausible NIK of the home city: born 17-08-1985.
NIK = "3579011708850001"


class UserFactory(factory.django.DjangoModelFactory):
    """A citizen with a proved e-mail address and PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    full_name = factory.Sequence(lambda n: f"Siti Aminah {n}")
    email = factory.Sequence(lambda n: f"siti{n}@example.id")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        password = kwargs.pop("password", PASSWORD)
        user = model_class(*args, **kwargs)
        user.set_password(password)
        user.save()
        if user.email:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user


class PhoneUserFactory(UserFactory):
    """A citizen with a proved mobile number only."""

    email = None
    phone = factory.Sequence(lambda n: f"+62812345{n:05d}")
    phone_verified_at = factory.LazyFunction(clock.now)


class StaffFactory(UserFactory):
    """A staff member (rights follow from postings, not from here)."""

    full_name = factory.Sequence(lambda n: f"Petugas {n}")
    email = factory.Sequence(lambda n: f"petugas{n}@example.id")
    is_staff = True


class SuperuserFactory(StaffFactory):
    """May open everything at the desk."""

    is_superuser = True


class RoleFactory(factory.django.DjangoModelFactory):
    """A role as data."""

    class Meta:
        model = Role
        django_get_or_create = ["key"]

    key = "verifier"
    name = "Verifikator"
    name_en = "Verifier"


class BusinessFactory(factory.django.DjangoModelFactory):
    """A business; `owner` becomes its owner."""

    class Meta:
        model = Business
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"CV Maju Jaya {n}")

    @factory.post_generation
    def owner(self, create: bool, extracted: User | None, **_kwargs) -> None:
        if create and extracted:
            BusinessMember.objects.create(business=self, user=extracted, role=MemberRole.OWNER)
