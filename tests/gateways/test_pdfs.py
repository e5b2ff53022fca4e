"""PDFs: taken by content, drawn page by page outside this process, refused when they are more than a paper."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from app.gateways import pdf_drawing, pdfs
from app.gateways.turns import Turns
from app.rules.media import PDF_BYTES
from app.rules.refused import Refused


def pdf(*more: bytes, pages: int = 1, box: str = "0 0 595 842", catalog: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF written by hand: so many pages with a bar and a word, `more` as further objects from number 100 on."""
    kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(pages)).encode()
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        2: b"<< /Type /Pages /Count %d /Kids [ %s ] >>" % (pages, kids),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for n in range(pages):
        text = b"0.8 0 0 rg 60 %d 300 40 re f BT /F1 48 Tf 80 700 Td (Page %d) Tj ET" % (120 + 60 * n, n + 1)
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [ {box} ] /Contents {11 + 2 * n} 0 R".encode()
        objects[10 + 2 * n] = page + b" /Resources << /Font << /F1 3 0 R >> >> >>"
        objects[11 + 2 * n] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text)
    objects |= {100 + n: body for n, body in enumerate(more)}
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<< /Size 200 /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (trailer, start)
    return bytes(out)


def packed(text: bytes, spelled: bytes = b"/ObjStm") -> bytes:
    """Objects that hide in a compressed stream."""
    body = zlib.compress(b"200 0 " + text)
    head = b"<< /Type %s /N 1 /First 6 /Filter /FlateDecode /Length %d >>" % (spelled, len(body))
    return head + b"\nstream\n" + body + b"\nendstream"


def refusal(data: bytes, name: str = "a.pdf", limit: int = PDF_BYTES) -> Refused:
    with pytest.raises(Refused) as refused:
        pdfs.inspect(data, name, limit_bytes=limit)
    assert refused.value.field == "file"
    return refused.value


def stopped(data: bytes) -> str:
    """What the look through the file says, without a process."""
    try:
        pdf_drawing.looked_through(data)
    except pdf_drawing.Stop as stop:
        return stop.said["refused"]
    return ""


def test_every_page_becomes_a_picture():
    data = pdf(pages=2)
    paper = pdfs.inspect(data, "Licence.PDF", limit_bytes=PDF_BYTES)
    pages = [Image.open(BytesIO(page)) for page in paper.pages]
    assert [(page.format, page.size) for page in pages] == [("WEBP", (1131, 1600))] * 2
    assert (paper.width, paper.height, paper.size, paper.blank) == (1131, 1600, len(data), False)
    red = [page.convert("RGB").getpixel((200, 1600 - round((130 + 60 * n) * 1.9))) for n, page in enumerate(pages)]
    assert all(r > 150 and g < 90 for r, g, _b in red), "each page shows its own bar"
    assert max(Image.open(BytesIO(paper.thumb)).size) == 320


def test_what_stands_in_the_file_is_what_is_kept():
    data = pdf()
    assert pdfs.inspect(data, "a.pdf", limit_bytes=PDF_BYTES).sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("data", "name"), [(pdf(), "a.jpg"), (b"\x89PNG\r\n\x1a\n", "a.pdf"), (b"GIF89a;" + pdf(), "a.pdf"), (b"", "a.pdf")]
)
def test_content_and_name_must_both_say_pdf(data, name):
    assert refusal(data, name).code == "picture_type"


def test_too_many_bytes():
    refused = refusal(pdf(), limit=100)
    assert (refused.code, refused.facts) == ("pdf_too_big", {"mb": 0})


