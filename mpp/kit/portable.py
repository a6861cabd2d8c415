"""What each column of this room is, for export and erasure: the ground floor.

`config` goes into a region's blueprint, `public` is a fact without a person that stays here,
`personal` belongs to somebody and never leaves with the configuration. A new column is declared
here in the commit that adds it; a house test asks for it.
"""

from typing import Any

from django.utils.translation import gettext as _

from mpp.kit.exported import TEXTS_BY_NAME, Exported, time_zone
from mpp.kit.theme import MOTIFS, check_theme

FIELDS: dict[str, dict[str, str]] = {
    "Installation": {
        "id": "public",
        "created_at": "public",
        "updated_at": "public",
        "key": "config",
        "name": "config",
        "region_name": "config",
        "region_code": "config",
        "reference_prefix": "config",
        "time_zone": "config",
        "address": "config",
        "phone": "config",
        "whatsapp": "config",
        "email": "config",
        "website": "config",
        "privacy_contact": "config",
        "motif": "config",
        "theme": "config",
        "revision": "public",
    },
    "Paper": {
        "id": "public",
        "created_at": "public",
        "updated_at": "public",
        "kind": "public",
        "code": "public",
        "number": "public",
        "title": "public",
        "title_en": "public",
        "issuer": "public",
        "holder_masked": "public",
        "issued_on": "public",
        "valid_until": "public",
        "state": "public",
        "state_reason": "public",
        "state_at": "public",
        "replaced_by": "public",
        "payload": "personal",
        "payload_sha256": "public",
        "pdf_state": "public",
        "pdf_attempts": "public",
        "pdf_error": "public",
        "pdf": "personal",
    },
    "Sequence": {
        "id": "public",
        "kind": "public",
        "year": "public",
        "value": "public",
    },
    "StoredFile": {
        "id": "personal",
        "token": "personal",
        "path": "personal",
        "shown_name": "personal",
        "mime": "personal",
        "size": "personal",
        "pages": "personal",
        "sha256": "personal",
        "source_sha256": "personal",
        "scan_state": "personal",
        "scan_detail": "personal",
        "created_at": "personal",
    },
}


def _motif(value: Any) -> str:
    return "" if value in MOTIFS else _("There is no motif “%(name)s”.") % {"name": value}


def _theme(value: Any) -> str:
    return " ".join(check_theme(value))


# What stands in the blueprint, in the order in which it is brought in.
EXPORTS = (
    Exported(
        model="Installation",
        file="installation",
        shapes={"theme": TEXTS_BY_NAME},
        checks={"time_zone": time_zone, "motif": _motif, "theme": _theme},
        renamed=("name", "region_name", "region_code", "reference_prefix", "address"),
        superuser_only=True,
    ),
)
NOT_EXPORTED: dict[str, str] = {}
