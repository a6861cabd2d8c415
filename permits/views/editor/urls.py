"""Addresses of the editor, below those of the model in the admin."""

from collections.abc import Callable

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from permits.views.editor import acts, edit, exchange, overview, preview

PAGES: tuple[tuple[str, str, Callable], ...] = (
    ("<int:pk>/part/<str:place>/", "part", edit.edit),
    ("<int:pk>/add/<str:place>/", "add", edit.add),
    ("<int:pk>/remove/<str:place>/", "remove", edit.remove),
    ("<int:pk>/move/", "move", edit.move),
    ("<int:pk>/problems/", "problems", acts.problems),
    ("<int:pk>/compare/", "compare", acts.compare),
    ("<int:pk>/publish/", "publish", acts.publish),
    ("<int:pk>/retire/", "retire", acts.retire),
    ("<int:pk>/copy/", "copy", acts.copy),
    ("<int:pk>/delete-draft/", "delete", acts.delete),
    ("<int:pk>/export/", "export", exchange.export),
    ("<int:pk>/import/", "import", exchange.import_version),
    ("<int:pk>/preview/", "preview", preview.preview),
    ("<int:pk>/paper/", "paper", preview.paper),
    ("<int:pk>/change/", "change", overview.overview),
)


def editor_urls(site: AdminSite) -> list[URLPattern]:
    """Every page of the editor as `permits_permitversion_<name>`, for staff only."""
    return [
        path(route, site.admin_view(view), name=f"permits_permitversion_{name}")
        for route, name, view in PAGES
    ]
