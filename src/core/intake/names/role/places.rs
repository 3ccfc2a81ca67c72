//! Is a name only a place? 某对面, 某楼上的住户, 从某出来.

use super::around::Around;
use crate::intake::names::words::{Words, after, any_end, any_in, any_start, words};

/// Behind a name: where something is, seen from it. Compass points are read apart.
#[rustfmt::skip]
const SIDES: &Words = words![
    "家属院", "家属楼", "宿舍院", "对面", "对过", "对门", "对街", "对角", "旁边", "旁", "附近", "隔壁", "楼下", "楼上", "楼顶", "门口", "门前",
    "门外", "外面", "外边", "外头", "后面", "后边", "后头", "后身", "后院", "后街", "后巷", "前面", "前边", "前头", "背后", "身后", "屋后",
    "房后", "楼后", "楼前", "周边", "周围", "一带", "左边", "右边", "左手边", "右手边", "左侧", "右侧", "一侧", "两侧", "侧面", "边上", "拐角", "墙外", "墙根",
    "外墙根", "围墙", "院外", "院墙", "院子", "大院", "路口", "十字路口", "路边", "马路", "街对面", "红绿灯", "公交站", "公交", "站点", "站牌",
    "站台", "这一站", "那一站", "正门", "后门", "侧门", "停车场出口", "停车场入口", "那块地", "地块", "厂房里", "旧址", "原址", "老厂区", "原厂区",
    "那条路", "那条街", "那条巷", "那条胡同", "这条路", "这条街", "那段路", "这段路", "那片", "这片", "那一片", "这一片", "那栋楼", "那个楼", "所在",
    "方向", "上面住", "上面的住", "底下", "门头上", "跟前", "近处", "不远", "再往", "往里走", "往前", "那边的路", "那边路", "路段", "段路", "同楼",
    "同一栋", "家长群", "业主群", "邻居群", "同一层", "同一楼", "同一个楼", "同一个院", "在同一", "一墙之隔", "隔一堵墙", "隔着一堵墙", "同层", "原来那个地方", "原来的地方", "原先那", "以前那个地方", "老地址", "那个位置", "的位置", "楼栋", "的路上", "路上", "途中", "地下通道",
];

/// Words that may stand between a name and the side.
#[rustfmt::skip]
const BETWEEN_SIDE: &Words = words![
    "正", "斜", "紧", "大", "的", "那个", "这个", "店", "公司", "它", "那边", "这边", "停车场", "大楼", "厂区", "仓库", "老楼", "办公楼",
    "院子", "门",
];

/// Before a name: something is measured from it.
#[rustfmt::skip]
const BESIDE: &Words = words![
    "紧挨着", "挨着", "紧邻", "靠近", "邻近", "毗邻", "对着", "路过", "经过", "途经", "走到", "紧靠", "离", "距离", "距", "家住", "导航到",
    "导航去", "正对", "背靠", "贴着", "靠着",
];

/// What a firm itself puts before its door.
#[rustfmt::skip]
const OWN_THINGS: &Words = words![
    "灯箱", "招牌", "门头", "广告牌", "音响", "喇叭", "大喇叭", "台阶", "地锁", "桌椅", "玻璃门", "自动门", "旋转门", "显示屏", "led", "排烟",
    "油烟", "升降杆", "道闸", "保安", "的保安", "空调外机", "外机",
];

fn is_side(behind: &str) -> bool {
    // 某新威路店楼下: which of its shops stands between.
    let shop = ["分店", "店", "院区", "校区"].iter().find_map(|shop| behind.split_once(shop));
    let mut rest = shop
        .filter(|(street, _)| {
            (1..=4).contains(&street.chars().count()) && !street.contains(['在', '的', '我', '他', '她', '去', '里', '把', '被'])
        })
        .map_or(behind, |(_, rest)| rest);
    for _ in 0..3 {
        if any_start(rest, SIDES) || is_compass(rest) || is_floor(rest) {
            return true;
        }
        match BETWEEN_SIDE.starts(rest).next() {
            Some(word) => rest = &rest[word.len()..],
            None => return false,
        }
    }
    false
}

