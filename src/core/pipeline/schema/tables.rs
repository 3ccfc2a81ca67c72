//! Every table and key of a pipeline's files, in the order of docs/pipelines.md.

use super::Kind::{
    Array, Bool, Both, Date, Dates, EachLevel, List, Number, Row, Slug, SomeLevels, Text, TextMap, TextMaps, Texts, TextsMap,
    Whole, Word, Words,
};
use super::Kind::{Table as One, Tables as Many};
use super::{File, Key, Kind, Root, Table};
use crate::domain::{
    Category, Channel, InspectionMode, InspectionResult, Intent, Level, Period, PermitStatus, RecordKind, SourceKind,
    TicketStatus, Urgency,
};
use crate::journal::Reason;
use crate::pipeline::{Phase, RateOf};

pub(super) const FILES: &[File] = &[
    File { name: "pipeline", title: "pipeline.toml: one realm", root: Root::Table(&PIPELINE) },
    File { name: "organisations", title: "organisations.toml: who gets warnings", root: Root::Table(&ORGANISATIONS) },
    File { name: "regions", title: "regions.toml: the realm's regions", root: Root::Table(&REGIONS) },
    File { name: "words", title: "words.toml: lists of words that conditions share", root: Root::TextsMap },
    File { name: "matter", title: "matters/*.toml: one supervision matter", root: Root::Table(&MATTER) },
    File { name: "cases", title: "tests/*.toml: a pipeline's own cases", root: Root::Table(&CASES) },
];

const fn key(name: &'static str, kind: Kind, en: &'static str, zh: &'static str) -> Key {
    Key { name, kind, required: false, en, zh }
}

/// A required key.
const fn need(name: &'static str, kind: Kind, en: &'static str, zh: &'static str) -> Key {
    Key { name, kind, required: true, en, zh }
}

const fn of(name: &'static str, keys: &'static [Key]) -> Table {
    Table { name, keys, any_of: &[] }
}

fn own(words: &'static [&'static str]) -> Vec<&'static str> {
    // Synonyms are read from records; rules are written with Jianwei's own word.
    words.iter().copied().filter(|w| w.is_ascii()).collect()
}

fn levels() -> Vec<&'static str> {
    Level::ALL.map(Level::as_str).to_vec()
}

fn levels_or_none() -> Vec<&'static str> {
    levels().into_iter().chain(["none"]).collect()
}

fn categories() -> Vec<&'static str> {
    Category::NAMES.map(|(name, _)| name).to_vec()
}

fn kinds() -> Vec<&'static str> {
    RecordKind::ALL.map(RecordKind::as_str).to_vec()
}

fn periods() -> Vec<&'static str> {
    Period::ALL.map(Period::as_str).to_vec()
}

fn source_kinds() -> Vec<&'static str> {
    SourceKind::NAMES.map(|(name, _)| name).to_vec()
}

fn named_source_kinds() -> Vec<&'static str> {
    source_kinds().into_iter().filter(|name| !matches!(*name, "dispositions" | "control")).collect()
}

fn statuses() -> Vec<&'static str> {
    own(TicketStatus::WORDS).into_iter().chain(own(PermitStatus::WORDS)).collect()
}

fn reasons() -> Vec<&'static str> {
    Reason::ALL.iter().map(|r| r.as_str()).collect()
}

#[rustfmt::skip]
static ORGANISATIONS: Table = of("organisations", &[
    need("organisation", Many(&ORGANISATION), "One organisation each.", "每个组织一节。"),
]);

#[rustfmt::skip]
static ORGANISATION: Table = of("organisation", &[
    need("slug", Slug, "Names the topics warnings.<slug>, reminders.<slug> and dispositions.<slug>.", "组织代号，用于主题名 warnings.<slug>、reminders.<slug>、dispositions.<slug>。"),
    need("name", Both, "Name of the organisation.", "组织名称。"),
    key("superior", Slug, "Is copied from supervised handling on.", "上级组织，自督办起抄送。"),
    key("contact", Both, "Whom to reach on duty: an office or a role, never a private person. Stands in warnings it leads.", "联络处室或岗位（不写个人），出现在其牵头的预警中。"),
    key("aliases", Texts, "Other spellings: a record whose `org` says one of them means this organisation.", "别称；记录的 org 写别称时视为本组织。"),
    key("former_names", Texts, "Names before a reform; read as this organisation too.", "机构改革前的名称，同样视为本组织。"),
    key("branch_of", Slug, "Together with `region`: stands in the place of that organisation for subjects of the region.", "与 region 同写：在该区域代替所指组织。"),
    key("region", Text, "Together with `branch_of`: code of the region it answers for.", "与 branch_of 同写：负责区域的代码。"),
]);

#[rustfmt::skip]
static REGIONS: Table = of("regions", &[
    need("region", Many(&REGION), "One region each.", "每个区域一节。"),
]);

