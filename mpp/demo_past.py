"""The demo's last four weeks: invented figures of the queues, and what was learned from them.

Written as counted facts, not played number by number: a demo shall start within seconds.
"""

import random
from datetime import timedelta

from counters.estimates import Learned
from counters.models import Lane, LearnedWait, Queue, QueueFact, Site
from mpp.kit import clock

DAYS = 28
# Share of a day's numbers per hour: the crowd comes between eight and eleven.
HOURS = {8: 0.24, 9: 0.22, 10: 0.18, 11: 0.12, 12: 0.04, 13: 0.12, 14: 0.08}
# Numbers a day; the other queues have a dozen.
CROWDS = {"dukcapil": 130, "dinkes": 70, "dpmptsp": 40, "bapenda": 30, "info": 30}
# Low and high of (real wait / middle) for short, middling and long waits.
SPREAD = {"mall|0": (0.9, 1.6), "mall|1": (0.7, 1.5), "mall|2": (0.75, 1.4)}


def make_past(site: Site) -> None:
    """Facts of the last working days for every queue of the site, and its learned waits."""
    chance = random.Random(20261125)  # noqa: S311 - same demo every time
    today = clock.today(site.time_zone)
    days = [today - timedelta(days=back) for back in range(1, DAYS + 1)]
    rows = []
    for queue in Queue.objects.filter(site=site):
        for day in (day for day in days if day.weekday() < 5):
            crowd = CROWDS.get(queue.key, 12) * chance.uniform(0.8, 1.2)
            rows += [
                _fact(queue, day, hour, round(crowd * share), chance)
                for hour, share in HOURS.items()
                if round(crowd * share)
            ]
        learned = Learned(float(queue.service_minutes), {}, SPREAD)
        LearnedWait.objects.update_or_create(
            queue=queue,
            defaults={"data": learned.to_data(), "learned_at": clock.now(), "day_count": 20},
        )
    QueueFact.objects.bulk_create(rows, batch_size=500)


def _fact(queue: Queue, day, hour: int, issued: int, chance: random.Random) -> QueueFact:
    abandoned = sum(chance.random() < 0.03 for _one in range(issued))
    no_shows = sum(chance.random() < 0.04 for _one in range(issued - abandoned))
    called = issued - abandoned
    served = called - no_shows
    wait = round(60 * chance.uniform(4, 12) * (2.2 if hour in (8, 9, 10) else 1))
    return QueueFact(
        queue=queue,
        day=day,
        hour=hour,
        lane=Lane.WALK_IN,
        issued=issued,
        called=called,
        served=served,
        within_target=round(called * chance.uniform(0.8, 1)),
        abandoned=abandoned,
        no_shows=no_shows,
        wait_seconds=called * wait,
        longest_wait=round(wait * 1.9),
        service_seconds=served * round(60 * queue.service_minutes * chance.uniform(0.8, 1.2)),
        ranges=called,
        range_hits=round(called * chance.uniform(0.76, 0.9)),
        waits=_spread(called, wait, 0.9),
        services=_spread(served, 60 * queue.service_minutes, 0.5),
    )


def _spread(count: int, mean: float, reach: float) -> dict[str, int]:
    """Minutes -> people: evenly from `1 - reach` to `1 + reach` times the mean (seconds)."""
    found: dict[str, int] = {}
    for place in range(count):
        share = 1 + reach * ((2 * place + 1) / count - 1)
        minutes = str(round(mean * share / 60))
        found[minutes] = found.get(minutes, 0) + 1
    return found
