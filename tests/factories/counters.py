"""Places, services and standards for tests."""

from datetime import date

import factory

from counters.actions import appoint
from counters.models import (
    Agency,
    Counter,
    Holiday,
    LifeEvent,
    Posting,
    Service,
    ServiceStandard,
    Site,
    StandardRequirement,
)
from tests.factories.accounts import RoleFactory, StaffFactory


class SiteFactory(factory.django.DjangoModelFactory):
    """A building open Monday to Friday, 08.00 to 15.00 in Jakarta."""

    class Meta:
        model = Site
        django_get_or_create = ["key"]

    key = "among-warga"
    name = "MPP Among Warga"
    address = "Jl. Panglima Sudirman 507"


class HolidayFactory(factory.django.DjangoModelFactory):
    """A closed day."""

    class Meta:
        model = Holiday

    day = date(2026, 12, 25)
    name = "Hari Natal"


class AgencyFactory(factory.django.DjangoModelFactory):
    """A regional office; `is_operator=True` for the one that runs the mall."""

    class Meta:
        model = Agency

    key = factory.Sequence(lambda n: f"dinas-{n}")
    abbr = factory.Sequence(lambda n: f"Dinas {n}")
    name = factory.Sequence(lambda n: f"Dinas Urusan {n}")
    name_en = factory.Sequence(lambda n: f"Office of Matters {n}")
    kind = "regional"
    order = factory.Sequence(lambda n: n % 30_000)


class CounterFactory(factory.django.DjangoModelFactory):
    """A window of an agency in the first site."""

    class Meta:
        model = Counter

    site = factory.SubFactory(SiteFactory)
    agency = factory.SubFactory(AgencyFactory)
    key = factory.Sequence(lambda n: f"loket-{n}")
    name = factory.Sequence(lambda n: f"Loket {n}")
    zone = "Zona A"


class LifeEventFactory(factory.django.DjangoModelFactory):
    """A situation in life."""

    class Meta:
        model = LifeEvent
        django_get_or_create = ["key"]

    key = "usaha"
    title = "Membuka usaha"
    title_en = "Starting a business"
    icon = "shop"


class ServiceFactory(factory.django.DjangoModelFactory):
    """A service at the counter, without a standard; `life_events=[...]` links some."""

    class Meta:
        model = Service
        skip_postgeneration_save = True

    agency = factory.SubFactory(AgencyFactory)
    key = factory.Sequence(lambda n: f"layanan-{n}")
    name = factory.Sequence(lambda n: f"Surat keterangan {n}")
    name_en = factory.Sequence(lambda n: f"Letter {n}")
    summary = "Untuk warga yang memerlukannya."
    order = factory.Sequence(lambda n: n % 30_000)

    @factory.post_generation
    def life_events(self, create: bool, extracted: list | None, **_kwargs) -> None:
        if create and extracted:
            self.life_events.set(extracted)


class StandardFactory(factory.django.DjangoModelFactory):
    """The standard in force: five working days after one of checking, free of charge."""

    class Meta:
        model = ServiceStandard

    service = factory.SubFactory(ServiceFactory)
    version = 1
    state = "current"
    decree = "188/12/2026"
    decree_on = date(2026, 1, 5)
    effective_on = date(2026, 2, 2)
    limit_count = 5
    limit_unit = "working_days"
    intake_days = 1
    fee_amount = 0
    fee_text = "Tidak dipungut biaya."
    product = "Surat izin"
    procedure = factory.LazyFunction(lambda: ["Isi permohonan.", "Terima surat."])
    complaints = "Meja informasi."
    legal_basis = factory.LazyFunction(lambda: ["UU 25/2009"])


class RequirementFactory(factory.django.DjangoModelFactory):
    """A requirement row."""

    class Meta:
        model = StandardRequirement

    standard = factory.SubFactory(StandardFactory)
    key = factory.Sequence(lambda n: f"syarat-{n}")
    title = factory.Sequence(lambda n: f"Syarat {n}")
    proof = "scan"


class PostingFactory(factory.django.DjangoModelFactory):
    """A posting made by the act: staff flag and groups follow. `role` is a Role."""

    class Meta:
        model = Posting

    user = factory.SubFactory(StaffFactory)
    agency = factory.SubFactory(AgencyFactory)
    role = factory.SubFactory(RoleFactory)

    @classmethod
    def _create(cls, model_class, user, agency, role, counter=None):
        return appoint(user, agency=agency, role=role, counter=counter)
