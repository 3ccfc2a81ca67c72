//! What a header nobody has listed seems to stand for: by the words in it, and never against them.

use super::known::plain;
use jianwei_core::domain::SourceKind;

/// Words of a header that says what was done with a matter: no time it came, and nothing the caller said.
const AFTERWARDS: [&str; 24] = [
    "处理", "办理", "处置", "结果", "回复", "答复", "办结", "结案", "反馈", "回访", "完成", "完结", "截止", "期限", "到期",
    "派单", "转派", "交办", "签收", "审核", "审批", "导出", "更新", "修改",
];
/// Words of a header that gives a number or a code of something.
const CODES: [&str; 6] = ["代码", "编码", "编号", "号码", "单号", "流水号"];
/// Words of a header that gives a time.
const TIMES: [&str; 3] = ["时间", "日期", "时刻"];
/// Words of a header that gives a way to reach somebody, or where somebody lives.
const REACHED: [&str; 7] = ["电话", "联系", "手机", "家庭", "户籍", "邮箱", "微信"];
/// What a firm is called in headers.
const FIRMS: [&str; 12] = ["单位", "企业", "公司", "商家", "商户", "主体", "机构", "店铺", "店名", "经营者", "当事人", "被诉方"];

/// A field and the parts of headers that seem to stand for it, surest first; the header has none of `without`.
struct Hint {
    field: &'static str,
    parts: &'static [&'static str],
    without: &'static [&'static str],
}

const SUBJECT: Hint = Hint {
    field: "subject_name",
    parts: &[
        "被诉单位",
        "被诉企业",
        "被诉方",
        "被诉商家",
        "被投诉单位",
        "被投诉企业",
        "被投诉方",
        "被投诉商家",
        "被投诉主体",
        "被反映单位",
        "被反映企业",
        "被反映方",
        "被反映主体",
        "被举报单位",
        "被举报企业",
        "被举报方",
        "被举报主体",
        "被申诉",
        "涉事企业",
        "涉事单位",
        "涉事主体",
        "涉事商家",
        "涉诉企业",
        "涉诉单位",
        "涉诉主体",
        "涉及企业",
        "涉及单位",
        "涉及主体",
        "涉案企业",
        "涉案单位",
        "企业名称",
        "商家名称",
        "商户名称",
        "经营者名称",
        "主体名称",
        "被投诉人",
        "被举报人",
        "被反映人",
        "被诉求人",
        "被诉人",
    ],
    without: &["地址", "类型", "类别", "行业", "区域", "性质", "法人", "法定代表人", "负责人", "部门"],
};
const SUBJECT_ID: Hint =
    Hint { field: "subject_uscc", parts: &["统一社会信用代码", "社会信用代码", "信用代码"], without: &[] };
const CONTENT: Hint = Hint {
    field: "content",
    parts: &[
        "诉求内容",
        "诉求描述",
        "诉求详情",
        "工单内容",
        "投诉内容",
        "举报内容",
        "反映内容",
        "来电内容",
        "线索内容",
        "线索描述",
        "问题描述",
        "问题内容",
        "事件描述",
        "事项描述",
        "情况描述",
        "诉求事由",
        "内容",
        "描述",
        "详情",
        "诉求",
    ],
    without: &[
        "类",
        "标题",
        "地址",
        "数",
        "附件",
        "标签",
        "关键词",
        "归口",
        "区域",
        "属实",
        "来源",
        "状态",
        "渠道",
        "性质",
        "程度",
        "目的",
    ],
};
const TITLE: Hint = Hint { field: "title", parts: &["标题", "主题"], without: &["类"] };
const REGION: Hint = Hint {
    field: "region",
    parts: &[
        "所属区域",
        "事发区域",
        "所在区域",
        "所属区县",
        "所在区县",
        "事发区县",
        "所属区",
        "区县",
        "行政区",
        "镇街",
        "街道",
        "区域",
    ],
    without: &["部门", "人", "办"],
};

