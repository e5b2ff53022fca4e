"""The reader's language, looked up once per request instead of once per word: a page has a thousand words.

Flask-Babel's `gettext` finds context, domain, locale and catalogue anew for every string. A domain of the request's own,
set as the documented default, remembers them; `force_locale` is seen because it replaces the locale.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from flask import current_app, g, has_request_context
from flask_babel import Domain, get_babel, get_locale, refresh
from flask_babel import gettext as looked_up
from markupsafe import Markup

MOST = (
    50_000  # strings remembered for one language, far more than there are; what is made up at run time must not pile up
)


_speech: ContextVar[Spoken | None] = ContextVar("speech", default=None)


class Spoken(Domain):
    """The application's domain as one request speaks it."""

    def __init__(self, context: Any) -> None:
        super().__init__()
        self._context, self._inner = context, get_babel().instance.domain_instance
        self._locale: Any = None
        self._words: dict[str, str] = {}
        self._marked: dict[str, Markup] = {}

    def get_translations(self) -> Any:
        """The catalogue of the locale in force."""
        return self._inner.get_translations()

    def gettext(self, string: str, **variables: Any) -> str:
        """The word for a source string."""
        self._listen()
        word = self._words.get(string)
        if word is None:
            word = self.get_translations().ugettext(string)
            if len(self._words) < MOST:
                self._words[string] = word
        return word % variables if variables else word

    def written(self, string: str) -> Markup:
        """The word as a template writes it, where nothing is filled in."""
        self._listen()
        word = self._marked.get(string)
        if word is None:
            word = Markup(self.gettext(string)) % {}  # noqa: S704 - our own catalogue, as Jinja takes it
            if len(self._marked) < MOST:
                self._marked[string] = word
        return word

    def _listen(self) -> None:
        """Follows the request to another language."""
        if self._locale is None or getattr(self._context, "babel_locale", None) is not self._locale:
            self._locale = get_locale()
            every = current_app.extensions.setdefault("spoken", {})
            self._words, self._marked = every.setdefault(str(self._locale), ({}, {}))


def begin() -> None:
    """From here on this request speaks through a domain of its own."""
    refresh()
    speech = Spoken(g._flask_babel)
    speech.as_default()
    _speech.set(speech)


def written(string: Any, /, **variables: Any) -> Markup:
    """`_` of the templates: what Jinja's own does, without finding the request anew for every word."""
    speech = _speech.get() if has_request_context() else None
    if speech is None:
        return Markup(looked_up(str(string))) % variables  # noqa: S704 - our own catalogue, as Jinja takes it
    if variables:
        return Markup(speech.gettext(str(string))) % variables  # noqa: S704
    return speech.written(str(string))
