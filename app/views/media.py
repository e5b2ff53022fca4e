"""Screens of pictures and videos: a unit's image (GD-50/51) and a person's (TJ-51..53)."""

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from app.models.media import Medium
from app.rules.actor import UNIT_SIDE
from app.views.base import SafeView


class UnitMediumView(SafeView):
    """Logo, pictures and video of a unit; shown outside only after approval (GD-51)."""

    datamodel = SQLAInterface(Medium)
    kind = "unit_media"
    list_title, thing = _l("Unit pictures and videos"), _l("Unit picture or video")
    add_words = _l("Upload a picture or video")
    hidden_for = dict.fromkeys(UNIT_SIDE, ("unit", "region"))
    needed_columns = ("file",)
    list_columns = ["file", "title", "status", "slot", "unit", "region", "changed_on"]
    search_columns = ["title", "slot", "status", "unit", "region"]
    order_columns = ["changed_on"]
    offered_words = {"slot": ("logo", "image", "video")}
    add_columns = ["slot", "title", "file"]
    edit_columns = ["title", "file"]
    show_columns = ["file", "title", "slot", "status", "unit", "region", "submitted_at", "decided_at"]


class PersonalMediumView(SafeView):
    """Portrait, pictures and video of a person (TJ-51..53); at most three pictures."""

    datamodel = SQLAInterface(Medium)
    kind = "personal_media"
    list_title, thing = _l("Personal pictures and videos"), _l("Personal picture or video")
    add_words = _l("Upload a picture or video")
    needed_columns = ("file",)
    list_columns = ["file", "title", "status", "slot", "region", "changed_on"]
    search_columns = ["title", "slot", "status", "region"]
    order_columns = ["changed_on"]
    offered_words = {"slot": ("avatar", "image", "video")}
    add_columns = ["slot", "title", "file", "region"]
    edit_columns = ["title", "file"]
    show_columns = ["file", "title", "slot", "status", "region", "submitted_at", "decided_at"]
