"""What a review day came to, kept once it is over: so that figures over months do not read every round again."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import Date, Integer, String
from sqlalchemy.dialects.postgresql import JSONB

from app.models.base import col


class ReviewDay(Model):
    """A day, a division and a person (0: nobody, what arrived). Counts add up; spreads are counts by class of length."""

    __tablename__ = "review_day"
    day = col("Day", Date, primary_key=True)
    region_code = col("Division", String(6), primary_key=True)
    account_id = col("Reviewer", Integer, primary_key=True, autoincrement=False)
    received = col("Received", Integer, nullable=False)
    gone = col("Gone without a verdict", Integer, nullable=False)
    approved = col("Approved", Integer, nullable=False)
    returned = col("Returned for mending", Integer, nullable=False)
    rejected = col("Rejected", Integer, nullable=False)
    late = col("Decided late", Integer, nullable=False)
    reasons = col("Reasons given", JSONB, nullable=False)
    waits = col("Spread: arrival to verdict", JSONB, nullable=False)
    efforts = col("Spread: claim to verdict", JSONB, nullable=False)
