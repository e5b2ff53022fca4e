"""What is looked at in the pictures of an identity, whichever kind they come with: there, readable, used once, compared by a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from app.rules.checks import reading
from app.rules.checks.saying import Voice
from app.rules.findings import Evidence, Facts, Finding
from app.rules.media import APPEAL_BYTES

NEAR: Final = 4  # bits of 64 by which two pictures may differ and still be the same paper
_UNREADABLE: Final = "R02"


def same(one: reading.Values, other: reading.Values) -> bool:
    """Whether two pictures are one: the same file, or the same paper once more. An empty sheet is none."""
    if reading.flag(one, "blank") or reading.flag(other, "blank"):
        return False
    if reading.text(one, "sha256") and reading.text(one, "sha256") == reading.text(other, "sha256"):
        return True
    left, right = one.get("phash"), other.get("phash")
    if not isinstance(left, int) or not isinstance(right, int):
        return False
    return ((left ^ right) & (2**64 - 1)).bit_count() <= NEAR


@dataclass(frozen=True, slots=True)
class Pictures:
    """The places of one kind: their names in both languages, and which field of its form a place is."""

    slots: Mapping[str, tuple[str, str]]
    field: Callable[[str], str]

    def word(self, slot: str) -> tuple[str, str]:
        """What a place is called."""
        return self.slots.get(slot, (reading.cut(slot), reading.cut(slot)))

    def missing(self, say: Voice, evidence: Evidence, facts: Facts, *, unknown: tuple[str, str]) -> Iterator[Finding]:
        """Every place that the division asks for is filled; `unknown`: what is said where nobody knows the list."""
        there = self.there(evidence)
        wanted = facts.get("required")
        if not isinstance(wanted, list | tuple):
            yield say.not_checked("files", *unknown)
            return
        for slot in wanted:
            if slot not in there:
                zh, en = self.word(slot)
                yield say.block(self.field(slot), f"缺少材料：{zh}", f"Missing: {en}.")

    def there(self, evidence: Evidence) -> set[str]:
        """The places that are filled."""
        return {reading.text(file, "slot") for file in reading.rows(evidence, "files")}

    def readable(self, say: Voice, evidence: Evidence) -> Iterator[Finding]:
        """Jpg, at most 2 MB each; looked at once more, however the file came in."""
        for file in reading.rows(evidence, "files"):
            slot = reading.text(file, "slot")
            zh, en = self.word(slot)
            if reading.text(file, "mime") != "image/jpeg":
                yield say.block(self.field(slot), f"“{zh}”不是jpg图片", f"The {en} is not a jpg picture.")
            if (reading.whole(file, "size") or 0) > APPEAL_BYTES:
                yield say.block(self.field(slot), f"“{zh}”超过2MB", f"The {en} is larger than 2 MB.")
            if reading.flag(file, "blank"):
                yield say.warn("files", f"“{zh}”近乎空白", f"The {en} is nearly blank.", reason=_UNREADABLE)
            elif reading.flag(file, "blurred"):
                yield say.warn("files", f"“{zh}”可能模糊", f"The {en} may be blurred.", reason=_UNREADABLE)

    def used_twice(self, say: Voice, evidence: Evidence) -> Iterator[Finding]:
        """One picture in two places."""
        for one, other in combinations(reading.rows(evidence, "files"), 2):
            if same(one, other):
                (zh, en), (zh2, en2) = self.word(reading.text(one, "slot")), self.word(reading.text(other, "slot"))
                yield say.high("files", f"“{zh}”与“{zh2}”是同一张图片", f"The {en} and the {en2} are the same picture.")

    def used_before(
        self, say: Voice, evidence: Evidence, facts: Facts, *, fact: str, words: tuple[str, str]
    ) -> Iterator[Finding]:
        """Pictures that came with something else: `fact` lists their files, `words` hold a place for the name."""
        files = reading.rows(evidence, "files")
        for file_id in reading.listed(facts, fact):
            slot = next((reading.text(f, "slot") for f in files if f.get("file_id") == file_id), "")
            zh, en = self.word(slot)
            yield say.high("files", words[0].format(zh), words[1].format(en))

    def face(self, say: Voice, evidence: Evidence, slot: str, zh: str) -> Iterator[Finding]:
        """Where the holder is in a picture a person compares the face; no program decides it."""
        if slot in self.there(evidence):
            yield say.high(
                "files", zh, "Please compare: the face in the picture is that of the document.", reason="R03"
            )
