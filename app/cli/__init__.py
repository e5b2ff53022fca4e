"""The commands of `flask --app app ...`."""

from app.cli import check, importing, ledger, release

COMMANDS = (release.command, release.create_admin, ledger.group, check.group, importing.group)
