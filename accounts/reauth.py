"""Sensitive acts ask for a recent sign-in."""

from collections.abc import Callable

from allauth.account.decorators import reauthentication_required


def recent_sign_in_required(view: Callable) -> Callable:
    """Ask for password, code or passkey again when the last proof is too old.

    The limit is ACCOUNT_REAUTHENTICATION_TIMEOUT (15 minutes). Reading stays free: only unsafe
    methods are asked, and allauth carries the posted form over to the moment after the proof.
    """
    return reauthentication_required(view, allow_get=True)
