"""Names of the evidence's fields, Chinese and English, for the messages of findings."""

from __future__ import annotations

from typing import Final

_NAMES: Final[dict[str, tuple[str, str]]] = {
    "account_kind": ("招聘账号类型", "account kind"),
    "address": ("工作地址", "work address"),
    "agreed": ("零工平台协议", "platform agreement"),
    "benefits": ("福利待遇", "benefits"),
    "board_lodging": ("食宿", "board and lodging"),
    "contact_email": ("电子邮箱", "e-mail"),
    "contact_name": ("联系人", "contact person"),
    "contact_phone": ("联系电话", "contact phone"),
    "description": ("描述", "description"),
    "education": ("学历要求", "education"),
    "expected_pay": ("期望工资", "expected pay"),
    "expected_time": ("期望工作时间", "expected working time"),
    "experience": ("工作经验", "experience"),
    "files": ("文件", "files"),
    "founded_on": ("成立日期", "date of foundation"),
    "gender_ground": ("性别限制的法定依据", "lawful ground for a sex limit"),
    "gender_ground_note": ("法定依据说明", "explanation of the ground"),
    "headcount": ("人数", "headcount"),
    "industry_code": ("行业", "industry"),
    "intro": ("单位简介", "introduction"),
    "legal_rep": ("法定代表人", "legal representative"),
    "letter_valid_until": ("授权委托书有效期", "validity of the letter of authority"),
    "licence_valid_until": ("营业执照有效期", "validity of the licence"),
    "mode": ("工作方式", "way of working"),
    "name": ("单位名称", "unit name"),
    "nature": ("单位类型", "unit type"),
    "occupation_code": ("职业", "occupation"),
    "own_tools": ("是否自带工具", "own tools"),
    "ownership": ("单位性质", "ownership"),
    "pay_amount": ("单人工钱", "pay per person"),
    "pay_max": ("最高月薪", "highest monthly pay"),
    "pay_min": ("最低月薪", "lowest monthly pay"),
    "pay_negotiable": ("薪酬面议", "pay negotiable"),
    "pay_text": ("薪酬说明", "pay as written"),
    "pay_unit": ("工钱单位", "pay unit"),
    "phone": ("手机号", "phone"),
    "phone_public": ("手机号是否公开", "phone is public"),
    "quantity": ("总量", "total quantity"),
    "quantity_unit": ("总量单位", "unit of the quantity"),
    "region_code": ("地区", "division"),
    "registered_capital": ("注册资本", "registered capital"),
    "requirements": ("要求", "requirements"),
    "schools": ("面向院校", "target schools"),
    "settlement": ("工资结算方式", "settlement of pay"),
    "size_class": ("单位规模", "size class"),
    "slot": ("图片类别", "kind of picture"),
    "staff_count": ("职工人数", "number of staff"),
    "start_at": ("开工时间", "start of work"),
    "statement": ("入驻说明", "statement"),
    "title": ("名称", "title"),
    "type_code": ("零工类型", "gig type"),
    "unit": ("单位基本情况", "unit basics"),
    "uscc": ("统一社会信用代码", "unified social credit code"),
    "valid_until": ("信息有效期", "validity date"),
    "website": ("单位网址", "web site"),
}


def keys() -> tuple[str, ...]:
    """The fields that have a name."""
    return tuple(_NAMES)


def zh(field: str) -> str:
    """The Chinese name of a field; an unknown one is called by its key."""
    return _NAMES.get(field, (field, field))[0]


def en(field: str) -> str:
    """The English name of a field, in small letters."""
    return _NAMES.get(field, (field, field))[1]
