"""Whole numbers a region sets, within limits: the same at the desk and in a blueprint.

A column alone takes any number on SQLite, and what one mall exports shall fit into another's
database: every such column is made here, or carries limits of its own.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

# What both databases hold in a small column.
LARGEST = 32_767
A_DAY = 24 * 60


def count(
    label: str, *, most: int, least: int = 0, **options: object
) -> models.PositiveSmallIntegerField:
    """A whole number from `least` to `most`."""
    limits = [MinValueValidator(least), MaxValueValidator(most)]
    return models.PositiveSmallIntegerField(label, validators=limits, **options)


def minutes(label: str, *, least: int = 0, **options: object) -> models.PositiveSmallIntegerField:
    """Minutes, up to a day."""
    return count(label, least=least, most=A_DAY, **options)


def place_in_order() -> models.PositiveSmallIntegerField:
    """Where a row stands among its like."""
    return count(_("order"), most=LARGEST, default=0)
