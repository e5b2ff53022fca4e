"""Pictures that people send in (I01 to I10), by hostile and by ordinary files."""

import hashlib
import struct
import zlib
from datetime import datetime
from io import BytesIO

import imagehash
import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, PngImagePlugin

from app.gateways.fingerprints import NEAR, SIMILAR, distance, orientations, phash, sharpness, spread
from app.gateways.pictures import inspect
from app.rules.calendar import SHANGHAI
from app.rules.refused import Refused

LIMIT = 5 * 1024 * 1024
PHP = b"<?php system($_GET['c']); ?>"


def scene(seed: int, size=(640, 480)) -> Image.Image:
    """A picture with shapes of its own."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", size, tuple(int(v) for v in random.integers(0, 256, 3)))
    draw = ImageDraw.Draw(image)
    for _ in range(25):
        x, y = random.integers(0, size[0]), random.integers(0, size[1])
        w, h = random.integers(20, 220, 2)
        draw.rectangle([x, y, x + w, y + h], fill=tuple(int(v) for v in random.integers(0, 256, 3)))
    return image


def saved(image: Image.Image, kind="JPEG", **options) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def looked(data: bytes, name="a.jpg", limit=LIMIT, **options):
    return inspect(data, name, limit_bytes=limit, **options)


def refusal(data: bytes, name="a.jpg", limit=LIMIT, **options) -> Refused:
    with pytest.raises(Refused) as caught:
        looked(data, name, limit, **options)
    assert caught.value.field == "file"
    return caught.value


def png_head(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "name", "ext", "mime"),
    [
        ("JPEG", "a.jpg", "jpg", "image/jpeg"),
        ("JPEG", "A.JPEG", "jpg", "image/jpeg"),
        ("PNG", "a.png", "png", "image/png"),
        ("WEBP", "图片.webp", "webp", "image/webp"),
    ],
)
def test_an_ordinary_picture(kind, name, ext, mime):
    data = saved(scene(1), kind)
    picture = looked(data, name)
    assert (picture.ext, picture.mime, picture.width, picture.height) == (ext, mime, 640, 480)
    assert picture.sha256 == hashlib.sha256(picture.data).hexdigest()
    assert picture.source_sha256 == hashlib.sha256(data).hexdigest()
    assert Image.open(BytesIO(picture.data)).format == kind
    assert max(Image.open(BytesIO(picture.thumb)).size) == 320
    assert -(2**63) <= picture.phash < 2**63
    assert picture.turned[0] == picture.phash
    assert picture.short_side == 480
    assert (picture.blank, picture.codes, picture.had_gps, picture.taken_at) == (False, (), False, None)


@pytest.mark.parametrize(
    ("data", "name", "real"),
    [
        (PHP, "a.png", "unknown"),
        (b"GIF89a" + b"\0" * 100, "a.gif", "gif"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "a.svg", None),
        (b'<?xml version="1.0"?><svg/>', "a.png", None),
        (b"<!DOCTYPE html><script>alert(1)</script>", "a.jpg", None),
        (b"%PDF-1.7", "a.jpg", "pdf"),
        (b"", "a.jpg", "unknown"),
    ],
)
def test_what_is_no_picture_is_refused(data, name, real):
    refused = refusal(data, name)
    assert refused.code == "picture_type"
    assert real is None or refused.facts["real"] == real


@pytest.mark.parametrize("name", ["a.png", "a", "a.jpg.php", "", ".jpg"])
def test_the_name_must_claim_the_type_that_it_is(name):
    assert refusal(saved(scene(1)), name).code == "picture_type"


def test_an_appeal_takes_jpg_only():
    data = saved(scene(1), "PNG")
    assert refusal(data, "a.png", allowed=("jpg",)).code == "picture_type"


def test_too_many_bytes():
    refused = refusal(saved(scene(1)), limit=1000)
    assert (refused.code, refused.facts["limit"]) == ("picture_too_big", 1000)


@pytest.mark.parametrize("size", [(10_000, 6_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1), (1, 40_000_001)])
def test_a_bomb_is_refused_by_its_header(size):
    refused = refusal(png_head(*size), "a.png")
    assert (refused.code, refused.facts["limit"]) == ("picture_too_many_pixels", 40_000_000)


def test_a_real_picture_of_sixty_megapixels_is_refused():
    assert refusal(saved(Image.new("1", (10_000, 6_000)), "PNG"), "a.png").code == "picture_too_many_pixels"


def test_a_webp_of_34_bytes_that_unpacks_to_256_megapixels_is_refused():
    data = bytes.fromhex("524946461a000000574542505650384c0e0000002f7ffe9f0f071011fd0f4444ff03")
    assert refusal(data, "a.webp").code == "picture_too_many_pixels"


def test_a_text_chunk_bomb_is_refused():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "x" * 3_000_000, zip=True)
    assert refusal(saved(scene(1), "PNG", pnginfo=notes), "a.png").code == "picture_broken"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_cut_short_is_broken(kind):
    data = saved(scene(1), kind)
    assert refusal(data[: len(data) // 2], "a." + {"JPEG": "jpg"}.get(kind, kind.lower())).code == "picture_broken"


@settings(max_examples=60)
@given(st.sampled_from(["jpg", "png", "webp"]), st.data())
def test_damage_ends_in_a_picture_or_a_refusal_and_in_nothing_else(ext, data):
    small = bytearray(saved(scene(2, (40, 30)), {"jpg": "JPEG"}.get(ext, ext.upper())))
    for _ in range(data.draw(st.integers(1, 6))):
        small[data.draw(st.integers(0, len(small) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture = looked(bytes(small), f"a.{ext}")
    except Refused as refused:
        assert refused.code.startswith("picture_")
    else:
        assert picture.ext == ext


@pytest.mark.parametrize("place", ["behind", "comment", "text", "exif", "profile"])
def test_a_script_riding_on_a_picture_does_not_survive(place):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", PHP.decode())
    exif = Image.Exif()
    exif[0x010E] = PHP.decode()
    name, data = {
        "behind": ("a.jpg", saved(scene(1)) + PHP),
        "comment": ("a.jpg", saved(scene(1), comment=PHP)),
        "text": ("a.png", saved(scene(1), "PNG", pnginfo=notes)),
        "exif": ("a.webp", saved(scene(1), "WEBP", exif=exif)),
        "profile": ("a.png", saved(scene(1), "PNG", icc_profile=PHP)),
    }[place]
    picture = looked(data, name)
    assert PHP not in picture.data and b"<?php" not in picture.data + picture.thumb
    again = Image.open(BytesIO(picture.data))
    assert not again.getexif()
    assert not {"comment", "icc_profile", "Comment"} & set(again.info)


def test_place_and_date_are_noted_and_dropped():
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8769)[36867] = "2099:01:02 03:04:05"
    picture = looked(saved(scene(1), exif=exif))
    assert picture.had_gps
    assert picture.taken_at == datetime(2099, 1, 2, 3, 4, 5, tzinfo=SHANGHAI)
    assert picture.taken_after(datetime(2026, 11, 20, tzinfo=SHANGHAI))
    assert not picture.taken_after(datetime(2100, 1, 1, tzinfo=SHANGHAI))
    assert not looked(picture.data).had_gps


@pytest.mark.parametrize("written", ["0000:00:00 00:00:00", "yesterday", "2026-01-01"])
def test_a_senseless_camera_date_says_nothing(written):
    exif = Image.Exif()
    exif[306] = written
    assert looked(saved(scene(1), exif=exif)).taken_at is None


def test_a_camera_held_sideways():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = looked(saved(scene(1), exif=exif))
    assert (picture.width, picture.height) == (480, 640)
    assert distance(picture.phash, phash(scene(1).transpose(Image.Transpose.ROTATE_270))) <= 2


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_mode_ends_in_one_that_browsers_show(mode):
    image = Image.new("I;16", (64, 64)) if mode == "I;16" else scene(1).convert(mode)
    data, name = (saved(image), "a.jpg") if mode == "CMYK" else (saved(image, "PNG"), "a.png")
    assert Image.open(BytesIO(looked(data, name).data)).mode in ("RGB", "RGBA")


def test_only_the_first_frame_of_a_film_is_kept():
    data = saved(scene(1), "WEBP", save_all=True, append_images=[scene(2), scene(3)])
    assert getattr(Image.open(BytesIO(looked(data, "a.webp").data)), "n_frames", 1) == 1


@pytest.mark.parametrize("seed", range(8))
def test_the_hash_is_the_oracles(seed):
    image = scene(seed)
    expected = int(str(imagehash.phash(image)), 16)
    assert distance(phash(image), expected) == 0


@pytest.mark.parametrize(
    ("change", "most"),
    [
        (lambda i: Image.open(BytesIO(saved(i, quality=40))), NEAR),
        (lambda i: i.resize((320, 240)), NEAR),
        (lambda i: i.convert("L"), NEAR),
        (lambda i: i.filter(ImageFilter.GaussianBlur(2)), NEAR),
        (lambda i: i.crop((16, 12, 624, 468)), 20),
    ],
)
def test_small_changes_stay_near(change, most):
    assert distance(phash(change(scene(1))), phash(scene(1))) <= most


def test_other_pictures_are_far():
    hashes = [phash(scene(seed)) for seed in range(12)]
    assert min(distance(a, b) for n, a in enumerate(hashes) for b in hashes[:n]) > SIMILAR


@pytest.mark.parametrize("turn", list(Image.Transpose))
def test_a_turned_or_mirrored_picture_is_found_among_the_eight(turn):
    turned = phash(scene(4).transpose(turn))
    assert min(distance(turned, known) for known in orientations(scene(4))) <= 2
    assert distance(turned, phash(scene(4))) > SIMILAR


def test_distance_counts_bits_of_signed_numbers():
    assert (distance(0, -1), distance(-(2**63), 0), distance(5, 5)) == (64, 1, 0)


def test_blank_and_blurred_pictures_are_told_apart_from_sharp_ones():
    assert looked(saved(Image.new("RGB", (500, 500), "#fefefe"))).blank
    assert spread(Image.new("L", (9, 9))) == 0
    sharp, blurred = looked(saved(scene(1))), looked(saved(scene(1).filter(ImageFilter.GaussianBlur(8))))
    assert (sharp.blurred, blurred.blurred, blurred.blank) == (False, True, False)
    assert sharp.sharpness > 10 * blurred.sharpness
    assert sharpness(Image.new("L", (2, 2))) == 0


def sheet(seed: int, *, light=0, grain=0.0, paper=235) -> Image.Image:
    """An empty page as it comes from a scanner or a telephone: grey, with grain, darker towards one side."""
    random = np.random.default_rng(seed)
    ramp = np.linspace(0, light, 800)[:, None] * np.linspace(0.4, 1, 600)[None, :]
    points = paper - ramp + random.normal(0, grain, (800, 600))
    return Image.fromarray(points.clip(0, 255).astype(np.uint8)).convert("RGB")


@pytest.mark.parametrize(
    "more", [{}, {"grain": 4}, {"light": 50}, {"light": 70, "grain": 3}, {"paper": 12, "grain": 3}, {"light": 40, "paper": 250}]
)  # fmt: skip
def test_an_empty_sheet_is_blank_however_the_light_falls_on_it(more):
    found = [looked(saved(sheet(seed, **more), quality=80)) for seed in (1, 2)]
    assert [one.blank for one in found] == [True, True]
    assert not any(one.blurred for one in found), "it is blank, not blurred"


def written(image: Image.Image, ink: int) -> Image.Image:
    draw = ImageDraw.Draw(image)
    draw.text((60, 80), "Licence No. 91310000 valid until 2031", fill=(ink, ink, ink), font_size=22)
    return image


def stroke(image: Image.Image) -> Image.Image:
    ImageDraw.Draw(image).line([(300, 500), (340, 470), (420, 520)], fill=(40, 40, 120), width=4)
    return image


@pytest.mark.parametrize(
    "image",
    [written(sheet(1, light=60, grain=3), 40), written(sheet(2), 120), stroke(sheet(3, light=70, grain=3)), scene(1),
     scene(1).filter(ImageFilter.GaussianBlur(8)), Image.linear_gradient("L").resize((600, 800))],
    ids=["a line of words", "a faint line", "a signature", "a scene", "a blurred scene", "black to white"],
)  # fmt: skip
def test_what_has_anything_on_it_is_not_blank(image):
    assert not looked(saved(image.convert("RGB"), quality=80)).blank


def test_a_qr_code_hidden_in_a_picture_is_read():
    code = Image.open(BytesIO(_qr("https://example.cn/加微信"))).convert("RGB")
    image = scene(1)
    image.paste(code, (400, 250))
    found = looked(saved(image)).codes
    assert [(code.symbology, code.text) for code in found] == [("QR Code", "https://example.cn/加微信")]


def _qr(text: str) -> bytes:
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=4)
    return out.getvalue()
