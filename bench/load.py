"""The rows, by COPY: no triggers and no indexes while they come in, both back afterwards.

Everything about a row follows from its number through cycles of prime lengths, so that a row costs one formatted line.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psycopg

from app.gateways import vault
from bench import people
from bench.sizes import Sizes
from bench.texts import TEXTS, Text, texts
from config import settings

SEALED_PHONE = "13800000000"
EVIDENCE = json.dumps({"title": "搬运工", "headcount": 3, "pay_amount": "260.00", "region_code": people.PROVINCE})
DIGEST = hashlib.sha256(EVIDENCE.encode()).hexdigest()
STEPS = ("submit", "claim", "approve")
FLUSH = 20_000  # lines in one message to the server

# Of 997 rows in a row. Open ones come on top of these, among the newest (see `pending`).
_STATES = ("live", 640), ("expired", 220), ("off", 90), ("rejected", 25), ("draft", 12), ("paused", 7), ("returned", 3)
_ROUND = {"live": "approved", "rejected": "rejected", "returned": "need_info", "draft": "withdrawn"}


class Maker:
    """What a row is, by its number."""

    def __init__(self, sizes: Sizes, regions: list[str]) -> None:
        self.sizes = sizes
        random = Random(7)
        home = [code for code in regions if code.startswith(people.PROVINCE[:2])]
        self.regions = [random.choice(home if random.random() < 0.6 else regions) for _ in range(1_009)]
        self.states = [state for state, share in _STATES for _ in range(share)]
        random.shuffle(self.states)
        self.texts: list[Text] = texts()
        now = datetime.now(UTC)
        self.ages = [(now - timedelta(minutes=20 * n)).isoformat(timespec="seconds") for n in range(20_000)]
        self.due = [(now + timedelta(minutes=7 * n)).isoformat(timespec="seconds") for n in range(701)]
        self.today = now.date()

    def pending(self, number: int, rows: int) -> bool:
        """1.5 % of everything waits: most of it among the newest, some of it long since."""
        return number > rows - rows * 12 // 1000 or number % 333 == 0

    def state(self, number: int, rows: int) -> str:
        """Status of a gig or picture."""
        return "pending" if self.pending(number, rows) else self.states[number % 997]

    def region(self, number: int) -> str:
        """Division."""
        return self.regions[number % 1_009]

    def age(self, number: int, rows: int) -> str:
        """When it came in; the last are the newest."""
        return self.ages[(rows - number) * len(self.ages) // (rows + 1)]

    def gigs(self) -> Iterator[str]:
        """Lines of gig_offer."""
        rows, phone = self.sizes.gigs, _sealed("gig_offer.phone")
        until = [(self.today + timedelta(days=n - 30)).isoformat() for n in range(89)]
        for n in range(1, rows + 1):
            text, at = self.texts[n % TEXTS], self.age(n, rows)
            unit = n % self.sizes.units + 1 if n % 3 else "\\N"
            poster = people.FIRST_POSTER + n % people.POSTERS
            yield (
                f"{n}\t{unit}\t{n % 40 + 1}\t{120 + n % 300}.00\tday\t{n % 9 + 1}\tday\t\t{text.description}\tbuilder\t{text.title}\t"
                f"{at}\t幸福路{n % 900}号\tonsite\tf\tt\t{until[n % 89]}\tt\t2026-11\t{at}\t{self.region(n)}\t{poster}\t{phone}\t"
                f"{text.tokens}\t{self.state(n, rows)}\t1\t{at}\t{poster}\t{at}\t{at}\n"
            )

    def units(self) -> Iterator[str]:
        """Lines of unit."""
        rows = self.sizes.units
        for n in range(1, rows + 1):
            text, at = self.texts[n * 7 % TEXTS], self.age(n, rows)
            yield (
                f"{n}\t\\N\tcsgs\timport\t{text.title[:4]}{n}号公司\tenterprise\t{self.region(n)}\t{text.tokens}\t"
                f"approved\t1\t{at}\t{at}\t{at}\n"
            )

    def files(self) -> Iterator[str]:
        """Lines of stored_file."""
        for n in range(1, self.sizes.media + 1):
            yield (
                f"{n:032x}\tb/{n}\t\\N\t{n}.jpg\timage/jpeg\t120000\t800\t600\t{n:064x}\t{n * 2654435761 % 2**62}\t"
                f"{self.age(n, self.sizes.media)}\tf\tf\tf\tnot_scanned\n"
            )

    def media(self) -> Iterator[str]:
        """Lines of medium."""
        rows = self.sizes.media
        for n in range(1, rows + 1):
            at, person = self.age(n, rows), people.FIRST_POSTER + n % people.POSTERS
            state = self.state(n, rows)
            status = {"live": "approved", "paused": "approved", "expired": "removed", "off": "removed"}.get(
                state, state
            )
            yield f"{n}\t{person}\timage\t图{n}\t{n:032x}\t{self.region(n)}\t{status}\t1\t{person}\t{at}\t{at}\n"

    def about(self, number: int) -> tuple[str, int, int]:
        """Kind, subject and number of subjects of a round: gigs first, then pictures, then gigs once more."""
        gigs, media = self.sizes.gigs, self.sizes.media
        if number <= gigs:
            return "gig_offer", number, gigs
        if number <= gigs + media:
            return "personal_media", number - gigs, media
        return "gig_offer", (number - gigs - media - 1) % gigs + 1, gigs

    def cases(self) -> Iterator[str]:
        """Lines of review_case."""
        for n in range(1, min(self.sizes.rounds, self.sizes.gigs + self.sizes.media) + 1):
            kind, subject, rows = self.about(n)
            yield f"{n}\t{kind}\t{subject}\t{self.age(subject, rows)}\n"

    def rounds(self) -> Iterator[str]:
        """Lines of review_round."""
        first = self.sizes.gigs + self.sizes.media
        for n in range(1, self.sizes.rounds + 1):
            kind, subject, rows = self.about(n)
            waits = n <= first and self.pending(subject, rows)
            state = "queued" if waits else _ROUND.get(self.states[subject % 997], "approved")
            state = "approved" if not waits and state == "need_info" else state
            at, due = self.age(subject, rows), self.due[n % 701]
            decided = "\\N" if waits else at
            yield (
                f"{n}\t{n if n <= first else subject}\t{kind}\t{subject}\t{self.texts[subject % TEXTS].title}\t1\tR{n:012d}\t{state}\tf\t"
                f"{DIGEST}\t{self.region(subject)}\t5\t{due}\t1\tt\t1\t0\t{people.FIRST_POSTER + n % people.POSTERS}\t{at}\t{decided}\t[]\t\n"
            )

    def events(self) -> Iterator[str]:
        """Lines of review_event: three a round. The chains count, their digests are none: nobody verifies this ledger."""
        seen: dict[str, int] = {}
        for n in range(1, self.sizes.events + 1):
            number = (n - 1) // 3 % self.sizes.rounds + 1
            kind, subject, _rows = self.about(number)
            chain = self.region(subject)[:2] + "0000"
            place = seen[chain] = seen.get(chain, 0) + 1
            step = STEPS[n % 3]
            yield (
                f"{n}\t{chain}\t{place}\t{self.age(n, self.sizes.events)}\t{step}\t{kind}\t{subject}\t{number}\t{people.DESK[n % 8].key}\t"
                f'reviewer\t{{"action":"{step}","round":{number},"facts":{{}}}}\t{n - 1:064x}\t{n:064x}\n'
            )
        self.heads = seen


COLUMNS = {
    "unit": "id uscc initials source name nature region_code search status version submitted_at created_on changed_on",
    "gig_offer": "id unit_id headcount pay_amount pay_unit quantity quantity_unit requirements description type_code title start_at"
    " address mode own_tools phone_public valid_until agreed agreement_version agreed_at region_code poster_id phone search status"
    " version submitted_at created_by_id created_on changed_on",
    "stored_file": "id key thumb_key name mime size width height sha256 phash uploaded_at blank blurred had_gps malware",
    "medium": "id person_id slot title file_id region_code status version created_by_id created_on changed_on",
    "review_case": "id kind subject_id opened_on",
    "review_round": "id case_id kind subject_id title round_no receipt_no state is_change evidence_digest region_code tier due_at"
    " seats_needed all_green version epoch submitted_by_id submitted_at decided_at checks acting_for",
    "review_event": "id chain seq at action kind subject_id round_id actor_id actor_role body prev_digest digest",
}


def _sealed(place: str) -> str:
    kept = settings()
    return vault.from_settings(kept["FIELD_KEYS"], kept["INDEX_KEY"]).seal(SEALED_PHONE, place)


def _copy(cursor: Any, table: str, lines: Iterator[str]) -> int:
    waiting: list[str] = []
    rows = 0
    with cursor.copy(f"COPY {table} ({', '.join(COLUMNS[table].split())}) FROM STDIN") as copy:
        for line in lines:
            waiting.append(line)
            if len(waiting) == FLUSH:
                copy.write("".join(waiting))
                rows += len(waiting)
                waiting.clear()
        copy.write("".join(waiting))
    return rows + len(waiting)


def _indexes(cursor: Any, table: str) -> list[tuple[str, str]]:
    """Name and definition of the indexes that are no constraint's."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND schemaname = 'public' AND indexname NOT IN"
        " (SELECT conname FROM pg_constraint)",
        (table,),
    )
    return list(cursor.fetchall())


