"""Guards of actions: a closed registry. Each says yes, or no with the sentence people see."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mpp.kit.verdicts import YES, No, Verdict
from permits.casefile import CaseFile
from permits.models import Opinion, OpinionAnswer, OpinionState

Guard = Callable[[CaseFile], Verdict]


def declared_complete(case: CaseFile) -> Verdict:
    """The legal clock has started (UU 30/2014 art. 53: it counts from "complete")."""
    if case.application.complete_at:
        return YES
    return No(_("Declare the file complete first."))


def documents_accepted(case: CaseFile) -> Verdict:
    """Every document is accepted and every needed one is there."""
    missing = [
        item
        for item in case.requirements
        if item.required and not case.documents_in(f"req:{item.key}")
    ]
    if missing:
        return No(_("A required document is missing: %(name)s.") % {"name": missing[0].title})
    refused = len(case.rejected())
    if refused:
        return No(
            ngettext(
                "%(count)d document must be corrected first.",
                "%(count)d documents must be corrected first.",
                refused,
            )
            % {"count": refused}
        )
    waiting = len(case.unjudged())
    if waiting:
        return No(
            ngettext(
                "%(count)d document has not been checked yet.",
                "%(count)d documents have not been checked yet.",
                waiting,
            )
            % {"count": waiting}
        )
    return YES


def checklist_done(case: CaseFile) -> Verdict:
    """Every line of the stage's checklist is ticked."""
    items = case.stage.checklist if case.stage else ()
    left = [item for item in items if item.key not in case.checklist_done]
    if not left:
        return YES
    return No(
        ngettext(
            "%(count)d line of the checklist is not ticked yet.",
            "%(count)d lines of the checklist are not ticked yet.",
            len(left),
        )
        % {"count": len(left)}
    )


def opinions_in(case: CaseFile) -> Verdict:
    """The gate of the stage is open: all, any, or (advisory) none needed.

    An objection never opens a gate: under `any` one opinion without objection is needed.
    """
    rule = case.stage.opinions if case.stage else None
    if rule is None or rule.mode == "advisory":
        return YES
    gate = case.gate()
    answered = [opinion for opinion in gate if _counts(opinion)]
    objecting = [o for o in answered if o.answer == OpinionAnswer.OBJECT]
    if rule.mode == "any" and len(answered) > len(objecting):
        return YES
    # Never asked is not answered: the gate fails closed.
    if len(answered) < len(rule.requests):
        waiting = [str(opinion.agency) for opinion in gate if not _counts(opinion)]
        names = ", ".join(waiting) or "-"
        return No(_("Still waiting for the opinion of %(agencies)s.") % {"agencies": names})
    if not objecting:
        return YES
    names = ", ".join(str(opinion.agency) for opinion in objecting)
    return No(
        _("%(agencies)s objected. Reject the file or ask for corrections.") % {"agencies": names}
    )


def _counts(opinion: Opinion) -> bool:
    """Given, or silent where silence means no objection."""
    if opinion.state == OpinionState.GIVEN:
        return True
    return opinion.state == OpinionState.SILENT and opinion.silence == "no_objection"


def no_open_correction(case: CaseFile) -> Verdict:
    """No correction round waits for the applicant."""
    if case.open_round is None:
        return YES
    return No(_("The applicant has not answered the corrections yet."))


GUARDS: dict[str, Guard] = {
    "declared_complete": declared_complete,
    "documents_accepted": documents_accepted,
    "checklist_done": checklist_done,
    "opinions_in": opinions_in,
    "no_open_correction": no_open_correction,
}


def check(names: tuple[str, ...], case: CaseFile) -> Verdict:
    """The first refusal of the named guards, or YES."""
    for name in names:
        verdict = GUARDS[name](case)
        if not verdict:
            return verdict
    return YES