const TICKETS: [Hint; 13] = [
    Hint {
        field: "ticket_no",
        parts: &[
            "工单编号",
            "工单号",
            "工单流水号",
            "诉求编号",
            "案件编号",
            "受理编号",
            "登记编号",
            "业务编号",
            "流水号",
            "流水编号",
            "单号",
            "编号",
        ],
        without: &[
            "信用",
            "企业",
            "单位",
            "主体",
            "区域",
            "街道",
            "镇街",
            "社区",
            "部门",
            "类",
            "人",
            "坐席",
            "关联",
            "重复",
            "原工单",
            "父",
            "上级",
            "行业",
            "网格",
            "坐标",
            "地",
        ],
    },
    Hint {
        field: "received_at",
        parts: &[
            "来电时间",
            "来电日期",
            "诉求时间",
            "反映时间",
            "投诉时间",
            "登记时间",
            "受理时间",
            "接收时间",
            "创建时间",
            "上报时间",
            "提交时间",
            "建单时间",
            "来件时间",
            "登记日期",
            "受理日期",
            "创建日期",
            "时间",
            "日期",
        ],
        without: &["时长", "间隔", "事发", "发生"],
    },
    TITLE,
    CONTENT,
    SUBJECT_ID,
    SUBJECT,
    Hint {
        field: "intent",
        parts: &["诉求类型", "诉求类别", "诉求性质", "工单类型", "工单类别", "工单性质", "来电类型", "来电类别"],
        without: &[],
    },
    Hint {
        field: "category",
        parts: &[
            "诉求归口",
            "诉求分类",
            "问题分类",
            "问题类别",
            "问题类型",
            "事项分类",
            "事项类别",
            "内容分类",
            "内容类别",
            "归口",
            "分类",
        ],
        without: &["企业", "单位", "信用"],
    },
    REGION,
    Hint { field: "address", parts: &["地址", "地点", "位置"], without: &["注册", "人", "网址", "ip"] },
    Hint { field: "urgency", parts: &["紧急程度", "紧急", "缓急"], without: &[] },
    Hint {
        field: "status", parts: &["工单状态", "处置状态", "办结状态", "办理状态", "处理状态"], without: &["时间"]
    },
    Hint {
        field: "handling_department",
        parts: &["承办单位", "主办单位", "承办部门", "主办部门", "办理单位", "处理单位"],
        without: &["时间"],
    },
];

const REPORTS: [Hint; 9] = [
    Hint {
        field: "report_id",
        parts: &["线索编号", "举报编号", "线索号", "流水号", "编号"],
        without: &["信用", "企业", "单位", "主体", "区域", "部门", "类", "人", "关联", "行业"],
    },
    Hint {
        field: "reported_at",
        parts: &["线索时间", "提交时间", "举报时间", "反映时间", "上报时间", "登记时间", "创建时间", "接收时间", "时间", "日期"],
        without: &["时长", "事发", "发生"],
    },
    TITLE,
    CONTENT,
    SUBJECT_ID,
    SUBJECT,
    REGION,
    Hint { field: "channel", parts: &["线索来源", "来源渠道", "来源"], without: &["时间"] },
    Hint { field: "severity", parts: &["严重程度"], without: &[] },
];

const REGISTRY: [Hint; 8] = [
    Hint {
        field: "id", parts: &["统一社会信用代码", "社会信用代码", "信用代码"], without: &["上级", "总", "母", "并"]
    },
    Hint {
        field: "name",
        parts: &["企业名称", "主体名称", "单位名称", "商户名称", "市场主体名称"],
        without: &["曾用", "上级", "总", "母"],
    },
    Hint { field: "former_names", parts: &["曾用名"], without: &[] },
    Hint { field: "industry", parts: &["行业代码"], without: &[] },
    Hint { field: "address", parts: &["住所", "经营场所", "注册地址"], without: &["人"] },
    Hint { field: "status", parts: &["登记状态", "经营状态", "企业状态"], without: &[] },
    Hint { field: "natural_person", parts: &FIRM_TYPES, without: &["代码"] },
    REGION,
];

