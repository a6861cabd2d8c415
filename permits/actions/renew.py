"""Moving a draft from a retired version of the form to the one in force, by field key."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.models import User
from mpp.kit import clock
from mpp.kit.transactions import act
from permits import answers as answer_rows
from permits import permissions
from permits.actions import base
from permits.casefile import FIELD, REQUIREMENT
from permits.definition import PermitDefinition
from permits.models import Answer, Application, PermitVersion, Phase, VersionState
from permits.versions import definition_of
from permits.workflow import Refused, require


@dataclass(slots=True)
class FormChanges:
    """What a new version asks differently: pieces of the definitions, old and new."""

    added: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    changed: list = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def form_changes(old: PermitDefinition, new: PermitDefinition) -> FormChanges:
    """Fields and documents that are new, gone or differ (old and new compared by key)."""
    found = FormChanges()
    pairs = (
        ({f.key: f for f in old.all_fields()}, {f.key: f for f in new.all_fields()}),
        ({r.key: r for r in old.requirements}, {r.key: r for r in new.requirements}),
    )
    for before, after in pairs:
        found.added += [item for key, item in after.items() if key not in before]
        found.removed += [item for key, item in before.items() if key not in after]
        found.changed += [
            item for key, item in after.items() if key in before and before[key] != item
        ]
    return found


@act
def move_to_current_version(
    application: Application, *, actor: User, to: PermitVersion
) -> Application:
    """Put a draft onto the published version `to`; answers and documents follow by key.

    An answer whose field is gone or has another type is dropped, a document without a slot is
    taken out. Raises Refused when it is no draft, or `to` is not what is published for its type.
    """
    base.hold(application)
    require(permissions.can_represent(actor, application))
    if to.permit_type_id != application.version.permit_type_id:
        raise Refused(_("This is a form of another service."), status=409)
    if to.state != VersionState.PUBLISHED:
        raise Refused(_("This service does not take applications here at the moment."), status=409)
    old, new = definition_of(application.version), definition_of(to)
    values = answer_rows.answers_of(application, old)
    moved = Application.objects.filter(pk=application.pk, phase=Phase.DRAFT).update(
        version=to, updated_at=clock.now()
    )
    if not moved:
        raise Refused(_("Only a draft can be moved to the new form."), status=409)
    application.refresh_from_db()
    kept = {
        key: value
        for key, value in values.items()
        if new.has_field(key) and new.field(key).type == old.field(key).type
    }
    # Written anew, because a field may have become sensitive and is then stored encrypted.
    Answer.objects.filter(application=application).delete()
    answer_rows.store(application, new, kept)
    slots = {f"{REQUIREMENT}{item.key}" for item in new.requirements if item.takes_file}
    slots |= {f"{FIELD}{item.key}" for item in new.all_fields() if item.type == "file"}
    application.documents.filter(removed_at__isnull=True).exclude(slot__in=slots).update(
        removed_at=clock.now()
    )
    return application
