"""What the demo mall starts with: place, holidays, people, and files in every phase.

Everything passes through the same acts as in real life; dates are relative to today and the
random seed is fixed, so that two demos look alike.
"""

import io
import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFont

from accounts.models import Business, BusinessMember, Role, User
from counters.actions import appoint
from counters.models import Agency, Holiday
from counters.workdays import seed_holidays
from mpp.demo_people import PASSWORD, PEOPLE
from mpp.kit import clock
from mpp.kit.files import store_clean
from mpp.kit.models import Installation
from mpp.kit.uploads import inspect
from permits import actions, samples
from permits.casefile import CaseFile
from permits.models import Application, PermitVersion, VersionState

LASTS_DAYS = 120
PROFILES = {
    "warga@demo.id": {
        "nik": "3579024507900003", "birth_place": "Batu", "birth_date": date(1990, 7, 5),
        "sex": "female", "address": "Jalan Melati 12", "region_code": "35.79.01.1004",
        "phone": "+6281234567801",
    },
    "usaha@demo.id": {
        "nik": "3579011203850002", "birth_place": "Malang", "birth_date": date(1985, 3, 12),
        "sex": "male", "address": "Jalan Diponegoro 40", "region_code": "35.79.03.2002",
        "phone": "+6281234567802",
    },
}  # fmt: skip


def make_places() -> None:
    """The installation row and two years of holidays."""
    Installation.objects.update_or_create(
        key="main",
        defaults={
            "name": "MPP Among Warga",
            "region_name": "Kota Batu",
            "region_code": "35.79",
            "reference_prefix": "BTU",
            "address": "Balai Kota Among Tani, Jalan Panglima Sudirman 507, Kota Batu",
            "phone": "0341 000000",
            "email": "mpp@demo.id",
            "privacy_contact": "pdp@demo.id",
        },
    )
    this_year = clock.today().year
    for year in (this_year - 1, this_year, this_year + 1):
        for day, name, kind in seed_holidays(year):
            Holiday.objects.get_or_create(day=day, defaults={"name": name[:150], "kind": kind})


def make_people() -> dict[str, User]:
    """The demo people with verified addresses, postings and profiles, by e-mail."""
    found = {}
    for person in PEOPLE:
        user = User.objects.filter(email=person.email).first() or User(email=person.email)
        user.full_name = person.name
        user.is_staff = bool(person.postings) or person.is_superuser
        user.is_superuser = person.is_superuser
        for name, value in PROFILES.get(person.email, {}).items():
            setattr(user, name, value)
        user.phone_verified_at = clock.now() if user.phone else None
        user.set_password(PASSWORD)
        user.save()
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
        for agency_key, role_key in person.postings:
            appoint(
                user,
                agency=Agency.objects.get(key=agency_key),
                role=Role.objects.get(key=role_key),
            )
        found[person.email] = user
    business, _made = Business.objects.get_or_create(
        name="Warung Apel Santoso", defaults={"nib": "1234567890123", "address": "Kota Batu"}
    )
    BusinessMember.objects.get_or_create(
        business=business, user=found["usaha@demo.id"], defaults={"role": "owner"}
    )
    return found


def picture_of(title: str, owner: str) -> io.BytesIO:
    """A scanned-looking page as JPEG, plainly marked as an example."""
    page = Image.new("RGB", (1000, 1400), "#fbf8f2")
    draw = ImageDraw.Draw(page)
    large, small = ImageFont.load_default(44), ImageFont.load_default(30)
    draw.rectangle((40, 40, 960, 1360), outline="#1e2c66", width=4)
    draw.text((90, 110), "CONTOH / SAMPLE", font=small, fill="#7a4718")
    draw.text((90, 180), title[:38], font=large, fill="#141e47")
    for line in range(12):
        draw.line((90, 340 + 70 * line, 910 - 60 * (line % 3), 340 + 70 * line), "#8c7e66", 3)
    draw.text((90, 1230), owner, font=small, fill="#141e47")
    target = io.BytesIO()
    page.save(target, "JPEG", quality=70)
    target.seek(0)
    return target


