"""Bearer tokens: those of the settings, and those that an OpenID provider signs."""

import asyncio
import hmac
import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx

from swarm.settings import SwarmSettings
from ui.web.signin import user_of

if TYPE_CHECKING:
    from mcp.server.auth.provider import AccessToken

log = logging.getLogger(__name__)

KEYS_FRESH = 300.0
"""Seconds for which a provider's keys are used without looking again."""
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures by keys that only the provider has."""


def named(tokens: Mapping[str, str], given: str) -> str | None:
    """Whose token it is. Every token is compared, each in constant time."""
    found = None
    for name, token in tokens.items():
        if hmac.compare_digest(token.encode(), given.encode(errors="replace")):
            found = name
    return found


class Tokens:
    """Tells who sends a token (the protocol package's `TokenVerifier`)."""

    def __init__(self, tokens: Mapping[str, str], issuer: str = "", audience: str = "") -> None:
        self._tokens = tokens
        self.issuer = issuer
        self._audience = audience
        self._issuer_said = issuer
        self._keys: tuple[float, Any] = (0.0, None)
        self._lock = asyncio.Lock()

    @classmethod
    def of(cls, settings: SwarmSettings) -> "Tokens":
        """The tokens that the settings know."""
        known = {name: token.get_secret_value() for name, token in settings.api_tokens.items()}
        scheme, _, issuer = (settings.auth or "").partition(":")
        if scheme == "oidc" and settings.oidc_client_id:
            return cls(known, issuer, settings.oidc_client_id)
        return cls(known)

    def __bool__(self) -> bool:
        """Whether any token can be right."""
        return bool(self._tokens or self.issuer)

    async def verify_token(self, token: str) -> "AccessToken | None":
        """Who sends this token; None for nobody we know."""
        from mcp.server.auth.provider import AccessToken

        user = named(self._tokens, token)
        if user is not None:
            return AccessToken(token="", client_id=user, scopes=[], subject=user)
        if not self.issuer or token.count(".") != 2:
            return None
        user = user_of(await self._claims(token) or {})
        return AccessToken(token="", client_id=user, scopes=[], subject=user) if user else None

    async def _claims(self, token: str) -> dict[str, Any] | None:
        """What the provider says in a token that it signed for us and that still holds."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        try:
            claims = jwt.decode(token, await self._provider_keys(), algorithms=ALGORITHMS).claims
            wanted = jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": self._issuer_said},
                aud={"essential": True, "value": self._audience},
                exp={"essential": True},
            )
            wanted.validate(claims)
        except (JoseError, ValueError) as error:
            log.info("a token was refused: %s", error)
            return None
        except httpx.HTTPError as error:
            log.error("the OpenID provider %s does not answer: %s", self.issuer, error)
            return None
        return dict(claims)

    async def _provider_keys(self) -> Any:
        from joserfc.jwk import KeySet

        async with self._lock:
            if time.monotonic() - self._keys[0] > KEYS_FRESH or self._keys[1] is None:
                async with httpx.AsyncClient(timeout=10) as client:
                    about = (await client.get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")).raise_for_status().json()
                    keys = (await client.get(str(about["jwks_uri"]))).raise_for_status().json()
                self._issuer_said = str(about["issuer"])
                self._keys = (time.monotonic(), KeySet.import_key_set(keys))
            return self._keys[1]