/// 二楼的健身房: another's, above it.
fn is_floor(behind: &str) -> bool {
    let rest = behind.trim_start_matches(|c: char| "一二三四五六七八九十顶负几".contains(c) || c.is_ascii_digit());
    rest.len() < behind.len() && any_start(rest, words!["楼的", "层的", "楼有", "楼那", "楼开", "楼一家", "楼新"])
}

/// 往东, 以南, 西侧, 东南角, 北门, 西边, 东二百米.
fn is_compass(behind: &str) -> bool {
    let point = |c: char| matches!(c, '东' | '西' | '南' | '北');
    let led = behind.strip_prefix(['往', '以', '向', '朝', '靠', '再']).map(|rest| rest.trim_start_matches('往'));
    let rest = led.unwrap_or(behind);
    let points = rest.trim_start_matches(point);
    if points.len() == rest.len() {
        return led.is_some() && any_start(rest, words!["里走", "前走", "后走", "里拐", "里进"]);
    }
    let measured = points.starts_with(|c: char| c.is_ascii_digit() || "一二三四五六七八九十百几两".contains(c));
    led.is_some() || measured || any_start(points, words!["侧", "边", "面", "头", "门", "角", "墙", "走", "行", "院", "路口"])
}

/// 从某出来, 从某往东, 从某到某这一段.
fn is_way(around: &Around) -> bool {
    let near = around.near(14);
    let from = any_end(around.clause_before, words!["从", "由", "自", "打", "打从", "刚从"]);
    let leaving = any_start(near, words!["往", "到", "出发", "向", "出来", "出去", "下班", "回家", "开出", "走", "那边过来"]);
    // 从某吃完饭出来; 从某修完车开回来 is no way out.
    let after = near.contains('完') && any_in(near, words!["出来", "出门", "离开", "往回走", "走到"]);
    let leaving = leaving || after;
    let stretch = any_in(near, words!["这一段", "那一段", "路段", "一段", "之间", "沿线", "这段路", "那段路"]);
    let between = around.clause_before.contains('从') || any_end(around.clause_before, words!["到", "至", "和"]);
    from && leaving || stretch && between
}

/// 在某等车, 路过某门口: somebody was only there.
fn only_there(around: &Around) -> bool {
    let near = around.near(7);
    let stop = ["公交站", "站"].iter().find_map(|stop| near.strip_prefix(stop));
    let waits = any_start(
        stop.unwrap_or(near),
        words![
            "等车",
            "等公交",
            "等红灯",
            "避雨",
            "躲雨",
            "集合",
            "坐车",
            "上车",
            "下车",
            "打车",
            "拐弯",
            "掉头",
            "候车",
            "上的车",
            "下的车",
            "转车",
            "换乘",
        ],
    );
    waits && (stop.is_some() || any_in(around.clause_before, words!["在", "到", "从"]))
}

/// Behind the name of who was there before: the place.
#[rustfmt::skip]
const OLD_PLACE: &Words = words![
    "那个地方", "的地方", "那块", "那里", "那地方", "的位置", "的场地", "场地", "的房子", "的店面", "的门面", "那间", "那层", "的铺面", "的旧",
    "旧址",
];

/// `noun`: 养老院门口 is as much its own door as a place; of a name it is read as a place.
pub fn is_landmark(around: &Around, noun: bool) -> bool {
    let door = any_start(around.behind, words!["门口", "门前", "门外"]);
    let own = door && any_start(after_door(around.behind), OWN_THINGS);
    let side = is_side(around.behind) && !own && !(noun && door);
    let beside = any_end(around.clause_before, BESIDE);
    // 到某那个路口: 到 alone says little.
    let toward = (beside || any_end(around.clause_before, words!["到", "往", "至"]))
        && any_start(around.clause_behind, words!["那个路口", "那个站", "那一站", "那边", "的时候", "那块"])
        && around.clause_behind.chars().count() <= 4;
    let was = any_end(around.clause_before, words!["以前", "原来", "原先", "从前", "之前", "曾经", "原"])
        && any_start(around.clause_behind, OLD_PLACE);
    was || side || beside || toward || is_way(around) || only_there(around)
}

fn after_door(behind: &str) -> &str {
    after(behind, words!["门口", "门前", "门外"]).trim_start_matches(['的', '那', '个'])
}
