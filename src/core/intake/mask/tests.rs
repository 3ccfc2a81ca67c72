use super::*;
use proptest::prelude::*;

/// The texts, and what must be gone from each.
#[test]
fn personal_data_is_taken_out_however_it_is_written() {
    let cases: &[(&str, &[&str])] = &[
        // Mobile telephones.
        ("联系电话15400001234，请回复", &["15400001234"]),
        ("电话154 0000 1234", &["154", "1234"]),
        ("电话154-0000-1234。", &["154", "1234"]),
        ("154.0000.1234", &["154", "1234"]),
        ("１５４００００１２３４", &["１５４", "１２３４"]),
        ("一五四零零零零一二三四", &["一五四", "二三四"]),
        ("幺五四〇〇〇〇幺二三四", &["五四", "二三四"]),
        ("壹伍肆零零零零壹贰叁肆", &["壹伍肆", "贰叁肆"]),
        ("1五4零000一234", &["1五4", "234"]),
        ("+86 154 0000 1234", &["86", "1234"]),
        ("(+86)15400001234", &["86", "1234"]),
        ("008615400001234", &["0086", "1234"]),
        ("015400001234", &["0154", "1234"]),
        ("1 5 4 0 0 0 0 1 2 3 4", &["1 5", "3 4"]),
        ("15400\u{200b}001234", &["15400", "1234"]),
        ("①⑤④⓪⓪⓪⓪①②③④", &["①⑤④", "③④"]),
        ("tel:15400001234x", &["1540"]),
        ("1540000123415400005678", &["1540"]),
        ("号码是：154—0000—1234", &["154", "1234"]),
        ("154/0000/1234或142，0000，5678", &["154", "1234"]),
        ("手机:1542-0001-234", &["1542"]),
        ("138OO138OOO", &["138", "OOO"]),
        ("电话13800l38000", &["138", "000"]),
        ("154 oo00 I234，请回", &["154", "234"]),
        ("154…0000…1234", &["154", "1234"]),
        ("154#0000#1234", &["154", "1234"]),
        ("١٥٤٠٠٠٠١٢٣٤", &["١٥٤", "٢٣٤"]),
        ("१५४००००१२३४", &["१५४", "२३४"]),
        ("❶❺❹⓿⓿⓿⓿❶❷❸❹", &["❶❺", "❷❸"]),
        ("139:0000:0001", &["139", "0001"]),
        ("139=0000=0001", &["139", "0001"]),
        ("[139]0000[0001]", &["139", "0001"]),
        ("【139】0000【0001】", &["139", "0001"]),
        ("call 312-555-0142", &["312", "0142"]),
        ("(312) 555-0142", &["312", "0142"]),
        ("1-312-555-0142", &["312", "0142"]),
        ("312.555.0142", &["312", "0142"]),
        ("SSN 123-45-6789", &["123", "6789"]),
        ("SSN: 123456789", &["123456789"]),
        ("13900000000元", &["139"]),
        ("找13.9000,0.0001", &["13.9", "0001"]),
        // Landlines, 400 numbers, numbers after a word.
        ("0631-5550123", &["0631", "5550123"]),
        ("（0631）5550123转8001", &["0631", "5550123", "8001"]),
        ("06315550123", &["5550123"]),
        ("010-55501234", &["55501234"]),
        ("400-555-0123", &["555", "0123"]),
        ("4005550123", &["5550123"]),
        ("座机号码5550123", &["5550123"]),
        ("联系方式：555-0123", &["555", "0123"]),
        ("+44 20 7946 0123", &["7946"]),
        // Id cards: impossible regions, right and wrong check characters, fifteen digits.
        ("身份证990000199001011234", &["990000", "1234"]),
        ("99000019900101123X", &["990000", "123X"]),
        ("990000 19900101 123x", &["990000", "19900101", "123x"]),
        ("990000-19900101-1234", &["19900101"]),
        ("九九零零零零一九九零零一零一一二三四", &["九九", "二三四"]),
        ("身份证号：990000900101123", &["9000"]),
        ("证件371000900101123", &["371000"]),
        // Bank cards.
        ("6222 0000 0000 0000 004", &["6222", "0000"]),
        ("银行卡号 6217000012345678", &["6217", "5678"]),
        ("4000000000000002", &["4000"]),
        // Plates.
        ("车牌鲁K12345。", &["12345"]),
        ("鲁K·12345", &["12345"]),
        ("鲁 K 12345", &["12345"]),
        ("鲁KD12345", &["12345"]),
        ("鲁k-12d45", &["12d45"]),
        ("鲁Ｋ１２３４５", &["１２３"]),
        ("鲁K1234挂", &["1234"]),
        ("车牌号：K12345", &["12345"]),
        ("京A12345和沪B67890两车", &["12345", "67890"]),
        // E-mail and accounts.
        ("邮箱 zhang.san+x@example.com 回复", &["zhang", "example"]),
        ("zhang＠example．cn", &["zhang"]),
        ("微信号：zhang_san88", &["zhang_san88"]),
        ("加我微信zhangsan88", &["zhangsan88"]),
        ("QQ 123456", &["123456"]),
        ("qq号：12345678", &["12345678"]),
        ("VX:abc12345", &["abc12345"]),
        ("微信同号15400001234", &["1540"]),
        // Names.
        ("联系人：王小虎", &["王小虎"]),
        ("联系人张三，电话15400001234", &["张三", "1540"]),
        ("姓名：欧阳小明", &["欧阳", "小明"]),
        ("我叫李四，住新威路", &["李四"]),
        ("本人王小虎，反映楼道漏气", &["王小虎"]),
        ("投诉人赵六反映", &["赵六"]),
        ("王女士来电", &["王女"]),
        ("市民王小虎先生称", &["王小虎", "小虎"]),
        ("找张经理要钱", &["张经"]),
        ("李某反映", &["李某"]),
        ("经营者：孙大圣", &["孙大圣"]),
        ("市民王小虎反映漏气", &["王小虎", "小虎"]),
        ("市民王虎来电称漏气", &["王虎"]),
        ("会员：李丽，不退卡", &["李丽"]),
        ("客户赵小六，要退款", &["赵小六", "小六"]),
        ("患者孙大圣说", &["孙大圣"]),
        ("王丽华医生收钱", &["王丽", "华"]),
        ("Contact: John Smith, please", &["John", "Smith"]),
        ("My name is John Smith, the heat is off", &["John", "Smith"]),
        ("my name is john", &["john"]),
        ("Mr. Robert Brown hit me", &["Robert", "Brown"]),
        ("Mrs Brown-Smith and Dr. Wu", &["Brown", "Wu"]),
        ("I'm John J. Smith", &["John", "Smith"]),
        ("the landlord Robert Brown", &["Robert", "Brown"]),
        ("我叫阿依古丽·买买提，家里漏气", &["阿依", "古丽", "买买提"]),
        ("阿依古丽·买买提反映漏气", &["阿依", "古丽", "买买提"]),
        ("打人的他叫买买提江，跑了", &["买买提"]),
        ("联系人：买买提江", &["买买提", "提江"]),
        ("我叫买买提江反映漏气", &["买买提", "提江"]),
        ("收款人为高圆圆", &["高圆圆", "圆圆"]),
        ("户名张三", &["张三"]),
        ("户名：仉建国", &["仉", "建国"]),
        // Passports and permits for Hong Kong, Macao and Taiwan; other papers after their word.
        ("持E12345678入住", &["12345678"]),
        ("护照号码：EA1234567", &["EA", "1234567"]),
        ("G12345678的住客", &["12345678"]),
        ("护照e12345678", &["12345678"]),
        ("护照号码：E 12345678", &["12345678"]),
        ("护照E 1234 5678", &["1234", "5678"]),
        ("持E12345678文件", &["12345678"]),
        ("往来港澳通行证C12345678", &["12345678"]),
        ("港澳通行证号：W12345678。", &["12345678"]),
        ("来往内地通行证H1234567800", &["1234567800"]),
        ("台胞证12345678", &["12345678"]),
        ("军官证南字第123456号", &["123456"]),
        ("证件号AB1234567", &["AB1234567"]),
        // Bank cards misread, and their ends.
        ("6222000000000000005", &["6222"]),
        ("打到尾号1234的卡", &["1234"]),
        ("银行卡尾号：987654", &["987654"]),
        // Accounts and addresses on the web.
        ("加v:abc12345", &["abc12345"]),
        ("加我V abc_12345", &["abc_12345"]),
        ("扣扣：123456789", &["123456789"]),
        ("zhangsan#qq.com", &["zhangsan"]),
        // Rooms.
        ("住新威路13号楼2单元801室", &["13号楼", "2单元", "801"]),
        ("某小区3栋2单元501室漏水", &["3栋", "501"]),
        ("家在8幢1203，", &["1203"]),
        ("12号楼3单元602的邻居", &["602"]),
        ("A座1502室", &["1502"]),
        ("B2栋301", &["B2", "301"]),
        ("三号楼二单元八零一室", &["八零一", "三号"]),
        ("５号楼１单元２０２室", &["２０２"]),
        ("3号楼-2-501室", &["501"]),
        ("3-2-501室", &["501"]),
        ("找801室的人", &["801"]),
        ("6号楼5层502号房", &["502"]),
        // Names without a word for them: beside a telephone, an id card, a relative.
        ("李建国，15400001234", &["李建国", "建国", "1540"]),
        ("王敏电话15400001234", &["王敏", "1540"]),
        ("王建华（身份证990000199001011234）", &["王建华", "建华"]),
        ("请联系李秀英，手机15400001234", &["秀英"]),
        ("我是李明电话15400001234", &["李明"]),
        ("孩子赵小明在园里摔伤", &["赵小明", "小明"]),
        ("孩子赵小明", &["赵小明"]),
        ("我儿子王浩，五岁", &["王浩"]),
        ("其母亲李秀英住院", &["李秀英"]),
        ("与邻居张建军发生争执", &["张建军"]),
        ("教练孙国强不退费", &["孙国强"]),
        ("收款人：周文斌", &["周文斌"]),
        ("户名欧阳志强", &["欧阳", "志强"]),
        ("店员刘婷婷收了钱", &["刘婷婷"]),
        // Alone.
        ("王建国在店内摔伤", &["王建国"]),
        ("昨天，李秀英被狗咬", &["李秀英"]),
        ("钱是张志强收的", &["张志强"]),
        ("王丽华、李建军、赵敏英三人", &["王丽华", "李建军", "赵敏英"]),
    ];
    for (whole, gone) in cases {
        let masked = text(whole);
        assert!(masked.contains(MASK), "{whole} → {masked}");
        for piece in *gone {
            assert!(!masked.contains(piece), "{whole} → {masked}: {piece}");
        }
        assert_eq!(text(&masked), masked, "{whole}: masked twice");
    }
}

