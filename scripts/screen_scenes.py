"""What the menus alone do not show: things opened, filled in and looked at in other ways. One scene, one picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

LIST = "/postingview/list/"
HEAD = ["posting_no", "title", "unit_name", "pay", "description", "place", "posted_on"]
DUTY = "负责客户来访登记、会议安排和办公用品管理，协助部门完成日常行政事务。"


def _nothing(_page: Page) -> None: ...


@dataclass(frozen=True)
class Scene:
    """A picture: who, where, in which look, and what is done there before it is taken."""

    name: str
    login: str
    address: str
    words: str
    steps: Callable[[Page], object] = _nothing
    width: int = 1366
    theme: str = "light"
    size: str = "normal"
    lang: str = "zh"


def click(*selectors: str) -> Callable[[Page], None]:
    """One after the other."""

    def go(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).first.click()

    return go


def press(*keys: str) -> Callable[[Page], None]:
    """Keys, and texts that are typed."""

    def go(page: Page) -> None:
        for key in keys:
            if len(key) == 1 or "+" in key or key in ("Escape", "Enter", "Tab"):
                page.keyboard.press(key)
            else:
                page.keyboard.type(key, delay=30)

    return go


def first_row(then: Callable[[Page], object] = _nothing) -> Callable[[Page], None]:
    """The record of the first row."""

    def go(page: Page) -> None:
        page.locator(".g-tbl tbody th a[href]").first.click()
        page.wait_for_load_state()
        then(page)

    return go


def edited(page: Page) -> None:
    """The form of the first row."""
    page.goto(page.locator(".g-acts a[data-edit],.g-acts a[href*='/edit/']").first.evaluate("a => a.href"))


def ticked(page: Page) -> None:
    """Three rows chosen."""
    for n in range(3):
        page.locator("tbody .g-tick input").nth(n).check()


def written(page: Page) -> None:
    """A posting whose words are doubtful: the checks answer beside the form."""
    page.fill("[name=title]", "仓储管理员")
    page.fill("[name=headcount]", "2")
    page.fill("[name=pay_min]", "1500")
    page.fill("[name=pay_max]", "6500")
    page.fill("[name=description]", "负责仓库货物的收发与登记，限男性，35 岁以下。")
    page.locator("[name=description]").blur()
    page.wait_for_selector("#f-panels [data-sev]")
    page.evaluate("scrollTo(0, 0)")


def kept(page: Page) -> None:
    """A view saved under a name, its menu open."""
    page.click(".g-saved summary")
    page.fill(".g-saved input[name=name]:not([value])", "本周到期")
    page.click(".g-saved form[action$='/save'] button")
    page.wait_for_load_state()
    page.click(".g-saved summary")


def listed() -> bytes:
    """A list of a job site with one bad row."""
    text = io.StringIO()
    rows = [[f"P{n}", title, "浦江示例商务有限公司", "6-8千/月", DUTY, "上海-奉贤区", "04-21"]
            for n, title in enumerate(("行政专员", "仓库文员", "客服专员", "会务助理"), 1)]  # fmt: skip
    csv.writer(text).writerows([HEAD, *rows, ["P9", "", "浦江示例商务有限公司", "高薪", DUTY, "上海-奉贤区", ""]])
    return text.getvalue().encode()


def uploaded(data: bytes, *more: str) -> Callable[[Page], None]:
    """A list sent in, then these buttons."""

    def go(page: Page) -> None:
        page.select_option("[name=region]", "310120")
        page.set_input_files("[name=file]", {"name": "招聘.csv", "mimeType": "text/csv", "buffer": data})
        page.click("form[enctype] button[type=submit]")
        page.wait_for_load_state()
        for selector in more:
            page.click(selector)
            page.wait_for_load_state()

    return go


def imported(page: Page) -> None:
    """A list taken in by a background task: the list of tasks."""
    uploaded(listed(), "form[action$='/start'] button.btn-primary")(page)
    page.wait_for_selector("a.btn-primary[href*='/desk/']", timeout=60_000)
    page.click(".g-side a[href^='/taskview/']")
    page.wait_for_load_state()


def found(page: Page) -> None:
    """The palette with what a few letters find."""
    press("Control+k", "dw")(page)
    page.wait_for_selector("#cmd [role=option]")


def printed(page: Page) -> None:
    """As on paper."""
    page.locator(".g-tbl tbody th a[href]").first.click()
    page.wait_for_load_state()
    page.emulate_media(media="print")


def unfolded(page: Page) -> None:
    """The table behind a chart."""
    fold = page.locator(".g-card .g-fold summary").first
    fold.click()
    fold.scroll_into_view_if_needed()


def viewed(page: Page) -> None:
    """The picture of a record, large."""
    page.locator("a[data-full]").first.click()
    page.wait_for_selector(".viewer-in")


WORK: tuple[Scene, ...] = (
    Scene("login", "", "/login/", "登录 · login"),
    Scene("desk-return", "reviewer2", "/desk/?kind=posting", "退回：原因由检查带出，逐条可改 · a return with its reasons (R)", press("r")),
    Scene("desk-change", "reviewer.sg", "/desk/?kind=unit_change", "变更：已通过与新送来的对照 · a change beside what is approved"),
    Scene("desk-picture", "reviewer", "/desk/?kind=unit_media", "图片：与现有的并排放大 · pictures side by side, zoomed together"),
    Scene("desk-batch", "reviewer2", "/desk/batch", "全绿的一起通过 · items with all checks green, together"),
    Scene("desk-keys", "reviewer2", "/desk/", "按键一览 · the keys (?)", press("?")),
    Scene("record", "reviewer2", LIST, "记录：状态、字段、历史、内部意见 · a record with its history", first_row()),
    Scene("record-gallery", "reviewer", "/unitmediumview/list/", "图片放大、旋转 · a picture large", first_row(viewed)),
    Scene("record-changes", "reviewer2", "/unitview/list/", "谁在何时改了哪个字段 · who changed which field",
          first_row(click("a[href*='/changes/']"))),
    Scene("record-print", "reviewer2", LIST, "打印版 · on paper (P)", printed),
    Scene("form-checks", "handler", "/postingview/add", "填写时就检查，右边说明公众将看到什么 · checks while one writes", written),
    Scene("form-faults", "handler", "/postingview/add", "没填好的逐条列出，点一下就到 · what is missing, each a link",
          click("button[name=then][value=submit]")),
    Scene("list-filter", "reviewer2", LIST, "更多条件 · all filters", click("[data-toggle=filter]")),
    Scene("list-facets", "reviewer2", LIST, "按值缩小，带计数 · narrow down by values with counts", click(".g-facets summary")),
    Scene("list-columns", "reviewer2", LIST, "选列、排序、密度 · columns, their order, density", click(".g-pager details summary")),
    Scene("list-views", "reviewer2", f"{LIST}?tab=published", "存为视图 · a saved view", kept),
    Scene("list-chosen", "handler", LIST, "多选后一起办理 · many rows at once", ticked),
    Scene("list-export", "reviewer2", LIST, "导出 xlsx、csv · export", click(".g-export summary")),
    Scene("import-new", "reviewer2", "/imports/new/posting", "导入：模板与上传 · import: template and upload"),
    Scene("import-columns", "reviewer2", "/imports/new/posting", "导入：对应列 · import: matching columns",
          uploaded(listed().replace(b"title", "招什么人".encode(), 1))),
    Scene("import-dry-run", "reviewer2", "/imports/new/posting", "导入：试运行，逐格指出 · import: dry run, a fault per cell",
          uploaded(listed())),
    Scene("tasks", "reviewer2", "/imports/new/posting", "后台任务的进度与结果 · tasks in the background", imported),
    Scene("palette", "reviewer2", "/", "全局查找：界面与记录，拼音首字母 · search everything (Ctrl K)", found),
    Scene("bell", "seeker", "/", "消息铃 · the bell", click(".g-bell summary")),
    Scene("chart-table", "lead", "/", "图表背后的数字 · the table behind a chart", unfolded),
    Scene("figures", "lead", "/figures/", "每个数字怎么算 · what each figure means"),
    Scene("custom-field", "sysadmin", "/customfieldview/add", "自定义字段 · a field of one's own"),
    Scene("dictionary", "sysadmin", "/dictitemview/list/?f_dict_code=education", "字典选项 · options of a list"),
    Scene("parameter", "sysadmin", "/parameterview/list/", "改一个参数 · a parameter", edited),
    Scene("reason", "operator", "/reviewreasonview/list/", "改一条退回原因 · a reason", edited),
    Scene("notice-text", "operator", "/noticetextview/list/", "消息模板与预览 · words of a message", edited),
    Scene("notice", "operator", "/announcementview/add", "写公告 · a notice"),
    Scene("portal-posting", "", "/portal/", "公众看到的职位 · a posting in public", click("main .p-results a")),
)  # fmt: skip

LOOKS: tuple[Scene, ...] = (
    Scene("phone-home", "handler", "/", "手机首页 · home", width=390),
    Scene("phone-list", "handler", LIST, "列表变成卡片 · a list as cards", width=390),
    Scene("phone-form", "handler", "/postingview/add", "表单 · a form", width=390),
    Scene("phone-desk", "reviewer2", "/desk/", "审核台 · the desk", width=390),
    Scene("dark-desk", "reviewer2", "/desk/", "深色审核台 · the desk, dark", theme="dark"),
    Scene("dark-home", "lead", "/", "深色首页 · a home, dark", theme="dark"),
    Scene("large-list", "handler", LIST, "关怀版列表 · large type: a list", size="large"),
    Scene("large-home", "seeker", "/", "关怀版首页 · large type: a home", size="large"),
    Scene("english-home", "reviewer2", "/", "English: home", lang="en"),
    Scene("english-list", "reviewer2", LIST, "English: list", lang="en"),
    Scene("english-desk", "reviewer2", "/desk/", "English: desk", lang="en"),
    Scene("english-form", "handler", "/postingview/add", "English: form", lang="en"),
)  # fmt: skip
