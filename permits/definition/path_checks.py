"""Checks of the path: every stage is reached, leads to an end, and somebody may act there."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from permits.definition.shapes import Action, Stage
from permits.definition.vocabulary import GOOD_ENDS, GUARD_NAMES, MOVING_VERBS
from permits.definition.whole import PermitDefinition

SERVICE_AGENCY = "service"
Finding = tuple[str, str]


def path_findings(
    defn: PermitDefinition, agencies: set[str], roles: set[str]
) -> Iterator[Finding]:
    """What is wrong with stages and actions, as (path, sentence)."""
    if not defn.stages:
        yield "stages", _("At least one stage is needed.")
        return
    if not any(stage.intake for stage in defn.stages):
        yield "stages", _("One stage must declare files complete (intake).")
    for index, stage in enumerate(defn.stages):
        path = f"stages[{index}]"
        yield from _who(stage.agency, stage.role, path, agencies | {SERVICE_AGENCY}, roles)
        yield from _gate(stage, path, agencies | {SERVICE_AGENCY}, roles)
        for number, action in enumerate(stage.actions):
            yield from _action(defn, index, action, f"{path}.actions[{number}]", roles)
    yield from _flow(defn)


def _who(
    agency: str, role: str, path: str, agencies: set[str], roles: set[str]
) -> Iterator[Finding]:
    if agency not in agencies:
        yield f"{path}.agency", _("This agency is unknown, so nobody may act here.")
    if role not in roles:
        yield f"{path}.role", _("This role is unknown, so nobody may act here.")


def _gate(stage: Stage, path: str, agencies: set[str], roles: set[str]) -> Iterator[Finding]:
    gate = stage.opinions
    guarded = any("opinions_in" in action.guards for action in stage.actions)
    if gate is None:
        if guarded:
            yield f"{path}.actions", _("An action waits for opinions, but nobody is asked.")
        return
    if not gate.requests:
        yield f"{path}.opinions.requests", _("Name at least one agency to ask.")
    if not 1 <= gate.due_days <= 90:
        yield f"{path}.opinions.due_days", _("Give 1 to 90 working days.")
    if gate.mode != "advisory" and not guarded:
        yield f"{path}.opinions", _("No action waits for these opinions (guard opinions_in).")
    for index, request in enumerate(gate.requests):
        inner = f"{path}.opinions.requests[{index}]"
        yield from _who(request.agency, request.role, inner, agencies, roles)


def _action(
    defn: PermitDefinition, stage_index: int, action: Action, path: str, roles: set[str]
) -> Iterator[Finding]:
    if action.role and action.role not in roles:
        yield f"{path}.role", _("This role is unknown, so nobody may act here.")
    for guard in action.guards:
        if guard not in GUARD_NAMES:
            yield f"{path}.guards", _("The guard %(name)s is unknown.") % {"name": guard[:60]}
    if "checklist_done" in action.guards and not defn.stages[stage_index].checklist:
        yield f"{path}.guards", _("The guard checklist_done needs a checklist.")
    if action.verb in MOVING_VERBS:
        yield from _target(defn, stage_index, action, path)
    elif action.to:
        yield f"{path}.to", _("This action ends the path, so it has no next stage.")


def _target(
    defn: PermitDefinition, stage_index: int, action: Action, path: str
) -> Iterator[Finding]:
    keys = [stage.key for stage in defn.stages]
    if action.to not in keys:
        yield f"{path}.to", _("There is no stage with this key.")
        return
    target = keys.index(action.to)
    if action.verb == "send_back" and target >= stage_index:
        yield f"{path}.to", _("Sending back goes to an earlier stage.")
    if action.verb == "forward" and target <= stage_index:
        yield f"{path}.to", _("Passing on goes to a later stage.")


def _flow(defn: PermitDefinition) -> Iterator[Finding]:
    reached = {defn.stages[0].key}
    pending = [defn.stages[0]]
    while pending:
        for key in _targets(defn, pending.pop()):
            if key not in reached:
                reached.add(key)
                pending.append(defn.stage(key))
    ending = _ending(defn)
    for index, stage in enumerate(defn.stages):
        path = f"stages[{index}]"
        if stage.key not in reached:
            yield path, _("No action leads to this stage.")
        if not stage.actions:
            yield f"{path}.actions", _("This stage has no action, so files get stuck here.")
        elif stage.key not in ending:
            yield path, _("No path leads from this stage to an end.")
    if not any(
        action.verb in GOOD_ENDS
        for stage in defn.stages
        if stage.key in reached
        for action in stage.actions
    ):
        yield "stages", _("No path ends well: approve, hand over or complete is missing.")


def _targets(defn: PermitDefinition, stage: Stage) -> list[str]:
    return [action.to for action in stage.actions if action.to and defn.has_stage(action.to)]


def _ending(defn: PermitDefinition) -> set[str]:
    """Keys of the stages from which some path ends."""
    found = {s.key for s in defn.stages if any(action.is_end for action in s.actions)}
    grown = True
    while grown:
        more = {
            stage.key
            for stage in defn.stages
            if stage.key not in found and found.intersection(_targets(defn, stage))
        }
        grown = bool(more)
        found |= more
    return found
