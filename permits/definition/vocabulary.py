"""The closed words of the format: types, verbs, guards, roles, and the rest."""

SCHEMA = "mpp.permit-type/1"
FIELDS_PER_PAGE = 40

TEXT_TYPES = ("text", "long_text", "email", "phone", "nik", "npwp", "nib")
NUMBER_TYPES = ("integer", "decimal", "money")
CHOICE_TYPES = ("choice", "choices")
SILENT_TYPES = ("heading", "explanation")  # shown, never answered
FIELD_TYPES = (
    *TEXT_TYPES,
    *NUMBER_TYPES,
    *CHOICE_TYPES,
    *SILENT_TYPES,
    "yes_no",
    "date",
    "date_range",
    "time",
    "address",
    "map_point",
    "file",
    "group",
)
FILE_PROOFS = ("scan", "photo", "statement")
PROOFS = (*FILE_PROOFS, "original_at_counter", "condition")
FILE_KINDS = ("pdf", "image")
MOVING_VERBS = ("forward", "send_back")
GOOD_ENDS = ("approve", "hand_over", "complete")
END_VERBS = (*GOOD_ENDS, "reject")
VERBS = (*MOVING_VERBS, *END_VERBS)
GUARD_NAMES = (
    "declared_complete",
    "documents_accepted",
    "checklist_done",
    "opinions_in",
    "no_open_correction",
)
ROLE_KEYS = ("front_desk", "verifier", "opinion_giver", "inspector", "cashier", "head")
OPTION_SOURCES = ("provinces", "regencies", "districts", "villages", "kbli")
PREFILLS = (
    "profile.full_name",
    "profile.nik",
    "profile.email",
    "profile.phone",
    "profile.birth_date",
    "profile.birth_place",
    "profile.sex",
    "profile.address",
    "profile.address_region",
    "business.name",
    "business.nib",
    "business.npwp",
)
