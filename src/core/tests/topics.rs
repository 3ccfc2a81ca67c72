//! Tickets of no matter that speak of one new thing in different words become one clue (art. 7), amid all the
//! others that do not. All texts are made up.

mod common;

use common::{Run, gas_with_clues, values};
use jianwei_core::engine::Engine;
use jianwei_core::journal::{Body, Fact};
use serde_json::{Value, json};
use std::sync::LazyLock;

const TICKETS: &str = "weihai.hotline.tickets";
const START: &str = "2026-03-02 08:00";
const NAME: &str = "王小虎";
const PHONE: &str = "15400001234";

/// Funerals for pets: thirty people, thirty ways to say it.
const PETS: [&str; 30] = [
    "家里的猫去世了，送到一家宠物殡葬店火化，讲好一千二，取骨灰的时候又加了八百",
    "村后面有人偷着给死狗火化，烟囱冒黑烟，味道顺着风全飘进屋里",
    "宠物殡葬馆说单独火化，可送回来的骨灰比狗还重，怀疑混着烧的",
    "有个给猫狗办葬礼的地方，半夜还在烧，有没有环保的批文",
    "在网上预订了宠物殡葬，遗体拉走以后对方就不接了，骨灰也拿不回来",
    "宠物火化的价目表挂着六百八，结账变成两千，说骨灰盒另算",
    "幼儿园隔壁开了宠物殡葬，天天有人抱着尸体进出，家长都害怕",
    "给狗狗做告别仪式花了四千多，结果火化炉是个铁桶",
    "宠物殡葬店把死猫的遗体堆在院子里，夏天招苍蝇",
    "我家泰迪的遗体寄存在殡葬店，冰柜坏了，都臭了才说",
    "宠物殡葬没有任何牌子，也问不到归哪家管，烧出来的灰倒在河边",
    "签了宠物善终套餐，火化那天不让看，拿到的骨灰里有铁钉",
    "殡葬店承诺给兔子单独火化，录像一看是三只一起进炉子",
    "楼下宠物殡葬每周三火化，灰落在阳台晒的被子上",
    "宠物墓地卖给我们一个格子，一年管护费涨了三倍，不交就把骨灰扔掉",
    "狗走了以后找殡葬师上门，接走遗体收了路费，说好的相册没有",
    "养殖场边上的火化炉，白天黑夜烧动物尸体，熏得睁不开眼",
    "宠物殡葬工作室让扫码付定金，隔天人去楼空，猫的骨灰还在里面",
    "想问动物火化有没有人管，那家殡葬连消毒都不做",
    "买了宠物殡葬的纪念品，说是骨灰做的项链，检测出来是玻璃",
    "殡葬店的车拉着死狗停在菜市场门口，血水淌了一地",
    "宠物遗体火化要不要检疫，那家店什么都不问就烧",
    "给金毛办殡葬，发票开的是日用品，骨灰盒是塑料的",
    "山上有人私自埋猫狗，搞成一片宠物墓园，还立碑收钱",
    "宠物殡葬的火化间紧挨着饭馆后厨，太膈应了",
    "火化证明上的日期是假的，骨灰到底是不是我家狗的",
    "殡葬平台派单过来的人把猫遗体摔在地上，态度恶劣",
    "宠物善终的会员卡充了五千，殡葬店换了招牌不认账",
    "半夜听见火化炉轰轰响，早上车上落一层骨灰一样的白灰",
    "仓鼠火化收三百，殡葬店只给了一撮土",
];

