"""The desk: Django's admin, entered through the portal's own door."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from permits.views.desk.frame import desk_links
from permits.views.desk.start import start


class DeskSite(admin.AdminSite):
    """The stock admin in our theme; signing in happens at /akun/ like for everybody."""

    site_title = _("Desk")
    site_header = _("Desk of the mall")
    index_title = _("Work")
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Send to the portal's own sign-in page, and back to where one wanted to go."""
        return secure_admin_login(super().login)(request, extra_context)

    def each_context(self, request: HttpRequest) -> dict:
        """What the head and side of every stock page show, beside Django's own."""
        context = super().each_context(request)
        return {**context, **desk_links(request)} if context["has_permission"] else context

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The start page: my work first, the set-up below."""
        return super().index(request, {**start(request), **(extra_context or {})})
