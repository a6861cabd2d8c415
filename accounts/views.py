"""Pages of the own account: profile, inbox, privacy, businesses."""

from django.contrib import messages
from django.core.paginator import EmptyPage, InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import actions
from accounts.access import openings_of_person
from accounts.forms import BusinessForm, MemberForm, ProfileForm
from accounts.models import Business, BusinessInvite, BusinessMember, Notice, User
from mpp.kit import clock
from mpp.kit.installation import installation

PER_PAGE = 20


def page_of(request: HttpRequest, rows, per_page: int = PER_PAGE):
    """The page `?halaman=` of a queryset; 404 for a page that is not there."""
    try:
        return Paginator(rows, per_page).page(request.GET.get("halaman", "1"))
    except (InvalidPage, EmptyPage) as fault:
        raise Http404 from fault


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """See and change the own data; a village search keeps what was typed."""
    home = installation().region_code
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=person, home_code=home)
    if request.method == "POST" and "look" not in request.POST and form.is_valid():
        for sentence in actions.save_profile(form.instance):
            messages.warning(request, sentence)
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    if "look" in request.POST:
        form.errors.clear()
    context = {"form": form, "person": request.user, "tab": "profile"}
    return render(request, "accounts/profile.html", context)


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What the mall told the person, newest first."""
    rows = Notice.objects.filter(recipient=request.user).order_by("-created_at", "-pk")
    context = {"page": page_of(request, rows), "tab": "inbox"}
    return render(request, "accounts/inbox.html", context)


@require_POST
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and go where it points (a POST: reading a page changes nothing)."""
    notice = get_object_or_404(Notice, pk=pk, recipient=request.user)
    Notice.objects.filter(pk=pk, read_at__isnull=True).update(read_at=clock.now())
    inside = url_has_allowed_host_and_scheme(notice.path, set()) and notice.path.startswith("/")
    return redirect(notice.path if inside else reverse("accounts:inbox"))


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept and why, and who opened it."""
    context = {
        "page": page_of(request, openings_of_person(request.user)),
        "person": request.user,
        "tab": "privacy",
    }
    return render(request, "accounts/privacy.html", context)


def _my_business(request: HttpRequest, pk: int) -> Business:
    """A business in which the person is a member now; anyone else gets 404."""
    mine = Business.objects.filter(
        memberships__user=request.user, memberships__ended_at__isnull=True
    ).distinct()
    return get_object_or_404(mine, pk=pk)


def _as_owner(request: HttpRequest, pk: int) -> tuple[Business, HttpResponse | None]:
    business = _my_business(request, pk)
    if actions.is_owner(request.user, business):
        return business, None
    sentence = _("Only the owner of the business can do this.")
    refusal = render(request, "accounts/refused.html", {"sentence": sentence})
    return business, HttpResponseForbidden(refusal.content)


@require_GET
def business_list(request: HttpRequest) -> HttpResponse:
    """The own businesses, and invitations to others."""
    memberships = (
        BusinessMember.objects.filter(user=request.user, ended_at__isnull=True)
        .select_related("business")
        .order_by("business__name", "pk")
    )
    context = {
        "memberships": memberships,
        "invites": actions.invites_for(request.user),
        "tab": "business",
    }
    return render(request, "accounts/business_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def business_create(request: HttpRequest) -> HttpResponse:
    """Register a business; the person becomes its owner."""
    form = BusinessForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        business = actions.register_business(form.instance, actor=request.user)
        messages.success(request, _("The business is registered."))
        return redirect("accounts:business-detail", business.pk)
    return render(request, "accounts/business_form.html", {"form": form, "tab": "business"})


@require_http_methods(["GET", "HEAD", "POST"])
def business_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A business with its members; the owner changes it."""
    business = _my_business(request, pk)
    is_owner = actions.is_owner(request.user, business)
    form = BusinessForm(request.POST or None, instance=business)
    if request.method == "POST":
        business, refusal = _as_owner(request, pk)
        if refusal:
            return refusal
        if form.is_valid():
            form.save()
            messages.success(request, _("The business is saved."))
            return redirect("accounts:business-detail", pk)
    return _show_business(request, pk, form, MemberForm(), is_owner)


def _show_business(request, pk, form, member_form, is_owner, status=200) -> HttpResponse:
    context = {
        "business": Business.objects.get(pk=pk),
        "form": form,
        "member_form": member_form,
        "is_owner": is_owner,
        "memberships": BusinessMember.objects.filter(business_id=pk, ended_at__isnull=True)
        .select_related("user")
        .order_by("pk"),
        "invites": BusinessInvite.objects.filter(business_id=pk, ended_at__isnull=True).order_by(
            "pk"
        ),
        "tab": "business",
    }
    return render(request, "accounts/business_detail.html", context, status=status)


@require_POST
def member_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite a member by contact; the answer is the same for everybody."""
    business, refusal = _as_owner(request, pk)
    if refusal:
        return refusal
    form = MemberForm(request.POST)
    if not form.is_valid():
        return _show_business(request, pk, BusinessForm(instance=business), form, True)
    actions.invite_member(business, contact=form.cleaned_data["contact"], actor=request.user)
    messages.success(request, _("The invitation is written down."))
    return redirect("accounts:business-detail", pk)


@require_POST
def member_end(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """End a membership."""
    business = _my_business(request, pk)
    membership = get_object_or_404(
        BusinessMember, pk=member, business=business, ended_at__isnull=True
    )
    try:
        actions.end_membership(membership, actor=request.user)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:business-detail", pk)
    messages.success(request, _("The membership has ended."))
    return redirect("accounts:business-list")


@require_POST
def invite_end(request: HttpRequest, pk: int, invite: int) -> HttpResponse:
    """Take an invitation back."""
    business, refusal = _as_owner(request, pk)
    if refusal:
        return refusal
    row = get_object_or_404(BusinessInvite, pk=invite, business=business)
    actions.withdraw_invite(row)
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("accounts:business-detail", pk)


@require_POST
def invite_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or decline an invitation to one of the own contacts; others get 404."""
    invite = get_object_or_404(actions.invites_for(request.user), pk=pk)
    accept = request.POST.get("answer") == "accept"
    actions.answer_invite(invite, actor=request.user, accept=accept)
    if accept:
        messages.success(request, _("You can now apply for this business."))
    return redirect("accounts:business-list")