const THINGS: [&str; 42] = [
    "理发店",
    "健身房",
    "干洗店",
    "眼镜店",
    "摄影棚",
    "驾校",
    "渔具铺",
    "婚庆",
    "家政",
    "花店",
    "茶叶铺",
    "书店",
    "网购的鞋",
    "二手手机",
    "瑜伽馆",
    "台球厅",
    "棋牌室",
    "洗车行",
    "轮胎店",
    "开锁匠",
    "搬家队",
    "钢琴课",
    "游泳池",
    "露营地",
    "采摘园",
    "渔家乐",
    "钓鱼台",
    "蹦床馆",
    "足球场",
    "篮球架",
    "羽毛球馆",
    "图书馆",
    "美术班",
    "直播间",
    "团购券",
    "月饼",
    "海蛎子",
    "煎饼摊",
    "奶茶",
    "烧鸡",
    "窗帘",
    "净水机",
];
const FAULTS: [&str; 36] = [
    "烫坏了头发",
    "弄丢了大衣",
    "尺寸错得离谱",
    "底片不给",
    "约不上教练",
    "掉漆",
    "当天放鸽子",
    "擦坏地板",
    "隔夜就蔫",
    "缺斤短两",
    "压着快递不发",
    "鞋底开胶",
    "屏幕有划痕",
    "更衣柜被撬",
    "打牌吵到天亮",
    "刮花车门",
    "胎压不对",
    "开锁加价",
    "砸坏冰箱",
    "琴键失灵",
    "水太凉",
    "帐篷漏雨",
    "草莓是烂的",
    "鱼不新鲜",
    "网破了没补",
    "弹簧外露",
    "草皮秃了",
    "篮筐歪斜",
    "灯管闪烁",
    "借书超时罚款",
    "颜料发霉",
    "主播骂人",
    "券用不掉",
    "馅里有头发",
    "沙子没吐净",
    "滤芯发黑",
];
const DETAILS: [&str; 24] = [
    "找了三趟都没人搭理",
    "群里还有别人遇上",
    "票据都留着",
    "照片已经拍好",
    "头一回碰到这种事",
    "气得睡不着",
    "跑断腿",
    "白搭一天假",
    "来回打车五十",
    "差点摔跤",
    "嘴上道歉又不改",
    "挂着星级招牌",
    "隔壁那家就好好的",
    "当面答应转身忘",
    "押金扣着",
    "拿小票推三阻四",
    "喇叭循环播放",
    "排队俩钟头",
    "会员等级清零",
    "说明书是外文",
    "盒子压扁了",
    "钥匙断在锁眼",
    "墙皮直掉",
    "狗尾巴草长到膝盖",
];

/// A small generator of its own: the same texts on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

fn unrelated(number: usize) -> Vec<String> {
    let mut dice = Dice(7);
    let text = |_| {
        let (thing, fault) = (THINGS[dice.next(THINGS.len())], FAULTS[dice.next(FAULTS.len())]);
        let (one, other) = (DETAILS[dice.next(DETAILS.len())], DETAILS[dice.next(DETAILS.len())]);
        format!("{thing}{fault}，{one}，{other}，请有关部门尽快核实处理")
    };
    (0..number).map(text).collect()
}

/// What else a ticket of the trade says, by its number.
type More<'a> = &'a dyn Fn(usize) -> Value;

/// Tickets with their numbers and times, in order.
type Feed = Vec<(String, i64, Value)>;

fn ticket(no: &str, text: &str, more: &Value) -> Value {
    let record =
        json!({ "ticket_no": no, "intent": "投诉", "content": format!("{text}。我叫{NAME}，电话{PHONE}"), "region": "371002" });
    common::mini::with(record, more)
}

/// 500 others over so many days, and those of the new trade from a day on, evenly.
fn feed_of(days: i64, trade: usize, from_day: i64, more: &dyn Fn(usize) -> Value) -> Feed {
    let minutes = days * 24 * 60;
    let mut all: Feed = unrelated(500)
        .iter()
        .enumerate()
        .map(|(n, text)| {
            (format!("N{n}"), n as i64 * minutes / 500, ticket(&format!("N{n}"), text, &json!({ "intent": "求助" })))
        })
        .collect();
    let first = from_day * 24 * 60;
    all.extend(PETS.iter().take(trade).enumerate().map(|(n, text)| {
        let at = first + n as i64 * (minutes - first) / 30;
        (format!("P{n}"), at, ticket(&format!("P{n}"), text, &more(n)))
    }));
    all.sort_by_key(|(no, at, _)| (*at, no.clone()));
    all
}

fn feed(trade: usize, from_day: i64, more: &dyn Fn(usize) -> Value) -> Feed {
    feed_of(40, trade, from_day, more)
}

/// Thirty of the trade in the last ten days: what several tests look at.
static THIRTY: LazyLock<Run> = LazyLock::new(|| run(&feed(30, 30, &nothing)));

fn run(feed: &Feed) -> Run {
    let mut run = Run::wall(&gas_with_clues(), START);
    let start = common::ms(&run.model, START);
    let zone = run.model.zone;
    for (_, at, record) in feed {
        let now = zone.format(start + at * 60_000);
        let record = common::mini::with(record.clone(), &json!({ "received_at": now }));
        run.put(&now, TICKETS, &record);
    }
    run
}

fn clues(run: &Run) -> Vec<Value> {
    values(&run.all, "clues.wh-sfj")
}

fn nothing(_: usize) -> Value {
    json!({})
}

