"""The review page and its acts: who may open it, what it shows, what a refusal keeps."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from permits import actions
from permits.casefile import CaseFile
from permits.models import Application, Opinion, Phase, Verdict
from tests.permits import engine
from tests.permits.desk import at, browser, busy, events, real_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    return engine.sent("sip-dokter", engine.person("Ningsih Rahayu", nik="3579024507900003"))


@pytest.fixture
def desk():
    return engine.staff("dpmptsp", "front_desk", name="Dewi")


def page_of(client, application, query: str = "") -> str:
    answer = client.get(at("review", application.number) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_review_shows_applicant_documents_and_next_acts(sent, desk):
    page = page_of(browser(desk), sent)
    assert "Ningsih Rahayu" in page
    assert "Surat permohonan" in page
    assert "Teruskan ke verifikator" in page
    assert "style=" not in page


def test_answers_tab_shows_what_was_sent(sent, desk):
    page = page_of(browser(desk), sent, "?dokumen=isian")
    assert "3579024507900003" in page
    assert "Profesi dan registrasi" in page


def test_refused_act_is_visible_and_says_why(sent, desk):
    page = page_of(browser(desk), sent)
    assert 'aria-disabled="true"' in page
    assert "Nyatakan berkas lengkap" in page or "lengkap" in page


def test_review_of_a_foreign_agency_is_unknown(sent):
    stranger = engine.staff("dukcapil", "verifier", "front_desk")
    client = browser(stranger)
    for name in ("review", "purpose", "round", "preview"):
        assert client.get(at(name, sent.number)).status_code == 404
    assert not events().exists()


def test_own_file_is_refused_with_a_sentence(sent):
    engine.post(sent.owner, "dpmptsp", "front_desk")
    sent.owner.is_staff = True
    sent.owner.save()
    answer = browser(sent.owner).get(at("review", sent.number))
    assert answer.status_code == 403
    assert "berkas Anda sendiri" in answer.content.decode()


def test_superuser_without_posting_sees_no_file(sent, people):
    assert browser(people.superuser).get(at("review", sent.number)).status_code == 404


def test_unknown_document_is_unknown(sent, desk):
    client = browser(desk)
    for wrong in ("0", "999999", "-1", "x", "9" * 30):
        answer = client.get(at("review", sent.number) + f"?dokumen={wrong}")
        assert answer.status_code == 404


@pytest.mark.parametrize("rows", [1, 30, 300])
def test_review_needs_at_most_25_queries(sent, rows):
    team = engine.desk_team(sent)
    actor = engine.at_desk(sent, team)
    engine.work_through(sent, actor)
    engine.step(sent, actor, "forward")
    busy(sent, rows)
    verifier = engine.at_desk(sent, team)
    actions.take(sent, actor=verifier)
    client = browser(verifier)
    page_of(client, sent)
    with CaptureQueriesContext(connection) as seen:
        page_of(client, sent)
    assert len(seen) <= 25, [query["sql"][:90] for query in seen]


def test_long_history_is_cut_and_can_be_shown_whole(sent, desk):
    busy(sent, 60)
    client = browser(desk)
    assert "Pesan 59" in page_of(client, sent)
    assert "Pesan 3<" not in page_of(client, sent)
    assert "Pesan 3<" in page_of(client, sent, "?riwayat=semua")


def test_take_and_release(sent, desk):
    client = browser(desk)
    client.post(at("take", sent.number), {"key": "a"})
    sent.refresh_from_db()
    assert (sent.assignee, sent.phase) == (desk, Phase.IN_REVIEW)
    client.post(at("release", sent.number), {"key": "b"})
    sent.refresh_from_db()
    assert sent.assignee is None


def test_second_to_take_is_told_who_was_faster(sent, desk):
    colleague = engine.staff("dpmptsp", "front_desk", name="Rina")
    actions.take(sent, actor=colleague)
    answer = browser(desk).post(at("take", sent.number), {"key": "a"})
    assert answer.status_code == 403
    assert str(colleague) in answer.content.decode()


def test_acts_need_a_post(sent, desk):
    client = browser(desk)
    for name in ("take", "release", "assign", "tick", "declare", "message"):
        assert client.get(at(name, sent.number)).status_code == 405


def test_head_gives_a_file_to_a_colleague(sent):
    head = engine.staff("dpmptsp", "head", "front_desk")
    colleague = engine.staff("dpmptsp", "front_desk")
    browser(head).post(at("assign", sent.number), {"to": colleague.pk, "key": "a"})
    sent.refresh_from_db()
    assert sent.assignee == colleague


@pytest.mark.parametrize("to", ["", "x", "0", "9" * 30])
def test_giving_to_nobody_is_no_fault(sent, to):
    head = engine.staff("dpmptsp", "head", "front_desk")
    answer = browser(head).post(at("assign", sent.number), {"to": to})
    assert answer.status_code in (400, 404)


# --- verdicts -----------------------------------------------------------------------------------
def test_verdict_with_ready_and_own_words(sent, desk):
    document = CaseFile(sent).documents[0]
    client = browser(desk)
    answer = client.post(
        at("verdict", sent.number, document.pk),
        {"outcome": "rejected", "canned": "blurred", "reason": "Halaman 2."},
    )
    assert answer.status_code == 302
    verdict = Verdict.objects.get(document=document)
    assert verdict.reason.endswith("Halaman 2.")
    assert verdict.reason.startswith("Gambarnya buram")


def test_refusal_without_reason_keeps_the_choice(sent, desk):
    document = CaseFile(sent).documents[0]
    answer = browser(desk).post(
        at("verdict", sent.number, document.pk), {"outcome": "rejected", "reason": "  "}
    )
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Tulis untuk pemohon apa yang salah" in page
    assert re.search(r'value="rejected"[^>]* checked', page)
    assert not Verdict.objects.exists()


@pytest.mark.parametrize("text", ["a\x00b", "x" * 5_000], ids=["control", "long"])
def test_bad_reason_is_told(sent, desk, text):
    document = CaseFile(sent).documents[0]
    answer = browser(desk).post(
        at("verdict", sent.number, document.pk), {"outcome": "rejected", "reason": text}
    )
    assert answer.status_code == 400


def test_verdict_on_another_files_document_is_unknown(sent, desk):
    foreign = CaseFile(engine.sent("ktp-hilang")).documents[0]
    answer = browser(desk).post(at("verdict", sent.number, foreign.pk), {"outcome": "accepted"})
    assert answer.status_code == 404


# --- checklist, completeness, messages ----------------------------------------------------------
def test_checklist_saves_ticks_and_unticks(sent, desk):
    keys = [item.key for item in CaseFile(sent).stage.checklist]
    client = browser(desk)
    here = {"stage_key": sent.stage_key}
    client.post(at("tick", sent.number), {**here, "done": keys})
    assert CaseFile(sent).checklist_done == set(keys)
    client.post(at("tick", sent.number), {**here, "done": keys[:1]})
    assert CaseFile(sent).checklist_done == set(keys[:1])


def test_checklist_of_a_stage_that_has_gone_is_told(sent, desk):
    answer = browser(desk).post(at("tick", sent.number), {"stage_key": "lama", "done": ["x"]})
    assert answer.status_code == 409


def test_declare_complete_starts_the_clock(sent, desk):
    browser(desk).post(at("declare", sent.number), {"key": "a"})
    sent.refresh_from_db()
    assert sent.complete_at
    again = browser(desk).post(at("declare", sent.number), {"key": "b"})
    assert again.status_code == 403


def test_message_is_sent_once(sent, desk):
    client = browser(desk)
    for _again in range(2):
        client.post(at("message", sent.number), {"body": "Mohon tunggu.", "key": "satu"})
    assert sent.messages.count() == 1
    assert sent.messages.get().office == "DPMPTSP"


def test_empty_message_comes_back(sent, desk):
    answer = browser(desk).post(at("message", sent.number), {"body": " ", "key": "satu"})
    assert answer.status_code == 400
    assert "Tulis pesan Anda dulu" in answer.content.decode()


# --- corrections --------------------------------------------------------------------------------
def test_corrections_are_asked_in_one_request(sent, desk):
    client = browser(desk)
    document = CaseFile(sent).documents[0]
    client.post(
        at("verdict", sent.number, document.pk), {"outcome": "rejected", "reason": "Buram."}
    )
    page = client.get(at("round", sent.number)).content.decode()
    assert "Buram." in page
    answer = client.post(
        at("round", sent.number),
        {
            "pilih": [document.slot, "field:str_number"],
            f"alasan-{document.slot}": "Buram.",
            "alasan-field:str_number": "Nomornya kurang satu angka.",
            "note": "Dua hal saja.",
            "key": "k1",
        },
    )
    assert answer.status_code == 302
    sent.refresh_from_db()
    assert sent.phase == Phase.NEEDS_CORRECTION
    assert CaseFile(sent).open_round.items.count() == 2
    page = page_of(client, sent)
    assert "Nomornya kurang satu angka." in page


def test_corrections_without_a_reason_keep_what_was_typed(sent, desk):
    slot = CaseFile(sent).documents[0].slot
    answer = browser(desk).post(
        at("round", sent.number),
        {"pilih": [slot, "field:nik"], f"alasan-{slot}": "Buram sekali.", "key": "k1"},
    )
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Buram sekali." in page
    assert "alasan-field:nik_error" in page
    sent.refresh_from_db()
    assert sent.phase != Phase.NEEDS_CORRECTION


def test_corrections_of_nothing_are_refused(sent, desk):
    answer = browser(desk).post(at("round", sent.number), {"pilih": ["field:ngawur"], "key": "k"})
    assert answer.status_code == 400


def test_request_is_taken_back_with_a_reason(sent, desk):
    slot = CaseFile(sent).documents[0].slot
    actions.ask_corrections(sent, actor=desk, items={slot: "Buram."}, key="k1")
    client = browser(desk)
    assert client.post(at("round_cancel", sent.number), {"key": "k2"}).status_code == 400
    client.post(at("round_cancel", sent.number), {"key": "k2", "reason": "Salah lihat."})
    sent.refresh_from_db()
    assert sent.phase == Phase.IN_REVIEW


def test_later_round_shows_before_and_after(sent, desk):
    actions.take(sent, actor=desk)
    actions.ask_corrections(sent, actor=desk, items={"field:str_number": "Salah."}, key="k1")
    sent.refresh_from_db()
    before = CaseFile(sent).answers["str_number"]
    actions.save_answers(sent, actor=sent.owner, values={"str_number": "STR-99-BARU"})
    client = browser(desk)
    waiting = page_of(client, sent, "?dokumen=isian")
    assert "STR-99-BARU" not in waiting
    actions.resubmit(sent, actor=sent.owner, key="k2")
    page = page_of(client, sent, "?dokumen=isian")
    assert "STR-99-BARU" in page
    assert f"<del><bdi>{before}</bdi></del>" in page


# --- opinions -----------------------------------------------------------------------------------
@pytest.fixture
def in_gate(sent):
    team = engine.desk_team(sent)
    actor = engine.at_desk(sent, team)
    engine.work_through(sent, actor)
    engine.step(sent, actor, "forward")
    sent.refresh_from_db()
    return sent, team


def test_asked_agency_sees_a_reduced_page_with_its_form(in_gate):
    sent, team = in_gate
    client = browser(team["dinkes/opinion_giver"])
    page = page_of(client, sent, "?dokumen=isian")
    assert "Apakah STR, SKP" in page
    assert 'class="decision-bar"' not in page
    assert "3579024507900003" not in page
    assert 'id="message-form"' not in page


def test_opinion_is_given_and_objection_needs_words(in_gate):
    sent, team = in_gate
    opinion = Opinion.objects.get(application=sent)
    client, here = browser(team["dinkes/opinion_giver"]), at("opinion", sent.number, opinion.pk)
    wrong = client.post(here, {f"o{opinion.pk}-answer": "object"})
    assert wrong.status_code == 400
    client.post(here, {f"o{opinion.pk}-answer": "agree"})
    opinion.refresh_from_db()
    assert opinion.state == "given"
    again = client.post(here, {f"o{opinion.pk}-answer": "agree"})
    assert again.status_code == 403


def test_opinion_of_another_agency_is_refused(in_gate):
    sent, team = in_gate
    opinion = Opinion.objects.get(application=sent)
    verifier = engine.at_desk(sent, team)
    answer = browser(verifier).post(
        at("opinion", sent.number, opinion.pk), {f"o{opinion.pk}-answer": "agree"}
    )
    assert answer.status_code == 403


def test_asked_agency_cannot_do_the_work_of_the_desk(in_gate):
    sent, team = in_gate
    client = browser(team["dinkes/opinion_giver"])
    document = CaseFile(sent).documents[0]
    tried = {
        "take": [],
        "declare": [],
        "message": [],
        "verdict": [document.pk],
        "round": [],
    }
    for name, more in tried.items():
        answer = client.post(
            at(name, sent.number, *more), {"outcome": "accepted", "body": "Halo", "key": name}
        )
        assert answer.status_code == 403, name


# --- documents ----------------------------------------------------------------------------------
def test_page_picture_and_download(desk):
    owner = engine.person()
    application = engine.draft("sip-dokter", owner)
    slot = CaseFile(application).documents[0].slot
    document = actions.attach(application, actor=owner, slot=slot, file=real_file(), position=1)
    actions.submit(application, actor=owner, key="k")
    client = browser(desk)
    picture = client.get(at("page", application.number, document.pk, 1))
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert "no-store" in picture.headers["Cache-Control"]
    assert client.get(at("page", application.number, document.pk, 2)).status_code == 404
    download = client.get(at("download", application.number, document.pk))
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(download.streaming_content)


def test_document_waiting_for_its_scan_is_not_shown(sent, desk):
    document = CaseFile(sent).documents[0]
    type(document.file).objects.filter(pk=document.file_id).update(scan_state="pending")
    client = browser(desk)
    assert client.get(at("page", sent.number, document.pk, 1)).status_code == 409
    assert client.get(at("download", sent.number, document.pk)).status_code == 409
    page_of(client, sent, f"?dokumen={document.pk}")


def test_document_of_another_file_is_unknown(sent, desk):
    foreign = CaseFile(engine.sent("ktp-hilang")).documents[0]
    for name, more in (("page", [1]), ("download", [])):
        answer = browser(desk).get(at(name, sent.number, foreign.pk, *more))
        assert answer.status_code == 404


def test_page_in_english_has_english_texts(sent, desk):
    client = browser(desk)
    client.cookies["bahasa"] = "en"
    page = page_of(client, sent)
    assert "Pass to the verifier" in page
    assert "Application letter" in page


def test_draft_is_never_at_the_desk(desk):
    draft = engine.draft("sip-dokter")
    assert browser(desk).get(at("review", draft.reference)).status_code == 404
    assert Application.objects.visible_to_desk(desk).count() == 0