#[rustfmt::skip]
static REGION: Table = of("region", &[
    need("code", Text, "As records write it (GB/T 2260 in China).", "区划代码（GB/T 2260）。"),
    need("name", Both, "Read as the code in records.", "名称；记录中写名称时视为代码。"),
    key("parent", Text, "Code of the region above; counts go up to it.", "上级区域代码，计数逐级汇总。"),
    key("aliases", Texts, "Other spellings and abolished names, read as the code.", "别称与已撤销的名称，视为代码。"),
    key("class", Text, "Firms in regions of one class are compared with each other; without it, the class of the region above.", "区域类别；同类区域的企业相互比较，缺省随上级区域。"),
]);

#[rustfmt::skip]
static PIPELINE: Table = of("pipeline", &[
    need("realm", One(&REALM), "The realm.", "辖区。"),
    need("source", Many(&SOURCE), "One input topic each.", "每个输入主题一节。"),
    key("measure", One(&MEASURE), "The document the realm works under.", "所依据的文件。"),
    key("calendar", One(&CALENDAR), "Working days. Required once there are matters.", "工作日历。有监管事项时必填。"),
    key("levels", One(&LEVELS), "When industry series warn. Required once there are matters.", "行业指标何时预警。有监管事项时必填。"),
    key("tail", Many(&TAIL), "How often p-values of industry series really came; `calibrate` writes it.", "行业指标 p 值的实际出现频率，由 calibrate 写入。"),
    key("duties", One(&DUTIES), "What organisations owe, by level. Required once there are matters.", "各级别的办理时限。有监管事项时必填。"),
    key("ladder", One(&LADDER), "What happens when a duty is not done.", "逾期未办的催办、督办、通报。"),
    key("clues", One(&CLUES), "What is owed on a clue by each organisation that gets it.", "收到线索的部门的办理时限。"),
    key("credit", One(&CREDIT), "Credit classes.", "信用等级。"),
    key("privacy", One(&PRIVACY), "What is kept of natural persons.", "自然人信息的保留。"),
]);

#[rustfmt::skip]
static REALM: Table = of("realm", &[
    need("name", Slug, "Part of transactional id, keys and snapshots: choose once.", "辖区代号，一经选定不再更改。"),
    key("display", Both, "Name for people. Required once there are matters.", "显示名称。有监管事项时必填。"),
    need("version", Text, "Stands in every warning.", "规则集版本，出现在每条预警中。"),
    need("journal_partition", Whole(0, 9_999), "The realm's own partition of the journal, for good.", "日志分区号，每个辖区独有，不再更改。"),
    need("zone", Text, "`+08:00` or a name as `America/Chicago`.", "时区，如 +08:00。"),
    need("clock", Word(|| vec!["wall", "feed"]), "wall for live feeds; feed for history that is complete.", "wall：实时数据；feed：完整的历史数据。"),
    key("language", Word(|| vec!["zh", "en"]), "Language of what is published. Required once there are matters.", "发布内容的语言。有监管事项时必填。"),
    key("id_scheme", Word(|| vec!["uscc", "text"]), "Unified social credit code, or any id of at most 64 bytes. Required once there are matters.", "uscc：统一社会信用代码；text：任意编号（不超过 64 字节）。有监管事项时必填。"),
    key("id_name", Both, "What people call the id. Required once there are matters.", "编号的叫法。有监管事项时必填。"),
    key("root_region", Text, "Code of the region above all others. Required once there are matters.", "最上级区域的代码。有监管事项时必填。"),
    key("coordinating", Slug, "Gets circular notices and stands in for a lead that is undetermined. Required once there are matters.", "统筹组织：接收通报，牵头未定时代行。有监管事项时必填。"),
    key("disclaimer", Both, "Stands in every warning. Required once there are matters.", "每条预警都带的声明。有监管事项时必填。"),
]);

#[rustfmt::skip]
static SOURCE: Table = of("source", &[
    need("kind", Word(named_source_kinds), "What its records are.", "记录种类。"),
    need("topic", Text, "Name of the Kafka topic: letters, digits, '.', '_' and '-'.", "Kafka 主题名。"),
    key("lateness_hours", Whole(0, 720), "How long after a period's end its records may still come and be counted.", "周期结束后多少小时内到达仍计入。"),
    key("columns", TextsMap, "Field = columns it may stand in; the first that has something is read.", "字段 = 可能的列名，取第一个有值的。"),
    key("values", TextMaps, "Field = (cell = value), whatever map a row has.", "字段 = （单元格 = 取值），对所有行有效。"),
    key("map", Many(&MAP), "Field maps, for rows that need more; the first whose columns a row has is used.", "字段映射，取第一个列名齐全的。"),
]);

