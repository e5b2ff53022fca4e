"""People and units for the demonstration, made from a seed; every unit is called 演示.

The same seed gives the same rows. Unit codes have correct check characters (GB 32100, GB 11714) and cannot
meet a real one: their division part ends in 99, which no county has. Telephone numbers begin with 1990000.
Names are put together from common characters and belong to nobody.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from app.rules.codes.person import resident_check_char
from app.rules.codes.unit import organisation_check_char, uscc_check_char

SURNAMES = tuple("李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
COMPOUND_SURNAMES = ("欧阳", "司徒", "诸葛", "上官")
MALE = tuple("伟强磊军勇杰涛明超亮刚平辉鹏飞波斌浩宇宁凯健俊帆")
FEMALE = tuple("芳娜敏静丽艳娟霞玲燕萍红梅洁云婷雪琳慧颖倩佳欣怡")
NEUTRAL = tuple("文思子晓一天嘉志永春新海泽雨若安景书")

# division -> (province and city words, district, streets); all are in regions.csv
PLACES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "440203": ("广东省韶关市", "武江区", ("工业西路", "芙蓉东路", "沐溪大道", "惠民南路")),
    "440204": ("广东省韶关市", "浈江区", ("解放路", "大学路", "启明北路", "南郊五公里")),
    "440205": ("广东省韶关市", "曲江区", ("马坝大道", "鞍山路", "城南大道", "白土工业园")),
    "440224": ("广东省韶关市", "仁化县", ("丹霞大道", "建设路", "新城路")),
    "440281": ("广东省韶关市", "乐昌市", ("人民中路", "昌山路", "长来工业园")),
    "440282": ("广东省韶关市", "南雄市", ("雄州大道", "八一街", "精细化工园")),
    "310104": ("上海市", "徐汇区", ("漕溪北路", "宜山路", "桂平路", "龙华中路")),
    "310115": ("上海市", "浦东新区", ("张江路", "金桥路", "川沙路", "世纪大道")),
    "310120": ("上海市", "奉贤区", ("南桥路", "环城东路", "望园路", "金海公路")),
}
REGIONS = tuple(PLACES)

# nature -> (first two characters of the code, endings of the name, share)
NATURES: dict[str, tuple[str, tuple[str, ...], int]] = {
    "enterprise": ("91", ("有限公司", "有限责任公司"), 74),
    "individual": ("92", ("经营部", "商行", "工作室"), 10),
    "cooperative": ("93", ("专业合作社",), 5),
    "institution": ("12", ("服务中心",), 4),
    "private_nonenterprise": ("52", ("社会工作服务中心", "培训学校"), 5),
    "association": ("51", ("行业协会",), 2),
}

# trade -> (industry, words of the name, what the unit does)
TRADES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "bamboo": ("20", ("竹木制品", "木业"), "竹、木制品和包装材料的生产与销售"),
    "food": ("14", ("食品", "粮油食品"), "糕点、酱腌菜和速冻食品的生产"),
    "textile": ("18", ("服饰", "制衣"), "工作服、校服和休闲服装的设计与生产"),
    "machine": ("34", ("机械", "精密机械"), "通用零部件和小型输送设备的制造"),
    "electronics": ("39", ("电子科技", "电子"), "电源适配器和线束组件的制造"),
    "auto": ("36", ("汽车零部件", "车桥配件"), "汽车冲压件和内饰件的制造"),
    "build": ("50", ("装饰工程", "建筑工程"), "室内装饰和房屋修缮工程的施工"),
    "trade": ("51", ("贸易", "商贸"), "日用百货和办公用品的批发"),
    "retail": ("52", ("超市", "便民超市"), "社区生鲜和日用品的零售"),
    "logistics": ("59", ("物流", "供应链"), "仓储、分拣和同城配送服务"),
    "hotel": ("61", ("酒店管理", "民宿"), "客房、会议和乡村民宿服务"),
    "catering": ("62", ("餐饮管理", "餐饮"), "团体配餐和粤菜、小吃经营"),
    "software": ("65", ("信息技术", "软件"), "政务和企业管理软件的开发与维护"),
    "property": ("70", ("物业服务", "物业管理"), "住宅小区和办公楼的物业服务"),
    "event": ("72", ("会展服务", "文化传播"), "会议、展览和企业宣传服务"),
    "testing": ("74", ("检测技术", "环境监测"), "水质、土壤和食品的检验检测"),
    "laundry": ("80", ("洗涤服务", "保洁服务"), "布草洗涤和办公场所的清洁"),
    "education": ("83", ("教育科技", "职业培训"), "职业技能培训和课程开发"),
    "care": ("85", ("养老服务", "康养"), "机构养老和居家照护服务"),
    "farm": ("01", ("生态农业", "果蔬种植"), "贡柑、蔬菜和食用菌的种植与销售"),
}


def _pairs(text: str) -> tuple[str, ...]:
    """A run of two-character words, cut apart."""
    return tuple(text[at : at + 2] for at in range(0, len(text), 2))


FORENAMES = _pairs("同德广汇恒信瑞丰佳和新联华创智远安泰利民众诚嘉禾源泰鼎新力行博雅启航")
LOCAL_FORENAMES = {
    "韶关": _pairs("粤北丹霞韶乐浈水武江芙蓉曲水马坝莲花南岭云门珠玑雄州昌山"),
    "上海": _pairs("申城浦江沪东南桥金海望园临港漕溪虹梅龙华"),
}
OWNERSHIPS = ("private", "private", "private", "joint", "state", "startup", "foreign_other", "listed")
SIZES = ((8, "micro"), (35, "small"), (120, "small"), (420, "medium"), (1600, "large"))


@dataclass(frozen=True)
class DemoPerson:
    name: str
    gender: str  # GB/T 2261.1: 1 male, 2 female
    born_on: date
    id_number: str
    phone: str


@dataclass(frozen=True)
class DemoUnit:
    name: str
    short_name: str
    uscc: str
    nature: str
    trade: str
    industry: str
    region: str
    address: str
    legal_rep: DemoPerson
    handler: DemoPerson
    founded_on: date
    registered_capital: int  # 10,000 yuan
    staff_count: int
    size_class: str
    ownership: str
    email: str
    intro: str


def unit_code(prefix: str, region: str, number: int) -> str:
    """A unified social credit code with two correct check characters; `number` 0-999 within a city."""
    organisation = f"MADEM{number:03d}"
    body = f"{prefix}{region[:4]}99{organisation}{organisation_check_char(organisation)}"
    return body + uscc_check_char(body)


def id_number(region: str, born_on: date, sequence: int) -> str:
    """A resident identity number (GB 11643) with a correct check character; odd sequences are men."""
    body = f"{region}{born_on:%Y%m%d}{sequence:03d}"
    return body + resident_check_char(body)


def phone(number: int) -> str:
    """A mobile number in the block 1990000 0000-9999, used for samples only."""
    return f"1990000{number % 10000:04d}"


def person_name(random: Random, gender: str) -> str:
    surname = random.choice(COMPOUND_SURNAMES if random.random() < 0.03 else SURNAMES)
    own = MALE if gender == "1" else FEMALE
    if random.random() < 0.25:
        return surname + random.choice(own)
    return surname + random.choice(NEUTRAL) + random.choice(own)


def people(count: int, today: date, seed: int = 1) -> list[DemoPerson]:
    """`count` adults of 18 to 58 with different identity and telephone numbers (up to 10,000)."""
    random = Random(f"people-{seed}")
    first = random.randrange(10000)
    made = []
    for index in range(count):
        gender = random.choice("12")
        born_on = today - timedelta(days=random.randrange(18 * 366, 58 * 365))
        sequence = (2 * index + (1 if gender == "1" else 0)) % 1000
        number = id_number(random.choice(REGIONS), born_on, sequence)
        made.append(DemoPerson(person_name(random, gender), gender, born_on, number, phone(first + index)))
    return made


def address(random: Random, region: str) -> str:
    """A street address inside the division; the house is a 演示 one."""
    city, district, streets = PLACES[region]
    street, house, room = random.choice(streets), random.randrange(1, 400), random.randrange(1, 20)
    return f"{city}{district}{street}{house}号演示楼{room}室"


def introduction(random: Random, name: str, work: str, founded_on: date, staff: int) -> str:
    """Two or three plain sentences: no superlatives (广告法), no contact data, no links."""
    lines = (
        "现有固定办公和生产场所，工作环境整洁。",
        "建立了岗前培训和师带徒制度，新员工有专人指导。",
        "依法签订劳动合同并缴纳社会保险，按月发放工资。",
        "设有员工食堂和休息室，定期组织健康体检。",
    )
    start = f"{name}成立于{founded_on.year}年，主要从事{work}，现有员工约{staff}人。"
    return start + "".join(random.sample(lines, 2))


def units(today: date, count: int = 100, seed: int = 1) -> list[DemoUnit]:
    """`count` units (up to 500) over the districts of `PLACES`, all names and codes different."""
    random = Random(f"units-{seed}")
    staff_people = people(2 * count, today, seed=seed + 1000)
    names: set[str] = set()
    made = []
    for index in range(count):
        made.append(_unit(random, index, names, staff_people[2 * index : 2 * index + 2], today))
    return made


def _unit(random: Random, index: int, names: set[str], two: list[DemoPerson], today: date) -> DemoUnit:
    region = REGIONS[index % len(REGIONS)]
    nature = random.choices(list(NATURES), [share for _, _, share in NATURES.values()])[0]
    trade = _trade(random, nature)
    industry, words, work = TRADES[trade]
    name, short_name = _names(random, region, nature, words, names)
    staff, size_class = random.choice(SIZES if nature == "enterprise" else SIZES[:2])
    staff += random.randrange(staff // 3 + 1)
    founded_on = today - timedelta(days=random.randrange(120, 9000))
    return DemoUnit(
        name=name,
        short_name=short_name,
        uscc=unit_code(NATURES[nature][0], region, index),
        nature=nature,
        trade=trade,
        industry=industry,
        region=region,
        address=address(random, region),
        legal_rep=two[0],
        handler=two[1],
        founded_on=founded_on,
        registered_capital=random.choice((10, 50, 100, 200, 500, 1000, 3000)),
        staff_count=staff,
        size_class=size_class,
        ownership=random.choice(OWNERSHIPS) if nature == "enterprise" else "other",
        email=f"hr{index:03d}@demo.example",
        intro=introduction(random, name, work, founded_on, staff),
    )


def _trade(random: Random, nature: str) -> str:
    fitting = {
        "cooperative": ("farm", "bamboo"),
        "institution": ("testing", "education"),
        "private_nonenterprise": ("care", "education"),
        "individual": ("retail", "catering", "laundry", "trade"),
    }
    return random.choice(fitting.get(nature, tuple(TRADES)))


def _names(random: Random, region: str, nature: str, words: tuple[str, ...], taken: set[str]) -> tuple[str, str]:
    """Full and short name, e.g. 韶关丹霞演示竹木制品有限公司 and 丹霞演示."""
    city = "上海" if region.startswith("31") else "韶关"
    while True:
        forename = random.choice(FORENAMES + LOCAL_FORENAMES[city])
        ending = random.choice(NATURES[nature][1])
        name = f"{city}{forename}演示{random.choice(words)}{ending}"
        if name not in taken:
            taken.add(name)
            return name, f"{forename}演示"


def troubled_units(today: date) -> list[DemoUnit]:
    """Units on whose registration the checks must speak: agency without licence, slogans, code of another type."""
    random = Random("troubled-units")
    agency, boaster, miscoded = units(today, count=3, seed=9001)
    return [
        replace(agency, name="韶关同德演示人力资源有限公司", uscc=unit_code("91", agency.region, 997)),
        replace(
            boaster,
            uscc=unit_code("91", boaster.region, 998),
            intro=boaster.intro + "本公司是全国第一的国家级企业，咨询请加微信demo-demo。",
        ),
        replace(
            miscoded,
            name=f"韶关{random.choice(FORENAMES)}演示商行",
            nature="enterprise",
            uscc=unit_code("92", miscoded.region, 999),
        ),
    ]
