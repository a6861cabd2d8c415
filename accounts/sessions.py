"""Who is signed in: the session and the person, the two questions every page asks first."""

from datetime import datetime

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.models import Session

from accounts.models import User
from mpp.kit import clock
from mpp.kit.prepared import Prepared

_SESSIONS = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now),
    str,
    datetime,
)
_PEOPLE = Prepared(lambda pk: User.objects.filter(pk=pk), int)


class SessionStore(DatabaseSessionStore):
    """Django's sessions in the database, read with a prepared query (SESSION_ENGINE)."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        found = next(iter(_SESSIONS.rows(self.session_key, clock.now())), None)
        if found is None:
            self._session_key = None
        return found


class PreparedBackend(AuthenticationBackend):
    """allauth's sign-in with e-mail or phone; the person of a session by a prepared query."""

    def get_user(self, user_id: int) -> User | None:
        person = next(iter(_PEOPLE.rows(user_id)), None)
        return person if person is not None and self.user_can_authenticate(person) else None
