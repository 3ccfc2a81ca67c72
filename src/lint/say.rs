//! A profile in words.

use super::columns::Column;
use super::known::Elsewhere;
use super::personal::Personal;
use super::{Attributed, Profile, Suggestion};
use crate::lang::pick;
use jianwei_core::domain::Language;
use std::fmt::Write;

/// The whole report; `suggestion` where one was asked for.
pub fn text(profile: &Profile, suggestion: Option<&Suggestion>, language: Language) -> String {
    let mut say = Say { out: String::new(), language };
    say.head(profile);
    say.columns(profile);
    say.rows(profile);
    if let Some(attributed) = &profile.attributed {
        say.attributed(attributed, profile.readable);
    }
    if let Some(suggestion) = suggestion {
        say.suggestion(suggestion, profile);
    }
    say.out
}

struct Say {
    out: String,
    language: Language,
}

impl Say {
    fn line(&mut self, zh: &str, en: &str) {
        let text = pick(self.language, zh, en);
        let _ = writeln!(self.out, "{text}");
    }

    fn head(&mut self, p: &Profile) {
        let map_zh = p.map.as_ref().map_or("无字段映射适用".into(), |m| format!("字段映射“{m}”"));
        let map_en = p.map.as_ref().map_or("no field map applies".into(), |m| format!("field map {m:?}"));
        self.line(
            &format!(
                "{}：{} 行，{} 列，{}；按 {} 的 {} 读取，{map_zh}",
                p.file,
                p.rows,
                p.columns.len(),
                p.encoding,
                p.realm,
                p.kind
            ),
            &format!(
                "{}: {} rows, {} columns, {}; read as {} of {}, {map_en}",
                p.file,
                p.rows,
                p.columns.len(),
                p.encoding,
                p.kind,
                p.realm
            ),
        );
        if let (Some(first), Some(last)) = (&p.first, &p.last) {
            self.line(&format!("时间：{first} 至 {last}"), &format!("from {first} to {last}"));
        }
        for field in &p.missing {
            self.line(&format!("缺少必填字段：{field}"), &format!("MISSING: no column gives {field}, which is required"));
        }
        for column in p.columns.iter().filter(|c| c.rounded > 0) {
            let (name, rounded) = (&column.name, column.rounded);
            self.line(
                &format!("数字已被电子表格取整：“{name}”列 {rounded} 个值（如 9.99999E+99，或第 16 位起全为 0），不同的编号已变得相同，无法恢复：请从源系统重新导出，该列设为文本"),
                &format!("ROUNDED: {rounded} values of column {name:?} are numbers a spreadsheet rounded (9.99999E+99, or zeros from the sixteenth digit on): different ids became the same and can't be told apart again. Export it anew with that column as text"),
            );
        }
    }

    fn columns(&mut self, p: &Profile) {
        self.line("列：", "columns:");
        for column in &p.columns {
            let read = if column.fields.is_empty() {
                pick(self.language, "不读取", "not read").to_string()
            } else {
                column.fields.join(", ")
            };
            let filled = share(column.filled, p.rows);
            self.line(
                &format!("  {} → {read}  （有值 {filled}）{}", column.name, self.about(column)),
                &format!("  {} -> {read}  ({filled} filled){}", column.name, self.about(column)),
            );
        }
        let texts: u64 = p.columns.iter().map(|c| c.texts_with_numbers).sum();
        if texts > 0 {
            self.line(
                &format!("长文本中含疑似电话或证件号的有 {texts} 处：见微不输出其原文"),
                &format!(
                    "{texts} longer texts hold something like a phone or id number: Jianwei publishes no such text unmasked"
                ),
            );
        }
    }

    fn about(&self, column: &Column) -> String {
        if let Some(personal) = column.personal {
            return format!("  {}", self.advice(personal));
        }
        let mut about = String::new();
        if let Some(field) = &column.known_as {
            let (zh, en) = (format!("  其他导出中为 {field}"), format!("  known elsewhere as {field}"));
            about += pick(self.language, &zh, &en);
        }
        if let Some(Elsewhere { kind, field }) = &column.known_elsewhere {
            let (zh, en) = (format!("  {kind} 类记录中为 {field}"), format!("  known elsewhere as {field} of {kind}"));
            about += pick(self.language, &zh, &en);
        }
        if let Some(field) = column.looks_like.filter(|_| !column.firm_types) {
            let (zh, en) = (format!("  从列名看可能是 {field}"), format!("  by its name perhaps {field}"));
            about += pick(self.language, &zh, &en);
        }
        if column.firm_types {
            about += pick(
                self.language,
                "  企业类型（个体工商户为自然人）未被读取：可映射为 natural_person",
                "  says which are natural persons (个体工商户) and is not read: map it as natural_person",
            );
        }
        let unknown = column.words.iter().filter(|w| !w.known).count();
        for word in &column.words {
            let mark = if word.known { "" } else { "?" };
            let _ = write!(about, "  {}{mark} {}", word.text, word.rows);
        }
        if unknown > 0 {
            about += pick(self.language, "  （? 为不认识的词）", "  (?: not known)");
        }
        if column.other_values > 0 {
            let (values, rows) = (column.other_values, column.other_rows);
            let zh = format!("  另有 {values} 种其他值（{rows} 行），不予显示");
            let en = format!("  other values: {values} ({rows} rows), not shown");
            about += pick(self.language, &zh, &en);
        }
        for shape in &column.shapes {
            let _ = write!(about, "  [{}] {}", shape.shape, shape.rows);
        }
        about
    }

