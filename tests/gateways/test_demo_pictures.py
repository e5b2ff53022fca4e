"""Demonstration pictures: the same arguments give the same bytes, they decode, stay small, and differ between seeds."""

from collections.abc import Callable
from io import BytesIO

import imagehash
import pytest
import zxingcpp
from PIL import Image

from app.gateways import demo_pictures as pictures
from app.gateways import demo_shapes as shapes
from app.gateways.fingerprints import is_blank

MAKERS: dict[str, Callable[[int], bytes]] = {
    "licence": lambda seed: pictures.licence("韶关丹霞演示木业有限公司", "91440299MADEM00034", "袁泽怡", seed),
    "storefront": lambda seed: pictures.storefront(f"望园演示餐饮{seed}", seed),
    "logo": lambda seed: pictures.logo("嘉禾演示", seed),
    "portrait": pictures.portrait,
    "workshop": pictures.workshop,
}


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize("name", MAKERS)
def test_same_seed_same_bytes_small_and_readable(name: str) -> None:
    data = MAKERS[name](3)
    assert MAKERS[name](3) == data and MAKERS[name](4) != data
    picture = opened(data)
    assert picture.format == ("PNG" if name == "logo" else "JPEG") and picture.mode == "RGB"
    assert min(picture.size) >= 400 and len(data) < 400_000 and not is_blank(picture)


def test_scenes_and_licences_are_800_by_600_and_logos_square() -> None:
    """I06: short side at least 400, logo about 1:1."""
    assert opened(MAKERS["storefront"](1)).size == opened(MAKERS["workshop"](1)).size == (800, 600)
    assert opened(MAKERS["licence"](1)).size == (800, 600)
    assert opened(MAKERS["logo"](1)).size == (400, 400) and opened(MAKERS["portrait"](1)).size == (480, 480)


@pytest.mark.parametrize("name", ["storefront", "workshop"])
def test_pictures_of_different_seeds_are_not_taken_for_copies(name: str) -> None:
    """I07: a perceptual distance of 6 or less means a copy."""
    prints = [imagehash.phash(opened(MAKERS[name](seed))) for seed in range(6)]
    distances = [one - two for place, one in enumerate(prints) for two in prints[:place]]
    assert sum(distance <= 6 for distance in distances) <= 1


def test_qr_code_in_a_window_can_be_read_and_is_only_there_on_request() -> None:
    """I08."""
    with_code = opened(pictures.storefront("望园演示餐饮", 2, with_qr="https://demo.example/join"))
    assert [found.text for found in zxingcpp.read_barcodes(with_code)] == ["https://demo.example/join"]
    for maker in MAKERS.values():
        assert zxingcpp.read_barcodes(opened(maker(2))) == []


def test_pictures_come_without_any_cjk_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "CJK_FONTS", {False: ("none.ttf",), True: ("none.ttf",)})
    shapes.font.cache_clear()
    try:
        for maker in MAKERS.values():
            assert len(opened(maker(1)).convert("L").getcolors(256) or []) > 20
    finally:
        shapes.font.cache_clear()


def test_text_shrinks_to_its_room() -> None:
    brush = shapes.Brush((200, 60), (255, 255, 255))
    brush.text((100, 30), "很长的演示单位名称有限责任公司", 40, (0, 0, 0), "mm", width=160)
    dark = brush.done().convert("L").point([255 if level < 128 else 0 for level in range(256)]).getbbox()
    assert dark is not None and dark[0] >= 18 and dark[2] <= 182