#[test]
fn thirty_people_about_one_new_trade_are_one_clue_and_five_hundred_others_none() {
    let reported = |_| json!({ "intent": "举报" });
    let in_secret = |_| json!({ "title": "请保密" });
    // What; days in all; how many of the trade, from which day; what else they say; clues.
    let cases: [(&str, i64, usize, i64, More, usize); 7] = [
        ("none of it", 40, 0, 30, &nothing, 0),
        ("none of it in two weeks", 13, 0, 0, &nothing, 0),
        ("a few", 40, 5, 30, &nothing, 0),
        ("thirty in a month", 40, 30, 10, &nothing, 1),
        ("thirty in two weeks, with nothing before", 13, 30, 0, &nothing, 1),
        ("whistle-blowers", 40, 30, 30, &reported, 0),
        ("who ask not to be known", 40, 30, 30, &in_secret, 0),
    ];
    for (what, days, trade, from_day, more, expected) in cases {
        let run = run(&feed_of(days, trade, from_day, more));
        let clues = clues(&run);
        let told: Vec<String> =
            clues.iter().map(|c| format!("{} {} of {}", c["cluster"], c["source"]["id"], c["passed_on_at"])).collect();
        assert_eq!(told.len(), expected, "{what}: {told:#?}");
        assert_eq!(run.engine().state().counters.unclassified, 500 + trade as u64, "{what}: all are of no matter");
        for clue in clues {
            tells_the_trade_and_no_text(what, &clue);
        }
    }
}

fn tells_the_trade_and_no_text(what: &str, clue: &Value) {
    assert_eq!(clue["why"]["code"], "unclassified_cluster", "{what}");
    let (cluster, sources) = (&clue["cluster"], clue["sources"].as_array().unwrap());
    let words: Vec<&str> = cluster["words"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
    assert!(words.iter().any(|w| w.contains("殡葬") || w.contains("火化")), "{what}: {words:?}");
    assert!(words.iter().all(|w| w.chars().count() <= 6) && words.len() <= 8, "{what}: {words:?}");
    assert!(cluster["size"].as_u64().unwrap() >= 7, "{what}: {cluster}");
    assert!(sources.iter().all(|id| id.as_str().unwrap().starts_with('P')), "{what}: {sources:?}");
    // Seven characters in a row are what somebody said.
    let said = clue.to_string();
    assert!(!said.contains(NAME) && !said.contains(PHONE), "{what}: {said}");
    for text in PETS {
        let chars: Vec<char> = text.chars().collect();
        for piece in chars.windows(7) {
            assert!(!said.contains(&piece.iter().collect::<String>()), "{what}: {said}");
        }
    }
}

/// What many say of one person: `@` stands for the name.
const OF_ONE_PERSON: [&str; 14] = [
    "@骗我买羊毛床垫，花了三千块",
    "被@忽悠去听讲座，买回来一张床垫",
    "@卖的床垫是假货，弹簧都露出来了",
    "那个@上门推销床垫，骗走老母亲两千",
    "@讲座上承诺一个月以后返本，到期没有返",
    "找@退床垫，他躲着不见，骗子",
    "又是@在村里摆摊办讲座卖假药酒",
    "@把我家祖传花瓶收走没给钱",
    "听信@的讲座买了蜂胶，吃了浑身起疹子",
    "@拿走床垫定金就不见人影",
    "我妈又给@八百元，说是入会听讲座",
    "@假冒专家给人看手相，骗了半条街",
    "讲座上@说床垫能治病，买回来没用",
    "@的条子都是白条，讲座也停了",
];

#[test]
fn no_clue_tells_the_name_of_a_person_many_complain_of() {
    for name in ["胡歌", "买买提江", "周德福", "Kowalski"] {
        let mut feed = feed(0, 30, &nothing);
        feed.extend(OF_ONE_PERSON.iter().enumerate().map(|(n, text)| {
            let no = format!("P{n}");
            (no.clone(), (30 * 24 + n as i64) * 60, ticket(&no, &text.replace('@', name), &json!({})))
        }));
        feed.sort_by_key(|(no, at, _)| (*at, no.clone()));
        let clues = clues(&run(&feed));
        assert_eq!(clues.len(), 1, "{name}: {clues:?}");
        let words = clues[0]["cluster"]["words"].to_string().to_lowercase();
        let name = name.to_lowercase();
        assert!(name.chars().all(|c| !words.contains(c)), "{name}: {words}");
    }
}

const TERSE: [&str; 12] = [
    "共享电动滑板车在人行道乱窜撞到孩子",
    "有人骑滑板车逆行",
    "扫码滑板车刹车失灵摔伤手臂",
    "滑板车乱停堵住盲道",
    "投放的滑板车电池冒烟",
    "电动滑板车时速太快",
    "滑板车押金扣了",
    "夜里滑板车飙车",
    "学生骑滑板车载三人",
    "滑板车没有头盔",
    "滑板车撞老人",
    "滑板车平台不接电话",
];

/// The others, and these within a day, a month later.
fn a_day_of(texts: &[String]) -> Vec<Value> {
    let mut run = run(&feed(0, 30, &nothing));
    for (n, text) in texts.iter().enumerate() {
        let now = format!("2026-04-12 {:02}:{:02}", 8 + n / 6, n % 6 * 10);
        let no = format!("P{n}");
        run.put(
            &now,
            TICKETS,
            &common::mini::with(json!({ "ticket_no": no, "intent": "投诉", "content": text }), &json!({ "received_at": now })),
        );
    }
    clues(&run)
}

#[test]
fn terse_tickets_of_one_thing_are_a_topic_and_closing_words_of_a_clerk_are_none() {
    let told = a_day_of(&TERSE.map(String::from));
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["cluster"]["words"], json!(["滑板车"]));
    let closing = |n: usize| format!("{}{}，{}。坐席转呈科室", THINGS[n], FAULTS[n], DETAILS[n]);
    let closing: Vec<String> = (0..TERSE.len()).map(closing).collect();
    assert_eq!(a_day_of(&closing), Vec::<Value>::new());
}