#[rustfmt::skip]
static MAP: Table = of("map", &[
    need("name", Text, "For people.", "名称，供人阅读。"),
    need("columns", Texts, "The map applies to rows that have all of these.", "行中须有这些列才适用。"),
    key("id", Word(|| vec!["row"]), "The feed has no id: one is derived from the row.", "数据没有编号时，由整行内容生成。"),
    key("rename", TextMap, "Field = column.", "字段 = 列名。"),
    key("constants", TextMap, "Field = this value, whatever the row says.", "字段 = 固定值。"),
    key("defaults", TextMap, "Field = value where there is nothing.", "字段 = 缺省值。"),
    key("values", TextMaps, "Field = (cell = value); \"*\" is any other cell, \"\" leaves the field out.", "字段 = （单元格 = 取值）；“*”为其他单元格，空串表示不取。"),
    key("case", Many(&CASE_RULE), "Values derived from a number; the first that holds is taken.", "由数值得出的取值，取第一个成立的。"),
]);

#[rustfmt::skip]
static CASE_RULE: Table = of("map_case", &[
    need("field", Text, "The field it gives.", "字段。"),
    need("value", Text, "The value it gives.", "取值。"),
    key("column", Text, "The column looked at; left out: always.", "所看的列；不写则总成立。"),
    key("above", Number(-1e15, 1e15), "Holds when the number is above this (0).", "数值大于此数时成立（缺省 0）。"),
]);

#[rustfmt::skip]
static MEASURE: Table = of("measure", &[
    need("name", Both, "Name of the document.", "文件名称。"),
    need("in_force", Date, "Its first day.", "施行日期。"),
    key("expires", Date, "Its last day; `check` says when it comes near.", "有效期截止日，临近时 check 提示。"),
]);

#[rustfmt::skip]
static CALENDAR: Table = of("calendar", &[
    key("base", Word(|| vec!["china", "weekdays"]), "china: public holidays and make-up days; weekdays: Monday to Friday.", "china：国务院节假日安排；weekdays：周一至周五。"),
    key("holidays", Dates, "With weekdays only.", "仅与 weekdays 同用：休息日。"),
    key("working_days", Dates, "With weekdays only.", "仅与 weekdays 同用：上班日。"),
]);

#[rustfmt::skip]
static LEVELS: Table = of("levels", &[
    need("false_alarms_per_year", EachLevel(1e6), "False alarms a year each level allows itself over all series; must not rise from blue to red.", "各级别每年允许的误报数，自蓝至红不得上升。"),
    key("rate_ratio", SomeLevels(1e3), "Least count / expected; must not fall from blue to red.", "观测值与期望值之比的下限，自蓝至红不得下降。"),
    key("excess", SomeLevels(1e6), "Least count - expected; must not fall from blue to red.", "观测值与期望值之差的下限，自蓝至红不得下降。"),
    key("calm_periods", Whole(1, 60), "Calm periods before a level falls by one (3).", "连续平静多少个周期降一级（缺省 3）。"),
    key("dwell_hours", Whole(1, 2_000), "Least time at a level (48).", "每级至少停留的小时数（缺省 48）。"),
    key("reds_per_hour", Whole(1, 10_000), "Red warnings told one by one in an hour; further ones are grouped (20). Triggers and safety are always told.", "每小时逐条分发的红色预警上限，超出的集中告知协调机构（缺省 20）；触发事件和安全类不受限。"),
    key("change", SomeLevels(1e3), "Figures that are levels (prices): least change as a share of what is usual; must not fall from blue to red.", "水平类指标（如价格）：与平常之差占平常的比例下限，自蓝至红不得下降。"),
]);

#[rustfmt::skip]
static TAIL: Table = of("tail", &[
    need("period", Word(periods), "The kind of period.", "周期。"),
    key("expected_below", Number(1e-3, 1e9), "For periods of which less is expected; left out in the period's last map.", "适用于期望值低于此数的周期；该周期的最后一节不写。"),
    need("from", Date, "Day of the first period counted.", "最早周期的日期。"),
    need("to", Date, "Day of the last period counted.", "最晚周期的日期。"),
    key("series", Whole(0, u32::MAX), "How many series there were.", "序列数。"),
    need("periods", Whole(0, u32::MAX), "How many periods were counted.", "周期数。"),
    key("exceedances", Whole(0, u32::MAX), "How many of them the Pareto rests on.", "帕累托尾部所依据的周期数。"),
    need("knot", Many(&KNOT), "How often what came, 1 to 20 points; both numbers fall.", "经验点，1 至 20 个，两数均递减。"),
    need("shape", Number(0.0, 1.0), "Shape of the generalised Pareto beyond the last knot.", "末点之外广义帕累托分布的形状参数。"),
    need("scale", Number(1e-3, 1e3), "Its scale, in units of ln p.", "其尺度参数（以 ln p 计）。"),
]);

