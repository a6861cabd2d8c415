"""What a region may set: limits and forms of columns, the same at the desk and in a blueprint."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from mpp.kit.paper_texts import NUMBER_PART

MOST_GROUPS = 100
MOST_PEOPLE = 10_000
LARGEST_GROUP = 1_000
MOST_FOLLOW_UPS = 6
LATEST_FOLLOW_UP = 1_000


def count(
    label: str, *, most: int, least: int = 0, **options: object
) -> models.PositiveSmallIntegerField:
    """A whole number within limits; the column alone takes any on SQLite."""
    limits = [MinValueValidator(least), MaxValueValidator(most)]
    return models.PositiveSmallIntegerField(label, validators=limits, **options)


def place_in_order() -> models.PositiveSmallIntegerField:
    """Where a row stands among its like."""
    return count(_("order"), most=32_767, default=0)


def weekdays_of_list(value: object) -> None:
    """A list of different weekdays from 0 (Monday) to 6; raises ValidationError otherwise."""
    is_list = isinstance(value, list) and all(type(day) is int for day in value)
    if not is_list or len(set(value)) != len(value) or not set(value) <= set(range(7)):
        raise ValidationError(_("Choose weekdays from Monday to Sunday."))


def days_of_list(value: object) -> None:
    """At most six different numbers of days; raises ValidationError otherwise."""
    is_list = isinstance(value, list) and all(type(days) is int for days in value)
    if (
        not is_list
        or len(value) > MOST_FOLLOW_UPS
        or len(set(value)) != len(value)
        or not all(1 <= days <= LATEST_FOLLOW_UP for days in value)
    ):
        raise ValidationError(_("Write days like 30, 90, 180; at most six."))


# As every public number begins.
number_prefix = RegexValidator(r"\A[A-Z]{2,5}\Z", _("2 to 5 capital letters."))


def number_that_counts(text: str) -> None:
    """A form of a number with {seq} in it, or nothing; raises ValidationError otherwise."""
    if text and not any(part[0].startswith("seq") for part in NUMBER_PART.findall(text)):
        raise ValidationError(_("A number needs {seq} or {seq:03} in it, or letters repeat."))