ACTIVE = {
    "a script when it opens": {"catalog": b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"},
    "the same with letters spelled as numbers": {"catalog": b"/OpenAction << /S /J#61vaScript /JS (1) >>"},
    "a program to be started": {"catalog": b"/OpenAction << /S /Launch /F (cmd.exe) >>"},
    "a file of another machine": {"catalog": b"/OpenAction << /S /GoToR /F (\\\\\\\\192.0.2.1\\\\x) /D [0 /Fit] >>"},
    "a model with a script": {"catalog": b"/X << /Type /3D /OnInstantiate 100 0 R >>"},
    "a file inside": {"catalog": b"/Names << /EmbeddedFiles << /Names [] >> >>"},
    "a form that is sent": {"catalog": b"/AA << /WC << /S /SubmitForm /F (http://example.invalid) >> >>"},
    "a form of another language": {"catalog": b"/AcroForm << /XFA [] /Fields [] >>"},
}


@pytest.mark.parametrize("case", ACTIVE)
def test_a_paper_that_does_something_is_refused(case):
    assert stopped(pdf(**ACTIVE[case])) == "pdf_active"


def test_scripts_are_found_among_packed_objects():
    assert stopped(pdf(packed(b"<< /S /JavaScript /JS (1) >>"))) == "pdf_active"
    assert stopped(pdf(packed(b"<< /S /J#61vaScript /JS (1) >>"))) == "pdf_active"
    assert stopped(pdf(packed(b"<< /Type /Font >>"))) == ""


def test_packed_objects_that_nobody_can_look_into_are_refused():
    assert stopped(pdf(packed(b"<< /S /JavaScript >>", b"/Obj#53tm"))) == "pdf_active"
    hidden = b"<< /Type /ObjStm /N 1 /First 6 /Filter /LZWDecode /Length 9 >>\nstream\n\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01\nendstream"
    assert stopped(pdf(hidden)) == "pdf_broken"


SCRIPT = b"200 0 << /S /JavaScript /JS (1) >>"


def stream_of(head: bytes, body: bytes) -> bytes:
    return b"<< /Type /ObjStm /N 1 /First 6 " + head + b" >>\nstream\n" + body + b"\nendstream"


def stored(text: bytes) -> bytes:
    """Packed without being made smaller: the text stands in the file as it is, and can hold any word."""
    return zlib.compress(text, 0)


ANOTHER_WAY = {
    "letters as numbers with blanks": stream_of(b"/Filter /ASCIIHexDecode", SCRIPT.hex(" ").encode() + b">"),
    "one way behind the other": stream_of(b"/Filter [ /ASCIIHexDecode /FlateDecode ]", zlib.compress(SCRIPT).hex().encode()),
    "the way named elsewhere": stream_of(b"/Filter 300 0 R", SCRIPT.hex(" ").encode() + b">"),
    "differences in place of bytes": stream_of(
        b"/Filter /FlateDecode /DecodeParms << /Predictor 2 /Columns 90 >>", zlib.compress(b"200 0 << /Type /Font >>")
    ),
    "a text that ends it before its end": stream_of(b"/Filter /FlateDecode", zlib.compress(b"200 0 " + b"x" * 90_000, 9)[:60]),
    "a word that ends it before its end": stream_of(
        b"/Filter /FlateDecode", stored(b"200 0 (endstream) << >>") + b" more"
    ),
    "another stream inside its head": b"<< /Type /ObjStm /X (\nstream\n200 0 << >>\nendstream) /Filter /FlateDecode >>\nstream\n"
    + zlib.compress(SCRIPT) + b"\nendstream",
    "its kind named elsewhere": b"/ObjStm\nendobj\n101 0 obj\n<< /Length 9 >>\nstream\n200 0 << >>\nendstream",
}  # fmt: skip


@pytest.mark.parametrize("case", ANOTHER_WAY)
def test_packed_objects_that_another_reader_would_unpack_otherwise_are_refused(case):
    """A script in them would be found by the reader at whose desk the paper is opened, and not here."""
    assert stopped(pdf(ANOTHER_WAY[case])) in ("pdf_broken", "pdf_active")


@pytest.mark.parametrize(
    "head", [b"/Filter /FlateDecode", b"/Filter [ /FlateDecode ]", b"/Filter/FlateDecode/Length 30", b"/Extends 9 0 R /Filter /FlateDecode"]
)  # fmt: skip
def test_packed_objects_as_programs_write_them_are_taken(head):
    assert stopped(pdf(stream_of(head, zlib.compress(b"200 0 << /Type /Font >>")))) == ""
    assert stopped(pdf(stream_of(b"", b"200 0 << /Type /Font >>"))) == ""


def test_a_bomb_of_packed_objects_ends_at_its_bound(monkeypatch):
    monkeypatch.setattr(pdf_drawing, "_OBJECTS", 100_000)
    assert stopped(pdf(packed(b" " * 200_000))) == "pdf_heavy"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (pdf() + b"PK\x03\x04 an archive behind it", "pdf_twofold"),
        (pdf() + b"PK\x05\x06" + b"\0" * 18 + b"%%EOF", "pdf_twofold"),
        (b"%PDF-1.7\n%<html><script>alert(1)</script>\n" + pdf()[9:], "pdf_twofold"),
        (pdf(trailer=b"/Encrypt 100 0 R"), "pdf_locked"),
        (pdf()[:200], "pdf_broken"),
    ],
    ids=["archive", "archive with an end", "page", "locked", "cut off"],
)
def test_files_of_two_kinds_and_locked_ones_are_refused(data, code):
    assert stopped(data) == code


@pytest.mark.parametrize(
    ("data", "code", "facts"),
    [
        (pdf(pages=21), "pdf_many_pages", {"pages": 21, "limit": 20}),
        (pdf(box="0 0 20000 20000"), "pdf_page_size", {"page": 1}),
        (pdf(box="0 0 4000 40"), "pdf_page_size", {"page": 1}),
        (b"%PDF-1.7\n1 0 obj << /Pages 9 0 R >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF", "pdf_broken", {}),
        (pdf(catalog=b"/OpenAction << /S /JavaScript >>"), "pdf_active", {}),
    ],
    ids=["pages", "huge", "strip", "nothing inside", "script"],
)
def test_the_process_says_why(data, code, facts):
    refused = refusal(data)
    assert (refused.code, refused.facts) == (code, facts)


