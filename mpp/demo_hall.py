"""The demo's hall: queues with letters, hours, priority reasons, and a morning already under way.

Numbers pass through the same acts as in real life, at their own moments. The demo's main site
is open around the clock, so that it can be tried at any hour; the branch shows real hours with
the Friday break and a Ramadan plan.
"""

import random
from datetime import date, datetime, timedelta

from accounts.models import User
from counters import actions
from counters.models import (
    Agency,
    Announcement,
    Counter,
    Lane,
    PriorityReason,
    Queue,
    Service,
    Site,
    Ticket,
    WeekPlan,
)
from counters.persons import Person
from mpp.demo_past import make_past
from mpp.kit import clock

REASONS = (
    ("lansia", "Lanjut usia", "Elderly", "person-walking"),
    ("disabilitas", "Penyandang disabilitas", "Person with a disability", "universal-access"),
    ("hamil", "Ibu hamil", "Pregnant", "heart"),
    ("balita", "Membawa bayi atau balita", "With a baby or small child", "people"),
)
# Known letters; the others follow the alphabet.
LETTERS = {"dukcapil": "D", "dpmptsp": "A", "info": "I", "polres": "P", "samsat": "S"}
LONG = {"dukcapil": 8, "dpmptsp": 15, "bpn": 20, "imigrasi": 15, "info": 5}
WEEKDAYS = {str(day): ["08:00-12:00", "13:00-15:00"] for day in range(4)} | {
    "4": ["08:00-11:30", "13:00-15:00"]
}
# Every day from midnight to midnight: a demo is tried in the evening too.
ALWAYS = {str(day): ["00:00-23:59"] for day in range(7)}
# Ramadan 1448 by calculation; the decree may move it by a day.
RAMADAN = (date(2027, 2, 8), date(2027, 3, 9))
OFFICERS = ("loket@demo.id", "loket2@demo.id", "verifikator@demo.id", "teknis@demo.id")


def make_hall() -> None:
    """Hours, priority reasons, a queue per agency with its counters, an announcement."""
    for order, (key, name, name_en, icon) in enumerate(REASONS):
        PriorityReason.objects.update_or_create(
            key=key, defaults={"name": name, "name_en": name_en, "icon": icon, "order": order}
        )
    for site in Site.objects.order_by("order", "key"):
        _make_plans(site)
        _make_queues(site)
    main = Site.objects.order_by("order", "key").first()
    Announcement.objects.update_or_create(
        site=main,
        key="gratis",
        defaults={
            "text": "Layanan di sini tidak lewat perantara. Biaya resmi tertulis di setiap loket.",
            "text_en": "No middlemen here. The official fee is shown at each counter.",
        },
    )


def _make_plans(site: Site) -> None:
    is_main = site == Site.objects.order_by("order", "key").first()
    plans = [("jam-demo" if is_main else "jam-biasa", {"days": ALWAYS if is_main else _of(site)})]
    if is_main:
        plans[0][1].update(name="Jam demo, buka terus", name_en="Demo hours, always open")
        plans[0][1]["last_ticket_minutes"] = 1
    else:
        plans[0][1].update(name="Jam biasa", name_en="Usual hours")
        days = {day: ["08:00-12:00", "12:30-14:00"] for day in _of(site)}
        ramadan = {"days": days, "starts_on": RAMADAN[0], "ends_on": RAMADAN[1]}
        ramadan |= {"name": "Jam Ramadan", "name_en": "Ramadan hours", "assumed": ["starts_on"]}
        plans.append(("jam-ramadan", ramadan))
    for key, values in plans:
        WeekPlan.objects.update_or_create(site=site, key=key, defaults=values)
    if is_main:
        # A national office that comes on two days of the week.
        WeekPlan.objects.update_or_create(
            site=site,
            key="hari-kejaksaan",
            defaults={
                "agency": Agency.objects.get(key="kejaksaan"),
                "name": "Kejaksaan, Selasa dan Kamis",
                "name_en": "Prosecutor, Tuesday and Thursday",
                "days": {"1": WEEKDAYS["1"], "3": WEEKDAYS["3"]},
                "assumed": ["days"],
            },
        )


def _of(site: Site) -> dict[str, list[str]]:
    return {day: spans for day, spans in WEEKDAYS.items() if int(day) in site.weekdays}