class Maker:
    """Makes one file after another through the acts, each at its own time."""

    def __init__(self, people: dict[str, User]) -> None:
        self.people = people
        self.random = random.Random(20261123)  # noqa: S311 - same demo every time
        self.count = 0

    def at(self, days_ago: int, hour: int, call: Callable, *args, **kwargs):
        """Run an act `days_ago` days before today at this local hour."""
        day = clock.today() - timedelta(days=days_ago)
        moment = datetime.combine(day, time(hour, 10), tzinfo=clock.zone_of())
        with clock.replay(min(moment, datetime.now(tz=clock.zone_of()))):
            return call(*args, **kwargs)

    def key(self) -> str:
        self.count += 1
        return f"demo-{self.count}"

    def draft(self, type_key: str, owner: User, days_ago: int) -> Application:
        """A filled draft with a document in every needed slot."""
        version = PermitVersion.objects.select_related("permit_type__service").get(
            permit_type__key=type_key, state=VersionState.PUBLISHED
        )
        application = self.at(days_ago, 9, actions.start, version, owner=owner, filed_by=owner)
        case = CaseFile(application)
        values = self.at(days_ago, 9, samples.answers, case.definition, owner)
        values |= self._lasting(case, values)
        self.at(days_ago, 9, actions.save_answers, application, actor=owner, values=values)
        for slot, title in samples.slots(CaseFile(application)):
            clean = inspect(
                ContentFile(picture_of(title, owner.full_name).read()),
                name=f"{title[:60]}.jpg",
                declared_type="image/jpeg",
                accept={"pdf", "image"},
            )
            self.at(
                days_ago,
                9,
                actions.attach,
                application,
                actor=owner,
                slot=slot,
                file=store_clean(clean),
            )
        return application

    @staticmethod
    def _lasting(case: CaseFile, values: dict) -> dict:
        """A paper that ends on an answered day shall still be valid when somebody checks it."""
        validity = case.definition.document.validity if case.definition.document else None
        key = validity.until_field if validity else ""
        if not isinstance(values.get(key), dict):
            return {}
        end = clock.today() + timedelta(days=LASTS_DAYS)
        return {key: {**values[key], "to": end.isoformat()}}

    def sent(self, type_key: str, owner: User, days_ago: int) -> Application:
        application = self.draft(type_key, owner, days_ago)
        self.at(days_ago, 10, actions.submit, application, actor=owner, key=self.key())
        return application

    def taken(self, application: Application, actor: User, days_ago: int) -> Application:
        """Taken by `actor`, every document accepted and every line ticked."""
        application.refresh_from_db()
        self.at(days_ago, 11, actions.take, application, actor=actor)
        case = CaseFile(application)
        for document in case.documents:
            self.at(
                days_ago, 11, actions.judge_document, document, actor=actor, outcome="accepted"
            )
        self.ticked(application, actor, days_ago)
        return application

    def ticked(self, application: Application, actor: User, days_ago: int) -> None:
        case = CaseFile(application)
        for item in case.stage.checklist if case.stage else ():
            self.at(
                days_ago, 11, actions.tick, application, actor=actor, item_key=item.key, done=True
            )

    def act(self, application: Application, actor: User, days_ago: int, **kwargs) -> None:
        """Do the first action of the present stage with this verb."""
        verb = kwargs.pop("verb")
        application.refresh_from_db()
        self.ticked(application, actor, days_ago)
        stage = CaseFile(application).stage
        action = next(a for a in stage.actions if a.verb == verb)
        self.at(
            days_ago,
            13,
            actions.perform,
            application,
            actor=actor,
            action_key=action.key,
            key=self.key(),
            stage_key=stage.key,
            **kwargs,
        )


def make_files(people: dict[str, User]) -> None:
    """Example files: a draft, a fresh one, one in correction, one in a gate, decided ones."""
    maker = Maker(people)
    siti, budi = people["warga@demo.id"], people["usaha@demo.id"]
    verifier, head = people["verifikator@demo.id"], people["kepala@demo.id"]
    maker.draft("izin-penelitian", siti, 0)
    maker.sent("sip-dokter", siti, 0)
    correction = maker.sent("sip-bidan", siti, 4)
    maker.at(3, 9, actions.take, correction, actor=verifier)
    slot = CaseFile(correction).documents[0].slot
    maker.at(
        3,
        10,
        actions.ask_corrections,
        correction,
        actor=verifier,
        items={slot: "Fotonya buram, nomornya tidak terbaca. Unggah foto yang lebih terang."},
        key=maker.key(),
        note="Hanya satu berkas ini yang perlu diganti.",
    )
    gate = maker.taken(maker.sent("sip-dokter", budi, 6), verifier, 5)
    maker.at(5, 12, actions.declare_complete, gate, actor=verifier, key=maker.key())
    maker.sent("izin-reklame", budi, 12)
    maker.sent("ktp-hilang", siti, 1)
    walk_to_issue(maker, maker.sent("izin-penelitian", siti, 16), verifier, head)


def walk_to_issue(maker: Maker, application: Application, verifier: User, head: User) -> None:
    """Walk a file through all its stages to an issued permit."""
    maker.taken(application, verifier, 15)
    maker.at(15, 12, actions.declare_complete, application, actor=verifier, key=maker.key())
    for _step in range(6):
        application.refresh_from_db()
        if application.phase not in ("submitted", "in_review"):
            return
        for opinion in application.opinions.filter(state="asked"):
            giver = User.objects.filter(
                postings__agency=opinion.agency, postings__role__key=opinion.role
            ).first()
            if giver is not None:
                maker.at(
                    14, 9, actions.give_opinion, opinion, actor=giver, answer="agree", text=""
                )
        stage = CaseFile(application).stage
        verbs = {action.verb for action in stage.actions}
        actor = head if stage.role == "head" else verifier
        maker.act(application, actor, 14, verb="approve" if "approve" in verbs else "forward")