#[test]
fn what_is_nobodys_stays() {
    let cases = [
        "",
        "小区楼道内燃气泄漏，气味很大",
        "统一社会信用代码91371000MAFAKE0190",
        "91310115591693856A",
        "123502001549897397",
        "工单编号WH20231210000123",
        "编号2023121000012345",
        "20231210093000",
        "2023-12-10 09:30:00",
        "2019/2/28 11:25:05",
        "二〇二三年十二月十日上午9时",
        "1995-06-03 138元",
        "收费3500元，押金12000.50元",
        "叁万伍仟元整",
        "共计1,234,567.89元",
        "致电12345热线",
        "热线12345，12315，119",
        "电话12345、12315",
        "总投资13900000000元",
        "投资额为13900000000元",
        "文件E12345678号",
        "坐标122.120420,37.513068",
        "39.916527, 116.397128",
        "13:30:00 12345人",
        "2023-12-10 13:30 1234567人",
        "我叫了外卖",
        "负责人：无",
        "联系人电话不通",
        "this is a gas leak",
        "I am afraid of it",
        "call the owner",
        "拨打110报警",
        "新威路13号",
        "新威路13号楼2单元",
        "三室一厅",
        "300户居民停水",
        "3号楼5层",
        "3号楼2026年交付",
        "8栋100户",
        "会议室在2楼，第3教室",
        "商品编号TK12345",
        "单号GD20261112-0039",
        "商家电话打不通",
        "房东电话打不通",
        "孩子高烧不退",
        "老人安全没有保障",
        "学生马上开学",
        "员工工资拖欠",
        "在金海湾买的房",
        "华联商厦的电梯",
        "高新区管委会",
        "温泉镇政府",
        "周三晚上",
        "文明施工",
        "方便群众",
        "安全隐患，请核实",
        "全国连锁",
        "燃气泄露了",
        "执法证号37100012",
        "GB 32100-2015 第5条",
        "新A座12楼",
        "一楼二楼三楼都有",
        "本人在文登区反映",
        "本人于昨日购买",
        "微信支付500元",
        "QQ音乐太吵",
        "负责人不在",
        "老板不退款",
        "市民反映漏气",
        "市民曾多次反映",
        "市民于今早反映",
        "保障市民安全。",
        "会员余额不退",
        "会员储值卡，不能用",
        "客户关系部",
        "市民来电",
        "编号1380OOLI38O00B",
        "Illo100000l次",
        "司机拒载",
        "威海恒泰燃气有限公司",
        "3 月 15 日，第 4 号，5 台，6 人",
    ];
    for whole in cases {
        assert_eq!(text(whole), whole);
    }
}

