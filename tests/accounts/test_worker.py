from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts import jobs as account_jobs
from accounts.models import Delivery, Job, Notice, User
from mpp import jobs
from mpp.kit import clock
from tests.factories.accounts import PhoneUserFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
CALLS: list[str] = []


def counted() -> None:
    CALLS.append("counted")


def broken() -> None:
    raise RuntimeError("broken on purpose")


def make(call, seconds: int) -> jobs.Periodic:
    return jobs.Periodic(call.__name__, call, seconds)


@pytest.fixture(autouse=True)
def _nothing_called():
    CALLS.clear()


def test_healthz_needs_a_beating_worker(client, logged_errors):
    assert client.get("/healthz").status_code == 503
    jobs.Runner(()).beat()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    Job.objects.update(last_at=clock.now() - timedelta(seconds=31))
    assert client.get("/healthz").status_code == 503


def test_healthz_costs_one_query_and_sets_no_cookie(client, django_assert_num_queries):
    jobs.Runner(()).beat()
    with django_assert_num_queries(1):
        answer = client.get("/healthz")
    assert not answer.cookies


def test_daily_job_runs_once_for_two_workers():
    both = [jobs.Runner((make(counted, jobs.DAY),)) for _ in range(2)]
    for runner in both:
        runner.step()
    assert CALLS == ["counted"]
    assert Job.objects.get(name="counted").next_at > clock.now() + timedelta(hours=23)


def test_failed_daily_job_is_run_again_after_its_lease_and_stops_nobody(caplog):
    runner = jobs.Runner((make(broken, jobs.DAY), make(counted, 1)))
    runner.step()
    row = Job.objects.get(name="broken")
    assert CALLS == ["counted"]
    assert "broken on purpose" in row.last_error
    assert row.next_at < clock.now() + timedelta(minutes=16)


def test_worker_command_does_a_round(client):
    call_command("worker", "--once")
    assert client.get("/healthz").status_code == 200


def test_accounts_never_proved_go_after_a_day():
    old = clock.now() - timedelta(days=2)
    squatter = PhoneUserFactory(phone_verified_at=None, date_joined=old)
    kept = [
        UserFactory(date_joined=old),
        PhoneUserFactory(date_joined=old),
        PhoneUserFactory(phone_verified_at=None),
        StaffFactory(date_joined=old),
    ]
    assert account_jobs.drop_unproved_accounts() == 1
    assert not User.objects.filter(pk=squatter.pk).exists()
    assert User.objects.count() == len(kept)


def test_demo_messages_show_codes_in_the_demo_only(rf, settings):
    from django.http import Http404

    from mpp.views.demo import messages

    notice = Notice.objects.create(
        key="k", kind="accounts.code", subject="Kode", body="1234-5678", created_at=clock.now()
    )
    Delivery.objects.create(
        notice=notice, channel="sms", address="+62812", next_at=clock.now(), message_id="<1>"
    )
    request = rf.get("/demo/pesan/")
    request.user = None
    settings.DEMO = False
    with pytest.raises(Http404):
        messages(request)
