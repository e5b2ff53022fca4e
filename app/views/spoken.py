"""The reader's language, looked up once per request instead of once per word: a page has a thousand words.

Flask-Babel's `gettext` finds context, domain, locale and catalogue anew for every string. A domain of the request's own,
set as the documented default, remembers them; `force_locale` is seen because it replaces the locale.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, g
from flask_babel import Domain, get_babel, get_locale, refresh

MOST = (
    50_000  # strings remembered for one language, far more than there are; what is made up at run time must not pile up
)


class Spoken(Domain):
    """The application's domain as one request speaks it."""

    def __init__(self, context: Any) -> None:
        super().__init__()
        self._context, self._inner = context, get_babel().instance.domain_instance
        self._locale: Any = None
        self._words: dict[str, str] = {}

    def get_translations(self) -> Any:
        """The catalogue of the locale in force."""
        return self._inner.get_translations()

    def gettext(self, string: str, **variables: Any) -> str:
        """The word for a source string."""
        if self._locale is None or getattr(self._context, "babel_locale", None) is not self._locale:
            self._turn()
        word = self._words.get(string)
        if word is None:
            word = self.get_translations().ugettext(string)
            if len(self._words) < MOST:
                self._words[string] = word
        return word % variables if variables else word

    def _turn(self) -> None:
        self._locale = get_locale()
        every = current_app.extensions.setdefault("spoken", {})
        self._words = every.setdefault(str(self._locale), {})


def begin() -> None:
    """From here on this request speaks through a domain of its own."""
    refresh()
    Spoken(g._flask_babel).as_default()
