"""Headers: the same strict ones on every kind of page; public pages set no cookie."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from mpp.kit.secret_pages import HEADERS
from tests.house import doors
from tests.house.source import ROOT, files

PUBLIC = [
    "home",
    "counters:service-list",
    "counters:service-detail",
    "counters:agency-list",
    "counters:agency-detail",
    "verify",
    "verify-code",
    "permits:track",
    "visits:calendar",
    "visits:request",
    "visits:regions",
    "visits:visit",
    "visits:badge",
    "account_login",
    "account_signup",
]
# Pages with a form need the CSRF cookie; no other page sets any.
WITH_FORM = {
    "verify",
    "verify-code",
    "permits:track",
    "visits:request",
    "account_login",
    "account_signup",
}
STAFF = [
    "admin:index",
    "admin:permits_application_worklist",
    "admin:permits_application_review",
    "admin:permits_application_papers",
    "gallery",
]
CITIZEN = ["accounts:profile", "permits:application-list", "permits:application-status"]


def assert_strict(answer):
    """The policy names no other host and allows nothing inline."""
    policy = answer.headers["Content-Security-Policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
    assert rules["default-src"] == "'none'"
    assert rules["script-src"].startswith("'self'")
    assert rules["style-src"].startswith("'self'")
    for name in ("frame-ancestors", "base-uri", "object-src"):
        assert rules[name] == "'none'", name
    assert rules["form-action"] == "'self'"
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Permissions-Policy" in answer.headers


@pytest.mark.django_db
@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_are_strict_and_set_no_cookie(world, client, name):
    answer = client.get(doors.address(name, world))
    assert answer.status_code == 200
    assert_strict(answer)
    allowed = {settings.CSRF_COOKIE_NAME} if name in WITH_FORM else set()
    assert set(answer.cookies) <= allowed


@pytest.mark.django_db
def test_pages_of_people_are_strict_and_never_kept(world, client):
    for role, names in (("citizen", CITIZEN), ("front_desk", STAFF)):
        client.force_login(world.user(role))
        for name in names:
            answer = client.get(doors.address(name, world))
            assert answer.status_code == 200, name
            assert_strict(answer)
            assert "no-store" in answer.headers["Cache-Control"], name


@pytest.mark.django_db
def test_error_pages_are_strict(client, settings):
    missing = client.get("/tidak-ada/")
    assert missing.status_code == 404
    assert_strict(missing)
    forbidden = Client(enforce_csrf_checks=True).post(reverse("account_login"))
    assert forbidden.status_code == 403
    assert_strict(forbidden)


@pytest.mark.django_db
def test_a_fault_of_ours_is_strict_and_shows_nothing(settings, logged_errors):
    settings.ROOT_URLCONF = "tests.house.faulty_urls"
    answer = Client(raise_request_exception=False).get("/rusak/")
    assert answer.status_code == 500
    assert_strict(answer)
    body = answer.content.decode()
    assert "Traceback" not in body
    assert "rahasia" not in body
    assert logged_errors


@pytest.mark.django_db
def test_secret_files_are_never_kept_by_anybody(world, client):
    client.force_login(world.people.citizen)
    for name in ("permits:document-open", "permits:message-file", "permits:application-receipt"):
        answer = client.get(doors.address(name, world))
        assert answer.status_code == 200, name
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]


def test_one_place_says_what_other_sites_are_told():
    """The portal's setting and the kit's rule for secret pages; no page decides for itself."""
    found = {
        str(path.relative_to(ROOT)) for path in files() if "Referrer-Policy" in path.read_text()
    }
    assert found == {"mpp/kit/secret_pages.py"}
    assert settings.SECURE_REFERRER_POLICY == HEADERS["Referrer-Policy"] == "same-origin"
