"""Search in the catalogue that forgives: one pure ranker, the same on every database.

Callers build an `Index` once per catalogue version and keep it; `rank` then costs about a
millisecond. Each word of the query is looked up among all words of the catalogue (the same, the
same beginning, or a small typing error); rare words count more. The likeness of the whole query to
names and everyday phrases decides among services that share words.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from counters.search_words import EMPTY_WORDS, QUERY_CHARACTERS, QUERY_WORDS, fold, words_of

NAME_WEIGHT = 1.0
SYNONYM_WEIGHT = 0.95
AGENCY_WEIGHT = 0.6
LIFE_EVENT_WEIGHT = 0.45
SUMMARY_WEIGHT = 0.4

SAME_BEGINNING = 0.85
SHORTEST_BEGINNING = 3
TYPO_LIKENESS = {1: 2.0, 2: 2.0, 3: 0.66, 4: 0.74, 5: 0.74, 6: 0.74}
TYPO_LIKENESS_LONG = 0.72
NEIGHBOURS = 8

WORDS_SHARE = 0.62
PHRASE_SHARE = 0.38
LEAST_SCORE = 30.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found. `fields` holds (weight, words) pairs; `phrases` whole texts."""

    key: str
    phrases: tuple[str, ...]
    fields: tuple[tuple[float, tuple[str, ...]], ...]
    order: int = 0

    @classmethod
    def build(
        cls,
        key: str,
        names: Iterable[str],
        *,
        synonyms: Iterable[str] = (),
        life_events: Iterable[str] = (),
        agency: Iterable[str] = (),
        summaries: Iterable[str] = (),
        order: int = 0,
    ) -> "Entry":
        """An entry with its texts made comparable. `order` decides between equal scores."""
        names, synonyms = list(names), list(synonyms)
        spoken = [tuple(words_of(text)) for text in [*names, *synonyms]]
        weighted = (
            (NAME_WEIGHT, names),
            (SYNONYM_WEIGHT, synonyms),
            (AGENCY_WEIGHT, agency),
            (LIFE_EVENT_WEIGHT, life_events),
            (SUMMARY_WEIGHT, summaries),
        )
        return cls(
            key=key,
            phrases=tuple(dict.fromkeys(" ".join(words) for words in spoken if words)),
            fields=tuple(
                (weight, tuple(word for text in texts for word in words_of(text, 40)))
                for weight, texts in weighted
            ),
            order=order,
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """A found entry with its score, 0 to 100."""

    key: str
    score: float


@dataclass(frozen=True)
class Index:
    """Entries made ready for many searches: who holds which word, and how telling a word is."""

    entries: tuple[Entry, ...]
    holders: dict[str, dict[int, float]] = field(repr=False)
    telling: dict[str, float] = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    phrases: tuple[str, ...] = field(repr=False)
    phrase_owners: tuple[int, ...] = field(repr=False)

    @classmethod
    def build(cls, entries: Iterable[Entry]) -> "Index":
        """The index of `entries`; costs some milliseconds, so keep it."""
        entries = tuple(entries)
        holders: dict[str, dict[int, float]] = defaultdict(dict)
        for number, entry in enumerate(entries):
            for weight, words in entry.fields:
                for word in words:
                    held = holders[word]
                    held[number] = max(held.get(number, 0.0), weight)
        spoken = [(p, n) for n, entry in enumerate(entries) for p in entry.phrases]
        return cls(
            entries=entries,
            holders=dict(holders),
            telling={w: math.log(1 + len(entries) / len(held)) for w, held in holders.items()},
            words=tuple(holders),
            phrases=tuple(p for p, _ in spoken),
            phrase_owners=tuple(n for _, n in spoken),
        )


def rank(query: str, entries: Index | Sequence[Entry], limit: int = 20) -> list[Hit]:
    """The entries that fit `query`, best first, at most `limit`; none for an empty query.

    Never raises. The same query and entries always give the same answer.
    """
    index = entries if isinstance(entries, Index) else Index.build(entries)
    words = words_of(query)
    if not words or not index.entries or limit <= 0:
        return []
    by_words = _word_scores(words, index)
    if not by_words:
        return []
    by_phrase = _phrase_scores(" ".join(words), index)
    scored = []
    for number, word_score in by_words.items():
        score = WORDS_SHARE * word_score + PHRASE_SHARE * by_phrase.get(number, 0.0)
        if score >= LEAST_SCORE:
            entry = index.entries[number]
            scored.append((-round(score, 6), entry.order, entry.key))
    return [Hit(key, -score) for score, _, key in sorted(scored)[:limit]]


def suggest(query: str, entries: Index | Sequence[Entry]) -> str:
    """The query with unknown words replaced by close known ones; empty when nothing was close.

    For the line "Maksud Anda paspor?": shown as typed by nobody, so only known words appear.
    """
    index = entries if isinstance(entries, Index) else Index.build(entries)
    typed = fold(query[:QUERY_CHARACTERS]).split()[:QUERY_WORDS]
    meant = [_meant(word, index) for word in typed]
    return " ".join(meant) if meant != typed else ""


def _meant(word: str, index: Index) -> str:
    """The word itself when it is known or says nothing; else the closest known one."""
    compared = words_of(word)[0]
    if word in EMPTY_WORDS or word.isdigit() or compared in index.holders:
        return word
    near = _neighbours(compared, index)
    return max(near, key=lambda w: (near[w], len(index.holders[w]), w), default=word)


def _word_scores(words: list[str], index: Index) -> dict[int, float]:
    """Per entry the share (0-100) of the query's weight that its words answer."""
    rare = math.log(1 + len(index.entries))
    scores: dict[int, float] = defaultdict(float)
    total = 0.0
    for word in dict.fromkeys(words):
        near = _neighbours(word, index)
        weight = max((index.telling[w] for w in near), default=rare * 0.5)
        total += weight
        best: dict[int, float] = {}
        for neighbour, likeness in near.items():
            for number, held in index.holders[neighbour].items():
                best[number] = max(best.get(number, 0.0), likeness * held)
        for number, value in best.items():
            scores[number] += weight * value
    return {number: 100 * value / total for number, value in scores.items()}


def _neighbours(word: str, index: Index) -> dict[str, float]:
    """Known words that `word` may mean, each with a likeness from 0 to 1."""
    near: dict[str, float] = {}
    if len(word) >= SHORTEST_BEGINNING:
        near = {known: SAME_BEGINNING for known in index.words if known.startswith(word)}
    if word in index.holders:
        near[word] = 1.0
        return near
    least = TYPO_LIKENESS.get(len(word), TYPO_LIKENESS_LONG)
    if least <= 1:
        found = process.extract(
            word,
            index.words,
            scorer=OSA.normalized_similarity,
            score_cutoff=least,
            limit=NEIGHBOURS,
        )
        for known, likeness, _ in found:
            near[known] = max(near.get(known, 0.0), likeness * likeness)
    return near


def _phrase_scores(query: str, index: Index) -> dict[int, float]:
    """Per entry the likeness (0-100) of the query to its best name or everyday phrase."""
    best: dict[int, float] = {}
    for scorer, share in ((fuzz.token_sort_ratio, 1.0), (fuzz.token_set_ratio, 0.9)):
        found = process.extract(query, index.phrases, scorer=scorer, score_cutoff=50, limit=None)
        for _, likeness, position in found:
            number = index.phrase_owners[position]
            best[number] = max(best.get(number, 0.0), likeness * share)
    return best