#[test]
fn labels_keep_what_may_be_a_place() {
    for (whole, masked) in [
        ("Customer Service", "Customer Service"),
        ("王建国", "王建国"),
        ("张国华 3号楼801室", "张国华 ***"),
        ("联系人：王小虎", "联系人：***"),
        ("15400001234", "***"),
    ] {
        assert_eq!(label(whole), masked);
    }
}

#[test]
fn names_stay_where_only_numbers_are_asked_for() {
    assert_eq!(numbers("王小虎小吃店 15400001234"), "王小虎小吃店 ***");
    assert_eq!(numbers("经营者：王小虎"), "经营者：王小虎");
}

#[test]
fn natural_persons_are_named_by_their_surname_and_shops_by_their_sign() {
    let cases = [
        ("张三", "张某"),
        ("王小虎", "王某"),
        ("欧阳小明", "欧阳某"),
        ("王小虎（个体工商户）", "王某（个体工商户）"),
        ("老王烧烤店", "老王烧烤店"),
        ("虚构小吃店（经营者：王小虎）", "虚构小吃店（经营者：***）"),
        ("王家饭馆", "王某"),
        // A shop's last character within a name, surnames we do not list, names of other peoples.
        ("张子轩", "张某"),
        ("李玉堂", "李某"),
        ("王建城", "王某"),
        ("张国营", "张某"),
        ("王建社", "王某"),
        ("张桃园", "张某"),
        ("仉建国", "仉某"),
        ("逯小强", "逯某"),
        ("买买提·艾力", "买某"),
        ("买买提•艾力", "买某"),
        ("阿不都热依木", "阿某"),
        // An operator's name in a shop's.
        ("王小虎烧烤店", "王某烧烤店"),
        ("王虎烧烤店", "王某烧烤店"),
        ("王小虎卤煮店", "王某卤煮店"),
        ("仉建国烧烤店", "仉某烧烤店"),
        ("欧阳小明烧烤店", "欧阳某烧烤店"),
        ("王小虎经营部", "王某经营部"),
        ("环翠区李秀英理发店", "环翠区李某理发店"),
        ("荣成市王小虎烧烤店", "荣成市王某烧烤店"),
        ("威海王小虎烧烤店", "威海王某烧烤店"),
        ("文登区张建国蔬菜店（个体工商户）", "文登区张某蔬菜店（个体工商户）"),
        ("虚构小吃店（王小虎）", "虚构小吃店（王某）"),
        ("虚构便民小吃店经营者王小虎", "虚构便民小吃店经营者***"),
        ("王丽华医师诊所", "王某医师诊所"),
        // Something before or after a name.
        ("个体户王小虎", "个体户王某"),
        ("个体工商户王小虎", "个体工商户王某"),
        ("王小虎个体工商户", "王某个体工商户"),
        ("威海市王小虎", "威海市王某"),
        ("威海市环翠区仉建国", "威海市环翠区仉某"),
        ("医师王丽华", "医师王某"),
        ("王丽华医生", "王某医生"),
        ("王小虎等3人", "王某等3人"),
        ("王小虎15400001234", "王某***"),
        ("15400001234", "***"),
        ("荣成市王小虎", "荣成市王某"),
        ("个体工商户：买买提", "个体工商户：买某"),
        ("John（个体工商户）", "J***（个体工商户）"),
        ("John Smith烧烤店", "J*** S***烧某"),
        ("John Smith", "J***"),
        ("王小虎 15400001234", "王某 ***"),
    ];
    for (name, shown) in cases {
        assert_eq!(subject_name(name), shown, "{name}");
    }
}