#[test]
fn the_journal_holds_terms_in_no_order_and_nothing_of_the_caller() {
    let mut unsorted = 0;
    for entry in THIRTY.entries() {
        let Body::Record(record) = &entry.body else { continue };
        let Fact::Unsorted(fact) = &record.fact else { continue };
        unsorted += 1;
        assert!(fact.terms.windows(2).all(|pair| pair[0] < pair[1]), "in order of their bits");
        let written = format!("{entry:?}");
        assert!(!written.contains(NAME) && !written.contains(PHONE), "{written}");
        let terms: Vec<String> = fact.terms.iter().map(|t| jianwei_core::intake::term_text(*t)).collect();
        assert!(terms.iter().all(|t| !NAME.contains(t.as_str())), "{terms:?}");
    }
    assert_eq!(unsorted, 530);
}

#[test]
fn one_caller_is_no_crowd() {
    let mut run = run(&feed(0, 30, &nothing));
    run.model.caller_key = Some(jianwei_core::intake::CallerKey::new("k1", b"a key made up for tests").unwrap());
    let now = "2026-04-12 09:00";
    for (n, text) in PETS.iter().enumerate() {
        let more = json!({ "received_at": now, "caller": { "phone": if n < 20 { "13800000001" } else { "13800000002" } } });
        run.put(now, TICKETS, &ticket(&format!("P{n}"), text, &more));
    }
    assert_eq!(clues(&run).len(), 0, "{:#?}", clues(&run));
}

#[test]
fn a_topic_is_told_once_while_it_goes_on_and_taken_back_tickets_are_none() {
    let clue = clues(&THIRTY);
    assert_eq!(clue.len(), 1);
    tells_the_trade_and_no_text("thirty in ten days", &clue[0]);
    let mut run = run(&feed(30, 30, &nothing));
    for (n, text) in PETS.iter().enumerate() {
        let now = format!("2026-04-{:02} 09:{n:02}", 12 + n / 3);
        run.put(&now, TICKETS, &ticket(&format!("Q{n}"), &format!("还是这样，{text}"), &json!({ "received_at": now })));
    }
    assert_eq!(clues(&run).len(), 1, "it goes on");

    let mut run = self::run(&feed(0, 30, &nothing));
    let now = "2026-04-12 09:00";
    for (n, text) in PETS.iter().enumerate() {
        let record = ticket(&format!("P{n}"), text, &json!({ "received_at": now }));
        run.put(now, TICKETS, &record);
        run.put(now, TICKETS, &common::mini::with(record, &json!({ "status": "withdrawn" })));
    }
    assert_eq!(clues(&run).len(), 0, "all were withdrawn");
}

#[test]
fn a_state_taken_up_anywhere_tells_the_same() {
    let whole = &*THIRTY;
    let entries = whole.entries();
    let mut engine = Engine::begin(&entries[0], &mut Vec::new()).unwrap();
    let mut effects = Vec::new();
    for (n, entry) in entries.iter().enumerate().skip(1) {
        if n % 40 == 0 {
            engine = Engine::restore(&engine.snapshot_state().unwrap()).unwrap();
        }
        engine.step(entry, &mut effects).unwrap();
    }
    let told: Vec<_> = whole.all.iter().skip(1).flat_map(|s| s.effects.clone()).collect();
    assert_eq!(effects, told);
    assert_eq!(engine.snapshot_state().unwrap(), whole.engine().snapshot_state().unwrap());
}
