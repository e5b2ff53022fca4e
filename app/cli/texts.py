"""The texts of SMS as a provider registers them."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from app.review.dispatch_words import WORDS, registered


@click.command("sms-texts")
@with_appcontext
def command() -> None:
    """Prints every text of an SMS in both languages, its blanks numbered, under the name that SMS_TEMPLATES asks for."""
    for template in WORDS:
        for language in ("zh", "en"):
            with force_locale(language):
                click.echo(f"{template}.{language}: {registered(template)}")
