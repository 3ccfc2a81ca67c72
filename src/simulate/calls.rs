//! Calls and clues: tickets of the hotline with their later news, reports of the platform.

use super::day::{Maker, Row, json};
use super::dice::{Dice, Purpose};
use super::voice::{Said, Speech, Voice};
use jianwei_core::domain::{DAY_MS, HOUR_MS, SourceKind};
use serde::Serialize;

const NEAR_DUPLICATE_SHARE: f64 = 0.005;
const UPDATE_SHARE: f64 = 0.08;

#[derive(Serialize, Default)]
struct TicketRow<'a> {
    ticket_no: &'a str,
    received_at: &'a str,
    content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_uscc: Option<&'a str>,
    urgency: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relates_to: Option<&'a str>,
}

#[derive(Serialize)]
struct ReportRow<'a> {
    report_id: &'a str,
    reported_at: &'a str,
    channel: &'a str,
    source: &'a str,
    content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_uscc: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matter: Option<&'a str>,
    severity: i64,
}

/// How a ticket came out at the hotline.
#[derive(Clone, Copy, PartialEq)]
pub enum Verdict {
    True,
    False,
    /// Nobody knows: background.
    Open,
}

impl Maker<'_> {
    fn voice(&self) -> Voice<'_> {
        Voice { words: &self.city.words, trades: &self.city.trades, town: &self.city.town }
    }

    pub fn ticket(&mut self, speech: &Speech, verdict: Verdict) {
        self.ticket_at(speech, verdict, None);
    }

    pub fn ticket_at(&mut self, speech: &Speech, verdict: Verdict, at_ms: Option<i64>) {
        let mut dice = std::mem::replace(&mut self.dice, Dice::new(0, Purpose::Day, 0));
        let mut said = self.voice().say(speech, &mut dice);
        self.dice = dice;
        if at_ms.is_some() {
            // The one event a city must not miss is a complaint about a firm that is named.
            said.intent = Some("complaint");
            said.category = speech.trade.and_then(|t| self.city.trades[t].categories.first().cloned()).or(said.category);
            said.subject_uscc = speech.firm.map(|f| self.city.town.enterprises[f].id.clone());
        }
        let event_ms = at_ms.unwrap_or_else(|| self.some_time());
        let number = self.ticket_row(&said, event_ms, speech);
        if self.dice.chance(UPDATE_SHARE) {
            self.update(&said, event_ms, &number, verdict);
        }
        if self.background && self.dice.chance(NEAR_DUPLICATE_SHARE) {
            said.content = said.content.replacen('，', "。", 1);
            said.content.push_str("请尽快");
            let again_ms = (event_ms + self.dice.between(600, 20_000) * 1_000).min(self.day_ms + DAY_MS - 1_000);
            let first = self.rows.len();
            self.ticket_row(&said, again_ms, speech);
            self.rows[first..].iter_mut().for_each(|row| row.marks.near_duplicate = true);
        }
    }

    fn ticket_row(&mut self, said: &Said, event_ms: i64, speech: &Speech) -> String {
        self.tickets += 1;
        let number = format!("{}{:07}", self.date, self.tickets);
        let urgent = speech.severe && self.dice.chance(0.4);
        let relates_to = format!("{}{:07}", self.date, self.tickets.saturating_sub(7));
        let reminds = matches!(said.intent, Some("ticket_reminder" | "催办"));
        let received_at = self.time_text(event_ms);
        let value = json(&TicketRow {
            ticket_no: &number,
            received_at: &received_at,
            content: &said.content,
            intent: said.intent,
            category: said.category.as_deref(),
            region: said.region.as_deref(),
            subject_name: said.subject_name.as_deref(),
            subject_uscc: said.subject_uscc.as_deref(),
            urgency: if urgent { "urgent" } else { "normal" },
            status: "accepted",
            relates_to: reminds.then_some(&relates_to),
            ..TicketRow::default()
        });
        self.push(SourceKind::Tickets, event_ms, value);
        number
    }

    /// The ticket again, with what the hotline knows of it later.
    fn update(&mut self, said: &Said, event_ms: i64, number: &str, verdict: Verdict) {
        let (status, verified) = match verdict {
            Verdict::True => ("closed", Some(true)),
            Verdict::False => ("closed", Some(false)),
            Verdict::Open => match self.dice.weighted(&[30.0, 35.0, 15.0, 8.0, 6.0, 6.0]) {
                0 => ("closed", None),
                1 => ("closed", Some(true)),
                2 => ("closed", Some(false)),
                3 => ("withdrawn", None),
                4 => ("reopened", None),
                _ => ("resolved", None),
            },
        };
        let status_ms = event_ms + self.dice.between(8, 24 * 10) * HOUR_MS;
        if status_ms >= self.city.config.end_ms() {
            return;
        }
        let (received_at, status_at) = (self.city.zone.format(event_ms), self.city.zone.format(status_ms));
        let value = json(&TicketRow {
            ticket_no: number,
            received_at: &received_at,
            content: &said.content,
            intent: said.intent,
            category: said.category.as_deref(),
            region: said.region.as_deref(),
            subject_name: said.subject_name.as_deref(),
            subject_uscc: said.subject_uscc.as_deref(),
            urgency: "normal",
            status,
            status_at: Some(&status_at),
            verified,
            ..TicketRow::default()
        });
        let mut row = Row::new(SourceKind::Tickets, status_ms, event_ms, value);
        row.marks.update = true;
        self.rows.push(row);
    }

    pub fn report(&mut self, speech: &Speech, severity: i64) {
        const CHANNELS: [(&str, &str); 4] = [
            ("supervision_platform", "省一体化在线监管平台"),
            ("association", "行业协会"),
            ("media", "网络媒体"),
            ("online_monitoring", "网络监测"),
        ];
        if !self.city.has(SourceKind::Reports) {
            return;
        }
        let mut dice = std::mem::replace(&mut self.dice, Dice::new(0, Purpose::Day, 0));
        let said = self.voice().say(speech, &mut dice);
        self.dice = dice;
        self.reports += 1;
        let event_ms = self.some_time();
        let (channel, source) = *self.dice.pick(&CHANNELS);
        let matter = speech.trade.filter(|_| self.dice.chance(0.5)).map(|t| self.city.trades[t].matter.as_str());
        let report_id = format!("R{}{:05}", self.date, self.reports);
        let reported_at = self.time_text(event_ms);
        let value = json(&ReportRow {
            report_id: &report_id,
            reported_at: &reported_at,
            channel,
            source,
            content: &said.content,
            region: said.region.as_deref(),
            subject_name: said.subject_name.as_deref(),
            subject_uscc: said.subject_uscc.as_deref(),
            matter,
            severity,
        });
        self.push(SourceKind::Reports, event_ms, value);
    }

    /// Times as exports write them.
    fn time_text(&mut self, ms: i64) -> String {
        match self.dice.chance(0.8) {
            true => self.city.zone.format(ms),
            false => self.city.zone.local(ms).format("%Y-%m-%d %H:%M:%S").to_string(),
        }
    }
}
