"""Files for tests of the acts, made without HTTP and without files on disk."""

from itertools import count

from accounts.models import Role, User
from counters import permissions as places
from counters.models import Agency, Posting
from mpp.kit.models import StoredFile
from permits import actions, samples
from permits.casefile import CaseFile
from permits.models import Application, PermitVersion, VersionState

_numbers = count(1)


def person(name: str = "Siti Rahmawati", **columns) -> User:
    number = next(_numbers)
    return User.objects.create_user(f"p{number}@example.com", None, full_name=name, **columns)


def staff(agency: str, *roles: str, name: str = "Petugas") -> User:
    user = person(f"{name} {next(_numbers)}", is_staff=True)
    post(user, agency, *roles)
    return user


def post(user: User, agency: str, *roles: str) -> None:
    for role in roles:
        Posting.objects.create(
            user=user, agency=Agency.objects.get(key=agency), role=Role.objects.get(key=role)
        )
    places.forget_postings(user)


def stored(scan_state: str = "clean") -> StoredFile:
    number = next(_numbers)
    return StoredFile.objects.create(
        path=f"tests/{number}",
        shown_name=f"berkas {number}.jpg",
        mime="image/jpeg",
        size=10,
        sha256=f"{number:064x}",
        source_sha256=f"{number:064x}",
        scan_state=scan_state,
    )


def version_of(type_key: str) -> PermitVersion:
    return PermitVersion.objects.select_related("permit_type__service").get(
        permit_type__key=type_key, state=VersionState.PUBLISHED
    )


def draft(type_key: str = "sip-dokter", owner: User | None = None, *, filled: bool = True):
    owner = owner or person()
    application = actions.start(version_of(type_key), owner=owner, filed_by=owner)
    if filled:
        fill(application, owner)
    return application


def fill(application: Application, owner: User) -> None:
    case = CaseFile(application)
    values = samples.answers(case.definition, owner)
    actions.save_answers(application, actor=owner, values=values)
    for slot, _title in samples.slots(CaseFile(application)):
        actions.attach(application, actor=owner, slot=slot, file=stored())


def sent(type_key: str = "sip-dokter", owner: User | None = None) -> Application:
    application = draft(type_key, owner)
    return actions.submit(application, actor=application.owner, key=f"k{next(_numbers)}")


def desk_team(application: Application) -> dict[str, User]:
    """One staff member per (agency, role) of the whole path, by `agency/role`."""
    case = CaseFile(application)
    team: dict[str, User] = {}
    for stage in case.definition.stages:
        agency = case.service.agency.key if stage.agency == "service" else stage.agency
        team.setdefault(f"{agency}/{stage.role}", None)
        for request in stage.opinions.requests if stage.opinions else ():
            team.setdefault(f"{request.agency}/{request.role}", None)
    for key in team:
        team[key] = staff(*key.split("/"))
    return team


def at_desk(application: Application, team: dict[str, User]) -> User:
    application.refresh_from_db()
    return team[f"{application.desk_agency.key}/{application.desk_role}"]


def work_through(application: Application, actor: User) -> None:
    """Take, accept every document, tick every line, declare complete, answer opinions."""
    application.refresh_from_db()
    actions.take(application, actor=actor)
    case = CaseFile(application)
    for document in case.unjudged():
        actions.judge_document(document, actor=actor, outcome="accepted")
    for item in case.stage.checklist:
        actions.tick(application, actor=actor, item_key=item.key, done=True)
    if not application.complete_at:
        actions.declare_complete(application, actor=actor)


def give_all(application: Application, team: dict[str, User], answer: str = "agree") -> None:
    for opinion in application.opinions.filter(state="asked").select_related("agency"):
        giver = team[f"{opinion.agency.key}/{opinion.role}"]
        actions.give_opinion(opinion, actor=giver, answer=answer, text="Sudah kami periksa.")


def step(application: Application, actor: User, verb: str, **more) -> Application:
    application.refresh_from_db()
    stage = CaseFile(application).stage
    action = next(a for a in stage.actions if a.verb == verb)
    return actions.perform(
        application,
        actor=actor,
        action_key=action.key,
        key=f"k{next(_numbers)}",
        stage_key=stage.key,
        **more,
    )


def walk(application: Application, team: dict[str, User], last: str) -> Application:
    """Walk a sent file along its first forward actions to its end by the verb `last`."""
    for _round in range(10):
        actor = at_desk(application, team)
        work_through(application, actor)
        give_all(application, team)
        verbs = [action.verb for action in CaseFile(application).stage.actions]
        if last in verbs:
            more = {"received_by": "Siti"} if last == "hand_over" else {}
            more |= {"reason": "Tidak memenuhi syarat."} if last == "reject" else {}
            return step(application, actor, last, **more)
        step(application, actor, "forward")
    raise AssertionError("the path does not end")
