"""The commands of `flask --app app ...`: named here, loaded when one is called. A web server never loads them."""

from __future__ import annotations

from importlib import import_module

import click
from flask.cli import AppGroup

COMMANDS = {
    "release": "app.cli.release:command",
    "create-admin": "app.cli.release:create_admin",
    "ledger": "app.cli.ledger:group",
    "check": "app.cli.check:group",
    "reset-factor": "app.cli.release:reset_factor",
    "keys": "app.cli.keys:group",
    "import": "app.cli.importing:group",
    "sms-texts": "app.cli.texts:command",
}


class LateGroup(AppGroup):
    """A group that finds its commands by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, for the help; each is loaded only there."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded now."""
        found = super().get_command(ctx, cmd_name)
        if found is not None or cmd_name not in COMMANDS:
            return found
        module, _colon, name = COMMANDS[cmd_name].partition(":")
        return getattr(import_module(module), name)