#[rustfmt::skip]
static KNOT: Table = of("knot", &[
    need("p", Number(1e-12, 1.0), "A p-value as computed.", "计算所得 p 值。"),
    need("share", Number(1e-12, 1.0), "The share of periods whose p was as small or smaller.", "p 值不大于它的周期所占比例。"),
]);

#[rustfmt::skip]
static DUTIES: Table = of("duties", &[
    key("blue", One(&DUTY), "Duties of blue warnings.", "蓝色预警。"),
    key("yellow", One(&DUTY), "Duties of yellow warnings.", "黄色预警。"),
    key("orange", One(&DUTY), "Duties of orange warnings.", "橙色预警。"),
    key("red", One(&DUTY), "Duties of red warnings.", "红色预警。"),
    key("agree_lead_working_days", Whole(0, 250), "How long the coordinating office has to see that a matter without a lead gets one (10).", "牵头未定的事项须在多少个工作日内明确牵头部门（缺省 10）。"),
]);

#[rustfmt::skip]
static DUTY: Table = of("duty", &[
    key("acknowledge_working_days", Whole(0, 250), "Working days to acknowledge; 0: the same day; left out: no such duty.", "签收时限（工作日）；0 为当日；不写则无此要求。"),
    key("feedback_working_days", Whole(0, 250), "Working days to give feedback.", "反馈时限（工作日）。"),
    key("close_working_days", Whole(0, 250), "Working days to close; owed by the lead.", "办结时限（工作日），由牵头部门承担。"),
]);

#[rustfmt::skip]
static CLUES: Table = of("clues", &[
    key("acknowledge_working_days", Whole(0, 250), "Working days to acknowledge; 0: by the end of the day; left out: no such duty.", "签收时限（工作日）；0 为当日；不写则无此任务。"),
    key("close_working_days", Whole(0, 250), "Working days to close; left out: no such duty.", "办结时限（工作日）；不写则无此任务。"),
    key("unclassified_at_least", Whole(2, 1_000), "So many tickets of no matter that say nearly the same, or half as many again that speak of one new thing, become a clue to the coordinating office (5).", "多少件内容相近的未归类工单（反映同一新情况的为其一倍半）转为一条线索，送牵头协调机构（缺省 5）。"),
    key("unclassified_within_days", Whole(1, 90), "Within so many days (14).", "在多少天之内（缺省 14）。"),
]);

#[rustfmt::skip]
static CREDIT: Table = of("credit", &[
    need("classes", Texts, "The credit classes there are, best first.", "信用等级，由好到差。"),
]);

#[rustfmt::skip]
static PRIVACY: Table = of("privacy", &[
    key("natural_person_days", Whole(1, 3_650), "What is known of a natural person is forgotten so many days after the last record (365).", "自最后一条记录起多少天后不再保留自然人的线索与评分（缺省 365）。"),
    key("redact_dead_letters", Bool, "Dead letters carry neither key nor value (false).", "死信不带键和值（缺省 false）。"),
]);

#[rustfmt::skip]
static LADDER: Table = of("ladder", &[
    key("due_soon_hours", Whole(1, 240), "Hours before the due time at which the card goes out (4).", "到期前多少小时发临期提醒（缺省 4）。"),
    key("supervised_working_days", Whole(1, 60), "Working days after the due time for supervised handling (1).", "逾期多少个工作日督办（缺省 1）。"),
    key("circular_working_days", Whole(1, 90), "Working days after the due time for circular notice (3).", "逾期多少个工作日通报（缺省 3）。"),
]);

#[rustfmt::skip]
static MATTER: Table = Table { name: "matter", any_of: &["trigger", "industry", "enterprise"], keys: &[
    need("id", Slug, "The matter's id.", "事项代号。"),
    need("name", Both, "The matter's name.", "事项名称。"),
    need("category", Word(categories), "Category of its warnings.", "预警分类。"),
    need("lead", Slug, "Slug of the lead organisation; \"undetermined\": nobody leads this new trade yet.", "牵头部门代号；undetermined 表示新业态尚未明确。"),
    key("cooperating", Texts, "Slugs of organisations that take part.", "配合部门代号。"),
    key("informed", Texts, "Slugs of organisations that are told.", "知会部门代号。"),
    key("objects", Texts, "Industry codes of the enterprises it supervises; a code covers those that begin with it.", "监管对象的行业代码，包含其下级代码。"),
    need("basis", One(&BASIS), "The legal basis.", "依据。"),
    key("guide_url", Text, "Compliance guide.", "合规指引网址。"),
    key("methods", Texts, "Methods of supervision, in this order; at most 10.", "监管方式，按此顺序，至多 10 项。"),
    key("measures_suggested", Texts, "Measures suggested before confirmation; at most 10.", "建议措施，至多 10 项。"),
    key("prior_notice", Bool, "Notice before an inspection (true).", "检查前是否告知（缺省 true）。"),
    key("excerpt", Bool, "Warnings to the lead and to cooperating organisations quote at most 120 characters of what a ticket says, masked; never from a report of wrongdoing (false).", "给牵头和配合部门的预警引用工单内容，隐去个人信息，至多 120 字；举报一律不引用（缺省 false）。"),
    need("match", Many(&CONDITION), "A record belongs to the matter when one holds.", "任一条件成立，记录即属于本事项。"),
    key("trigger", Many(&TRIGGER), "Events that set a level at once.", "触发事件，立即定级。"),
    key("industry", One(&INDUSTRY), "Counts by region.", "按区域计数的行业预警。"),
    key("enterprise", One(&ENTERPRISE), "Scores of enterprises.", "企业评分。"),
    key("outcome", One(&OUTCOME), "What a visit will find, told from what is known the day before.", "检查结果的预测，只依据此前一天已知的情况。"),
] };