const FIRM_TYPES: [&str; 4] = ["企业类型", "市场主体类型", "主体类型", "经营主体类型"];

/// The column says whether each is a person in business (个体工商户).
pub fn says_firm_type(column: &str) -> bool {
    let header = plain(column);
    FIRM_TYPES.iter().any(|part| header.contains(part)) && !header.contains("代码")
}

fn hints(kind: SourceKind) -> &'static [Hint] {
    match kind {
        SourceKind::Tickets => &TICKETS,
        SourceKind::Reports => &REPORTS,
        SourceKind::Registry => &REGISTRY,
        _ => &[],
    }
}

/// What a header seems to stand for, each with how far down its list the part stands: less is surer.
pub fn guesses(kind: SourceKind, column: &str) -> Vec<(usize, &'static str)> {
    let header = plain(column);
    let has = |part: &&str| header.contains(*part);
    let of = |hint: &'static Hint| {
        let at = hint.parts.iter().position(has)?;
        (!hint.without.iter().any(has) && may_be(hint.field, column)).then_some((at, hint.field))
    };
    hints(kind).iter().filter_map(of).collect()
}

/// The surest of them.
pub fn surest(kind: SourceKind, column: &str) -> Option<&'static str> {
    guesses(kind, column).into_iter().min().map(|(_, field)| field)
}

/// Whether the words of a header leave it possible that it stands for the field.
pub fn may_be(field: &str, column: &str) -> bool {
    let header = plain(column);
    let has = |parts: &[&str]| parts.iter().any(|part| header.contains(part));
    match field {
        "received_at" | "reported_at" => !has(&AFTERWARDS) && !has(&CODES),
        "content" | "title" => !(has(&AFTERWARDS) || has(&CODES) || has(&TIMES) || has(&REACHED) || has(&FIRMS)),
        "subject_name" | "name" => !(has(&CODES) || has(&TIMES) || has(&REACHED) || has(&AFTERWARDS)),
        "ticket_no" | "report_id" => !has(&TIMES),
        "address" => !(has(&CODES) || has(&REACHED)),
        "intent" | "category" | "status" | "urgency" | "handling_department" => !(has(&CODES) || has(&TIMES)),
        "region" => !(has(&TIMES) || has(&REACHED)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_guessed_by_its_words_and_never_against_them() {
        for (column, field) in [
            ("工单号", Some("ticket_no")),
            ("流水号", Some("ticket_no")),
            ("创建时间", Some("received_at")),
            ("来电时间（必填）", Some("received_at")),
            ("处理时间", None),
            ("诉求办结时间", None),
            ("诉求描述", Some("content")),
            ("处理结果内容", None),
            ("回复内容", None),
            ("涉事企业", Some("subject_name")),
            ("涉事企业信用代码", Some("subject_uscc")),
            ("被投诉单位", Some("subject_name")),
            ("被反映单位", Some("subject_name")),
            ("被投诉人", Some("subject_name")),
            ("反映人诉求", Some("content")),
            ("诉求来源", None),
            ("被反映单位地址", Some("address")),
            ("企业编号", None),
            ("承办单位", Some("handling_department")),
            ("工单类别", Some("intent")),
            ("所在区县", Some("region")),
            ("天气", None),
        ] {
            assert_eq!(surest(SourceKind::Tickets, column), field, "{column}");
        }
        for (field, column, possible) in [
            ("content", "涉事企业信用代码", false),
            ("content", "办理情况", false),
            ("received_at", "处理时间", false),
            ("content", "备用", true),
            ("received_at", "备用", true),
        ] {
            assert_eq!(may_be(field, column), possible, "{field} {column}");
        }
        assert!(says_firm_type("市场主体类型") && says_firm_type("企业类型") && !says_firm_type("企业名称"));
    }
}
