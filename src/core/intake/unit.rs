//! Units of indicators: which say that a figure is money or a measurement, though it be a whole number.

/// Amounts of money, measurements and indices, as feeds write them, in lower case.
const MEASURES: &[&str] = &[
    "元",
    "角",
    "美元",
    "欧元",
    "日元",
    "港元",
    "港币",
    "人民币",
    "yuan",
    "cny",
    "rmb",
    "usd",
    "eur",
    "¥",
    "$",
    "€",
    "%",
    "‰",
    "°c",
    "°f",
    "℃",
    "℉",
    "摄氏度",
    "百分比",
    "百分点",
    "比例",
    "ratio",
    "percent",
    "pct",
    "指数",
    "index",
    "ppm",
    "ppb",
    "ppt",
    "ph",
    "db",
    "db(a)",
    "分贝",
    "lel",
    "%lel",
    "%vol",
    "hz",
    "pa",
    "kpa",
    "mpa",
    "bar",
    "帕",
    "度",
    "千克",
    "公斤",
    "斤",
    "克",
    "毫克",
    "微克",
    "吨",
    "kg",
    "g",
    "mg",
    "μg",
    "ug",
    "t",
    "升",
    "毫升",
    "l",
    "ml",
    "立方米",
    "m3",
    "m³",
    "立方",
    "米",
    "毫米",
    "厘米",
    "公里",
    "千米",
    "m",
    "mm",
    "cm",
    "km",
    "平方米",
    "m2",
    "㎡",
    "亩",
    "公顷",
    "kwh",
    "千瓦时",
    "kw",
    "mw",
    "千瓦",
    "bq",
    "gy",
    "小时",
    "分钟",
    "秒",
    "h",
    "min",
    "s",
];
/// A figure in so many thousands is rounded: no count of single things.
const SCALES: &[&str] = &["万", "亿", "百万", "千元", "千人", "千吨"];
/// So many in a day is still a count; so many for each head or cubic metre is a rate.
const TIMES: &[&str] = &[
    "日", "天", "周", "月", "季", "季度", "年", "时", "小时", "分钟", "d", "day", "week", "month", "year", "h", "hour", "hr",
    "min", "minute",
];

/// Whether figures of this unit are money or measured, and no numbers of things. Words not known here say nothing.
pub(super) fn is_measure(unit: &str) -> bool {
    let unit = unit.trim().to_lowercase();
    let mut parts = unit.split(['/', '每']).map(str::trim);
    let what = parts.next().unwrap_or_default();
    MEASURES.contains(&what)
        || SCALES.iter().any(|scale| what.starts_with(scale))
        || parts.any(|per| !per.is_empty() && !TIMES.contains(&per))
}

#[cfg(test)]
mod tests {
    use super::is_measure;

    #[test]
    fn money_and_measurements_are_no_counts() {
        for unit in [
            "元",
            "元/吨",
            "元/公斤",
            "万元",
            "亿元",
            "百万元",
            "yuan",
            "CNY",
            "元/人/月",
            "mg/m3",
            "mg/m³",
            "μg/m3",
            "%",
            "‰",
            "℃",
            "°C",
            "ppm",
            "指数",
            "吨",
            "kWh",
            "例/10万人",
            "起/万人",
            "万人次",
            "件/户",
            " 元 ",
            "percent",
            "元/㎡·月",
            "分钟",
        ] {
            assert!(is_measure(unit), "{unit}");
        }
        for unit in [
            "",
            "件",
            "起",
            "人次",
            "户",
            "单元",
            "count",
            "visits",
            "件/日",
            "人次/小时",
            "calls/day",
            "次每周",
            "/",
            "例",
            "什么",
        ] {
            assert!(!is_measure(unit), "{unit}");
        }
    }
}
