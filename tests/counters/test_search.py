"""The ranker: finds what people mean, never raises, is quick and always answers the same."""

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from counters.catalogue_file import parse_catalogue
from counters.search import Entry, Index, rank, suggest

CATALOGUE = Path(__file__).parents[2] / "counters" / "data" / "catalogue.yaml"
QUERIES = yaml.safe_load(Path(__file__).with_name("queries.yaml").read_text(encoding="utf-8"))
UNSEEN = yaml.safe_load(
    Path(__file__).with_name("queries_unseen.yaml").read_text(encoding="utf-8")
)


def demo_index() -> Index:
    """The index of the demo catalogue, straight from its file."""
    catalogue = parse_catalogue(CATALOGUE.read_text(encoding="utf-8"))
    agencies = {agency.key: agency for agency in catalogue.agencies}
    events = {event.key: event for event in catalogue.life_events}
    return Index.build(
        Entry.build(
            service.key,
            [service.name, service.name_en],
            synonyms=service.synonyms,
            life_events=[
                text
                for key in service.life_events
                for text in (events[key].title, events[key].title_en)
            ],
            agency=[agencies[service.agency].abbr, agencies[service.agency].name],
            summaries=[service.summary, service.summary_en],
            order=number,
        )
        for number, service in enumerate(catalogue.services)
    )


INDEX = demo_index()


def misses(rows: list[dict], index: Index = INDEX) -> list[str]:
    """What is not among the first three, with what stands there instead."""
    found = {row["query"]: [hit.key for hit in rank(row["query"], index, 3)] for row in rows}
    return [
        f"{row['query']}: wanted {row['wanted']}, got {found[row['query']]}"
        for row in rows
        if not set(row["wanted"]) & set(found[row["query"]])
    ]


def test_every_wanted_service_is_in_the_catalogue():
    known = {entry.key for entry in INDEX.entries}
    wanted = {key for row in [*QUERIES, *UNSEEN] for key in row["wanted"]}
    assert wanted <= known
    assert len(QUERIES) >= 60


def test_everyday_queries_find_the_service_among_the_first_three():
    missed = misses(QUERIES)
    print(
        f"\n{len(QUERIES) - len(missed)} of {len(QUERIES)} in the first three", *missed, sep="\n"
    )
    assert len(missed) <= len(QUERIES) * 0.03


def test_unseen_queries_find_the_service_among_the_first_three():
    missed = misses(UNSEEN)
    print(f"\n{len(UNSEEN) - len(missed)} of {len(UNSEEN)} unseen", *missed, sep="\n")
    assert len(missed) <= len(UNSEEN) * 0.1


@pytest.mark.parametrize(
    "query",
    ["", "   ", "\x00", "🙂🙂", "a" * 10_000, "ktp " * 2_500, "\ud800", "%_'\";--", "。、"],
)
def test_odd_query_is_answered(query):
    assert isinstance(rank(query, INDEX), list)
    assert isinstance(suggest(query, INDEX), str)


def test_nonsense_finds_nothing():
    assert rank("qwxzvbn", INDEX) == []
    assert rank("", INDEX) == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_answered_the_same_twice(query):
    first = rank(query, INDEX, 5)
    assert first == rank(query, INDEX, 5)
    assert len(first) <= 5
    assert all(0 < hit.score <= 100 for hit in first)


def test_word_order_of_entries_does_not_matter():
    turned = Index.build(reversed(INDEX.entries))
    for row in QUERIES:
        assert rank(row["query"], turned) == rank(row["query"], INDEX)


@pytest.mark.parametrize(
    ("query", "meant"),
    [("pasporr", "paspor"), ("reklme", "reklame"), ("ktp hilng", "ktp hilang"), ("paspor", "")],
)
def test_suggestion_names_the_word_meant(query, meant):
    assert suggest(query, INDEX) == meant


def test_ranking_is_quick():
    times = []
    for row in QUERIES:
        started = time.perf_counter()
        rank(row["query"], INDEX)
        times.append(time.perf_counter() - started)
    typical = sorted(times)[len(times) // 2] * 1000
    print(f"\nmedian {typical:.2f} ms, worst {max(times) * 1000:.2f} ms")
    assert typical <= 10
