"""OpenID Connect as its client: discovery, authorization code with PKCE, and the verification of what comes back.

Tokens are verified by PyJWT against the provider's published keys: signature, issuer, audience, times and nonce.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any, Final

import jwt

ALGORITHMS: Final = ["RS256", "PS256", "ES256"]
SECONDS: Final = 8
_LARGEST: Final = 256 * 1024
_KEPT: Final = 600  # seconds that a provider's description and keys are remembered
_LEEWAY: Final = 60
_PATIENCE: Final = 30
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class OpenIdFault(Exception):
    """What a provider answered cannot be trusted, or it did not answer. The text names the step, never a value."""


@dataclass(frozen=True, slots=True)
class Client:
    """We, as the provider knows us."""

    issuer: str
    client_id: str
    secret: str
    redirect_uri: str


class _Still(urllib.request.HTTPRedirectHandler):
    """Redirects of token and key endpoints are not followed."""

    def redirect_request(self, *_args: Any, **_kw: Any) -> None:
        """None: the redirect becomes an error."""


_opener = urllib.request.build_opener(_Still())
_known: dict[str, tuple[float, dict[str, Any]]] = {}
_silent: dict[str, float] = {}  # who did not answer is not asked again at once: every asking holds a worker


def trusted_address(url: str) -> bool:
    """https, or plain http on this very machine (for trying out and for tests)."""
    parts = urllib.parse.urlsplit(url)
    if parts.username or parts.password or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def forget() -> None:
    """Descriptions and keys are fetched anew."""
    _known.clear()
    _silent.clear()


def _fetch(request: str | urllib.request.Request, step: str) -> dict[str, Any]:
    url = request if isinstance(request, str) else request.full_url
    if not trusted_address(url):
        raise OpenIdFault(f"{step}: address")
    try:
        with _opener.open(request, timeout=SECONDS) as answer:
            body = answer.read(_LARGEST + 1)
    except (OSError, urllib.error.URLError, ValueError) as fault:
        raise OpenIdFault(f"{step}: no answer") from fault
    try:
        found = json.loads(body) if len(body) <= _LARGEST else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise OpenIdFault(f"{step}: no object")
    return found


def _remembered(url: str, step: str, *, anew: bool = False) -> dict[str, Any]:
    held = _known.get(url)
    if held is not None and not anew and held[0] > time.monotonic():
        return held[1]
    if _silent.get(url, 0.0) > time.monotonic():
        raise OpenIdFault(f"{step}: no answer a moment ago")
    try:
        found = _fetch(url, step)
    except OpenIdFault:
        _silent[url] = time.monotonic() + _PATIENCE
        raise
    _known[url] = (time.monotonic() + _KEPT, found)
    return found


def metadata(issuer: str) -> dict[str, Any]:
    """The provider's description of itself; it must name the very issuer that was asked."""
    found = _remembered(f"{issuer.rstrip('/')}/.well-known/openid-configuration", "discovery")
    if found.get("issuer") != issuer or not all(isinstance(found.get(name), str) for name in _NEEDED):
        raise OpenIdFault("discovery: issuer")
    return found


def authorization_url(client: Client, scopes: str, state: str, nonce: str, verifier: str) -> str:
    """Where the browser is sent."""
    endpoint = metadata(client.issuer)["authorization_endpoint"]
    if not trusted_address(endpoint):
        raise OpenIdFault("authorization: address")
    asked = {
        "response_type": "code", "client_id": client.client_id, "redirect_uri": client.redirect_uri, "scope": scopes,
        "state": state, "nonce": nonce, "code_challenge": challenge(verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urllib.parse.urlencode(asked)}"


def claims_of(client: Client, code: str, verifier: str, nonce: str) -> dict[str, Any]:
    """Exchanges the code and answers the verified claims of the ID token. Raises OpenIdFault."""
    sent = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect_uri,
        "client_id": client.client_id, "code_verifier": verifier,
    }  # fmt: skip
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked in _fetch
        metadata(client.issuer)["token_endpoint"], urllib.parse.urlencode(sent).encode(), {"Accept": "application/json"}
    )
    if client.secret:
        pair = f"{urllib.parse.quote(client.client_id)}:{urllib.parse.quote(client.secret)}"
        request.add_header("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")
    token = _fetch(request, "token").get("id_token")
    if not isinstance(token, str):
        raise OpenIdFault("token: no identity")
    return verified(client, token, nonce)


def verified(client: Client, token: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token, once everything about it is right."""
    try:
        header = jwt.get_unverified_header(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(client.issuer, str(header.get("kid") or "")),
            algorithms=ALGORITHMS,
            audience=client.client_id,
            issuer=client.issuer,
            leeway=_LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.PyJWTError as fault:
        raise OpenIdFault(f"identity: {type(fault).__name__}") from fault
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise OpenIdFault("identity: nonce")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != client.client_id:
        raise OpenIdFault("identity: azp")
    return claims


def _key(issuer: str, kid: str) -> jwt.PyJWK:
    """The provider's key of that name; an unknown name makes us look once more, since keys change."""
    address = metadata(issuer)["jwks_uri"]
    for anew in (False, True):
        keys = _remembered(address, "keys", anew=anew).get("keys")
        for one in keys if isinstance(keys, list) else ():
            if isinstance(one, dict) and one.get("kid") == kid and kid and one.get("use", "sig") == "sig":
                return jwt.PyJWK(one)
    raise OpenIdFault("identity: unknown key")
