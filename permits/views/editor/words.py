"""What keys and closed words of the format are called on the pages of the editor."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LABELS = {
    "accept": gettext_lazy("Accepted files"),
    "agency": gettext_lazy("Agency"),
    "assumed": gettext_lazy("Assumed, without a source"),
    "audience": gettext_lazy("For whom"),
    "checklist": gettext_lazy("Checklist"),
    "complaints": gettext_lazy("Where to complain"),
    "corrections": gettext_lazy("Staff here may ask for corrections"),
    "days": gettext_lazy("Days"),
    "decree": gettext_lazy("Number of the decree"),
    "decree_on": gettext_lazy("Date of the decree"),
    "due_days": gettext_lazy("Working days to answer"),
    "effective_on": gettext_lazy("Effective from"),
    "fee": gettext_lazy("Fee in words"),
    "fee_idr": gettext_lazy("Fee in rupiah"),
    "guards": gettext_lazy("Only possible when"),
    "help": gettext_lazy("Help text"),
    "holder": gettext_lazy("Name on the paper"),
    "intake": gettext_lazy("Files are declared complete here"),
    "intake_days": gettext_lazy("Working days for intake"),
    "key": gettext_lazy("Key"),
    "kind": gettext_lazy("Kind of result"),
    "label": gettext_lazy("Label"),
    "legal_basis": gettext_lazy("Legal basis"),
    "max": gettext_lazy("Highest value"),
    "max_files": gettext_lazy("Most files"),
    "max_length": gettext_lazy("Most characters"),
    "max_mb": gettext_lazy("Megabytes per file"),
    "max_rows": gettext_lazy("Most rows"),
    "min": gettext_lazy("Lowest value"),
    "min_length": gettext_lazy("Fewest characters"),
    "min_rows": gettext_lazy("Fewest rows"),
    "mode": gettext_lazy("Which opinions are needed"),
    "months": gettext_lazy("Months"),
    "n": gettext_lazy("How long"),
    "name": gettext_lazy("Name"),
    "needs_reason": gettext_lazy("A reason must be written"),
    "note": gettext_lazy("Note"),
    "number_format": gettext_lazy("Form of the number"),
    "opening": gettext_lazy("Opening"),
    "options": gettext_lazy("Options"),
    "options_source": gettext_lazy("Options from a list"),
    "paragraphs": gettext_lazy("Paragraphs"),
    "pattern": gettext_lazy("Pattern"),
    "pattern_hint": gettext_lazy("Pattern in words"),
    "position": gettext_lazy("Position of who signs"),
    "prefill": gettext_lazy("Offer the value of"),
    "procedure": gettext_lazy("Steps of the procedure"),
    "product": gettext_lazy("Result"),
    "proof": gettext_lazy("How it is proven"),
    "question": gettext_lazy("Question"),
    "required": gettext_lazy("Required"),
    "retention_days": gettext_lazy("Days that files are kept"),
    "reusable": gettext_lazy("May be used again later"),
    "role": gettext_lazy("Role"),
    "rows": gettext_lazy("Rows of the paper"),
    "says": gettext_lazy("What follows"),
    "sensitive": gettext_lazy("Sensitive, kept encrypted"),
    "sequence": gettext_lazy("Number sequence"),
    "silence": gettext_lazy("When nobody answers"),
    "sources": gettext_lazy("Sources"),
    "text": gettext_lazy("Sentence"),
    "title": gettext_lazy("Title"),
    "to": gettext_lazy("Next stage"),
    "type": gettext_lazy("Kind of field"),
    "unit": gettext_lazy("Unit"),
    "until_field": gettext_lazy("Until the date answered in"),
    "valid_months": gettext_lazy("Valid for months"),
    "verb": gettext_lazy("What it does"),
    "years": gettext_lazy("Years"),
}
HINTS = {
    "accept": gettext_lazy("Files that citizens may add here."),
    "checklist": gettext_lazy("One line each: key | Indonesian sentence | English sentence"),
    "days": gettext_lazy("Working days as a target, not a promise."),
    "holder": gettext_lazy("For example {answer.full_name}. Empty: the applicant."),
    "key": gettext_lazy("Stays the same for good. Empty: we make one."),
    "legal_basis": gettext_lazy("One per line."),
    "max": gettext_lazy("A number, a time like 14:00, a date, or today+14."),
    "min": gettext_lazy("A number, a time like 08:00, a date, or today-365."),
    "number_format": gettext_lazy("For example 503/{seq:04}/SIP/{year}"),
    "options": gettext_lazy("One line each: value | Indonesian label | English label"),
    "opening": gettext_lazy("Placeholders: {holder}, {number}, {service}, {answer.key}."),
    "paragraphs": gettext_lazy("Leave an empty line between two paragraphs."),
    "procedure": gettext_lazy("One per line."),
    "rows": gettext_lazy("One line each: Indonesian label | English label | {answer.key}"),
    "says": gettext_lazy("Shown under the button."),
    "sources": gettext_lazy("One web address per line."),
    "to": gettext_lazy("Only for passing on and sending back."),
}
VALUES = {
    "address": gettext_lazy("address"),
    "advisory": gettext_lazy("none, they only advise"),
    "all": gettext_lazy("all of them"),
    "any": gettext_lazy("one of them"),
    "approve": gettext_lazy("approve"),
    "assistance": gettext_lazy("assistance"),
    "block": gettext_lazy("the file waits"),
    "both": gettext_lazy("person or business"),
    "business": gettext_lazy("business"),
    "checklist_done": gettext_lazy("the checklist is done"),
    "choice": gettext_lazy("one choice"),
    "choices": gettext_lazy("several choices"),
    "complete": gettext_lazy("complete"),
    "condition": gettext_lazy("condition, nothing to add"),
    "contains": gettext_lazy("contains"),
    "date": gettext_lazy("date"),
    "date_range": gettext_lazy("from date to date"),
    "decimal": gettext_lazy("decimal number"),
    "declared_complete": gettext_lazy("the file is declared complete"),
    "document": gettext_lazy("document"),
    "documents_accepted": gettext_lazy("all documents are accepted"),
    "email": gettext_lazy("e-mail address"),
    "empty": gettext_lazy("is empty"),
    "eq": gettext_lazy("is"),
    "escalate": gettext_lazy("the head is told"),
    "explanation": gettext_lazy("explanation"),
    "file": gettext_lazy("file"),
    "filled": gettext_lazy("is filled in"),
    "forward": gettext_lazy("pass on"),
    "group": gettext_lazy("group of rows"),
    "gt": gettext_lazy("is more than"),
    "gte": gettext_lazy("is at least"),
    "hand_over": gettext_lazy("hand over"),
    "heading": gettext_lazy("heading"),
    "hours": gettext_lazy("hours"),
    "image": gettext_lazy("picture"),
    "in": gettext_lazy("is one of (with commas)"),
    "integer": gettext_lazy("whole number"),
    "long_text": gettext_lazy("long text"),
    "lt": gettext_lazy("is less than"),
    "lte": gettext_lazy("is at most"),
    "map_point": gettext_lazy("point on the map"),
    "minutes": gettext_lazy("minutes"),
    "money": gettext_lazy("rupiah"),
    "ne": gettext_lazy("is not"),
    "no_objection": gettext_lazy("no objection"),
    "no_open_correction": gettext_lazy("no correction is open"),
    "not_in": gettext_lazy("is none of (with commas)"),
    "opinions_in": gettext_lazy("the opinions are in"),
    "original_at_counter": gettext_lazy("original at the counter"),
    "permit": gettext_lazy("permit"),
    "person": gettext_lazy("person"),
    "phone": gettext_lazy("mobile number"),
    "photo": gettext_lazy("photo"),
    "recommendation": gettext_lazy("recommendation"),
    "reject": gettext_lazy("reject"),
    "scan": gettext_lazy("scan"),
    "send_back": gettext_lazy("send back"),
    "statement": gettext_lazy("signed statement"),
    "text": gettext_lazy("short text"),
    "time": gettext_lazy("time"),
    "true": gettext_lazy("yes"),
    "false": gettext_lazy("no"),
    "working_days": gettext_lazy("working days"),
    "yes_no": gettext_lazy("yes or no"),
}


def label(name: str, *, twins: bool = False) -> str:
    """What a key is called; with `twins` it says which language of the two is meant."""
    base = name.removesuffix("_en")
    words = str(LABELS.get(base, base))
    if not twins:
        return words
    text = _("%(label)s in English") if base != name else _("%(label)s in Indonesian")
    return text % {"label": words}


def hint(name: str) -> str:
    """A sentence that helps to fill a key in; often none."""
    return str(HINTS.get(name.removesuffix("_en"), ""))


def value(word: str) -> str:
    """What a closed word of the format is called; names of lists and profiles stay as they are."""
    return str(VALUES.get(word, word))


def choices(words: tuple[str, ...], empty: str | None = None) -> list[tuple[str, str]]:
    """Options of a select from closed words, with an empty one first when wanted."""
    first = [] if empty is None else [("", empty)]
    return [*first, *((word, value(word)) for word in words)]
