"""The headers of every page whose address is a secret: one rule for all rooms.

Why "same-origin" and not "no-referrer": docs/decisions/0016-secret-pages.md.
"""

from django.http import HttpResponse

HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


def sealed(response: HttpResponse) -> HttpResponse:
    """The same answer as a secret page: not kept, not found by search, told to no other site."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
