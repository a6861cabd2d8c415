"""What a board shows: built once per version of the site's day and shared by all watchers.

A board asks every one and a half seconds. The question is answered by one small query (the
versions); only when they moved, or a minute began, are calls, figures and texts read, by two
queries more.
Nothing of a person is in it: numbers, counters, zones, counts and texts for everybody.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.cache import caches
from django.db.models import (
    Avg,
    Case,
    CharField,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.utils.text import slugify

from counters.models import (
    Announcement,
    Call,
    Counter,
    CounterState,
    Disruption,
    QueueDay,
    Site,
    Ticket,
    TicketState,
)
from mpp.kit import clock
from mpp.kit.prepared import Prepared

# So many calls stand in the answer: more than any hall makes between two questions.
CALLS = 16
# The whole answer, so that thirty boards cost little on any network.
MOST_BYTES = 2048
WAIT_WINDOW = timedelta(hours=1)
KEEP_SECONDS = 120
ZONES_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Stamp:
    """A site at this moment, and what tells whether anything on its boards changed."""

    site: Site
    zones: tuple[str, ...]
    at: datetime
    version: str

    @property
    def etag(self) -> str:
        """The validator of the answer, quoted."""
        zones = ".".join(map(slugify, self.zones))
        return f'"{self.site.pk}-{self.version}-{zones}"'


def _versions(day: date, key: str) -> QuerySet[Site]:
    """The site with the sum of its days' versions, and that of what lies beside the queues."""
    days = QueueDay.objects.filter(queue__site=OuterRef("pk"), day__gte=day)
    total = days.order_by().values("queue__site").annotate(total=Sum("version")).values("total")
    return Site.objects.annotate(
        days_version=Coalesce(Subquery(total), 0), beside=Coalesce("live__version", 0)
    ).filter(key=key)


# Thirty boards ask it every one and a half seconds.
_VERSIONS = Prepared(_versions, date, str)


def stamp_of(key: str, zones: tuple[str, ...] = ()) -> Stamp | None:
    """How the boards of the site `key` stand now; None for an unknown site. One query.

    `zones` are names as `zones_of` gives them; none means the whole site.
    """
    now = clock.now()
    # Days are counted where the site is. The day in UTC is the same or the one before, so
    # nothing of today is left out; that it turns is part of the version.
    day = now.date()
    rows = _VERSIONS.rows(day, key)
    if not rows:
        return None
    site = rows[0]
    moment = clock.local(now, site.time_zone)
    # The minute: texts begin and end by the clock, and the figures look back an hour.
    version = f"{day:%d}-{site.days_version}-{site.beside}-{moment:%Y%m%d%H%M}"
    return Stamp(site, zones, now, version)


def zones_of(site_key: str, wanted: list[str]) -> tuple[str, ...]:
    """The zones of a site among these words (`zona-a`, `Zona A` or `a`), in the site's order."""
    words = {slugify(word) for text in wanted for word in text[:200].split(",")} - {""}
    if not words:
        return ()
    cache, name = caches["local"], f"board-zones:{site_key}"
    known = cache.get(name)
    if known is None:
        rows = Counter.objects.filter(site__key=site_key).exclude(zone="")
        known = sorted(set(rows.values_list("zone", flat=True)))
        cache.set(name, known, ZONES_SECONDS)
    return tuple(
        zone
        for zone in known
        if slugify(zone) in words or slugify(zone).removeprefix("zona-") in words
    )


def payload(stamp: Stamp) -> bytes:
    """The answer for this stamp as JSON; read from the database once per process and version."""
    cache, name = caches["local"], f"board:{stamp.etag}"
    body = cache.get(name)
    if body is None:
        body = _build(stamp)
        cache.set(name, body, KEEP_SECONDS)
    return body


def read(body: bytes) -> dict[str, Any]:
    """The answer as data again, for the page's first picture."""
    return json.loads(body)


def _build(stamp: Stamp) -> bytes:
    """Two queries: the figures, and the lines (calls, texts, disruptions)."""
    moment = clock.local(stamp.at, stamp.site.time_zone)
    figures = _figures(stamp, moment.date())
    lines = list(_lines(stamp, moment.date()))
    calls = sorted((row for row in lines if row["kind"] == "call"), key=lambda r: -r["pk"])
    down = [row for row in lines if row["kind"] == "down"]
    texts = sorted(
        (row for row in lines if row["kind"] == "text"), key=lambda r: (r["number"], r["pk"])
    )
    data = {
        "v": stamp.etag.strip('"'),
        "day": f"{moment:%Y-%m-%d}",
        # id, number, counter, zone, floor, minute
        "calls": [
            [
                row["pk"],
                f"{row['one']} {row['number']:03d}",
                row["two"],
                row["three"],
                row["four"],
                f"{clock.local(row['at'], stamp.site.time_zone):%H.%M}",
            ]
            for row in calls
        ],
        "waiting": figures["waiting"],
        "minutes": figures["minutes"],
        "open": figures["open"],
        "counters": figures["counters"],
        "down": [],
        "texts": [],
    }
    _add_while_small(data, "down", [[r["one"], r["two"], r["three"] or r["two"]] for r in down])
    turn = moment.minute % len(texts) if texts else 0
    # Where not all fit, each minute begins with another one.
    turned = texts[turn:] + texts[:turn] if _size(data, texts) > MOST_BYTES else texts
    _add_while_small(data, "texts", _texts(turned))
    return _json(data)


