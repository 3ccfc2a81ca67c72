//! Shows for single texts whom intake names, why, and what it rejected.

use crate::feeds;
use crate::lang::pick;
use anyhow::{Context, Result, bail};
use jianwei_core::domain::{Language, Record, SourceKind};
use jianwei_core::intake::names::{Answer, Asked, Mention, attribute};
use jianwei_core::intake::{Directory, decode, resolve};
use jianwei_core::journal::{Attribution, Named, TextFact};
use jianwei_core::pipeline::{Model, Source};
use serde::Serialize;
use std::path::Path;

/// A pipeline with its directory: what names are looked up in.
pub struct Inspector {
    model: Model,
    directory: Directory,
    /// Rows of the registry that could not be read.
    pub rejected_rows: usize,
}

/// What became of one line.
#[derive(Debug, Serialize)]
pub struct Shown {
    pub line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket_no: Option<String>,
    /// Why and at which field the record would be a dead letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_letter: Option<String>,
    pub subject: Option<ShownName>,
    pub secondary: Vec<ShownName>,
    pub candidates: Vec<ShownFirm>,
    pub mentions: Vec<ShownMention>,
    pub matters: Vec<String>,
    pub counts_as_risk: bool,
    pub flags: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct ShownFirm {
    pub id: String,
    pub name: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct ShownName {
    #[serde(flatten)]
    pub firm: ShownFirm,
    pub method: &'static str,
    pub confidence: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<ShownSpan>,
}

/// A piece of a field, in characters.
#[derive(Debug, Serialize)]
pub struct ShownSpan {
    pub field: &'static str,
    pub from: u32,
    pub to: u32,
}

#[derive(Debug, Serialize)]
pub struct ShownMention {
    pub text: String,
    pub span: ShownSpan,
    pub role: &'static str,
    pub named: Option<ShownName>,
    pub candidates: Vec<ShownFirm>,
}

impl Inspector {
    pub fn open(model: Model, registry: Option<&Path>) -> Result<Inspector> {
        let mut directory = Directory::default();
        directory.reindex(&model);
        let mut rejected_rows = 0;
        let rows = registry.map(|path| feeds::read(&model, SourceKind::Registry, path)).transpose()?.unwrap_or_default();
        for row in rows {
            let source = model.source_of_topic(&row.topic).context("rows belong to a source of the pipeline")?;
            match decode(&model, source, row.key.as_deref(), Some(&row.value)).map(|d| d.record) {
                Ok(Record::Enterprise(row)) => directory.upsert(row),
                _ => rejected_rows += 1,
            }
        }
        Ok(Inspector { model, directory, rejected_rows })
    }

    pub fn enterprises(&self) -> usize {
        self.directory.len()
    }

    fn tickets(&self) -> Result<&Source> {
        let found = self.model.sources.iter().find(|s| s.kind == SourceKind::Tickets);
        match found {
            Some(source) => Ok(source),
            None => bail!("realm {} has no source of kind \"tickets\": add a [[source]] to pipeline.toml", self.model.realm),
        }
    }

    /// One line: a ticket as JSON, or the bare text of one; its bytes are read as intake reads them.
    pub fn show(&self, number: usize, line: &[u8]) -> Result<Shown> {
        let start = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii_start();
        let json = start.starts_with(b"{");
        let value = if json { line.to_vec() } else { bare(number, start)? };
        let mut shown = Shown {
            line: number,
            ticket_no: None,
            dead_letter: None,
            subject: None,
            secondary: Vec::new(),
            candidates: Vec::new(),
            mentions: Vec::new(),
            matters: Vec::new(),
            counts_as_risk: false,
            flags: Vec::new(),
        };
        let mut decoded = match decode(&self.model, self.tickets()?, None, Some(&value)) {
            Ok(decoded) => decoded,
            Err(rejection) => {
                let field = rejection.field.map_or(String::new(), |f| format!(" ({f})"));
                shown.dead_letter = Some(format!("{}{field}", rejection.reason.as_str()));
                return Ok(shown);
            }
        };
        let Record::Ticket(ticket) = decoded.record.clone() else { bail!("line {number} is no ticket") };
        let asked = Asked {
            subject_name: ticket.subject_name.as_deref(),
            title: ticket.title.as_deref(),
            content: ticket.content.as_deref(),
            address: ticket.address.as_deref(),
            region: ticket.region.as_deref(),
        };
        let Answer { mentions, .. } = attribute(&self.model, &self.directory, asked);
        let fact = resolve(&self.model, &self.directory, &mut decoded).into_text();
        let Some(fact) = fact else { bail!("line {number} is no ticket") };
        let TextFact { evidence, span, secondary, .. } = fact;
        shown.ticket_no = json.then_some(ticket.ticket_no);
        shown.subject = evidence.subject.map(|attribution| self.name(Named { attribution, span }));
        shown.secondary = secondary.into_iter().map(|named| self.name(named)).collect();
        shown.candidates = self.firms(evidence.candidates);
        shown.mentions = mentions.into_iter().map(|m| self.mention(m)).collect();
        shown.matters = evidence.matters.into_iter().map(|hit| hit.matter).collect();
        shown.counts_as_risk = evidence.counts_as_risk;
        shown.flags = decoded.flags.iter().map(|f| f.as_str().to_string()).collect();
        Ok(shown)
    }

    fn firms(&self, ids: Vec<String>) -> Vec<ShownFirm> {
        ids.into_iter().map(|id| self.firm(id)).collect()
    }

    fn firm(&self, id: String) -> ShownFirm {
        let name = self.directory.get(&id).and_then(|row| row.name.clone());
        ShownFirm { id, name }
    }

    fn name(&self, named: Named) -> ShownName {
        let Attribution { id, method, confidence } = named.attribution;
        ShownName {
            firm: self.firm(id),
            method: method.as_str(),
            confidence: confidence.0 as f64 / 1000.0,
            span: named.span.map(|s| ShownSpan { field: s.field.as_str(), from: s.from, to: s.to }),
        }
    }

    fn mention(&self, mention: Mention) -> ShownMention {
        let Mention { span, text, role, named, candidates, .. } = mention;
        ShownMention {
            text,
            span: ShownSpan { field: span.field.as_str(), from: span.from, to: span.to },
            role: role.as_str(),
            candidates: if named.is_none() { self.firms(candidates) } else { Vec::new() },
            named: named.map(|attribution| self.name(Named { attribution, span: None })),
        }
    }
}

/// A ticket of nothing but a text: UTF-8, else GB18030.
fn bare(number: usize, text: &[u8]) -> Result<Vec<u8>> {
    let text = match std::str::from_utf8(text) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::GB18030.decode(text).0,
    };
    let ticket =
        serde_json::json!({ "ticket_no": format!("line {number}"), "received_at": "2026-01-01T00:00:00+08:00", "content": text });
    Ok(serde_json::to_vec(&ticket)?)
}

/// For people.
pub fn print(shown: &Shown, language: Language) -> String {
    let t = |zh, en| pick(language, zh, en);
    let mut out = format!("{} {}", shown.line, shown.ticket_no.as_deref().unwrap_or(""));
    if let Some(why) = &shown.dead_letter {
        return format!("{out}\n  {}: {why}", t("死信", "dead letter"));
    }
    match &shown.subject {
        Some(name) => out.push_str(&format!("\n  {}: {}", t("被反映对象", "accused"), person(name))),
        None => out.push_str(&format!("\n  {}", t("不指认任何企业", "names nobody"))),
    }
    for name in &shown.secondary {
        out.push_str(&format!("\n  {}: {}", t("同时被反映", "accused too"), person(name)));
    }
    for firm in &shown.candidates {
        out.push_str(&format!("\n  {}: {}", t("可能是", "may be"), firm_text(firm)));
    }
    for mention in &shown.mentions {
        let who = match &mention.named {
            Some(name) => person(name),
            None => mention.candidates.iter().map(firm_text).collect::<Vec<_>>().join(t("，或", ", or ")),
        };
        let place = format!("{} {}-{}", mention.span.field, mention.span.from, mention.span.to);
        out.push_str(&format!("\n    “{}” ({place}) {}: {who}", mention.text, role_text(mention.role, language)));
    }
    let list = |items: &[String]| if items.is_empty() { t("无", "none").to_string() } else { items.join(", ") };
    out.push_str(&format!("\n  {}: {}", t("监管事项", "matters"), list(&shown.matters)));
    if !shown.counts_as_risk {
        out.push_str(t("（不计风险）", " (does not count as risk)"));
    }
    if !shown.flags.is_empty() {
        out.push_str(&format!("\n  {}: {}", t("标记", "flags"), shown.flags.join(", ")));
    }
    out
}

fn firm_text(firm: &ShownFirm) -> String {
    format!("{} {}", firm.name.as_deref().unwrap_or("?"), firm.id)
}

fn person(name: &ShownName) -> String {
    format!("{} [{} {:.2}]", firm_text(&name.firm), name.method, name.confidence)
}

fn role_text(role: &str, language: Language) -> &'static str {
    let (zh, en) = match role {
        "accused" => ("被反映", "accused"),
        "employer" => ("来电人的单位", "the caller's employer"),
        "exonerated" => ("明确排除", "exonerated"),
        "comparison" => ("用作比较", "a comparison"),
        "landmark" => ("用作地标", "a landmark"),
        _ => ("顺带提到", "mentioned beside"),
    };
    if language == Language::Zh { zh } else { en }
}
