"""Checks of pictures and videos, I01..I11 (standards.md 3.2).

The upload gateway already refuses a file that is not what it claims, too large or a bomb; here the stored
facts are verified once more, so that a file that came in another way is not shown either.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.rules.checks import reading
from app.rules.checks.saying import Family, Place, Voice
from app.rules.checks.wording import labelled, quote_en, quote_zh, topical
from app.rules.findings import Evidence, Facts, Finding
from app.rules.media import IMAGE_BYTES, SLOT_LIMITS, VIDEO_BYTES

PIXELS: Final = 40_000_000
SHORT_SIDE: Final = 400  # px
LONGEST_RATIO: Final = 4.0  # a strip longer than 4:1 shows nothing in a tile
LOGO_RATIO: Final = 1.2
VIDEO_SECONDS: Final = 180
_MEBIBYTE: Final = 1024 * 1024

_IMAGES: Final = {
    "image/jpeg": ("jpg", "jpeg", "jpe"),
    "image/png": ("png",),
    "image/webp": ("webp",),
}
_VIDEOS: Final = {"video/mp4": ("mp4", "m4v"), "video/webm": ("webm",)}
_SQUARE_SLOTS: Final = frozenset({"logo", "avatar"})

PICTURES: Final = Family()  # every picture, also those of gig posts
MEDIA: Final = Family()  # what only an entry of the picture administration has


@PICTURES.check("I01", "文件真实类型", "Real file type", fields="files", law="TJ-52；HL-09", reason="R12")
def real_type(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Type by content in the allowed list and equal to the extension; an entry needs a file."""
    files = reading.rows(evidence, "files")
    if not files and "slot" in evidence:
        yield say.block("files", "没有上传文件", "No file was uploaded.")
    for file in files:
        name, mime = reading.text(file, "name"), reading.text(file, "mime")
        wants_video = reading.text(evidence, "slot") == "video"  # its container is the affair of I11
        allowed = _VIDEOS if wants_video else _IMAGES
        extension = name.rpartition(".")[2].lower()
        if mime and mime not in allowed and not wants_video:
            yield say.block(
                "files",
                f"文件“{reading.cut(name)}”的实际类型为{reading.cut(mime)}，仅支持jpg、png、webp",
                f"The file “{reading.cut(name)}” really is {reading.cut(mime)}; only jpg, png and webp are accepted.",
            )
        elif mime in allowed and "." in name and extension not in allowed[mime]:
            yield say.block(
                "files",
                f"文件“{reading.cut(name)}”的扩展名与实际类型{reading.cut(mime)}不一致",
                f"The extension of “{reading.cut(name)}” does not fit its real type {reading.cut(mime)}.",
            )


