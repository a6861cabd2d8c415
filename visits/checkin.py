"""The code shown on site: it turns every minute, so that only who is there can know it."""

import hmac

from counters.models import Site
from mpp.kit import clock
from mpp.kit.keys import lookup_hash

SECONDS = 60
DIGITS = 6


def _code(site: Site, turn: int) -> str:
    """The code of one turn: a keyed hash (HMAC) of site, local day and turn."""
    day = clock.today(site.time_zone)
    digest = lookup_hash(f"{site.pk}|{day:%Y-%m-%d}|{turn}", "visit-check-in")
    return f"{int(digest, 16) % 10**DIGITS:0{DIGITS}d}"


def _turn() -> int:
    return int(clock.now().timestamp()) // SECONDS


def code_now(site: Site) -> str:
    """The six digits the screen on site shows now."""
    return _code(site, _turn())


def seconds_left() -> int:
    """How long the present code is still shown."""
    return SECONDS - int(clock.now().timestamp()) % SECONDS


def fits(site: Site, typed: str) -> bool:
    """Whether this is the present code or the one before it; compared in constant time."""
    code = "".join(letter for letter in typed if letter.isdigit())
    turn = _turn()
    return any(hmac.compare_digest(code, _code(site, each)) for each in (turn, turn - 1))
