"""Topics other checks read from texts: U16, J11, J12, J14, J15, J22, J23, G07, G11."""

from __future__ import annotations

import pytest

from app.rules.language import TOPICS, superlatives, topic

SEEN: dict[str, tuple[str, ...]] = {
    "superlatives": (
        "行业第一",
        "全国最大的连锁企业",
        "最先进的技术",
        "国内顶级团队",
        "世界级平台",
        "销量全国第一",
        "第一品牌",
        "遥遥领先",
        "全国唯一授权",
        "最佳雇主",
        "最优惠的价格",
        "No.1品牌",
        "独一无二的平台",
        "最具影响力企业",
        "国家级产品",
        "全 国 第 一",
        "填补国内空白",
        "首屈一指",
    ),
    "money_bait": ("提成上不封顶", "月入过万", "躺着赚钱", "轻松日入500", "月入3-5万"),
    "labour_abuse": (
        "自愿放弃社保",
        "不缴社保",
        "无社保",
        "996工作制",
        "大小周",
        "试用期8个月",
        "试用期12个月",
        "试用期不发工资",
        "试岗7天无工资",
        "用补贴代替社保",
        "押一个月工资",
        "无加班费",
        "试用期无底薪",
        "培训期间不带薪",
        "不买五险",
    ),
    "training_loan": (
        "包就业",
        "招转培",
        "培训贷",
        "保录取",
        "内部名额",
        "可分期付学费",
        "包过",
        "先就业后付款",
    ),
    "elite_schools": (
        "985/211优先",
        "全日制本科",
        "第一学历本科",
        "统招本科",
        "双一流高校",
        "重点大学毕业",
        "名校毕业优先",
        "QS前100",
    ),
    "forbidden_trade": (
        "赌博平台",
        "缅北客服",
        "柬埔寨高薪",
        "刷单兼职",
        "帮忙洗钱",
        "跑分",
        "传销",
        "色情陪侍",
        "KTV公主",
        "缅甸高薪招工，包机票",
        "出租银行卡",
        "棋牌游戏推广",
        "海外高薪劳务",
    ),
    "zodiac": (
        "限属龙",
        "白羊座优先",
        "处女座勿扰",
        "O型血优先",
        "星座要求：狮子座",
        "请注明血型和星座",
        "属猪勿扰",
    ),
    "gig_fees": (
        "先交钱",
        "需垫付",
        "打字员兼职",
        "刷单兼职",
        "境外高薪",
        "代付",
        "入职押金200元",
        "提供本人银行卡",
        "电话卡出租",
        "出租银行卡",
        "培训贷",
    ),
    "dangerous_work": (
        "高空作业",
        "电工两名",
        "焊工",
        "招司机",
        "货车司机",
        "叉车工",
        "爆破作业",
        "水下焊接",
        "外墙清洗",
        "高处作业人员",
    ),
}

ORDINARY: dict[str, tuple[str, ...]] = {
    "superlatives": (
        "第一时间回复",
        "最低工资",
        "最近三年",
        "最少两年",
        "最终结果",
        "最好有经验",
        "最好是女生",
        "最大限度发挥",
        "最高学历",
        "唯一联系人",
        "最晚9点",
        "第一学历",
        "第一产业",
        "国家级高新技术企业",
        "国家级开发区",
        "最新政策",
    ),
    "money_bait": ("月薪8000", "收入稳定", "高薪诚聘", "五险一金"),
    "labour_abuse": (
        "非大小周",
        "试用期3个月",
        "试用期3-6个月",
        "试用期一个月，工资4500",
        "绝不996",
        "签劳动合同",
        "带薪培训",
        "试用期后缴纳社保",
        "996路公交",
        "试用期工资80%",
        "拒绝大小周，双休",
        "缴纳社保",
    ),
    "training_loan": ("确保录入准确", "促进就业", "钱包过大", "不承诺包就业", "录音设备"),
    "elite_schools": (
        "非全日制用工",
        "非全日制均可",
        "全日制/非全日制均可",
        "乘211路公交",
        "985元",
        "不限第一学历",
        "知名品牌",
        "211室",
        "与重点院校建立合作",
    ),
    "forbidden_trade": (
        "反赌博宣传",
        "严禁刷单",
        "反洗钱专员",
        "熟悉反洗钱法规",
        "打击传销",
        "毒品检测试剂",
        "棋牌室服务员",
        "刷单除外",
        "高薪诚聘海外市场经理",
        "禁止色情、赌博、传销",
    ),
    "zodiac": ("属相不限", "星座运势编辑", "血型检测试剂", "双鱼座", "生肖纪念币"),
    "gig_fees": ("无需垫付", "发放到银行卡", "垫付货款可报销", "不收押金", "打字快"),
    "dangerous_work": (
        "高空作业，需持证",
        "电工，持电工证",
        "电工材料销售",
        "司机需C1驾照",
        "自动驾驶工程师",
        "叉车工需叉车证",
        "软件工程师",
        "焊接材料销售",
        "联系司机送货",
        "塔吊司机，有证优先",
        "驾驶员监测系统",
    ),
}


@pytest.mark.parametrize(("name", "text"), [(name, t) for name, texts in SEEN.items() for t in texts])
def test_a_topic_is_seen(name: str, text: str) -> None:
    assert topic(name, text), text


@pytest.mark.parametrize(("name", "text"), [(name, t) for name, texts in ORDINARY.items() for t in texts])
def test_ordinary_words_are_left_alone(name: str, text: str) -> None:
    assert [hit.text for hit in topic(name, text)] == []


def test_every_topic_has_its_cases() -> None:
    assert set(SEEN) == set(ORDINARY) == set(TOPICS)


def test_a_topic_hit_names_field_and_topic() -> None:
    (hit,) = superlatives("我们是行业第一。", "introduction")
    assert (hit.label, hit.field, hit.span, hit.text) == ("superlatives", "introduction", (3, 7), "行业第一")


def test_an_unknown_topic_is_an_error() -> None:
    with pytest.raises(KeyError):
        topic("weather", "")