def load(url: str, sizes: Sizes, say: Callable[[str], None]) -> None:
    """Fills a released, empty database."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off"
        )
        cursor.execute("SELECT code FROM region WHERE level = 3 AND NOT pseudo AND valid_to IS NULL ORDER BY code")
        maker = Maker(sizes, [code for (code,) in cursor.fetchall()])
        people.load(connection)
        cursor.execute("INSERT INTO review_evidence (digest, content) VALUES (%s, %s)", (DIGEST, EVIDENCE))
        lines = {
            "unit": maker.units, "stored_file": maker.files, "gig_offer": maker.gigs, "medium": maker.media,
            "review_case": maker.cases, "review_round": maker.rounds, "review_event": maker.events,
        }  # fmt: skip
        for table, made in lines.items():
            began = time.monotonic()
            indexes = _indexes(cursor, table)
            for name, _definition in indexes:
                cursor.execute(f'DROP INDEX "{name}"')
            rows = _copy(cursor, table, made())
            for _name, definition in indexes:
                cursor.execute(definition)
            connection.commit()
            say(f"{rows:>9,} {table} in {time.monotonic() - began:.0f} s")
        for chain, seq in maker.heads.items():
            cursor.execute("INSERT INTO ledger_head (chain, seq, digest) VALUES (%s, %s, '')", (chain, seq))
        for table in ("unit", "gig_offer", "medium", "review_case", "review_round", "review_event", "ab_user"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        connection.commit()
        connection.autocommit = True
        cursor.execute("VACUUM ANALYZE")
