"""Masks of personal data (standards.md 2.5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules import masks


@pytest.mark.parametrize(
    ("mask", "plain", "shown"),
    [
        (masks.mask_phone, "15312347422", "153****7422"),
        (masks.mask_phone, "0755-26543210", "***********10"),
        (masks.mask_phone, "110", "***"),
        (masks.mask_id, "11010519491231002X", "110***********002X"),
        (masks.mask_id, "H12345678", "*******78"),
        (masks.mask_id, "123", "***"),
        (masks.mask_name, "张三", "张*"),
        (masks.mask_name, "张小三", "张*三"),
        (masks.mask_name, "欧阳娜娜", "欧阳**"),
        (masks.mask_name, "张王小三", "张**三"),
        (masks.mask_name, "阿依古丽·买买提", "阿****"),
        (masks.mask_name, "John Smith", "J****"),
        (masks.mask_name, "𠮷三", "𠮷*"),
        (masks.mask_name, "张", "*"),
        (masks.mask_name, "", ""),
        (masks.mask_email, "alice@example.cn", "a***@example.cn"),
        (masks.mask_email, "a@example.cn", "a***@example.cn"),
        (masks.mask_email, "nonsense", "***"),
    ],
)
def test_masks(mask, plain, shown):
    assert mask(plain) == shown


def test_a_reviewer_sees_the_division_of_an_id():
    assert masks.mask_id("11010519491231002X", head=6) == "110105********002X"
    with pytest.raises(ValueError, match="head"):
        masks.mask_id("11010519491231002X", head=14)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("浙江省杭州市西湖区文三路90号", "浙江省杭州市西湖区****"),
        ("内蒙古自治区呼和浩特市新城区中山路", "内蒙古自治区呼和浩特市新城区****"),
        ("北京市朝阳区建国路1号", "北京市朝阳区****"),
        ("江苏省昆山市花桥镇菜市口", "江苏省昆山市****"),
        ("江苏省苏州市昆山市花桥镇绿地矿区3号", "江苏省苏州市昆山市****"),
        ("杭州市翠苑小区3幢", "杭州市****"),
        ("浙江省台州市路桥区路北街道", "浙江省台州市路桥区****"),
        ("浙江省桐乡市乌镇", "浙江省桐乡市****"),
        (
            "新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县x",
            "新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县****",
        ),
        ("湖南省永州市道县月岩", "湖南省永州市道县****"),
        ("广东省东莞市厚街镇康乐路市场", "广东省东莞市****"),
        ("文三路90号", "****"),
        ("广东省深圳市南山区", "广东省深圳市南山区"),
        ("", ""),
    ],
)
def test_an_address_ends_with_its_district(address, shown):
    assert masks.mask_address(address) == shown


@given(st.text(max_size=30))
def test_no_mask_shows_a_whole_name_number_or_local_part(text):
    if len(text.strip()) > 1:
        assert masks.mask_name(text) != text or "*" in text
    if text:
        assert masks.mask_id(text) != text or set(text) == {"*"}
        assert masks.mask_phone(text) != text or "*" in text