#[test]
fn citizens_are_no_enterprises() {
    for (id, citizen) in [
        ("990000199001011234", true),
        ("99000019900101123X", true),
        ("990000 19900101 1234", true),
        ("91371000MAFAKE0190", false),
        ("123502001549897397", false),
        ("91310115591693856A", false),
        ("371000000000000", false),
        ("1980406-1006", false),
    ] {
        assert_eq!(is_citizen_id(id), citizen, "{id}");
    }
}

#[test]
fn excerpts_are_short_masked_and_around_what_matters() {
    let long = format!("联系人王小虎，电话15400001234。{}威海虚构燃气公司漏气{}", "前".repeat(200), "后".repeat(200));
    let at = long.chars().position(|c| c == '威').unwrap();
    let around = excerpt(&long, Some(at..at + 8)).unwrap();
    assert!(around.starts_with('…') && around.ends_with('…') && around.contains("威海虚构燃气公司漏气"), "{around}");
    assert_eq!(around.chars().count(), MAX_EXCERPT_CHARS);
    let first = excerpt(&long, None).unwrap();
    assert!(first.starts_with("联系人***，电话***。前"), "{first}");
    assert_eq!(first.chars().count(), MAX_EXCERPT_CHARS);
    assert_eq!(excerpt("短\n\n  文\u{0}字", None).unwrap(), "短 文 字");
    assert_eq!(excerpt(" \n ", None), None);
    // A number the cut would halve is masked before it.
    let cut = format!("{}15400001234", "字".repeat(MAX_EXCERPT_CHARS - 6));
    assert!(!excerpt(&cut, None).unwrap().contains("154"));
}

