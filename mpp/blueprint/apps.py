"""The blueprint as an app of its own: two small tables in the highest room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BlueprintConfig(AppConfig):
    name = "mpp.blueprint"
    label = "blueprint"
    verbose_name = _("Blueprint")
