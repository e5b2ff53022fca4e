"""Postings and gigs for the demonstration, made from a seed out of the tables in demo_texts.

The ordinary ones are clean: no limit by sex, age, origin or family, no fees, no contact data, pay above any
local minimum. The `troubled_*` ones are wrong on purpose, each with the codes of the checks that must speak.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from app.gateways.demo_people import PLACES, REGIONS, DemoUnit, address
from app.gateways.demo_texts import GigText, gig_texts, posting_texts, wanted_texts

BENEFITS = (
    "五险",
    "住房公积金",
    "年终奖金",
    "带薪年假",
    "餐饮补贴",
    "交通补贴",
    "定期体检",
    "员工宿舍",
    "专业培训",
)
EXPERIENCES = ("none", "none", "fresh", "under1", "1to3", "1to3", "3to5")
SETTLEMENTS = ("daily", "daily", "weekly", "completion")
HOURS = ("周一至周五 8:00–17:00", "周末全天", "每天 18:00–21:00", "随叫随到，提前一天通知", "每天 9:00–15:00")


@dataclass(frozen=True)
class DemoPosting:
    unit: int  # index in the list of units it was made for
    title: str
    occupation: str
    description: str
    requirements: str
    education: str
    experience: str
    headcount: int
    pay_min: int  # yuan a month
    pay_max: int
    benefits: str
    board_lodging: str
    region: str
    address: str
    valid_days: int
    expects: tuple[str, ...] = ()


@dataclass(frozen=True)
class DemoGig:
    kind: str  # gig_offer (招工) or gig_wanted (找活)
    type_code: str
    title: str
    description: str
    requirements: str
    region: str
    address: str
    mode: str
    headcount: int
    amount: int  # yuan per pay_unit
    pay_unit: str
    quantity: int
    quantity_unit: str
    settlement: str
    expected_time: str
    own_tools: bool
    starts_in_days: int
    valid_days: int
    expects: tuple[str, ...] = ()


def postings(units: Sequence[DemoUnit], count: int = 250, seed: int = 1) -> list[DemoPosting]:
    """`count` postings spread over the units, each fitting the trade of its unit."""
    random = Random(f"postings-{seed}")
    return [_posting(random, units, index % len(units)) for index in range(count)]


def _posting(random: Random, units: Sequence[DemoUnit], index: int) -> DemoPosting:
    unit = units[index]
    text = random.choice([one for one in posting_texts() if not one.trades or unit.trade in one.trades])
    pay_min = text.pay_min + random.randrange(0, 6) * 100
    return DemoPosting(
        unit=index,
        title=text.title,
        occupation=text.occupation,
        description=_numbered(random, text.duties, 4),
        requirements=_numbered(random, text.requirements, 3),
        education=text.education,
        experience=random.choice(EXPERIENCES),
        headcount=random.choice((1, 1, 2, 2, 3, 5, 8)) if unit.staff_count > 20 else random.choice((1, 2)),
        pay_min=pay_min,
        pay_max=pay_min + random.randrange(5, 25) * 100,
        benefits=" ".join(random.sample(BENEFITS, 4)),
        board_lodging=random.choice(("none", "none", "meals", "both", "lodging")),
        region=unit.region,
        address=unit.address,
        valid_days=random.choice((15, 30, 45, 60, 90)),
    )


def _numbered(random: Random, sentences: tuple[str, ...], most: int) -> str:
    """Up to `most` sentences in their order, numbered; the first stays, as it may ask for a certificate (J23)."""
    others = random.sample(range(1, len(sentences)), min(most, len(sentences)) - 1)
    chosen = sorted([0, *others])
    return "\n".join(f"{place}、{sentences[index]}；" for place, index in enumerate(chosen, 1))[:-1] + "。"


def gigs(count: int = 120, seed: int = 1) -> list[DemoGig]:
    """`count` gigs over all districts, about a third of them 找活."""
    random = Random(f"gigs-{seed}")
    return [_wanted(random) if index % 3 == 2 else _offer(random) for index in range(count)]


def _offer(random: Random, text: GigText | None = None) -> DemoGig:
    text = text or random.choice(gig_texts())
    region = random.choice(REGIONS)
    district = PLACES[region][1]
    return DemoGig(
        kind="gig_offer",
        type_code=text.type_code,
        title=f"{district}{random.choice(text.titles)}" if text.mode == "onsite" else random.choice(text.titles),
        description=text.description + random.choice(("", "现场有人接待和说明。", "做完当场验收。", "提供饮用水。")),
        requirements=text.requirements,
        region=region,
        address=address(random, region),
        mode=text.mode,
        headcount=random.choice((1, 2, 3, 5, 10)) if text.mode == "onsite" else 1,
        amount=text.amount + random.randrange(0, 5) * max(1, text.amount // 20),
        pay_unit=text.pay_unit,
        quantity=random.choice((1, 2, 3, 5)) * (8 if text.quantity_unit == "hour" else 1),
        quantity_unit=text.quantity_unit,
        settlement=random.choice(SETTLEMENTS),
        expected_time="",
        own_tools=text.own_tools,
        starts_in_days=random.randrange(1, 10),
        valid_days=random.choice((7, 14, 21, 30)),
    )


def _wanted(random: Random) -> DemoGig:
    type_code, title, about, amount = random.choice(wanted_texts())
    region = random.choice(REGIONS)
    city, district, _ = PLACES[region]
    remote = type_code in {"design", "writing", "programming", "data_entry"}
    return DemoGig(
        kind="gig_wanted",
        type_code=type_code,
        title=title,
        description=about,
        requirements="",
        region=region,
        address=city + district,
        mode="remote" if remote else "onsite",
        headcount=random.choice((1, 1, 1, 2)),
        amount=amount + random.randrange(0, 4) * 10,
        pay_unit="day",
        quantity=1,
        quantity_unit="day",
        settlement=random.choice(SETTLEMENTS),
        expected_time=random.choice(HOURS),
        own_tools=random.random() < 0.4,
        starts_in_days=random.randrange(1, 15),
        valid_days=random.choice((14, 30, 45)),
    )


def troubled_postings(units: Sequence[DemoUnit]) -> list[DemoPosting]:
    """Postings a reviewer must not pass unseen, made from clean ones by adding one fault each."""
    clean = postings(units, count=8, seed=9001)
    faults = (
        ("requirements", "限男性，能适应夜班。", ("J05",)),
        ("requirements", "35岁以下，形象好气质佳。", ("J10",)),
        ("description", "入职须缴纳服装押金500元，离职退还。", ("J13",)),
        ("description", "有意者请加微信demo-demo详聊。", ("J16",)),
        ("requirements", "已婚已育优先，三年内无生育计划。", ("J06",)),
        ("requirements", "限本地户口，外省人员请勿投递。", ("J09",)),
        ("description", "试用期不发工资，自愿放弃社保者每月另加300元。", ("J15",)),
        ("description", "先培训后上岗，培训费可办理分期，包就业。", ("J14",)),
    )
    return [_spoil(one, *fault) for one, fault in zip(clean, faults, strict=True)]


def _spoil(posting: DemoPosting, field: str, words: str, expects: tuple[str, ...]) -> DemoPosting:
    if field == "requirements":
        return replace(posting, requirements=f"{posting.requirements}\n{words}", expects=expects)
    return replace(posting, description=f"{posting.description}\n{words}", expects=expects)


def troubled_gigs() -> list[DemoGig]:
    """Gigs with one fault each: fees, contact data, discrimination, pay too low or too good."""
    random = Random("troubled-gigs")
    plain = {text.type_code: text for text in reversed(gig_texts())}
    loading, data, retail = plain["loading"], plain["data_entry"], plain["retail"]
    return [
        replace(
            _offer(random, loading),
            description="搬运家具两车。报名先交押金100元，干完退还。",
            expects=("G07",),
        ),
        replace(
            _offer(random, retail),
            description="周末商场发放试用品，详情加微信demo-demo。",
            expects=("G09",),
        ),
        replace(_offer(random, loading), requirements="只要男的，35岁以下。", expects=("G08",)),
        replace(_offer(random, retail), amount=6, pay_unit="hour", expects=("G05",)),
        replace(
            _offer(random, data),
            title="在家做任务轻松日入过千",
            description="手机刷单，垫付本金当天返还，无需经验。",
            mode="remote",
            amount=1500,
            expects=("G06", "G07", "G13"),
        ),
    ]
