"""Finding one's way in the catalogue: what was asked for, what fits, and the page of it.

Pure functions over the published catalogue. Unknown filter values are dropped: an old link to an
agency that has left still opens the catalogue. A page that does not exist is not found.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from counters.published import Published
from counters.search import rank, suggest
from counters.search_words import QUERY_CHARACTERS
from mpp.kit.fields import clean_text

GROUPS = ("agency", "event", "audience", "channel")
PAGE_SIZE = 20
MOST_HITS = 500
_PAGE = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for: words and, per group, the chosen values.

    `problem` is the sentence about words that cannot be searched; `typed` is shown again.
    """

    query: str
    chosen: tuple[tuple[str, str], ...]
    typed: str
    problem: str = ""

    def values(self, group: str) -> list[str]:
        """The chosen values of one group."""
        return [value for name, value in self.chosen if name == group]

    def address(self, page: int = 1, without: tuple[str, str] | None = None) -> str:
        """The query string of this wish, on `page` or without one of its filters."""
        pairs = [("q", self.query)] if self.query else []
        pairs += [pair for pair in self.chosen if pair != without]
        if page > 1:
            pairs.append(("page", str(page)))
        return f"?{urlencode(pairs)}" if pairs else ""


def read_wish(params: QueryDict, known: Published) -> Wish:
    """The wish in a query string; never raises."""
    typed = params.get("q", "")
    query, problem = _read_query(typed)
    chosen = tuple(
        (group, value)
        for group in GROUPS
        for value in dict.fromkeys(params.getlist(group))
        if value in known.members[group]
    )
    return Wish(query, chosen, _CONTROL.sub("\N{REPLACEMENT CHARACTER}", typed), problem)


def _read_query(typed: str) -> tuple[str, str]:
    """The words to search and the sentence about what is wrong with them."""
    if len(typed) > QUERY_CHARACTERS:
        most = {"count": QUERY_CHARACTERS}
        return "", _("Write at most %(count)s characters, a few words are enough.") % most
    try:
        return clean_text(typed, one_line=True), ""
    except ValidationError as error:
        return "", " ".join(error.messages)


def find(wish: Wish, known: Published) -> list[str]:
    """Keys of the services that fit: by likeness when words were given, else in order.

    Values of one group widen the choice, groups narrow it.
    """
    if wish.problem:
        return []
    keys: Iterable[str] = known.services
    if wish.query:
        keys = [hit.key for hit in rank(wish.query, known.index, MOST_HITS)]
    for group in GROUPS:
        values = wish.values(group)
        if values:
            allowed = frozenset().union(*(known.members[group][value] for value in values))
            keys = [key for key in keys if key in allowed]
    return list(keys)


def suggestion(wish: Wish, known: Published) -> str:
    """What the person may have meant, in known words; empty when nothing better is known."""
    return suggest(wish.query, known.index) if wish.query else ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    number: int
    count: int
    keys: list[str]


def page_of(keys: list[str], asked: str | None) -> Page:
    """The asked page (a text from the address) of `keys`; Http404 when it does not exist."""
    number = _page_number(asked)
    count = max(1, -(-len(keys) // PAGE_SIZE))
    if number > count:
        raise Http404(f"There are {count} pages.")
    start = (number - 1) * PAGE_SIZE
    return Page(number, count, keys[start : start + PAGE_SIZE])


def _page_number(asked: str | None) -> int:
    if asked is None:
        return 1
    if not _PAGE.fullmatch(asked):
        raise Http404("This is not the number of a page.")
    return int(asked)
