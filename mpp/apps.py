"""App configurations: the kit, the portal's wiring and the desk (the Django admin)."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _

# Registers what `check --deploy` looks at.
from mpp import checks  # noqa: F401


class KitConfig(AppConfig):
    name = "mpp.kit"
    label = "kit"
    verbose_name = _("The mall itself")


class PortalConfig(AppConfig):
    name = "mpp"
    label = "portal"
    verbose_name = "Portal"


class DeskConfig(AdminConfig):
    default_site = "mpp.admin.DeskSite"
