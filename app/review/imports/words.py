"""The words of job sites put into our codes. What is not known stays empty, never guessed.

The size class is not derived: it depends on trade and turnover as well as staff (统计上大中小微型企业划分办法 2017),
so the size stays with the unit as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Words of the job sites -> section or division of GB/T 4754-2017. Looked for in order, the first wins.
_INDUSTRIES: Final = (
    ("农/林/牧/渔", "A"), ("采掘", "B"), ("石油/化工/矿产", "26"), ("电气/电力/水利", "D"), ("新能源", "D"),
    ("环保", "77"), ("互联网/电子商务", "64"), ("网络游戏", "64"), ("计算机软件", "65"), ("计算机服务", "65"),
    ("计算机硬件", "39"), ("电子技术/半导体", "39"), ("通信/电信运营", "63"), ("通信/电信/网络设备", "39"),
    ("仪器仪表", "40"), ("机械/设备/重工", "C"), ("汽车及零配件", "36"), ("制药/生物工程", "27"), ("医疗设备", "35"),
    ("医疗/护理/卫生", "84"), ("快速消费品", "C"), ("服装/纺织/皮革", "18"), ("家具/家电/玩具", "C"),
    ("奢侈品/收藏品/工艺品", "24"), ("办公用品", "C"), ("原材料和加工", "C"), ("印刷/包装/造纸", "23"),
    ("航天/航空", "37"), ("贸易/进出口", "51"), ("批发/零售", "F"), ("交通/运输/物流", "G"), ("酒店/旅游", "H"),
    ("餐饮", "62"), ("金融/投资/证券", "J"), ("银行", "66"), ("保险", "68"), ("信托/担保/拍卖/典当", "69"),
    ("房地产", "K"), ("物业管理", "K"), ("建筑/建材/工程", "E"), ("家居/室内设计/装潢", "50"), ("租赁服务", "71"),
    ("专业服务", "72"), ("法律", "72"), ("会计/审计", "72"), ("广告", "72"), ("公关/市场推广/会展", "72"),
    ("中介服务", "72"), ("外包服务", "72"), ("检测", "74"), ("学术/科研", "73"), ("教育/培训/院校", "P"),
    ("影视/媒体/艺术", "R"), ("文字媒体/出版", "86"), ("娱乐/休闲/体育", "R"), ("美容/保健", "80"), ("生活服务", "O"),
    ("政府/公共事业", "S"), ("非营利组织", "S"), ("非盈利", "S"),
)  # fmt: skip

_NATURES: Final = {"public_institution": "institution", "government": "government", "nonprofit": "other"}

_HAN: Final = "\u3007\u3400-\u9fff"
_INNER_BLANK: Final = re.compile(rf"(?<=[{_HAN}（）])\s+(?=[{_HAN}（）])")


def unit_name(text: str) -> str:
    """A unit's name as one writes it on a licence: full-width brackets in a Chinese name, no stray blanks."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    if re.search(f"[{_HAN}]", plain):
        plain = _INNER_BLANK.sub("", plain.replace("(", "（").replace(")", "）"))
    return plain


def plain_word(text: str) -> str:
    """A word of a list as it is compared: NFKC, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def industry_code(text: str) -> str | None:
    """Section or division of GB/T 4754 for the first trade of a job site's list that has one; None for none."""
    for trade in re.split(r"[,，;；]", text):
        written = plain_word(trade)
        code = next((code for word, code in _INDUSTRIES if plain_word(word) in written), None)
        if code:
            return code
    return None


def unit_nature(ownership: str | None) -> str:
    """The type of unit that follows from its ownership; an enterprise where it says nothing else."""
    return _NATURES.get(ownership or "", "enterprise")