const FORMS: [&str; 10] = [
    "0123456789",
    "０１２３４５６７８９",
    "零一二三四五六七八九",
    "〇幺二三四五六拐八勾",
    "零壹贰叁肆伍陆柒捌玖",
    "0123456789",
    "0123456789",
    "0123456789",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "0一2三4五6七8九",
];

/// A mobile number written in one of many ways.
fn written() -> impl Strategy<Value = (String, String)> {
    let digits = (3u8..=9, prop::collection::vec(0u8..=9, 9));
    let gaps = prop::collection::vec(
        prop::sample::select(vec!["", "", "", "", " ", "-", "－", ".", "\u{200b}", "　", " - ", "—", "·", "、"]),
        10,
    );
    (digits, gaps, 0..FORMS.len()).prop_map(|((second, rest), gaps, form)| {
        let all: Vec<u8> = [1, second].into_iter().chain(rest).collect();
        let letters: Vec<char> = FORMS[form].chars().collect();
        let mut text = String::new();
        for (at, digit) in all.iter().enumerate() {
            text.push(letters[*digit as usize]);
            text.push_str(gaps.get(at).copied().unwrap_or_default());
        }
        (text, all.iter().map(|d| char::from(b'0' + d)).collect())
    })
}

/// The digits of a text in order, whatever they are written with and whatever stands between.
fn all_digits(text: &str) -> String {
    text.chars()
        .filter_map(|c| FORMS.iter().find_map(|f| f.chars().position(|d| d == plain(c) || d == c)))
        .map(|d| d.to_string())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn no_telephone_survives((written, digits) in written(), before in "[a-z漏气店，。：]{0,6}", after in "[漏气店元，。：a-w]{0,6}") {
        // `1999-10-10-123` is written like a date.
        let groups: Vec<usize> = written.split(|c: char| all_digits(&c.to_string()).is_empty()).map(|g| g.chars().count()).filter(|n| *n > 0).collect();
        prop_assume!(!(groups.len() > 2 && groups[0] == 4 && groups[1] <= 2 && groups[2] <= 2));
        let masked = text(&format!("{before}{written}{after}")).into_owned();
        prop_assert!(!all_digits(&masked).contains(&digits), "{masked}");
    }

    #[test]
    fn masking_again_changes_nothing(whole in "[0-9０-３一二三零 \\-.·x王李先生女士电话微信鲁Ka-c@.人联系：*姓名孩子建国在室栋E#]{0,60}") {
        let once = text(&whole).into_owned();
        prop_assert_eq!(text(&once).into_owned(), once.clone());
        let numbers_once = numbers(&whole).into_owned();
        prop_assert_eq!(numbers(&numbers_once).into_owned(), numbers_once.clone());
        // The quick look misses nothing the close one finds.
        prop_assert_eq!(without(&whole, number_pieces).into_owned(), numbers_once);
    }

    #[test]
    fn a_whole_name_of_a_person_never_stays(name in "[王仉建国小虎店堂阿·买力]{2,4}", front in "(|个体户|威海市|环翠区)", tail in "(|医生|等3人|（个体工商户）)") {
        prop_assume!(!name.starts_with('·') && name.chars().filter(|c| *c != '·').count() > 1);
        let shown = subject_name(&format!("{front}{name}{tail}"));
        prop_assert!(!shown.contains(&name), "{shown}");
    }

    #[test]
    fn any_text_is_masked_without_panic(whole in "\\PC{0,200}", from in 0usize..300) {
        subject_name(&whole);
        let masked = text(&whole).into_owned();
        prop_assert!(masked.len() <= whole.len() * 3 + 3);
        if let Some(excerpt) = excerpt(&whole, Some(from..from + 5)) {
            prop_assert!(excerpt.chars().count() <= MAX_EXCERPT_CHARS);
        }
    }
}