#[rustfmt::skip]
static BASIS: Table = of("basis", &[
    need("text", Both, "The basis as warnings quote it.", "依据原文，预警中引用。"),
    need("source", Text, "Where it was read.", "出处。"),
    key("date", Text, "Of when that is: a year, a month or a day.", "出处日期：年、月或日。"),
    key("expires", Date, "Its last day.", "有效期截止日。"),
    key("verified", Bool, "Whether someone checked it (false: warnings say 依据待核实).", "是否已核实（缺省 false，预警注明“依据待核实”）。"),
]);

#[rustfmt::skip]
static CONDITION: Table = of("condition", &[
    key("kind", Words(kinds), "The record is of one of these kinds.", "记录种类。"),
    key("category", Texts, "A ticket's category is this path or below it.", "工单归口为此路径或其下级。"),
    key("words", Texts, "One of them stands in title or content; \"@name\" is a list of words.toml.", "标题或内容含其中任一词；“@名称”引用 words.toml。"),
    key("all_words", Texts, "All of them stand there.", "含全部这些词。"),
    key("not_words", Texts, "None of them stands there; only beside words or all_words.", "不含这些词；须与 words 或 all_words 同用。"),
    key("industry", Texts, "The enterprise's industry code begins with one of these.", "企业行业代码以此开头。"),
    key("of_objects", Bool, "Its industry code is one of the matter's objects.", "企业属于本事项的监管对象。"),
    key("value_at_least", Number(-1e15, 1e15), "Value of an observation, alarm or indicator, or a penalty's amount in yuan.", "数值（处罚为金额）不小于此数。"),
    key("value_below", Number(-1e15, 1e15), "The value is below this.", "数值小于此数。"),
    key("over_limit", Bool, "An alarm's value is (true) or is not (false) above its limit.", "报警值是否超限。"),
    key("severity_at_least", Whole(1, 5), "A report's severity is this or higher.", "上报的严重程度不低于此级。"),
    key("channel", Words(|| own(Channel::WORDS)), "A report came this way.", "上报渠道。"),
    key("intent", Words(|| own(Intent::WORDS)), "A ticket's intent.", "诉求类型。"),
    key("urgency", Words(|| own(Urgency::WORDS)), "A ticket's urgency.", "紧急程度。"),
    key("status", Words(statuses), "A ticket's or a permit's status.", "工单或许可的状态。"),
    key("verified", Words(|| vec!["true", "false"]), "Whether the department found something in the ticket.", "是否属实。"),
    key("region", Texts, "A ticket's, report's or indicator's region code.", "区域代码。"),
    key("mode", Words(|| own(InspectionMode::WORDS)), "How an inspection came about.", "检查方式。"),
    key("result", Words(|| own(InspectionResult::WORDS)), "An inspection's result.", "检查结果。"),
    key("reason", Texts, "What led to an inspection, in the feed's own words.", "检查缘由（数据原文）。"),
    key("org", Texts, "The organisation of an inspection, a penalty or a permit.", "检查、处罚或许可的机关。"),
    key("type", Texts, "A penalty's or a permit's type.", "处罚或许可的种类。"),
    key("class", Texts, "A credit record's class.", "信用等级。"),
    key("measure", Texts, "An observation's or alarm's measure.", "观测或报警的指标。"),
    key("indicator", Texts, "An indicator's name.", "行业指标名称。"),
    key("quality", Texts, "An alarm's quality.", "报警数据质量。"),
]);

#[rustfmt::skip]
static TRIGGER: Table = of("trigger", &[
    need("code", Slug, "The trigger's code.", "触发代号。"),
    need("when", Many(&CONDITION), "The records that trigger.", "触发条件。"),
    need("level", Word(levels), "The least level, set at once.", "立即达到的最低级别。"),
    need("text", Both, "Shown as something to verify.", "待核实事项的文字。"),
    key("hold_days", Whole(1, 365), "How long it holds (7).", "保持天数（缺省 7）。"),
    key("at_least", Whole(1, 50), "It takes so many records (1).", "至少多少条记录（缺省 1）。"),
    key("within_days", Whole(1, 365), "Within so many days (7); only beside at_least.", "在多少天内（缺省 7），与 at_least 同用。"),
]);