@PICTURES.check("I02", "文件大小", "File size", fields="files", law="TJ-52", reason="R12")
def file_size(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Pictures at most 5 MB, videos at most 200 MB."""
    for file in reading.rows(evidence, "files"):
        limit = VIDEO_BYTES if _is_video(evidence, file) else IMAGE_BYTES
        size = reading.whole(file, "size")
        if size is not None and size > limit:
            yield say.block(
                "files",
                f"文件“{_name(file)}”为{size / _MEBIBYTE:.1f}MB，超过{limit // _MEBIBYTE}MB",
                f"The file “{_name(file)}” has {size / _MEBIBYTE:.1f} MB, more than {limit // _MEBIBYTE} MB.",
            )


@MEDIA.check("I03", "图片数量", "Number of pictures", fields="slot", law="TJ-52", reason="R12")
def slot_count(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """At most three pictures an owner; everything not rejected and not deleted counts (table (b) row 22)."""
    slot, count = reading.text(evidence, "slot"), reading.whole(facts, "slot_count")
    limit = SLOT_LIMITS.get(slot)
    if count is not None and limit is not None and count > limit:
        yield say.block(
            "slot",
            f"该类图片已有{count}个，最多{limit}个",
            f"There are {count} of this kind; at most {limit} are allowed.",
        )


@PICTURES.check("I04", "像素与可解码", "Pixels and decoding", fields="files", law="TJ-52", reason="R12")
def pixels(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """A stored picture has a size because it was decoded; more than 40 million pixels is a bomb."""
    for file in reading.rows(evidence, "files"):
        width, height = reading.whole(file, "width"), reading.whole(file, "height")
        if _is_video(evidence, file) or width is None or height is None:
            continue
        if width <= 0 or height <= 0:
            yield say.block("files", f"文件“{_name(file)}”无法解码", f"The file “{_name(file)}” cannot be decoded.")
        elif width * height > PIXELS:
            yield say.block(
                "files",
                f"图片“{_name(file)}”为{width}×{height}像素，超过4000万像素",
                f"The picture “{_name(file)}” has {width} x {height} pixels, more than 40 million.",
            )


@PICTURES.check("I05", "恶意代码扫描", "Malware scan", fields="files", law="GB/T 22239-2019 8.1.4.5", reason="R12")
def malware(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Refused when infected; without a scanner it says that nobody looked."""
    files = reading.rows(evidence, "files")
    for file in files:
        if reading.text(file, "malware") == "infected":
            yield say.block("files", f"文件“{_name(file)}”含有恶意代码", f"The file “{_name(file)}” holds malware.")
    if any(reading.text(file, "malware") not in ("infected", "clean") for file in files):
        yield say.not_checked("files", "恶意代码扫描未进行或未完成", "no malware scan was made or finished.")


@PICTURES.check("I06", "清晰度与比例", "Sharpness and proportions", fields="files", law="GD-50", reason="R12")
def quality(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Short side, proportions, nearly one colour, blurred; of a video its poster frame."""
    for file in reading.rows(evidence, "files"):
        width, height = reading.whole(file, "width") or 0, reading.whole(file, "height") or 0
        if width > 0 and height > 0:
            yield from _proportions(say, evidence, file, width, height)
        if reading.flag(file, "blank"):
            yield say.warn(
                "files",
                f"图片“{_name(file)}”几乎为单一颜色",
                f"The picture “{_name(file)}” is nearly one colour.",
            )
        if reading.flag(file, "blurred"):
            yield say.warn("files", f"图片“{_name(file)}”模糊", f"The picture “{_name(file)}” is blurred.")


@PICTURES.check("I07", "相似图片", "Similar pictures", fields="files", law="GD-51", reason="R12")
def lookalikes(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Near to a refused picture or a scanned document: HIGH; to another owner's: WARN; to one's own: INFO."""
    for near in reading.rows(facts, "lookalikes"):
        title = reading.cut(near.get("title") or "—")
        distance = reading.cut(near.get("distance", "—"))
        if near.get("relation") == "rejected":
            yield say.high(
                "files",
                f"与曾被退回的图片相似（{title}，距离{distance}）",
                f"It looks like a picture that was refused before ({title}, distance {distance}).",
            )
        elif near.get("relation") == "document":
            yield say.high(
                "files",
                f"与证照或身份证件图片相似（{title}，距离{distance}）",
                f"It looks like a scanned licence or identity card ({title}, distance {distance}).",
            )
        elif near.get("relation") == "other_owner":
            yield say.warn(
                "files",
                f"与其他单位或个人的图片相似（{title}，距离{distance}）",
                f"It looks like another owner's picture ({title}, distance {distance}).",
            )
        elif near.get("relation") == "own":
            yield say.info(
                "files",
                f"与本单位（本人）已有图片相似（{title}，距离{distance}）",
                f"It looks like a picture of the same owner ({title}, distance {distance}).",
            )


@PICTURES.check("I08", "二维码与条形码", "QR and bar codes", fields="files", law="人社厅发〔2025〕60号", reason="R09")
def codes(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """A code in a picture leads people off the platform (引流)."""
    for file in reading.rows(evidence, "files"):
        for code in reading.listed(file, "codes")[:5]:
            yield say.high(
                "files",
                f"图片“{_name(file)}”含二维码或条形码：{reading.cut(code)}",
                f"The picture “{_name(file)}” holds a QR or bar code: {reading.cut(code)}",
            )


@PICTURES.check(
    "I09",
    "图片文字与标题",
    "Text in the picture and its title",
    fields="files title",
    law="人社厅发〔2025〕60号",
    reason="R13",
)
def picture_text(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Contact data and forbidden words in the title and, where text can be recognised, in the picture."""
    if "slot" in evidence:
        for place in _words({"title": reading.text(evidence, "title")}, "title"):
            yield say.warn("title", f"{quote_zh(place)}不宜公开", f"{quote_en(place)} should not be public.", at=place)
    files = reading.rows(evidence, "files")
    read = facts.get("picture_texts")
    if files and not isinstance(read, dict):
        yield say.not_checked("files", "未安装图片文字识别", "no text recognition is installed.")
        return
    for file in files:
        # The span would point into text that no screen shows: the words are repeated instead.
        for place in _words(
            {"files": reading.text(reading.part(facts, "picture_texts"), str(file.get("file_id")))}, "files"
        ):
            yield say.warn(
                "files",
                f"图片“{_name(file)}”中的文字“{reading.cut(place.text)}”不宜公开",
                f"The words “{reading.cut(place.text)}” in the picture “{_name(file)}” should not be public.",
            )


@PICTURES.check("I10", "拍摄信息", "Camera data", fields="files", law="个人信息保护法第6条")
def camera_data(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """A position inside the file was removed; a camera date in the future."""
    today = reading.day(facts, "today")
    for file in reading.rows(evidence, "files"):
        if reading.flag(file, "had_gps"):
            yield say.info(
                "files",
                f"图片“{_name(file)}”含定位信息，已自动清除",
                f"The picture “{_name(file)}” carried a position, which was removed.",
            )
        taken = reading.day(reading.part(facts, "taken_on"), str(file.get("file_id")))
        if taken and today and taken > today:
            yield say.info(
                "files",
                f"图片“{_name(file)}”的拍摄日期{taken}晚于今天",
                f"The camera date {taken} of “{_name(file)}” lies in the future.",
            )


@MEDIA.check("I11", "视频格式与时长", "Video format and length", fields="files", law="GD-50", reason="R12")
def video(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Container in the list, at most three minutes, with a picture; I06 to I08 look at the poster frame."""
    for file in reading.rows(evidence, "files"):
        if not _is_video(evidence, file):
            continue
        mime, seconds, width = (
            reading.text(file, "mime"),
            reading.whole(file, "seconds"),
            reading.whole(file, "width"),
        )
        if mime and mime not in _VIDEOS:
            yield say.block(
                "files",
                f"视频“{_name(file)}”的格式{reading.cut(mime)}不受支持，仅支持mp4、webm",
                f"The format {reading.cut(mime)} of the video “{_name(file)}” is not supported; only mp4 and webm are.",
            )
        if seconds is not None and seconds > VIDEO_SECONDS:
            yield say.block(
                "files",
                f"视频“{_name(file)}”时长{seconds}秒，超过{VIDEO_SECONDS}秒",
                f"The video “{_name(file)}” lasts {seconds} seconds, more than {VIDEO_SECONDS}.",
            )
        if width == 0:
            yield say.block("files", f"视频“{_name(file)}”没有画面", f"The video “{_name(file)}” has no picture.")
        if seconds is None:
            name = _name(file)
            yield say.not_checked("files", f"视频“{name}”的时长未知", f"the length of “{name}” is unknown.")


def _proportions(say: Voice, evidence: Evidence, file: reading.Values, width: int, height: int) -> Iterator[Finding]:
    short, ratio = min(width, height), max(width, height) / min(width, height)
    if short < SHORT_SIDE:
        yield say.warn(
            "files",
            f"图片“{_name(file)}”为{width}×{height}像素，短边不足{SHORT_SIDE}像素",
            f"The picture “{_name(file)}” has {width} x {height} pixels; its short side should have {SHORT_SIDE}.",
        )
    square = reading.text(evidence, "slot") in _SQUARE_SLOTS
    if ratio > (LOGO_RATIO if square else LONGEST_RATIO):
        yield say.warn(
            "files",
            f"图片“{_name(file)}”的长宽比为{ratio:.1f}:1，{'标志和头像应接近1:1' if square else '过于狭长'}",
            f"The proportions of “{_name(file)}” are {ratio:.1f}:1; "
            f"{'a logo or portrait should be nearly square' if square else 'it is too narrow'}.",
        )


def _words(texts: dict[str, str], field: str) -> list[Place]:
    return labelled(texts, (field,), "CONTACT") + topical(
        texts, (field,), "superlatives", "forbidden_trade", "money_bait"
    )


def _is_video(evidence: Evidence, file: reading.Values) -> bool:
    return reading.text(evidence, "slot") == "video" or reading.text(file, "mime").startswith("video/")


def _name(file: reading.Values) -> str:
    return reading.cut(file.get("name") or "—")
