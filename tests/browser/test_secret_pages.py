"""Pages behind a secret link, over https in Chromium: their forms work, their address stays here.

A browser decides what it sends as Origin and Referer, and Django asks for more over https, so only
a real browser on a real https address shows that the two fit.
"""

import ssl
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as portal
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections

from counters import actions as hall_acts
from counters.models import Queue, Ticket
from counters.persons import Person
from counters.views.secrets import address_of
from mpp import demo_hall, demo_visits
from tests.browser.conftest import Screen
from tests.factories import visits as make
from visits.links import visit_path
from visits.states import VisitState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Quiet(WSGIRequestHandler):
    """Says nothing about each request."""

    def log_message(self, *args) -> None:
        """Nothing."""


def certificate(folder) -> ssl.SSLContext:
    """A certificate nobody knows, for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.fixture
def https(transactional_db, tmp_path, settings):
    """The portal at an https address of this machine."""
    settings.DATA_DIR = tmp_path
    settings.ALLOWED_HOSTS = ["localhost"]
    inner = StaticFilesHandler(WSGIHandler())

    def application(environ, start_response):
        environ["wsgi.url_scheme"] = "https"
        try:
            return inner(environ, start_response)
        finally:
            connections.close_all()

    server = ThreadedWSGIServer(("localhost", 0), Quiet)
    server.socket = certificate(tmp_path).wrap_socket(server.socket, server_side=True)
    server.set_app(application)
    worker = threading.Thread(target=server.serve_forever, daemon=True)
    worker.start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    worker.join(10)


@pytest.fixture
def visitor(chromium, https):
    """A phone at the https address; `posts` are the headers of what it sent."""
    screen = Screen(chromium, SimpleNamespace(url=https), "phone", ignore_https_errors=True)
    screen.posts = []
    screen.page.on(
        "request", lambda r: screen.posts.append(r.all_headers()) if r.method == "POST" else None
    )
    yield screen
    screen.close()


def ticket() -> Ticket:
    demo_hall.make_hall()
    queue = Queue.objects.get(site__key="among-warga", key="dukcapil")
    return hall_acts.issue(queue, person=Person(phone="+628120000001"), source="kiosk", key="k")


def told_elsewhere(screen: Screen) -> str | None:
    """What another site would be told when somebody leaves this page for it."""
    heard = []

    def answer(route) -> None:
        heard.append(route.request.headers.get("referer"))
        route.fulfill(body="<p>luar</p>", content_type="text/html")

    screen.page.route("https://luar.example/**", answer)
    screen.page.evaluate(
        """() => { const a = document.createElement('a'); a.href = 'https://luar.example/x';
        document.body.append(a); a.click(); }"""
    )
    screen.page.wait_for_url("https://luar.example/x")
    assert heard
    return heard[0]


def test_a_number_is_given_back_from_its_secret_page(visitor, town):
    number = ticket()
    visitor.open(f"{address_of(number)}batal/")
    visitor.page.locator("main form button").last.click()
    visitor.page.wait_for_load_state()
    assert visitor.posts[0]["origin"] == visitor.base
    number.refresh_from_db()
    assert number.state == "cancelled"
    assert told_elsewhere(visitor) is None


def test_a_visit_is_cancelled_and_read_in_english_by_its_secret_page(visitor, town):
    demo_visits.make_set_up()
    visit = make.sent(wishes=[(make.VisitSession.objects.first(), make.open_day(1))])
    visitor.open(visit_path(visit))
    visitor.page.get_by_role("button", name="EN").click()
    visitor.page.wait_for_load_state()
    assert visitor.page.locator("html").get_attribute("lang") == "en"
    assert visitor.page.url.endswith(visit_path(visit)), "and stays on its page"
    visitor.open(f"{visit_path(visit)}tindakan/batal/")
    visitor.page.fill('main [name="text"]', "Ditunda.")
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_load_state()
    visit.refresh_from_db()
    assert visit.state == VisitState.CANCELLED_BY_GUEST
    assert [sent["origin"] for sent in visitor.posts] == [visitor.base] * 2
    assert portal.CSRF_COOKIE_NAME not in {c["name"] for c in visitor.context.cookies()}
    assert told_elsewhere(visitor) is None