    fn advice(&self, personal: Personal) -> &'static str {
        match personal {
            Personal::Phone => pick(
                self.language,
                "个人信息（电话）：不要映射；如需识别重复来电，只映射为 caller_phone（加密散列）",
                "PERSONAL (phone): do not map it; only as caller_phone, which is hashed, to tell repeated callers",
            ),
            Personal::IdNumber => pick(
                self.language,
                "个人信息（证件号）：不要映射；如需识别重复来电，只映射为 caller_id_no（加密散列）",
                "PERSONAL (id number): do not map it; only as caller_id_no, which is hashed, to tell repeated callers",
            ),
            Personal::Name | Personal::Other => {
                pick(self.language, "个人信息：不要映射，最好不要导出", "PERSONAL: do not map it; better not to export it")
            }
        }
    }

    fn rows(&mut self, p: &Profile) {
        let (readable, dead) = (p.readable, p.rows - p.readable.min(p.rows));
        self.line(
            &format!("可读取 {readable} 行（{}），死信 {dead} 行", share(readable, p.rows)),
            &format!("{readable} rows can be read ({}), {dead} would be dead letters", share(readable, p.rows)),
        );
        for d in &p.dead_letters {
            let field = d.field.as_deref().unwrap_or_default();
            let lines: Vec<String> = d.lines.iter().map(u64::to_string).collect();
            let lines = lines.join(", ");
            let (more_zh, more_en) = if d.rows > d.lines.len() as u64 { (" 等", ", ...") } else { ("", "") };
            self.line(
                &format!("  死信 {} {field}  {} 行（{}）：文件第 {lines} 行{more_zh}", d.reason, d.rows, share(d.rows, p.rows)),
                &format!("  dead letter {} {field}  {} ({}): line {lines}{more_en}", d.reason, d.rows, share(d.rows, p.rows)),
            );
        }
        for (flag, rows) in &p.flags {
            self.line(
                &format!("  标记 {flag}  {rows} 行（{}）", share(*rows, p.rows)),
                &format!("  flag {flag}  {rows} ({})", share(*rows, p.rows)),
            );
        }
        if p.repeated_ids > 0 {
            self.line(
                &format!("  编号与前面重复的 {} 行，按更新处理", p.repeated_ids),
                &format!("  {} rows repeat an id: they count as updates", p.repeated_ids),
            );
        }
    }

    fn attributed(&mut self, a: &Attributed, readable: u64) {
        let ways: Vec<String> = a.by_method.iter().map(|(method, rows)| format!("{method} {rows}")).collect();
        let ways = ways.join(", ");
        self.line(
            &format!(
                "归属（名录 {} 户）：{} 行（{}）有监管对象 {ways}；拿不准 {}，无 {}",
                a.enterprises,
                a.rows,
                share(a.rows, readable),
                a.abstained,
                a.nobody
            ),
            &format!(
                "attribution ({} enterprises): {} rows ({}) are about one {ways}; several possible {}, nobody {}",
                a.enterprises,
                a.rows,
                share(a.rows, readable),
                a.abstained,
                a.nobody
            ),
        );
    }

    fn suggestion(&mut self, s: &Suggestion, p: &Profile) {
        let (line, readable) = (s.line, s.readable);
        self.line(
            &format!("\n建议的字段映射：粘贴到 pipeline.toml 第 {line} 行之前；粘贴后可读取 {readable} / {} 行", p.rows),
            &format!(
                "\nA field map to paste into pipeline.toml, before line {line}; with it {readable} of {} rows can be read",
                p.rows
            ),
        );
        let _ = writeln!(self.out, "\n{}", s.toml);
    }
}

/// A share in per cent, to one place.
fn share(part: u64, whole: u64) -> String {
    let tenths = (part * 1000).checked_div(whole).unwrap_or(0);
    format!("{}.{}%", tenths / 10, tenths % 10)
}
