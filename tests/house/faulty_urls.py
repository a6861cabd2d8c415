"""The portal's addresses and one that breaks, for the test of the 500 page."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from mpp.urls import handler500, urlpatterns

__all__ = ["handler500", "urlpatterns"]


@login_not_required
def broken(request):
    raise RuntimeError("rahasia")


urlpatterns = [*urlpatterns, path("rusak/", broken)]
