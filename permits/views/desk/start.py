"""The start page of the desk: my work in numbers, and the file that comes next."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from counters import permissions as places
from permits.models import Application
from permits.views.desk import piles
from permits.views.desk.frame import addresses, frame


def start(request: HttpRequest) -> dict:
    """Context of the desk's start page; three queries, none for people without a posting."""
    user = request.user
    if not places.postings_of(user):
        sentence = _("You have no posting at an agency, so no files lie here.")
        return {**frame(request, _("Start"), current="start"), "start": {"sentence": sentence}}
    counts = piles.counts(user)
    worklist = addresses()["worklist"]
    number = (
        Application.objects.taken_by(user)
        .working()
        .order_by("due_at", "pk")
        .values_list("number", flat=True)
        .first()
    )
    cards = [
        {
            "url": f"{worklist}?daftar={pile.slug}",
            "label": pile.label,
            "icon": pile.icon,
            "count": counts.get(pile.key, ""),
        }
        for pile in piles.PILES
    ]
    return {
        **frame(request, _("Start"), current="start", counts=counts),
        "start": {
            "sentence": _("The nearest promise comes first."),
            "cards": cards,
            "next_url": reverse("admin:permits_application_review", args=[number])
            if number
            else "",
        },
    }
