"""The hall of a simulated day in a real database: prepare it, and audit it afterwards.

Run as a process of its own by `simulate_day.py`, with the environment of the temporary database:
`prepare <plan>` or `audit <plan>`. The plan is a JSON file: seed, people, counters, day.
"""

import json
import os
import sys
from collections import Counter as Tally
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import django  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mpp.settings")
django.setup()

from bench_data import cookie  # noqa: E402
from compare_estimates import fit, played_on  # noqa: E402
from django.core.management import call_command  # noqa: E402
from hall import FRIDAY, HALL, Day, Person, counters_of, plan_day  # noqa: E402
from record_days import record_crowded  # noqa: E402

from accounts.models import Role, User  # noqa: E402
from counters import actions, estimates, invariants, overtaking, permissions, ranges  # noqa: E402
from counters.models import (  # noqa: E402
    Agency,
    Booking,
    Call,
    Counter,
    LearnedWait,
    Posting,
    PriorityReason,
    Queue,
    Service,
    ShownRange,
    Site,
    Slot,
    Ticket,
    TicketStep,
    WeekPlan,
)
from counters.persons import Person as InLine  # noqa: E402
from mpp.kit import clock  # noqa: E402

SITE = "simulated"
FIT_DAYS = 15
USUAL = ["08:00-16:00"]
FRIDAYS = ["08:00-11:30", "13:00-16:00"]


def day_of(plan: dict) -> Day:
    """The planned day; every process makes the same one."""
    on = date.fromisoformat(plan["day"])
    return plan_day(
        f"simulate {plan['seed']}",
        people=plan["people"],
        counters=plan["counters"],
        weekday=on.weekday(),
    )


def person_of(person: Person) -> InLine:
    """Who takes the number: a name that says which of the plan, and a phone of his own."""
    return InLine(name=f"Orang {person.number}", phone=f"+62811{person.number:07d}")


def moment(plan: dict, minute: float):
    """The instant of a minute after midnight of the simulated day."""
    start = clock.instant(date.fromisoformat(plan["day"]), clock.datetime.min.time())
    return start + timedelta(minutes=minute)


