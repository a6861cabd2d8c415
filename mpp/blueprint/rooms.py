"""All declarations of all rooms, put together: which file holds which rows, in which order.

The order of the rooms and of the declarations in them is the order in which rows are brought in:
a reference points to something that stands earlier.
"""

from dataclasses import dataclass
from functools import cache, cached_property

from django.apps import apps
from django.db import models

from accounts import portable as accounts
from counters import portable as counters
from mpp.blueprint import columns
from mpp.kit import portable as kit
from mpp.kit.exported import Exported
from permits import portable as permits
from visits import portable as visits

ROOMS = {
    "kit": kit,
    "accounts": accounts,
    "counters": counters,
    "permits": permits,
    "visits": visits,
}
TYPES = "permits/types"


@dataclass(frozen=True, eq=False)
class Section:
    """The rows of one model: a file, many files, or a block inside another row's."""

    room: str
    exported: Exported

    @cached_property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.room, self.exported.model)

    @property
    def name(self) -> str:
        """ "counters/agencies": the kind of its objects, and their place in the file."""
        return f"{self.room}/{self.exported.file.removesuffix('/*')}"

    @property
    def is_nested(self) -> bool:
        return bool(self.exported.within)

    @property
    def per_file(self) -> bool:
        """Whether each row has a file of its own."""
        return self.exported.file.endswith("/*")

    @property
    def list_key(self) -> str:
        """The one key at the top of a file with several rows."""
        return self.name.partition("/")[2].replace("-", "_")

    @cached_property
    def fields(self) -> tuple[models.Field, ...]:
        """The columns that stand in the file, as the model orders them, many-to-many last."""
        declared = ROOMS[self.room].FIELDS[self.exported.model]
        skipped = {self.exported.within, *self.exported.left_out}
        every = [*self.model._meta.concrete_fields, *self.model._meta.many_to_many]
        found = [f for f in every if declared.get(f.name) == "config" and f.name not in skipped]
        return tuple(sorted(found, key=lambda f: f.name not in self.own_key))

    @property
    def own_key(self) -> tuple[str, ...]:
        """The columns of the key that stand in the row itself."""
        return () if self.exported.single else self.exported.key

    @cached_property
    def nested(self) -> tuple["Section", ...]:
        """The sections whose rows stand inside the rows of this one."""
        return tuple(one for one in every() if one.is_nested and one.parent_model is self.model)

    @property
    def parent_model(self) -> type[models.Model]:
        return self.model._meta.get_field(self.exported.within).related_model

    @cached_property
    def has_versions(self) -> bool:
        """Whether a change makes a new version of the whole, as with standards."""
        if self.exported.bring:
            return True
        return self.is_nested and by_model()[self.parent_model].has_versions

    def target(self, field: models.Field) -> "Section":
        """The section a foreign key or many-to-many points to. Raises KeyError."""
        return by_model()[field.related_model]

    def rows(self) -> models.QuerySet:
        """The rows that are configuration in force."""
        found = self.model._base_manager.filter(**self.exported.where)
        return found.exclude(**self.exported.without) if self.exported.without else found

    def path_of(self, key: str) -> str:
        """The entry in the file in which the row with this key stands."""
        return f"{self.name}/{key}.yaml" if self.per_file else f"{self.name}.yaml"

    def is_always_written(self, field: models.Field) -> bool:
        """Whether an empty value is written too, because leaving it out would say something."""
        if field.many_to_many:
            return False
        return not columns.is_empty(columns.default_of(field))


@cache
def every() -> tuple[Section, ...]:
    """All sections in order."""
    return tuple(Section(room, one) for room, module in ROOMS.items() for one in module.EXPORTS)


@cache
def by_model() -> dict[type[models.Model], Section]:
    return {section.model: section for section in every()}


@cache
def top() -> tuple[Section, ...]:
    """The sections that have a file of their own."""
    return tuple(section for section in every() if not section.is_nested)


@cache
def by_name() -> dict[str, Section]:
    return {section.name: section for section in top()}
