"""Who may come in: FAB's security manager with permissions from the registry, lockout, and sessions that end."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_appbuilder.security.api import SecurityApi as FabSecurityApi
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_appbuilder.security.sqla.models import User
from flask_appbuilder.views import expose
from flask_jwt_extended import JWTManager
from sqlalchemy import exists, select

from app.extensions import db
from app.models.accounts import Person
from app.models.sessions import TokenFloor
from app.views import ageing, key_identity, second_factor
from app.views.errors import PAGES, problem
from app.views.identity import demand_function, is_api, may
from app.views.lockout import account_named
from app.views.sessions import count, find, note, refuse_if_locked
from app.views.signin import LoginView

FLOOR = "floor"  # claim of a token: the last change of what it was founded on


def _no_token(*_why: object) -> Response:
    """The answer to a token that cannot be used."""
    return problem(401, str(PAGES[401][0]), code="not_logged_in")


def _user_name(account_id: int | None) -> str | None:
    """The user name of whom a phone number, a user name or an address of mail was found to mean (TJ-03, TJ-09)."""
    return db.session.scalar(select(User.username).where(User.id == account_id)) if account_id is not None else None


def _mark(since: Any) -> str:
    """The moment of the last change as tokens name it, to the microsecond; "" where there was none."""
    return since.isoformat() if since is not None else ""


def _floor(which: Any) -> str:
    """What a token would be founded on now."""
    stmt = select(TokenFloor.since).join(User, User.id == TokenFloor.account_id).where(which)
    return _mark(db.session.scalar(stmt))


def _founded_on(identity: Any) -> dict[str, str]:
    """The claim of a new token: it counts as long as nothing has changed since, whatever second it was made in."""
    known = g.get("token_floor")
    return {FLOOR: _floor(User.id == int(identity)) if known is None else known}


class SecurityApi(FabSecurityApi):
    """FAB's token endpoint behind the same lockout as the login page."""

    @expose("/login", methods=["POST"])
    def login(self) -> Any:
        """Login endpoint for the API returns a JWT and optionally a refresh token
        ---
        post:
          description: Authenticate and get a JWT access and refresh token
          parameters:
          - {in: header, name: X-Second-Factor, schema: {type: string}, description: "A code of the second factor, where the account has one"}
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  properties:
                    username: {type: string}
                    password: {type: string}
                    provider: {type: string, enum: [db]}
                    refresh: {type: boolean}
          responses:
            200: {description: Authentication successful}
            400: {$ref: '#/components/responses/400'}
            401: {$ref: '#/components/responses/401'}
            403:
              description: >-
                Right, but no token: the account needs a second factor first (`factor_set_up`), or its password must be
                changed on the pages first (`password_must_change`), because it is too old or was set by somebody else
            429: {description: Too many failures}
        """
        sent = request.get_json(silent=True)
        if isinstance(sent, dict) and isinstance(sent.get("username"), str):
            refuse_if_locked(sent["username"])
        answer = super().login()
        if answer.status_code == 200:
            second_factor.prove_for_token(g.authenticated, request.headers.get("X-Second-Factor", ""))
            ageing.demand_current(g.authenticated.id)
            count(g.authenticated.id)
        return answer


class SecurityManager(FabSecurityManager):
    """Permissions from the registry by the hat in use; passwords in the database."""

    security_api = SecurityApi
    authdbview = LoginView

    def register_views(self) -> None:
        """Only what we stand for: the token endpoint and our login."""
        self.appbuilder.add_api(self.security_api)
        self.auth_view = self.authdbview()
        self.appbuilder.add_view_no_menu(self.auth_view)

    def create_jwt_manager(self, app: Flask) -> JWTManager:
        """Tokens; a bad, old or missing one answers 401 in the form of every other error of the API."""
        manager = super().create_jwt_manager(app)
        manager.additional_claims_loader(_founded_on)
        manager.invalid_token_loader(_no_token)
        manager.unauthorized_loader(_no_token)
        manager.expired_token_loader(_no_token)
        manager.user_lookup_error_loader(_no_token)
        return manager

    @staticmethod
    def extract_api_key_from_request() -> str | None:
        """The header of our keys, once it was found good at the beginning of the request."""
        return request.headers.get(key_identity.HEADER) if g.get("api_key") is not None else None

    def update_user_auth_stat(self, user: User, success: bool = True) -> None:
        """Failures as FAB counts them. A login is counted where it is complete: after the second factor, by whatever way."""
        if not success:
            super().update_user_auth_stat(user, success)

    def validate_api_key(self, api_key_string: str) -> User | None:
        """Whose key it is; what it may was asked before."""
        return db.session.get(User, g.api_key.account_id)

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the person in the hat in use has the permission. Sets in memory, no query.

        Where a function alone lacks, that is what is said (app/views/words.py).
        """
        allowed = may(permission_name, view_name)
        if (
            not allowed
            and g.actor is not None
            and (permission_name, view_name) in current_app.extensions["grants"].get(g.actor.role, ())
        ):
            demand_function(view_name)
        return allowed

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """What the registry grants to everybody."""
        return (permission_name, view_name) in current_app.extensions.get("grants", {}).get("public", ())

    def load_user(self, pk: Any) -> User | None:
        """The session's account, by the random number in the cookie. The API never reads the cookie."""
        return None if is_api() else find(str(pk))

    def load_user_jwt(self, _jwt_header: Any, jwt_data: dict[str, Any]) -> User | None:
        """The token's account, as long as nothing has changed of what the token was founded on."""
        subject = str(jwt_data.get("sub", ""))
        if not subject.isdigit():
            return None
        stmt = select(User, TokenFloor.since).outerjoin(TokenFloor, TokenFloor.account_id == User.id)
        row = db.session.execute(stmt.where(User.id == int(subject))).unique().first()
        if row is None or not row[0].is_active or jwt_data.get(FLOOR) != _mark(row[1]):
            return None
        g.token_floor = jwt_data[FLOOR]  # of what is renewed with it as well
        return row[0]

    @staticmethod
    def _is_demo(user: User) -> bool:
        return bool(db.session.scalar(select(exists().where(Person.account_id == user.id, Person.demo))))

    def auth_user_db(self, username: str, password: str) -> User | None:
        """The account if the password is right. Every try is written down; the lockout is the caller's first step.

        Whoever the lockout counted is whom the password is compared with, and nobody else.
        """
        known = account_named(username) if isinstance(username, str) else None
        g.token_floor = _floor(User.id == known)  # before the password is looked at: a change meanwhile counts
        user = super().auth_user_db(_user_name(known) or username, password)
        if user is not None and user.id != known:
            user = None
        if user is not None and not current_app.config["DEMO"] and self._is_demo(user):
            user = None  # everybody knows that password
        if isinstance(username, str) and username:
            done = "half" if user is not None and second_factor.needed(user.id) else "ok"
            note(username, done if user else "wrong", known)
        g.authenticated = user
        return user
