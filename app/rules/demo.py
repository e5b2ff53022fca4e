"""The demo logins, marked as such everywhere; they exist only where DEMO is on."""

from __future__ import annotations

PASSWORD = "Gongjiu-2026-demo"  # noqa: S105 - printed on the login page on purpose

# user name, what it is for (Chinese and English on one line, as printed at the start)
LOGINS: tuple[tuple[str, str], ...] = (
    ("reviewer", "人社审核 上海市 310000 · bureau reviewer, Shanghai"),
    ("reviewer2", "人社审核 奉贤区 310120 · bureau reviewer, Fengxian"),
    ("reviewer.sg", "人社审核 韶关市 440200 · bureau reviewer, Shaoguan"),
    ("lead", "审核主管 上海市 310000 · lead, Shanghai"),
    ("school", "学校管理员 韶关演示学院 · school admin, Shaoguan"),
    ("owner", "单位管理员 奉贤演示单位（已通过）· unit owner, approved unit in Fengxian"),
    ("handler", "单位经办 奉贤演示单位 · unit handler, same unit"),
    ("owner2", "单位管理员 韶关演示单位（待审核）· unit owner, registration waiting"),
    ("agency", "职介 演示人力资源服务中心 · agency"),
    ("seeker", "求职者 · seeker"),
    ("student", "学生 · student"),
    ("operator", "平台运营 · operator"),
    ("sysadmin", "系统管理员 · system administrator"),
    ("secadmin", "安全管理员 · security administrator"),
    ("auditor", "审计管理员 · audit administrator"),
)
