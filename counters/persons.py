"""A person in line: what is known of him, and the hashes by which one is not two.

Neither NIK nor phone is stored in the clear: the NIK is never kept at all, the phone only
encrypted, for the call. The hashes are keyed and say the day and the scope, so rows of two days
cannot be joined.
"""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from counters.models import Booking, Queue, Scope, Ticket
from mpp.kit.keys import lookup_hash

# Who took the number for somebody else: named, counted, shown to the supervisor.
HELPERS = ("family", "mandate", "staff")


@dataclass(frozen=True, slots=True)
class Person:
    """Who takes a number or books. All fields may be empty: then the desk calls by name only.

    `nik` are 16 digits, `phone` is E.164 (`accounts.identity` cleans both).
    """

    name: str = ""
    nik: str = ""
    phone: str = ""
    email: str = ""
    owner: User | None = None
    language: str = "id"
    helped_by: str = ""

    @classmethod
    def of(cls, user: User) -> "Person":
        """The person of an account. Only what was verified counts as who he is."""
        return cls(
            name=user.full_name,
            nik=user.nik if user.nik_verified_at else "",
            phone=user.phone if user.phone and user.phone_verified_at else "",
            email=user.email or "",
            owner=user,
            language=user.language,
        )

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Everything he can be recognised by, the strongest first."""
        found = [("nik", self.nik), ("phone", self.phone)]
        if self.owner is not None:
            found.append(("user", str(self.owner.pk)))
        return tuple(f"{kind}:{value}" for kind, value in found if value)

    @property
    def is_unkeyed(self) -> bool:
        """Whether nothing tells him apart from others."""
        return not self.identifiers


def scope_of(queue: Queue) -> str:
    """The name of the scope within which one person has one live number."""
    if queue.scope == Scope.QUEUE:
        return f"queue:{queue.pk}"
    return f"agency:{queue.agency_id}" if queue.scope == Scope.AGENCY else "mall"


def live_hashes(person: Person, queue: Queue, day: date) -> tuple[str, ...]:
    """The hashes that are UNIQUE while a number or booking of this person is live."""
    scope = scope_of(queue)
    return tuple(
        lookup_hash(f"{scope}|{day.isoformat()}|{each}", "queue-live")
        for each in person.identifiers
    )


def person_key(person: Person, day: date) -> str:
    """One hash for the person on this day; empty when nothing is known of him."""
    if person.is_unkeyed:
        return ""
    return lookup_hash(f"{day.isoformat()}|{person.identifiers[0]}", "queue-person")


def is_of(row: Ticket | Booking, person: Person) -> bool:
    """Whether a number or booking is this person's; without NIK and phone the name decides."""
    if row.person_key or not person.is_unkeyed:
        return row.person_key == person_key(person, row.day)
    return row.contact_name == person.name
