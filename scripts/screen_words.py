"""What each screen is for, by the first part of its address: the words of docs/screens.md, in both languages."""

from __future__ import annotations

PURPOSE: dict[str, tuple[str, str]] = {
    "": ("打开就看到：今天要办什么、积压与超期、近况图表与公告", "What is to be done today, backlog, charts, notices"),
    "desk": (
        "一屏看完内容、检查、依据与历史，一键审定，下一件自动打开",
        "Content, checks with their law and history on one screen; one key decides, the next item opens by itself",
    ),
    "reviewroundview": ("辖区内送来的每一轮及其结论", "Every round sent in within one's area, and its verdict"),
    "unitview": ("单位的资料、状态、变更与附件", "Data, state, changes and files of units"),
    "unitchangeview": ("已通过单位的变更申请，逐项对照", "Changes of approved units, field by field"),
    "unitmediumview": ("单位的标志、环境照片与视频", "Logos, pictures and videos of units"),
    "personalmediumview": ("个人的照片与视频", "Pictures and videos of people"),
    "postingview": ("职位的发布、审核状态、有效期与下架", "Postings: state, validity, taking down"),
    "agencypostingview": ("职介代单位发布的职位", "Postings an agency writes for its units"),
    "gigofferview": ("零工招用：单价、人数、工期", "Gigs that look for people: pay, people, days"),
    "gigwantedview": ("零工求职：技能与时间", "People who look for a gig: skills and time"),
    "residencyview": ("单位入驻学校的申请与撤销", "Units at schools: requests and revocations"),
    "agencyunitview": ("哪个职介可以代哪个单位发布", "Which agency may post for which unit"),
    "agencyview": ("人力资源服务机构", "Agencies"),
    "imports": ("整份名单入库：先试运行，逐格指出问题，再导入", "A whole list: dry run first, each fault at its cell, then in"),
    "importrunview": ("谁在何时导入了什么、结果如何", "Who imported what, and what came of it"),
    "reviewreasonview": ("退回与驳回的原因及套话", "Reasons of returns and rejections, with their sentences"),
    "noticetextview": ("消息的中英文模板，可预览、可恢复原文", "Words of every message, with preview and the original at hand"),
    "reviewpolicyview": ("各辖区各业务的时限、抽查与先发后审", "Per division and kind: terms, samples, public at once or after"),
    "workdayview": ("法定节假日与调休", "Holidays and shifted working days"),
    "minimumwageview": ("各地最低工资，检查据此判断", "Minimum wages the checks compare with"),
    "schoolview": ("院校名录", "Schools"),
    "studentview": ("本校学生名册", "The roster of one's own school"),
    "accountview": ("账号的开通、停用、重置密码", "Accounts: open, disable, reset"),
    "hatview": ("账号担任的角色及其辖区", "Roles of accounts and where they hold"),
    "customfieldview": ("不改程序给五类业务加字段", "Fields of one's own on five entities, without a program change"),
    "regionview": ("行政区划", "Divisions"),
    "industryview": ("行业分类", "Industries"),
    "majorview": ("专业目录", "Majors"),
    "occupationview": ("职业分类大典", "Occupations"),
    "dictitemview": ("下拉框的每个选项：名称、顺序、停用", "Every option of every list: name, order, switched off"),
    "parameterview": ("运行参数：限额、开关、监看词", "Limits, switches, watch words of the running system"),
    "jobs": ("定时任务的计划、停启与立即运行", "Scheduled jobs: plan, stop, run now"),
    "jobrunview": ("定时任务每次运行的结果", "What each run of a job did"),
    "outboxview": ("待发、已发与发送失败的消息", "Messages waiting, sent, failed"),
    "blacklistedview": ("不得注册的单位及理由", "Units that may not register, with the reason"),
    "sessionview": ("自己在哪些设备上登录着，可逐个退出", "Where one is logged in; each can be ended"),
    "checkswitchview": ("各辖区各业务哪些自动检查开着", "Which checks run, per division and kind"),
    "factor": ("登录的第二道验证：绑定、备用码、停用", "The second step of a login: set up, spare codes, off"),
    "factorview": ("登录的第二道验证：绑定、备用码、停用", "The second step of a login: set up, spare codes, off"),
    "factorresetview": ("为丢失第二道验证的人申请、批准重置", "Resets for people who lost their second factor"),
    "onlineview": ("此刻谁在线，可强制退出", "Who is logged in now; a login can be ended"),
    "requesteventview": ("每个可能改动数据的请求：谁、何时、从哪里、结果", "Every request that may change something"),
    "logineventview": ("登录成功与失败", "Logins that worked and that did not"),
    "revieweventview": ("每一步审核操作，写入后不能改", "Every step of a review; written once"),
    "exporteventview": ("谁导出了什么、多少行", "Who exported what, how many rows"),
    "ledger": ("逐条核验日志链是否被改动", "Whether anything in the ledger was altered"),
    "portal": ("公众看到的职位、零工与单位", "What the public sees"),
    "messageview": ("业务进展的通知", "What happened to one's submissions"),
    "announcementview": ("平台公告，可要求确认", "Notices of the platform; some ask to be confirmed"),
    "password": ("修改自己的密码", "One's own password"),
    "lists": ("存下的列表条件：改名、排序、共享", "Saved conditions of lists: rename, order, share"),
    "taskview": ("后台任务的进度与下载", "Work in the background: progress, downloads"),
}  # fmt: skip

ROLES: dict[str, str] = {
    "reviewer2": "人社审核 · Bureau reviewer",
    "lead": "审核主管 · Lead",
    "school": "学校管理员 · School administrator",
    "owner": "单位法人 · Unit owner",
    "handler": "单位经办 · Unit handler",
    "agency": "职介 · Agency",
    "seeker": "求职者 · Seeker",
    "student": "学生 · Student",
    "operator": "平台运营 · Operator",
    "sysadmin": "系统管理员 · System administrator",
    "secadmin": "安全管理员 · Security administrator",
    "auditor": "审计管理员 · Audit administrator",
}

KEYS_OF: tuple[tuple[str, str], ...] = (
    ("到处 everywhere", "`Ctrl K` 全局查找 search everything · `?` 按键 keys"),
    (
        "列表 list",
        "`/` 查询框 search · `J` `K` 下一行、上一行 next, previous row · `↵` 打开 open · `E` 编辑 edit · `X` 勾选 tick"
        " · `N` 新增 add",
    ),
    ("记录 record", "`E` 编辑 edit · `P` 打印 print"),
    ("表单 form", "`Ctrl S` 存草稿 save"),
    (
        "审核台 desk",
        "`A` 通过 approve · `R` 退回 return · `X` 不予通过 reject · `Q` 询问 ask · `T` 转办 transfer · `H` 挂起 hold"
        " · `S` 跳过 skip · `U` 撤销 undo · `J` `K` 下一件、上一件 next, previous · `1–9` 退回原因 reasons"
        " · `+` `−` `O` 图片缩放、叠放 zoom, overlay · `Ctrl ↵` 发出 send",
    ),
)
