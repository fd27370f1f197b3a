"""Signing in with an identity provider (OpenID Connect): authorization code, PKCE and nonce, by Authlib.

What Authlib remembers meanwhile is kept in the database (`data.users.foreign`), so that any server may take it up.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from fastapi import Request
from fastapi.responses import Response
from httpx2 import HTTPError
from joserfc.errors import JoseError

from data.settings import Settings
from data.users.errors import ForeignSignInRefused
from data.users.grants import Grant, granted
from geo.errors import InputError

TIMEOUT_S = 10
SIGNED_BY_THE_PROVIDER = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""What others could not have signed too: neither ``none`` nor a common secret."""
FAILURES = (OAuthError, JoseError, HTTPError, KeyError, ValueError, RuntimeError)


class Stranger(NamedTuple):
    """Somebody whom an identity provider knows."""

    subject: str
    name: str
    grant: Grant


class Provider:
    """An identity provider.

    Raises
    ------
    InputError
        The settings name an issuer, but not by what name One Grid is known there, or what its word is worth.
    """

    def __init__(self, settings: Settings) -> None:
        if not (settings.openid_issuer and settings.openid_client_id and settings.openid_grants):
            raise InputError("ONEGRID_OPENID_ISSUER needs ONEGRID_OPENID_CLIENT_ID and ONEGRID_OPENID_GRANTS beside it")
        self.settings = settings
        self.issuer = settings.openid_issuer
        secret = settings.openid_client_secret
        self.client = OAuth().register(
            "provider",
            server_metadata_url=self.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_id=settings.openid_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            client_kwargs={
                "scope": settings.openid_scope,
                "code_challenge_method": "S256",
                "timeout": TIMEOUT_S,
                **({} if secret else {"token_endpoint_auth_method": "none"}),
            },
        )

    async def send_away(self, request: Request, back: str) -> Response:
        """Return the answer that sends a browser to the provider; it comes back to an address.

        What is to be remembered meanwhile stands in ``request.session``.

        Raises
        ------
        ForeignSignInRefused
            The provider can't be reached, or calls itself otherwise.
        """
        try:
            await self.know()
            answer: Response = await self.client.authorize_redirect(request, back)
        except FAILURES as error:
            raise ForeignSignInRefused("the identity provider can't be reached; try again") from error
        return answer

    async def welcome_back(self, request: Request) -> Stranger:
        """Return who came back from the provider; ``request.session`` is what was to be remembered.

        Raises
        ------
        ForeignSignInRefused
            What they bring can't be believed, or carries no role.
        """
        essential = {"iss": {"essential": True, "value": self.issuer},
                     "aud": {"essential": True, "value": self.settings.openid_client_id}}  # fmt: skip
        try:
            await self.know()
            token = await self.client.authorize_access_token(request, claims_options=essential)
            claims = dict(token["userinfo"])
            if self.settings.openid_claim not in claims and "userinfo_endpoint" in self.client.server_metadata:
                more = dict(await self.client.userinfo(token=token))
                claims = more | claims if more.get("sub") == claims["sub"] else claims
        except FAILURES as error:
            raise ForeignSignInRefused("the identity provider did not confirm this sign-in; try again") from error
        return self.stranger(claims)

    async def know(self) -> None:
        """Read what the provider says of itself, once; trust only what nobody else could have signed.

        Raises
        ------
        ValueError
            It calls itself otherwise than the settings do.
        """
        said = await self.client.load_server_metadata()
        if said.get("issuer") != self.issuer:
            said.pop("_loaded_at")  # it is read again next time
            raise ValueError("the identity provider calls itself otherwise than ONEGRID_OPENID_ISSUER")
        signed = said.get("id_token_signing_alg_values_supported", ["RS256"])
        said["id_token_signing_alg_values_supported"] = [one for one in signed if one in SIGNED_BY_THE_PROVIDER]

    def stranger(self, claims: dict[str, Any]) -> Stranger:
        """Return whom the claims of an identity token are about."""
        grant = granted(self.settings.openid_grants, claims.get(self.settings.openid_claim))
        if grant is None:
            raise ForeignSignInRefused("your account has no role in One Grid; ask whoever looks after it")
        names = (claims.get(key) for key in (self.settings.openid_name_claim, "email", "sub"))
        return Stranger(str(claims["sub"]), next(str(name) for name in names if name), grant)