#[rustfmt::skip]
static INDUSTRY: Table = Table { name: "industry", any_of: &["count", "indicators", "falling"], keys: &[
    key("periods", Kind::SomeWords(periods), "PT1H: hours; P1D: days; P1W: weeks from Monday. Goes with count.", "PT1H 按小时，P1D 按日，P1W 按周（周一起）；与 count 同写。"),
    key("count", Kind::SomeTables(&CONDITION), "The records counted, in their region and all above.", "计数的记录，计入所在及上级区域。"),
    key("indicators", Texts, "Names of indicators that warn of this matter in their region.", "就本事项预警的行业指标名称。"),
    key("falling", Texts, "Indicators that are levels and warn when they fall; in both lists: either way.", "下降时预警的水平类指标名称；两处都列则升降都预警。"),
] };

#[rustfmt::skip]
static ENTERPRISE: Table = of("enterprise", &[
    need("prior", Number(-10.0, 10.0), "Log-odds without any evidence; -3 is a score of 5.", "没有任何证据时的对数几率；-3 相当于 5 分。"),
    need("score_at_least", EachLevel(100.0), "Least score, 0 to 100; must rise from blue to red.", "各级别的最低分（0 至 100），自蓝至红须上升。"),
    key("sources_at_least", SomeLevels(crate::engine::MAX_REFS as f64), "Least number of supporting records (1, 1, 2, 2).", "最少佐证记录数（缺省 1、1、2、2）。"),
    need("evidence", Many(&EVIDENCE), "The evidence that counts.", "计分的证据。"),
    key("rate", One(&RATE), "Its complaints beside those of its peers.", "投诉举报率与同类企业的比较。"),
    key("inspections", One(&INSPECTIONS), "Its inspections beside those of its peers.", "检查结果与同类企业的比较。"),
]);

#[rustfmt::skip]
static RATE: Table = of("rate", &[
    key("of", Text, "Code of the evidence that as many pieces weigh nothing for as are usual among its peers.", "证据代码：与同类企业平常数量相当的部分不计分。"),
    need("half_life_days", Number(1.0, 3650.0), "Days after which a complaint counts half.", "半衰期（天）。"),
    need("weight", Number(0.0, 10.0), "Log-odds of each doubling of the rate.", "比率每翻一番的对数几率。"),
    key("rise_weight", Number(0.0, 10.0), "Log-odds of each power of ten by which a sudden rise is rarer than rise_every_days (0).", "突增每罕见十倍的对数几率（缺省 0）。"),
    key("rise_every_days", Number(1.0, 1e6), "A rise that comes so often among peers says nothing yet (3650).", "同类企业多少天一遇的突增不计分（缺省 3650）。"),
    key("peers_at_least", Whole(1, 100_000), "With fewer peers the comparison is wider (20).", "同类企业不足此数则放宽比较范围（缺省 20）。"),
    key("prior", One(&PRIOR), "Gamma prior of the ratio (shape 2, rate 2).", "比率的伽马先验（缺省 shape 2、rate 2）。"),
    key("stratum", Many(&STRATUM), "Priors of trades; the first that fits counts.", "各行业的先验，取第一个相符的。"),
]);

#[rustfmt::skip]
static PRIOR: Table = of("prior", &[
    need("shape", Number(0.001, 10_000.0), "Shape of the gamma distribution.", "形状参数。"),
    need("rate", Number(0.001, 10_000.0), "Rate of the gamma distribution.", "率参数。"),
]);

#[rustfmt::skip]
static STRATUM: Table = of("stratum", &[
    need("industry", Text, "Firms whose industry code begins with this.", "行业代码以此开头的企业。"),
    need("shape", Number(0.001, 10_000.0), "Shape of the gamma distribution.", "形状参数。"),
    need("rate", Number(0.001, 10_000.0), "Rate of the gamma distribution.", "率参数。"),
]);

#[rustfmt::skip]
static INSPECTIONS: Table = of("inspections", &[
    need("failed", Many(&CONDITION), "Inspections that failed.", "不合格的检查。"),
    need("passed", Many(&CONDITION), "Inspections that passed.", "合格的检查。"),
    need("weight", Number(0.0, 10.0), "Times the log-odds of failing beyond those of the peers.", "不合格对数几率超出同类部分的系数。"),
    need("half_life_days", Number(1.0, 3650.0), "Days after which an inspection counts half.", "半衰期（天）。"),
    key("strength", Number(0.1, 1000.0), "How many inspections the share among peers is worth (4).", "同类企业不合格率相当于多少次检查（缺省 4）。"),
    key("usual", Number(0.001, 0.999), "That share where no peers were inspected yet (0.1).", "尚无同类企业检查时的不合格率（缺省 0.1）。"),
]);

