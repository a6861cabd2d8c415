"""The desk: Django's admin, entered through the portal's own door."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class DeskSite(admin.AdminSite):
    """The stock admin in our theme; signing in happens at /akun/ like for everybody."""

    site_title = _("Desk")
    site_header = _("Desk of the mall")
    index_title = _("Work")
    enable_nav_sidebar = True

    login = secure_admin_login(admin.AdminSite.login)
