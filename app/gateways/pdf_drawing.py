"""Draws the pages of a PDF: run as a process of its own (app/gateways/pdfs.py), which imports nothing of the application.

Reads the file on its standard input and writes one line of JSON, then for each page width, height and the plain pixels:
whatever reads them decodes nothing. A PDF that brings the decoder down, or is too much for it, ends this process only.
"""

from __future__ import annotations

import json
import re
import struct
import sys
import zlib
from typing import Any, BinaryIO, Final

MEMORY: Final = 1024 * 1024 * 1024  # bytes of address space; the decoder itself maps some 100 MB
SECONDS: Final = 15  # of computing
MOST_PAGES: Final = 20
LONG_SIDE: Final = 1600  # pixels of a drawn page
SHORTEST, LONGEST, NARROWEST = 36.0, 5000.0, 12.0  # points of a side, and how much longer one may be than the other
_OBJECTS: Final = 32 * 1024 * 1024  # bytes of packed objects looked through
_HEAD: Final = 2000  # bytes between the mark of packed objects and their data

# A paper shows; it runs nothing, sends nothing and brings no further files.
_ACTIVE: Final = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|FileAttachment|RichMedia|SubmitForm|ImportData|Rendition|GoTo[ER]|OnInstantiate|XFA)"
    rb"(?=[\s/<>\[\](){}%]|\Z)"
)
_ENCRYPTED: Final = re.compile(rb"/Encrypt(?=[\s/<\[]|\Z)")
_PACKED: Final = re.compile(rb"/ObjStm\b")
_BODY: Final = re.compile(rb"stream\r?\n")
_ESCAPED: Final = re.compile(rb"#([0-9a-fA-F]{2})")
# The head of packed objects as every program writes it: names, numbers, references. A text in it could hold a "stream" of
# its own, and be looked through in place of the real one.
_PACKED_HEAD: Final = re.compile(rb"\s*<<[\w\s/\[\]<>.+-]*>>\s*")
_DEFLATED: Final = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])(?=[\s/>])")
_OTHERWISE: Final = re.compile(rb"/(?:Filter|DecodeParms|DP)\b")
_FIRST_PAIRS: Final = re.compile(rb"\s*\d+\s+\d+\s")
_ZIP_END: Final = b"PK\x05\x06"
_MARKUP: Final = re.compile(rb"<(?:html|script|\?php|!doctype|svg)", re.IGNORECASE)
_TAIL: Final = 66_000  # a zip archive is found by its end: 65,557 bytes at most from the end of the file


class Stop(Exception):
    """Why the file is not taken."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.said = {"refused": code, **facts}


def fenced() -> None:
    """Bounds this process. Systems without such bounds still have the clock of the parent."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def looked_through(data: bytes) -> None:
    """Refuses what is something else besides a PDF, what is locked, and what could do more than be shown. Raises Stop."""
    end = data.rfind(b"%%EOF")
    if not data.startswith(b"%PDF-") or end < 0:
        raise Stop("pdf_broken")
    if data[end + 5 :].strip(b"\r\n\t \0") or _ZIP_END in data[-_TAIL:] or _MARKUP.search(data[:1024]):
        raise Stop("pdf_twofold")
    plain = _unescaped(data)
    if _ENCRYPTED.search(plain):
        raise Stop("pdf_locked")
    parts = [plain, *_packed(data, plain)]
    if any(_ACTIVE.search(part) for part in parts):
        raise Stop("pdf_active")
    if any(_ENCRYPTED.search(part) for part in parts):
        raise Stop("pdf_locked")


