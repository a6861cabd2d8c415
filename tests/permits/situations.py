"""Situations that several tests of the engine begin with."""

import hashlib
import json

from mpp.kit import clock
from permits import actions
from permits.models import Application, PermitVersion
from tests.permits import engine

REASON = "Tidak terbaca."
CONDITIONAL = {
    "key": "surat-kuasa",
    "title": "Surat kuasa",
    "proof": "scan",
    "accept": ["pdf", "image"],
    "required": True,
    "show_if": {"field": "by_agent", "op": "eq", "value": True},
}
YES_NO = {"key": "by_agent", "type": "yes_no", "label": "Diwakilkan?"}
AGENT = {
    "key": "agent_name",
    "type": "text",
    "label": "Nama kuasa",
    "required": True,
    "show_if": {"field": "by_agent", "op": "eq", "value": True},
}


def at_desk(type_key: str = "sip-dokter"):
    """A sent file with its team and whoever has the first desk."""
    application = engine.sent(type_key)
    team = engine.desk_team(application)
    return application, team, engine.at_desk(application, team)


def changed_definition(application: Application, **changes) -> None:
    """Put this file on a new published version that differs in these parts."""
    text = json.dumps(plain_of(application) | changes)
    version = PermitVersion.objects.get(pk=application.version_id)
    versions = version.permit_type.versions
    versions.filter(state="published").update(state="retired", retired_at=clock.now())
    version.pk, version._state.adding = None, True
    version.number = versions.count() + 1
    version.definition, version.digest = text, hashlib.sha256(text.encode()).hexdigest()
    version.save()
    Application.objects.filter(pk=application.pk).update(version=version)
    application.refresh_from_db()


def plain_of(application: Application) -> dict:
    return json.loads(application.version.definition)


def in_correction(application, actor, *targets) -> None:
    actions.ask_corrections(
        application, actor=actor, items=dict.fromkeys(targets, REASON), key="ask"
    )


def back_and_forth(application, team):
    """Bring a file from the second stage back to the first and forward again."""
    actor = engine.at_desk(application, team)
    engine.step(application, actor, "send_back", reason="Periksa lagi.")
    actor = engine.at_desk(application, team)
    actions.take(application, actor=actor)
    engine.step(application, actor, "forward")


def conditional() -> Application:
    """A sent file whose form asks more when it is handed in by somebody else."""
    application = engine.draft("ktp-hilang")
    plain = plain_of(application)
    plain["requirements"].append(CONDITIONAL)
    plain["sections"][0]["fields"] += [YES_NO, AGENT]
    changed_definition(application, **plain)
    owner = application.owner
    actions.save_answers(application, actor=owner, values={"by_agent": False})
    return actions.submit(application, actor=owner, key="s")
