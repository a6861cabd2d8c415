from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CountersConfig(AppConfig):
    name = "counters"
    verbose_name = _("Places and services")
    default_auto_field = "django.db.models.BigAutoField"
