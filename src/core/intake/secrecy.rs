//! Texts of whistle-blowers, and of those who fear for themselves or do not want to be known: none of them is
//! quoted, nor are its words compared. Rather one too many than one of them.

use super::mask;

/// Each tells it by itself, in letters alone. Gas leaks too (泄露): that word counts beside what is told of a
/// person only.
const WORDS: &str = "举报 检举 揭发 舉報 檢舉 揭發 揭露 揭穿 揭秘 曝光 爆料 告发 告發 告密 控告 实名 實名 吹哨 线人 知情人 知情者 \
    内部员工 内部人 内部职工 内部消息 内幕 内情 黑幕 离职员工 在职员工 本公司员工 前员工 老员工 我是员工 \
    我是职工 我是该 我是这家 我是他们 我在该 我在这家 我就在 我们单位 我们公司 我们厂 我们店 我们老板 我们领导 \
    我厂 我老板 我领导 保密 匿名 隐名 密告 透露 透漏 报复 穿小鞋 害怕被 怕被 怕老板 怕领导 怕丢 怕开除 被开除 \
    被辞退 不要公开 不公开 勿公开 别公开 不要泄露 不得泄露 勿泄露 别泄露 不能泄露 不可泄露 防止泄露 泄露我 \
    泄露个人 泄露信息 泄露来电 泄露投诉 泄露姓名 保护隐私 保护我 保护个人隐私 保护来电 保护投诉 注意隐私 \
    个人隐私 不留名 不愿留 不想留 不便留 不方便留 不愿透 不具名 不署名 隐去姓名 隐去 隐瞒我 不要说是我 别说是我 \
    别说我 不要说我 不要提我 别提我 不要告诉 别告诉 不能告诉 勿告诉 不要让 别让 不能让 不想让 不愿让 不让他 \
    不让老板 是我说的 是我讲的 是我反映 是我投诉 是我打的 是我告 我说出去 说出去 传出去 知道是谁 知道我 认出我 \
    不暴露 别暴露 不要暴露 暴露我 暴露身份 身份暴露 \
    報復 別讓 不要讓 別告訴 不要告訴 內部員工 我們公司 老闆知道";
/// The same of English, each with its blanks left out.
const IN_ENGLISH: &str = "anonymous anonymity anonymously whistleblow whistlebl confidential inconfidence keepsecret secretly \
    keepmyname mynameout myidentity identityprivate keepitprivate keepthisprivate keepmeout notbenamed \
    notbeidentified dontname donotname dontmention donotmention donttell donottell nottotell nevertell dontlet \
    donotlet dontshare donotshare dontdisclose donotdisclose dontreveal donotreveal notdisclose notreveal \
    notbedisclosed notbeshared dontpublish donotpublish dontsay donotsay dontwant donotwantto retaliat \
    retribution revenge reprisal afraid fearof fearfor ifear scaredof losemyjob firedif getfired befired myboss \
    myemployer mymanager mysupervisor mycompany mycoworker mycolleague iworkfor iworkat iworkthere iworkhere \
    workedfor workedthere iamanemployee imanemployee formeremployee exemployee insider offtherecord nottobeknown \
    protectmy withhold exposing toexpose blowthewhistle tipoff informant";

/// Who speaks of the own work (我是这家店的会计, 我在厂里上班): what may stand between, in letters, is short.
const SELF: &[&str] = &["我是", "本人是", "作为", "我在", "本人在", "我曾"];
const WORK: &[&str] = &[
    "员工",
    "职工",
    "工人",
    "店员",
    "服务员",
    "会计",
    "出纳",
    "厨师",
    "保安",
    "前台",
    "业务员",
    "销售",
    "护士",
    "工作",
    "上班",
    "打工",
    "干活",
    "兼职",
    "实习",
    "做工",
];
const MOST_BETWEEN: usize = 12;

/// Spaces, signs and invisible characters in between or not.
pub(super) fn asked_for<'a>(mut texts: impl Iterator<Item = &'a str>) -> bool {
    texts.any(|text| {
        let letters = mask::letters(text).to_lowercase();
        WORDS.split_whitespace().chain(IN_ENGLISH.split_whitespace()).any(|word| letters.contains(word)) || works_there(&letters)
    })
}

fn works_there(letters: &str) -> bool {
    let after = SELF.iter().flat_map(|word| letters.match_indices(word).map(|(at, _)| &letters[at + word.len()..]));
    after.into_iter().any(|rest| {
        let end = rest.char_indices().nth(MOST_BETWEEN).map_or(rest.len(), |(end, _)| end);
        WORK.iter().any(|word| rest[..end].contains(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reports_or_does_not_want_to_be_known_is_told_by_their_words() {
        for (text, is) in [
            ("我要告发这家店用地沟油", true),
            ("不要让老板知道是我说的", true),
            ("千万别让他们知道", true),
            ("我是内部员工，揭露公司偷排", true),
            ("我 是 内 部 员 工", true),
            ("请保密", true),
            ("不要讓老闆知道", true),
            ("别透露我的电话", true),
            ("我在这家店上班，后厨有老鼠", true),
            ("怕被老板开除", true),
            ("请不要说是我反映的", true),
            ("please keep me anonymous", true),
            ("I am a whistleblower", true),
            ("I am a whistle-blower.", true),
            ("don't tell my boss", true),
            ("Don\u{2019}t let the owner know", true),
            ("Keep my name out of this", true),
            ("I work for this company", true),
            ("afraid of retaliation", true),
            ("请保\u{200b}密", true),
            ("天然气泄露了，气味很大", false),
            ("会员卡里还有钱，老板跑路了", false),
            ("我是这家公司的会计，老板偷税", true),
            ("本人在厂里打工", true),
            ("燃气公司员工态度差", false),
            ("A gas leak in the kitchen", false),
            ("食堂饭菜有虫，孩子拉肚子", false),
            ("", false),
        ] {
            assert_eq!(asked_for([text].into_iter()), is, "{text}");
        }
    }
}
