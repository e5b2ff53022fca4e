"""The log of requests (请求日志) as the auditor reads it."""

from __future__ import annotations

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from app.models.logs import RequestEvent
from app.views.accounts import account_words, for_auditor
from app.views.base import SafeView
from app.views.done_words import screen_words, step_words
from app.views.export_log import everybody


class RequestEventView(SafeView):
    """Every request that may change something: who, as what, where in the system, from where, with what result."""

    datamodel = SQLAInterface(RequestEvent)
    scope = staticmethod(for_auditor)
    choices = {"account": everybody}
    list_title, thing = _l("Request log"), _l("Request")
    empty_words = _l("Whatever anybody sends in stands here, whether it was done or refused.")
    list_columns = ["at", "account", "role", "place", "screen", "step", "row_key", "address", "result"]
    label_columns = {"place": _l("Place of the role")}
    formatters_columns = {"account": account_words, "screen": screen_words, "step": step_words}
    search_columns = ["account", "role", "at", "result", "place", "screen", "step", "row_key", "address", "request_id"]
    order_columns = ["at"]
    title_columns = ("at", "screen")
    show_columns = [*list_columns, "status", "request_id"]
