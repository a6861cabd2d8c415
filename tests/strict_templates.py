"""Makes an undefined variable in one of our own templates an exception while tests run.

Django draws an unknown name as nothing, so that a typing error stays unseen. Stock templates of
Django and allauth rely on that; ours do not. `{% if x %}`, `{% for y in x %}`, `{% firstof %}`
and `{{ x|default:... }}` say themselves that `x` may be missing and stay allowed.
"""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.template import VariableDoesNotExist, base
from django.template.utils import get_app_template_dirs

OURS = str(Path(settings.BASE_DIR) / "templates")
TOLERANT = {"default", "default_if_none"}


class UndefinedVariable(Exception):
    """A template of ours uses a name that the view does not give it."""


@cache
def is_strict(path: str) -> bool:
    """Whether the template in this file is ours and no override of a stock desk page."""
    if not path.startswith(OURS):
        return False
    name = path.removeprefix(OURS).lstrip("/")
    if not name.startswith(("admin/", "allauth/elements/")):
        return True
    return not any((Path(folder) / name).exists() for folder in get_app_template_dirs("templates"))


class StrictExpression(base.FilterExpression):
    """A filter expression that remembers the file it stands in."""

    __slots__ = ("origin",)

    def __init__(self, token, parser):
        super().__init__(token, parser)
        self.origin = str(getattr(parser.origin, "name", ""))

    def resolve(self, context, ignore_failures=False):
        """As Django does, but an unknown name in a strict template raises."""
        if self.is_var and not ignore_failures and is_strict(self.origin) and not self._tolerant():
            try:
                self.var.resolve(context)
            except VariableDoesNotExist as missing:
                raise UndefinedVariable(f"{self.origin}: {{{{ {self.token} }}}}") from missing
        return super().resolve(context, ignore_failures)

    def _tolerant(self) -> bool:
        first = self.filters[0][0] if self.filters else None
        return getattr(first, "_filter_name", "") in TOLERANT


def install() -> None:
    """From now on every template is compiled with strict expressions."""
    base.FilterExpression = StrictExpression
