"""What is refused to whom.

::

    OneGridError
    └── AccessRefused            somebody may not do what they asked for
        ├── NotSignedIn              nobody is known by this cookie or token
        ├── SignInRefused            name and password do not belong together, or the account is disabled
        ├── TooManySignIns           too many attempts; says how long to wait
        ├── NotAllowed               their role does not carry the right
        └── ForeignSignInRefused     who signed in elsewhere has no role here, or can't be believed
"""
# ruff: noqa: N818 (the words that users read)

from __future__ import annotations

from geo.errors import OneGridError


class AccessRefused(OneGridError):
    """Somebody may not do what they asked for."""

    code = "access_refused"


class NotSignedIn(AccessRefused):
    """Nobody is known by this cookie or token; it may have expired or been revoked."""

    code = "not_signed_in"


class SignInRefused(AccessRefused):
    """Name and password do not belong together; it does not say which is wrong."""

    code = "sign_in_refused"


class TooManySignIns(AccessRefused):
    """Too many attempts under this name or from this address; ``wait_s`` says how long to wait, in seconds."""

    code = "too_many_sign_ins"

    def __init__(self, sentence: str, wait_s: int) -> None:
        super().__init__(sentence)
        self.wait_s = wait_s


class NotAllowed(AccessRefused):
    """The role does not carry the right."""

    code = "not_allowed"


class ForeignSignInRefused(AccessRefused):
    """Who signed in with the identity provider has no role here, or what the provider says can't be believed."""

    code = "openid_refused"