def _unescaped(data: bytes) -> bytes:
    """Names may spell any letter as #4a."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), data)


def _packed(data: bytes, plain: bytes) -> list[bytes]:
    """What packed objects say. One that cannot be unpacked hides something, or is broken: Stop either way."""
    left, found = _OBJECTS, []
    marks = len(_PACKED.findall(plain))
    spots = [mark.start() for mark in _PACKED.finditer(data)]
    if len(spots) != marks:
        raise Stop("pdf_active")  # spelled in a way that nobody needs who hides nothing
    for spot in spots:
        start, body = data.rfind(b"obj", 0, spot), _BODY.search(data, spot, spot + _HEAD)
        if start < 0 or body is None:
            raise Stop("pdf_broken")
        head = _unescaped(data[start + 3 : body.start()])
        if not _PACKED_HEAD.fullmatch(head):
            raise Stop("pdf_active")
        text = _unpacked(head, data[body.end() : data.find(b"endstream", body.end())], left)
        if not _FIRST_PAIRS.match(text):
            raise Stop("pdf_broken")
        left -= len(text)
        if left <= 0:
            raise Stop("pdf_heavy")
        found.append(_unescaped(text))
    return found


def _unpacked(head: bytes, inside: bytes, most: int) -> bytes:
    """Packed objects in clear, all of them: what a reader would unpack in another way, or further, is refused."""
    ways, deflated = _OTHERWISE.findall(head), _DEFLATED.search(head)
    if not ways:
        return inside
    if len(ways) > 1 or not deflated:
        raise Stop("pdf_broken")
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(inside, most)
    except zlib.error:
        raise Stop("pdf_broken") from None
    if len(text) < most and not unpacking.eof:
        raise Stop("pdf_broken")
    return text


def drawn(data: bytes, out: BinaryIO) -> None:
    """Judges the pages and draws them. Raises Stop; anything else it raises is a broken file."""
    import pypdfium2 as pdfium  # noqa: PLC0415 - loaded inside the fence
    from pypdfium2 import raw  # noqa: PLC0415

    pdf = pdfium.PdfDocument(data)
    if raw.FPDF_GetSecurityHandlerRevision(pdf) != -1:
        raise Stop("pdf_locked")
    if raw.FPDFDoc_GetJavaScriptActionCount(pdf) > 0 or raw.FPDFDoc_GetAttachmentCount(pdf) > 0:
        raise Stop("pdf_active")
    if raw.FPDF_GetFormType(pdf) > 1:  # XFA forms; plain fields may stay, they are drawn as they were filled in
        raise Stop("pdf_active")
    count = len(pdf)
    if not count:
        raise Stop("pdf_broken")
    if count > MOST_PAGES:
        raise Stop("pdf_many_pages", pages=count, limit=MOST_PAGES)
    for number in range(count):
        _measured(number, *pdf.get_page_size(number))
    pdf.init_forms()
    _say(out, {"pages": count})
    for number in range(count):
        page = pdf[number]
        width, height = page.get_size()
        bitmap = page.render(
            scale=LONG_SIDE / max(width, height), rev_byteorder=True, prefer_bgrx=False, no_smoothtext=False
        )
        image = bitmap.to_pil().convert("RGB")
        out.write(struct.pack(">II", *image.size))
        out.write(image.tobytes())
        out.flush()
        page.close()


def _measured(number: int, width: float, height: float) -> None:
    short, long = min(width, height), max(width, height)
    if not (short >= SHORTEST and long <= LONGEST and long <= NARROWEST * short):
        raise Stop("pdf_page_size", page=number + 1)


def _say(out: BinaryIO, facts: dict[str, Any]) -> None:
    out.write(json.dumps(facts).encode() + b"\n")
    out.flush()


def main() -> None:
    """One file, one answer."""
    fenced()
    out = sys.stdout.buffer
    try:
        data = sys.stdin.buffer.read()
        looked_through(data)
        drawn(data, out)
    except Stop as stop:
        _say(out, stop.said)
    except MemoryError:
        _say(out, {"refused": "pdf_heavy"})
    except Exception:  # noqa: BLE001 - whatever a decoder makes of a hostile file: it is not taken
        _say(out, {"refused": "pdf_broken"})


if __name__ == "__main__":
    main()