def test_a_paper_of_one_colour_is_blank():
    out = BytesIO()
    Image.new("RGB", (600, 800), "white").save(out, "PDF")
    assert pdfs.inspect(out.getvalue(), "a.pdf", limit_bytes=PDF_BYTES).blank


def played(monkeypatch, tmp_path, program: str) -> Refused:
    """What a drawing process that behaves so leads to."""
    script = tmp_path / "play.py"
    script.write_text(program)
    monkeypatch.setattr(pdfs, "_DRAWING", str(script))
    return refusal(pdf())


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import time; time.sleep(30)", "pdf_heavy"),
        ("import os; os.abort()", "pdf_heavy"),
        ("print('{\"pages\": 400}')", "pdf_broken"),
        ("import sys; sys.stdout.buffer.write(b'{\"pages\": 1}\\n' + b'\\xff' * 8)", "pdf_heavy"),
        ("import sys; sys.stdout.buffer.write(b'{\"pages\": 1}\\n' + b'\\0\\0\\0\\x09' * 2 + b'few')", "pdf_heavy"),
        ('import sys; sys.stdout.buffer.write(b\'{"pages": 1}\\n{"refused": "pdf_broken"}\\n\')', "pdf_broken"),
    ],
    ids=["hangs", "crashes", "too many", "huge", "ends early", "gives up"],
)
def test_a_decoder_that_breaks_down_or_hangs_ends_alone(monkeypatch, tmp_path, program, code):
    monkeypatch.setattr(pdfs, "SECONDS", 0.5)
    assert played(monkeypatch, tmp_path, program).code == code


def test_the_process_has_bounds():
    """Memory, time and files are fenced before anything of the file is read."""
    pytest.importorskip("resource")
    program = (
        "import resource as r, runpy; m = runpy.run_path('app/gateways/pdf_drawing.py'); m['fenced']();"
        "print([r.getrlimit(k)[0] for k in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE, r.RLIMIT_CORE)])"
    )
    said = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.strip() == str([pdf_drawing.MEMORY, pdf_drawing.SECONDS, 0, 0])


SLOW = """
import sys, time
sys.stdin.buffer.read()
time.sleep(1.2)
print('{"refused": "pdf_broken"}')
"""


def test_papers_that_take_long_to_draw_leave_threads_to_everybody_else(monkeypatch, tmp_path):
    """Slow: a drawer of more than a second. Of eight who send one, two are drawn, two wait, four are told at once."""
    (tmp_path / "slow.py").write_text(SLOW)
    monkeypatch.setattr(pdfs, "_DRAWING", str(tmp_path / "slow.py"))
    monkeypatch.setattr(pdfs, "_turns", Turns(8, pdfs.AT_ONCE))
    data, begun = pdf(), time.monotonic()

    def one(_number: int) -> tuple[str, float]:
        return refusal(data).code, time.monotonic() - begun

    with ThreadPoolExecutor(8) as pool:
        ended = sorted(pool.map(one, range(8)), key=lambda found: found[1])
    assert [code for code, _at in ended] == ["pdf_busy"] * 4 + ["pdf_broken"] * 4
    assert ended[3][1] < 1.1, "nobody who is told so waits for the others"
    assert refusal(data).code == "pdf_broken", "every turn was given back"


def test_whoever_waits_too_long_for_a_turn_is_told(monkeypatch):
    turns = Turns(8, 1)
    monkeypatch.setattr(pdfs, "_turns", turns)
    monkeypatch.setattr(pdfs, "SECONDS", 0.05)
    with turns.turn(1):
        assert refusal(pdf()).code == "pdf_busy"


@pytest.mark.parametrize(
    ("threads", "drawn", "waiting"), [(1, 1, 0), (2, 1, 0), (3, 1, 1), (4, 1, 1), (8, 2, 2), (64, 2, 2)]
)
def test_turns_are_fewer_than_threads(threads, drawn, waiting):
    turns = Turns(threads, pdfs.AT_ONCE)
    assert (turns.at_once, turns.waiting) == (drawn, waiting)


def paper_with(word: str) -> bytes:
    """A form with one line filled in."""
    sheet = Image.new("RGB", (1000, 1400), "white")
    brush = ImageDraw.Draw(sheet)
    brush.rectangle((50, 50, 950, 1350), outline="black", width=6)
    brush.text((120, 300), word, "black", font_size=60)
    out = BytesIO()
    sheet.save(out, "PDF")
    return out.getvalue()


def test_the_same_paper_has_the_same_fingerprint():
    one, again, other = (
        pdfs.inspect(paper_with(word), "a.pdf", limit_bytes=PDF_BYTES).phash
        for word in ("Alpha", "Alpha", "Omega Limited")
    )
    assert one == again != other