#[rustfmt::skip]
static NAME: Table = of("name", &[
    need("words", Texts, "Words of which one stands in the firm's name.", "企业名称含其一。"),
    key("not_words", Texts, "Words of which none stands there.", "企业名称均不含。"),
    key("without_permit", Texts, "Types of permit; one in force, and the rule does not hold.", "许可类型；持有其一且有效则不计。"),
]);

#[rustfmt::skip]
static EVIDENCE: Table = Table { name: "evidence", any_of: &["when", "figure", "name"], keys: &[
    need("code", Slug, "The rule's code.", "证据代号。"),
    key("when", Kind::SomeTables(&CONDITION), "The records that count.", "计入的记录。"),
    key("figure", One(&FIGURE), "Instead of when: about the newest observation of a measure.", "代替 when：看某项指标的最新观测值。"),
    key("name", One(&NAME), "Instead of when: about the name the directory has, and permits not held.", "代替 when：看名录中的企业名称及其未持有的许可。"),
    need("weight", Number(-10.0, 10.0), "Log-odds of one fresh record; below 0 speaks for the firm.", "一条新证据的对数几率；负数有利于企业。"),
    need("half_life_days", Number(1.0, 3650.0), "Days after which it weighs half.", "半衰期（天）。"),
    key("without_permit", Texts, "Types of permit; one in force, and the rule says nothing.", "许可类型；持有其一且有效则不计。"),
    key("expires_days", Whole(1, 36_500), "Days after which it has legally expired and weighs nothing.", "多少天后依法失效、不再计分。"),
    need("text", Both, "What people read.", "说明文字。"),
] };

#[rustfmt::skip]
static OUTCOME: Table = of("outcome", &[
    need("text", Both, "What happens, or does not.", "预测的是什么结果。"),
    need("when", Many(&CONDITION), "The records that tell an outcome.", "哪些记录给出结果。"),
    need("happened", Many(&CONDITION), "Those of them where it happened.", "其中哪些为发生。"),
    key("random", Many(&CONDITION), "Those of them nobody chose for their risk: only these teach. Left out: all.", "其中哪些为随机抽取：只从这些学习；不写则全部。"),
    key("intercept", Number(-20.0, 20.0), "Log-odds where every term is at its centre (0); `calibrate` writes it.", "各项均处于中心值时的对数几率（缺省 0），由 calibrate 写入。"),
    key("learned", One(&LEARNED), "What the coefficients were learned from; `calibrate` writes it.", "系数由哪些结果学得，由 calibrate 写入。"),
    need("term", Many(&TERM), "The terms, at most 30.", "各项依据，至多 30 项。"),
]);

#[rustfmt::skip]
static LEARNED: Table = of("learned", &[
    need("from", Date, "Day of the first outcome.", "最早结果的日期。"),
    need("to", Date, "Day of the last outcome.", "最晚结果的日期。"),
    key("outcomes", Whole(0, u32::MAX), "How many there were.", "结果数。"),
    key("happened", Whole(0, u32::MAX), "In how many it happened.", "其中发生的数量。"),
]);

#[rustfmt::skip]
static TERM: Table = Table { name: "term", any_of: &["rate_of", "since", "recent", "season"], keys: &[
    need("code", Slug, "The term's code.", "代号。"),
    key("rate_of", Word(|| RateOf::NAMES.map(|(name, _)| name).to_vec()), "Share of the outcomes of this that happened, drawn to the realm's.", "其结果发生的比例，向全辖区收缩。"),
    key("happened", Many(&CONDITION), "With rate_of: another finding than the outcome's.", "与 rate_of 同用：所计的另一种情形。"),
    key("strength", Number(0.0, 10_000.0), "With rate_of: as many outcomes the realm's share weighs (4).", "与 rate_of 同用：全辖区比例相当于多少个结果（缺省 4）。"),
    key("since", Kind::SomeTables(&CONDITION), "Logarithm of the days since the last such record, 30 to 1,000.", "距最近一条此类记录天数的对数（30 至 1,000 天）。"),
    key("recent", Kind::SomeTables(&CONDITION), "Logarithm of 1 and the decayed count of such records.", "此类记录衰减计数加 1 的对数。"),
    key("season", Word(|| Phase::NAMES.map(|(name, _)| name).to_vec()), "A wave of a year, highest on 1 January or on 1 April.", "一年为周期的波，1 月初或 4 月初最高。"),
    key("half_life_days", Number(1.0, 3650.0), "With rate_of and recent, where it is required: days after which a record counts half.", "与 rate_of、recent 同用时必填：半衰期（天）。"),
    key("coefficient", Number(-1000.0, 1000.0), "Log-odds a unit of its value adds (0); `calibrate` writes it.", "每单位取值增加的对数几率（缺省 0），由 calibrate 写入。"),
    key("centre", Number(-1000.0, 1000.0), "The value that adds nothing (0); `calibrate` writes it.", "不增不减的取值（缺省 0），由 calibrate 写入。"),
    need("text", Both, "What people read.", "说明文字。"),
] };