# --- before -------------------------------------------------------------------------------
def prepare(plan: dict) -> None:
    """Tables, a site with queues, counters and officers, learned waits, bookings."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_roles", verbosity=0)
    site = Site.objects.create(key=SITE, name="Mal simulasi")
    days = {str(day): FRIDAYS if day == FRIDAY else USUAL for day in range(7)}
    if plan.get("always"):
        days = {str(day): ["00:00-23:59"] for day in range(7)}
    WeekPlan.objects.create(
        site=site,
        key="biasa",
        name="Jam biasa",
        days=days,
        last_ticket_minutes=1 if plan.get("always") else 60,
    )
    PriorityReason.objects.create(key="lansia", name="Lansia")
    windows = counters_of(plan["counters"])
    for kind in HALL:
        _make_queue(site, kind, windows[kind.key])
    if plan.get("always"):
        print(json.dumps({"cookies": _cookies()}))
        return
    _learn(plan)
    before = moment(plan, 0) - timedelta(hours=12)
    with clock.replay(before):
        actions.make_slots()
        booked = sum(_book(plan, person, before) for person in day_of(plan).people)
    print(json.dumps({"booked": booked, "slots": Slot.objects.count()}))


def _make_queue(site: Site, kind, windows: int) -> None:
    agency = Agency.objects.create(
        key=kind.key, abbr=kind.key.upper(), name=kind.key.title(), kind="regional"
    )
    mean = sum(each.minutes * each.share for each in kind.services)
    queue = Queue.objects.create(
        site=site,
        agency=agency,
        key=kind.key,
        letter=kind.letter,
        name=kind.key.title(),
        service_minutes=max(1, round(mean)),
        booked_percent=40,
        slot_minutes=15,
        book_days_ahead=2,
    )
    for each in kind.services:
        service = Service.objects.create(key=each.key, agency=agency, name=each.key)
        queue.services.add(service)
    role = Role.objects.get(key=permissions.FRONT_DESK)
    for number in range(1, windows + 1):
        counter = Counter.objects.create(
            site=site, agency=agency, key=f"{kind.key}-{number}", name=f"Loket {number}"
        )
        queue.counters.add(counter)
        officer = User.objects.create(
            email=f"{counter.key}@contoh.id", full_name=f"Petugas {counter.key}", is_staff=True
        )
        Posting.objects.create(user=officer, agency=agency, role=role, counter=counter)


def _cookies() -> dict[str, str]:
    """A signed-in officer per counter of the busiest queue: number of the counter -> cookie."""
    rows = Counter.objects.filter(agency__key=HALL[0].key).order_by("key")
    return {str(row.pk): cookie(f"{row.key}@contoh.id") for row in rows}


def _learn(plan: dict) -> None:
    """What earlier days of this hall would have taught; never the simulated day itself."""
    days = record_crowded(
        f"simulate fit {plan['seed']}", FIT_DAYS, plan["people"], plan["counters"]
    )
    now = moment(plan, 0) - timedelta(hours=2)
    for key, learned in fit(days, played_on).items():
        LearnedWait.objects.create(
            queue=Queue.objects.get(key=key),
            data=learned.to_data(),
            learned_at=now,
            day_count=FIT_DAYS,
        )


def _book(plan: dict, person: Person, now) -> bool:
    """Book for a person of the plan; without a free place he comes as a walk-in."""
    if person.booked is None:
        return False
    queue = Queue.objects.select_related("site", "agency").get(key=person.queue)
    slot = Slot.objects.filter(queue=queue, starts_at=moment(plan, person.booked)).first()
    if slot is None:
        return False
    slot.queue = queue
    service = Service.objects.get(key=person.service)
    try:
        booking = actions.hold_place(
            slot, person=person_of(person), key=f"book-{person.number}", service=service
        )
        actions.confirm(booking)
    except actions.Refused:
        return False
    return True


# --- after --------------------------------------------------------------------------------
def audit(plan: dict) -> None:
    """End the day as the night would; print what the rows say as JSON."""
    on = date.fromisoformat(plan["day"])
    with clock.replay(moment(plan, 17 * 60)):
        while ranges.settle():
            pass
    with clock.replay(moment(plan, 24 * 60 + 30)):
        actions.end_past_days()
        problems = invariants.problems(on)
        passed = overtaking.measure(on)
    states = Tally(Ticket.objects.filter(day=on).values_list("state", flat=True))
    acts = Tally(TicketStep.objects.values_list("act", flat=True))
    issued = Ticket.objects.filter(day=on).values_list("contact_name", flat=True)
    people = Tally(name for name in issued)
    print(
        json.dumps(
            {
                "problems": problems,
                "states": states,
                "acts": acts,
                "bookings": Tally(Booking.objects.values_list("state", flat=True)),
                "people": len(people),
                "doubles": [name for name, number in people.items() if number > 1],
                "ranges": _ranges(),
                "overtaking": {
                    "calls": passed.calls,
                    "overtakes": passed.overtakes,
                    "excused": passed.excused,
                    "longest": round(passed.longest, 1),
                    "bound": max(q.overtaking_minutes for q in Queue.objects.all()),
                    "violations": len(passed.wrong),
                },
                "waits": _waits(on),
            }
        )
    )


def count(_plan: dict) -> None:
    """What stands in the database after a run over HTTP, of any day."""
    tickets = Ticket.objects.all()
    calls = Call.objects.filter(is_recall=False)
    print(
        json.dumps(
            {
                "tickets": tickets.count(),
                "done": tickets.filter(state="done").count(),
                "calls": calls.count(),
                "called": calls.values("ticket").distinct().count(),
                "problems": invariants.problems(date(2026, 1, 1)),
            }
        )
    )


def _ranges() -> dict:
    minute = timedelta(minutes=1)
    judged = ShownRange.objects.filter(is_hit__isnull=False)
    rows = [
        estimates.Outcome(
            (row.low_at - row.shown_at) / minute,
            (row.high_at - row.shown_at) / minute,
            (row.called_at - row.shown_at) / minute,
        )
        for row in judged
    ]
    found = {"shown": ShownRange.objects.count(), "hits": judged.filter(is_hit=True).count()}
    for name, least in (("all", -1), ("over 10", 10), ("over 30", 30)):
        score = estimates.score(row for row in rows if row.wait > least)
        found[name] = {
            "count": score.count,
            "hit_rate": round(score.hit_rate, 3),
            "median_width": round(score.median_width, 1),
            "narrow": round(score.narrow_share, 3),
        }
    return found


def _waits(on: date) -> dict:
    rows = Ticket.objects.filter(day=on, first_called_at__isnull=False)
    waits = sorted(
        (called - start) / timedelta(minutes=1)
        for start, called in rows.values_list("issued_at", "first_called_at")
    )
    if not waits:
        return {}
    return {
        "mean": round(sum(waits) / len(waits), 1),
        "p90": round(estimates.quantile(waits, 0.9), 1),
        "longest": round(waits[-1], 1),
    }


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[2]).read_text())
    {"prepare": prepare, "audit": audit, "count": count}[sys.argv[1]](given)