def _texts(rows: list[dict]) -> list[list]:
    """Texts as id, Indonesian, English, and 1 when it is spoken too."""
    return [[r["pk"], r["one"], r["two"] or "", 1 if r["four"] else 0] for r in rows]


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _size(data: dict[str, Any], texts: list[dict]) -> int:
    return len(_json({**data, "texts": _texts(texts)}))


def _add_while_small(data: dict[str, Any], name: str, rows: list[list]) -> None:
    """Add rows as long as the whole answer stays within MOST_BYTES."""
    for row in rows:
        data[name].append(row)
        if len(_json(data)) > MOST_BYTES:
            data[name].pop()
            return


def _figures(stamp: Stamp, day: date) -> dict[str, int | None]:
    """How many wait, how long people waited in the last hour, counters open and in all."""
    zoned = Q(zone__in=stamp.zones) if stamp.zones else Q()
    tickets = Ticket.objects.filter(queue_day__day=day, queue_day__queue__site=OuterRef("pk"))
    if stamp.zones:
        served = Counter.objects.filter(zoned).values("queues")
        tickets = tickets.filter(queue_day__queue__in=served)
    waited = ExpressionWrapper(F("first_called_at") - F("start_at"), output_field=DurationField())
    recent = tickets.filter(first_called_at__gte=stamp.at - WAIT_WINDOW)
    counters = Counter.objects.filter(zoned, site=OuterRef("pk"), queues__is_active=True)
    row = (
        Site.objects.filter(pk=stamp.site.pk)
        .annotate(
            waiting=_counted(tickets.filter(state=TicketState.WAITING), "queue_day__queue__site"),
            waited=Subquery(
                recent.order_by()
                .values("queue_day__queue__site")
                .annotate(mean=Avg(waited))
                .values("mean")
            ),
            counters_all=_counted(counters, "site"),
            counters_open=_counted(counters.filter(state=CounterState.OPEN), "site"),
        )
        .values("waiting", "waited", "counters_all", "counters_open")
        .get()
    )
    mean = row["waited"]
    return {
        "waiting": row["waiting"],
        "minutes": None if mean is None else max(round(mean.total_seconds() / 60), 0),
        "open": row["counters_open"],
        "counters": row["counters_all"],
    }


def _counted(rows: QuerySet, group: str) -> Coalesce:
    count = rows.order_by().values(group).annotate(n=Count("pk", distinct=True)).values("n")
    return Coalesce(Subquery(count), 0)


COLUMNS = ("kind", "pk", "number", "one", "two", "three", "four", "at")


def _text(value: Any) -> Cast:
    return Cast(value, CharField())


def _line(rows: QuerySet, kind: str, pk: str, number: Any, texts: list[Any], at: Any) -> QuerySet:
    """Rows of one kind in the common columns."""
    one, two, three, four = (_text(each) for each in texts)
    return (
        rows.order_by()
        .annotate(
            kind=_text(Value(kind)),
            line=F(pk),
            place=Cast(number, IntegerField()),
            one=one,
            two=two,
            three=three,
            four=four,
            moment=Cast(at, DateTimeField()),
        )
        .values_list("kind", "line", "place", "one", "two", "three", "four", "moment")
    )


def _lines(stamp: Stamp, day: date) -> list[dict[str, Any]]:
    """The newest calls, the texts of this moment and the running disruptions: one query."""
    calls = Call.objects.filter(site=stamp.site, day=day)
    texts = Announcement.objects.filter(
        Q(starts_at__isnull=True) | Q(starts_at__lte=stamp.at),
        Q(ends_at__isnull=True) | Q(ends_at__gt=stamp.at),
        site=stamp.site,
        is_active=True,
    )
    if stamp.zones:
        calls = calls.filter(counter__zone__in=stamp.zones)
        texts = texts.filter(Q(zone="") | Q(zone__in=stamp.zones))
    down = Disruption.objects.filter(site=stamp.site, ended_at__isnull=True)
    newest = Call.objects.filter(pk__in=calls.order_by("-id").values("pk")[:CALLS])
    empty, counter = Value(""), "counter__"
    spoken = Case(When(is_spoken=True, then=Value("1")), default=Value(""))
    rows = _line(
        newest,
        "call",
        "id",
        F("ticket__number"),
        [F("ticket__letter"), F(f"{counter}name"), F(f"{counter}zone"), F(f"{counter}floor")],
        F("at"),
    ).union(
        _line(
            texts,
            "text",
            "id",
            F("order"),
            [F("text"), F("text_en"), F("zone"), spoken],
            F("created_at"),
        ),
        _line(
            down,
            "down",
            "id",
            Value(0),
            [F("system_name"), F("note"), F("note_en"), empty],
            F("began_at"),
        ),
        all=True,
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]