#[rustfmt::skip]
static FIGURE: Table = Table { name: "figure", any_of: &["value_at_least", "value_below", "times_peer_median"], keys: &[
    need("measure", Text, "The measure looked at.", "指标。"),
    key("value_at_least", Number(-1e15, 1e15), "The figure is this or more.", "不小于此数。"),
    key("value_below", Number(-1e15, 1e15), "The figure is below this.", "小于此数。"),
    key("times_peer_median", Number(0.0, 1e6), "At least so many times the median of its peers.", "不小于同业中位数的倍数。"),
    key("peers_at_least", Whole(1, 100_000), "If there are so many peers (8); only beside times_peer_median.", "至少有多少家同业（缺省 8），与 times_peer_median 同用。"),
] };

#[rustfmt::skip]
static CASES: Table = of("cases", &[
    need("case", Array(&CASE), "One case each.", "每个用例一节。"),
]);

#[rustfmt::skip]
static CASE: Table = of("case", &[
    need("name", Text, "What must hold.", "用例名称。"),
    need("record", Array(&GIVEN), "The records, in order of arrival; at least one.", "记录，按到达顺序。"),
    key("until", Text, "Time passes up to this after the last record.", "最后一条记录之后经过到何时。"),
    key("assessment", Array(&JUDGED), "Closed periods of series and how they must have been judged; others are not looked at.", "应如何评判的已结束周期；未列出的不检查。"),
    key("warning", Array(&TOLD), "All warnings told, in order; []: none; left out: not looked at.", "应发出的全部预警，按顺序；[] 表示没有；不写则不检查。"),
    key("clue", Array(&PASSED_ON), "All clues passed on, closed or withdrawn, in order; []: none; left out: not looked at.", "应转办、办结或撤回的全部线索，按顺序；[] 表示没有；不写则不检查。"),
]);

#[rustfmt::skip]
static GIVEN: Table = of("given", &[
    need("source", Word(source_kinds), "Which source it comes from.", "来源种类。"),
    need("at", Text, "When it arrives.", "到达时间。"),
    key("org", Slug, "Dispositions: whose topic.", "处置：哪个组织的主题。"),
    need("row", Row, "Its fields, as the feed writes them.", "记录字段，按数据原样。"),
    key("subject", Kind::Maybe, "Must be about this enterprise; \"\": about nobody.", "应归到此企业；空串表示不归任何企业。"),
    key("matters", List, "Must belong to exactly these matters, in the order of the alphabet.", "应属于的全部事项，按字母顺序。"),
    key("counts_as_risk", Bool, "Whether it counts as risk.", "是否计为风险。"),
    key("dead_letter", Word(reasons), "Must be a dead letter for this reason.", "应成为死信的原因。"),
]);

#[rustfmt::skip]
static PASSED_ON: Table = of("passed_on", &[
    need("source", Text, "The record's own id.", "记录编号。"),
    need("why", Word(|| vec!["report", "several_departments", "unclassified", "unclassified_cluster"]), "Why it is passed on.", "转办原因。"),
    key("status", Word(|| vec!["passed_on", "closed", "withdrawn"]), "passed_on unless told.", "状态，缺省 passed_on。"),
    need("organisations", List, "Everyone who gets it, in any order.", "收到的全部组织，不分先后。"),
]);

#[rustfmt::skip]
static TOLD: Table = of("told", &[
    need("matter", Slug, "The matter's id.", "事项代号。"),
    need("subject", Text, "An enterprise's id or a region's code.", "企业编号或区域代码。"),
    need("level", Word(levels), "The level.", "级别。"),
    key("status", Word(|| vec!["raised", "upgraded", "downgraded", "lifted", "withdrawn"]), "raised unless told.", "状态，缺省 raised。"),
    need("organisations", List, "Everyone who gets it, in any order.", "收到预警的全部组织。"),
]);

#[rustfmt::skip]
static JUDGED: Table = of("judged", &[
    need("period_start", Text, "Start of the period, as the record or the report gives it.", "周期起点。"),
    key("indicator", Text, "The indicator's name.", "行业指标名称。"),
    key("subject", Text, "A matter's series: matter@region.", "事项的序列：事项@区域。"),
    key("region", Text, "The region's code.", "区域代码。"),
    key("period", Word(periods), "PT1H, P1D or P1W.", "周期长度。"),
    key("rows", Whole(0, 1_000_000), "How many rows there must be (1).", "应有多少行（缺省 1）。"),
    key("level", Word(levels_or_none), "Which level; none: no level.", "级别；none 表示未达级别。"),
    key("grey", Bool, "Whether the series had too little history to say.", "历史是否不足以评判。"),
]);