def _make_queues(site: Site) -> None:
    agencies = Agency.objects.filter(counters__site=site).distinct().order_by("order", "key")
    free = _letters(set(LETTERS.values()))
    for order, agency in enumerate(agencies):
        letter = LETTERS.get(agency.key) or next(free)
        queue, _made = Queue.objects.update_or_create(
            site=site,
            key=agency.key,
            defaults={
                "agency": agency,
                "letter": letter,
                "name": agency.abbr,
                "name_en": agency.abbr,
                "service_minutes": LONG.get(agency.key, 10),
                "order": order,
                "walk_in_quota": 400 if agency.key == "dukcapil" else None,
                "least_calls": 2,
                "takes_bookings": agency.key != "info",
                "assumed": ["service_minutes", "walk_in_quota", "letter"],
            },
        )
        queue.counters.set(Counter.objects.filter(site=site, agency=agency))
        queue.services.set(Service.objects.filter(agency=agency))


def _letters(used: set[str]):
    """B, C, E, ... then AA, AB, ...: letters that sound alike in a call are left out."""
    letters = [c for c in "BCEFGHJKLMNOQRTUVWXYZ" if c not in used]
    yield from letters
    yield from (f"{a}{b}" for a in "ABCD" for b in "BCEFGHJKLM")


def make_queue_life(people: dict[str, User]) -> None:
    """Counters with officers, people who were served since an hour ago, and some who wait."""
    chance = random.Random(20261124)  # noqa: S311 - same demo every time
    main = Site.objects.order_by("order", "key").first()
    make_past(main)
    now = clock.now()
    midnight = clock.instant(clock.today(main.time_zone), datetime.min.time(), main.time_zone)
    start = max(now - timedelta(minutes=80), midnight + timedelta(seconds=30))
    counters = _open_counters(main, people, start)
    queues = [Queue.objects.select_related("site").get(site=main, key=key) for key in counters]
    _serve_since(start, now, queues, counters, chance)


def _open_counters(
    site: Site, people: dict[str, User], start: datetime
) -> dict[str, list[tuple[Counter, User]]]:
    """Every officer of OFFICERS at a counter of his agency; by agency key."""
    found: dict[str, list[tuple[Counter, User]]] = {}
    for email in OFFICERS:
        user = people.get(email)
        if user is None:
            continue
        posting = user.postings.filter(role__key="front_desk").select_related("agency").first()
        taken = {counter.pk for pairs in found.values() for counter, _user in pairs}
        rows = Counter.objects.select_related("site").filter(site=site, agency=posting.agency)
        counter = rows.exclude(pk__in=taken).order_by("order", "key").first()
        with clock.replay(start):
            actions.open_counter(counter, actor=user)
        found.setdefault(posting.agency.key, []).append((counter, user))
    return found


def _serve_since(
    start: datetime,
    now: datetime,
    queues: list[Queue],
    counters: dict[str, list[tuple[Counter, User]]],
    chance: random.Random,
) -> None:
    """Play the time from `start` until now in steps of two minutes."""
    reasons = list(PriorityReason.objects.order_by("order"))
    minutes = int((now - start).total_seconds() // 60)
    number = 0
    busy: dict[int, tuple[Ticket, datetime]] = {}
    for minute in range(0, minutes, 2):
        moment = start + timedelta(minutes=minute)
        with clock.replay(moment):
            for queue in queues:
                if chance.random() < (0.85 if queue.key == "dukcapil" else 0.2):
                    number += 1
                    _arrive(queue, number, reasons, chance)
            for pairs in counters.values():
                for counter, user in pairs:
                    _work(counter, user, moment, busy, chance)


def _arrive(
    queue: Queue, number: int, reasons: list[PriorityReason], chance: random.Random
) -> None:
    priority = chance.choice(reasons) if chance.random() < 0.12 else None
    actions.issue(
        queue,
        person=Person(name=f"Warga {number}", phone=f"+62812000{number:05d}"),
        source=chance.choice(["kiosk", "kiosk", "online", "desk"]),
        key=f"demo-antrean-{number}",
        lane=Lane.PRIORITY if priority else Lane.WALK_IN,
        priority=priority,
    )


def _work(
    counter: Counter,
    user: User,
    moment: datetime,
    busy: dict[int, tuple[Ticket, datetime]],
    chance: random.Random,
) -> None:
    standing = busy.get(counter.pk)
    if standing is not None:
        ticket, until = standing
        if moment < until:
            return
        actions.finish(ticket, actor=user)
        del busy[counter.pk]
    try:
        ticket = actions.call_next(counter, actor=user)
    except actions.Refused:
        return
    if chance.random() < 0.06:
        actions.recall(ticket, actor=user)
        actions.no_answer(ticket, actor=user)
        return
    actions.arrived(ticket, actor=user)
    busy[counter.pk] = (ticket, moment + timedelta(minutes=chance.randint(4, 14)))
