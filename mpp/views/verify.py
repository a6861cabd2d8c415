"""/verifikasi/: anyone checks a paper by code, by scanning its QR code, or by its PDF."""

from allauth.core.internal.ratelimit import consume
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from mpp.kit import clock
from mpp.kit.fields import SafeCharField, SafeFormMixin
from mpp.kit.models import Paper
from mpp.kit.references import format_code, normalise_code
from mpp.kit.signing import MAX_CHECKED_BYTES
from mpp.kit.verification import HEADINGS, ICONS, TONES, check_upload, paper_by_code, state_of
from mpp.kit.wording import date_id, is_english, when

LONGEST_CODE = 60


class CodeForm(SafeFormMixin, forms.Form):
    """The code under the QR code of a paper."""

    code = SafeCharField(
        label=gettext_lazy("Code on the paper"),
        help_text=gettext_lazy("The letters and digits below the QR code, for example 7KQ2-M4XR."),
        max_length=LONGEST_CODE,
        error_messages={"required": gettext_lazy("Write the code on the paper.")},
    )

    def clean_code(self) -> str:
        """The code without separators; a sentence when it cannot be one."""
        code = normalise_code(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError(_("A code has letters and digits only. Check it again."))
        return code


class PdfForm(forms.Form):
    """A PDF to check; it is read and forgotten."""

    pdf = forms.FileField(
        label=gettext_lazy("The PDF you were given"),
        help_text=gettext_lazy("At most 20 MB. We check it and do not keep it."),
        error_messages={
            "required": gettext_lazy("Choose a PDF first."),
            "empty": gettext_lazy("The file is empty. Choose another file."),
        },
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_pdf(self):
        """The file, unless it is too large."""
        pdf = self.cleaned_data["pdf"]
        if pdf.size > MAX_CHECKED_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return pdf


# Papers that state a fact of one day: they do not end. Kind -> (label of the day, sentence).
FACTS = {
    "visit_attendance": (
        gettext_lazy("Day of the visit"),
        gettext_lazy("This person took part in the visit on that day."),
    ),
    "visit_reply": (
        gettext_lazy("Date of the letter"),
        gettext_lazy("This letter is in force: the visit is approved as it says."),
    ),
}


def describe(paper: Paper) -> dict:
    """What a stranger may see of a paper: state, type, number, dates, masked holder."""
    state = state_of(paper, clock.today())
    title = paper.title_en if is_english() and paper.title_en else paper.title
    day_label, _sentence_of_fact = FACTS.get(paper.kind, (_("Issued"), ""))
    until = {
        "label": _("Valid until"),
        "value": date_id(paper.valid_until) if paper.valid_until else _("no end date"),
    }
    pairs = [
        {"label": _("Type"), "value": title},
        {"label": _("Number"), "value": paper.number},
        {"label": _("Holder"), "value": paper.holder_masked},
        {"label": day_label, "value": date_id(paper.issued_on)},
        *([] if paper.kind in FACTS else [until]),
        {"label": _("Issued by"), "value": paper.issuer},
        {"label": _("Code"), "value": format_code(paper.code)},
    ]
    if state in ("suspended", "revoked", "replaced") and paper.state_at:
        pairs.insert(0, {"label": _("Since"), "value": when(paper.state_at)})
    if state == "replaced" and paper.replaced_by:
        pairs.insert(1, {"label": _("Newer paper"), "value": paper.replaced_by.number})
    return {
        "state": state,
        "tone": TONES[state],
        "icon": ICONS[state],
        "heading": _("Genuine") if state == "valid" and paper.kind in FACTS else HEADINGS[state],
        "text": _sentence(paper, state),
        "pairs": pairs,
    }


def _sentence(paper: Paper, state: str) -> str:
    if state == "valid" and paper.kind in FACTS:
        return FACTS[paper.kind][1]
    if state == "valid" and paper.valid_until:
        return _("Valid until %(day)s.") % {"day": date_id(paper.valid_until)}
    if state == "valid":
        return _("This paper has no end date.")
    if state == "expired":
        return _("It was valid until %(day)s.") % {"day": date_id(paper.valid_until)}
    return _("Do not rely on it. Ask the holder or %(issuer)s.") % {"issuer": paper.issuer}


UNKNOWN = {
    "tone": "unknown",
    "icon": "question-circle",
    "heading": gettext_lazy("Not in our records"),
    "text": gettext_lazy("Check each letter of the code. If it stays unknown, do not rely on it."),
    "pairs": [],
}


NAMED_ONLY = {
    "tone": "unknown",
    "icon": "question-circle",
    "heading": gettext_lazy("This is our paper of that code, not the file you sent"),
}


def _page(request: HttpRequest, status: int = 200, **context) -> HttpResponse:
    values = {
        "code_form": CodeForm(),
        "pdf_form": PdfForm(),
        "host": settings.SITE_URL.partition("://")[2],
        "now_text": when(clock.now()),
        "answer": None,
        "upload": None,
        "limited": False,
        **context,
    }
    return render(request, "verify.html", values, status=status)


def _is_limited(request: HttpRequest) -> bool:
    # A code is asked for by GET, which allauth's public `consume` lets pass uncounted.
    return not consume(request, app="allauth.account", action="verify", limit_get=True)


@login_not_required
@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """The form; `?kode=` goes on to the answer's own address."""
    if "kode" not in request.GET:
        return _page(request)
    form = CodeForm({"code": request.GET.get("kode", "")})
    if not form.is_valid():
        return _page(request, code_form=form, status=400)
    return redirect("verify-code", code=form.cleaned_data["code"])


@login_not_required
@require_GET
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """The answer for a code: its state now, or that we do not know it (404)."""
    if _is_limited(request):
        return _page(request, limited=True, status=429)
    paper = paper_by_code(code[: 2 * LONGEST_CODE])
    if paper is None:
        return _page(request, answer=UNKNOWN, status=404)
    return _page(request, answer=describe(paper))


@login_not_required
@require_http_methods(["GET", "POST"])
def verify_upload(request: HttpRequest) -> HttpResponse:
    """The answer for an uploaded PDF: our bytes or not, and what our records say."""
    if request.method == "GET":
        return redirect("verify")
    if _is_limited(request):
        return _page(request, limited=True, status=429)
    form = PdfForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, pdf_form=form, status=400)
    found = check_upload(form.cleaned_data["pdf"].read())
    upload = {
        "outcome": found.check.outcome,
        "is_original": found.is_original,
        "sentence": found.check.sentence,
        "signed": when(found.check.signed_at) if found.check.signed_at else "",
        "signer": found.check.signer_name,
    }
    answer = describe(found.paper) if found.paper else None
    if answer and not found.is_original:
        # Anybody can print our code on a paper: what is genuine is our record, not this file.
        answer |= NAMED_ONLY
    return _page(request, upload=upload, answer=answer)
