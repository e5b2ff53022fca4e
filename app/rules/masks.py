"""How personal data is shown to those who need not know it (standards.md 2.5). Never store a mask."""

from __future__ import annotations

import re
from typing import Final

# Province, city or prefecture, district or county, each optional and each right after the one before: a 区
# or 市 further on belongs to a housing estate or a market. 路桥区 and 桐乡市 are why a road or township
# character is let through at either end of a county's name only.
_TO_DISTRICT: Final = re.compile(
    r"(?:.{2,6}?(?:省|自治区|特别行政区))?"
    r"(?:[^区县路街号\s0-9]{1,10}?(?:市|自治州|地区|盟))?"
    r"(?:[镇乡街路道]?[^镇乡街路道村号弄巷\s0-9]{0,12}?[乡镇]?(?:自治县|自治旗|(?<![小社园])区|县|旗|市))?"
)

_COMPOUND: Final = re.compile(
    "欧阳|上官|司马|诸葛|夏侯|皇甫|尉迟|公孙|长孙|慕容|司徒|令狐|宇文|东方|南宫|西门|端木|独孤|轩辕|百里|呼延|东郭|申屠"
)


def mask_phone(text: str) -> str:
    """153****7422 (TJ). A land line or anything short keeps its last two characters only."""
    if len(text) == 11 and text.isascii() and text.isdigit():
        return f"{text[:3]}****{text[-4:]}"
    return "*" * max(len(text) - 2, 0) + text[-2:] if len(text) > 4 else "*" * len(text)


def mask_id(text: str, head: int = 3) -> str:
    """110***********002X: first 3 (6 for reviewers) and last 4; a short number loses all but its last 2."""
    if head not in (3, 6):
        raise ValueError("head is 3, or 6 for a reviewer")
    if len(text) < 15:  # permits and passports: four of eight digits would leave too little to guess
        return "*" * max(len(text) - 2, 0) + text[-2:] if len(text) > 4 else "*" * len(text)
    return text[:head] + "*" * (len(text) - head - 4) + text[-4:]


def mask_name(text: str) -> str:
    """张*, 张*三, 欧阳*: the surname stays, and the last character of a name of three or more.

    A name with a middle dot (阿依·买买提) or in Latin letters keeps its first character only.
    """
    name = text.strip()
    if "·" in name or name[:1].isascii():
        return name[:1] + "*" * min(max(len(name) - 1, 0), 4)
    if len(name) <= 2:
        return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)
    if _COMPOUND.match(name):
        return name[:2] + "*" * (len(name) - 2)
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_email(text: str) -> str:
    """a***@example.cn: first character, three stars whatever the length, and the domain."""
    local, at, domain = text.rpartition("@")
    return f"{local[:1]}***@{domain}" if at and local else "***"


def mask_address(text: str) -> str:
    """The address down to its district, county or city; what cannot be placed is hidden as a whole.

    浙江省杭州市西湖区文三路 90 号 -> 浙江省杭州市西湖区****
    """
    found = _TO_DISTRICT.match(text)
    known = found.group() if found else ""
    return known + ("****" if len(known) < len(text) else "")
