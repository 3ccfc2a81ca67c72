//! What the engine asks the shell to publish, in the same transaction as the entry.

use super::Engine;
use crate::domain::outputs::{Assessed, Audit, OperatorNotice};
use crate::journal::DeadLetter;
use serde::{Deserialize, Serialize};

/// Names of output topics; those of organisations end with their slug.
pub mod topics {
    pub const OPEN: &str = "warnings.open";
    pub const PROFILES: &str = "risk.profiles";
    pub const AUDIT: &str = "jianwei.audit";
    pub const OPERATORS: &str = "jianwei.operators";
    pub const DEAD_LETTERS: &str = "jianwei.dead-letters";
    pub const JOURNAL: &str = "jianwei.journal";

    pub fn warnings(org: &str) -> String {
        format!("warnings.{org}")
    }

    pub fn reminders(org: &str) -> String {
        format!("reminders.{org}")
    }

    pub fn clues(org: &str) -> String {
        format!("clues.{org}")
    }
}

/// Largest output record. Texts, lists and factors are bounded so that none comes near it.
pub const MAX_OUTPUT_BYTES: usize = 64 * 1024;

#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Publish(Publication),
    /// The shell has the record's bytes; the engine names why and where.
    DeadLetter(DeadLetter),
    /// A closed period and what was usual, where [`Engine::set_emit_assessments`] asks for them.
    Assessment(Box<Assessed>),
    /// An outcome and what was known the day before, where [`Engine::set_emit_outcomes`] asks for them.
    Outcome(Box<super::OutcomeRow>),
}

/// One output record, with what its CloudEvents 1.0 headers say (binary mode).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    pub topic: String,
    pub key: String,
    /// `None` removes the key from a compacted topic.
    pub value: Option<Vec<u8>>,
    /// `ce_type`, `ce_id`, `ce_source`, `ce_time`.
    pub event_type: &'static str,
    pub event_id: String,
    pub source: String,
    pub time: String,
}

impl Publication {
    /// CloudEvents 1.0 headers of Kafka's binary mode.
    pub fn headers(&self) -> [(&'static str, &str); 6] {
        [
            ("ce_specversion", "1.0"),
            ("ce_id", &self.event_id),
            ("ce_source", &self.source),
            ("ce_type", self.event_type),
            ("ce_time", &self.time),
            ("content-type", "application/json"),
        ]
    }

    /// The organisation a copy of a warning goes to; none for other topics.
    pub fn warned_org(&self) -> Option<&str> {
        self.topic.strip_prefix("warnings.").filter(|_| self.topic != topics::OPEN)
    }

    /// Matter and level where this is the copy that counts a warning once: the lead's, of one raised
    /// or made worse.
    pub fn counted_warning(&self) -> Option<(String, String)> {
        #[derive(Deserialize)]
        struct Seen {
            status: String,
            level: String,
            role: String,
            matter: Matter,
        }
        #[derive(Deserialize)]
        struct Matter {
            id: String,
        }
        self.warned_org()?;
        let seen: Seen = serde_json::from_slice(self.value.as_ref()?).ok()?;
        let counts = seen.role == "lead" && matches!(seen.status.as_str(), "raised" | "upgraded");
        counts.then_some((seen.matter.id, seen.level))
    }

    /// Why a clue was passed on, where this is the copy that counts it once: the first organisation's.
    pub fn counted_clue(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Seen {
            status: String,
            org: String,
            organisations: Vec<String>,
            why: Why,
        }
        #[derive(Deserialize)]
        struct Why {
            code: String,
        }
        self.topic.strip_prefix("clues.")?;
        let seen: Seen = serde_json::from_slice(self.value.as_ref()?).ok()?;
        (seen.status == "passed_on" && seen.organisations.first() == Some(&seen.org)).then_some(seen.why.code)
    }
}

impl DeadLetter {
    /// What a dead letter's headers say of the record it carries.
    pub fn headers<'a>(&'a self, realm: &'a str) -> impl Iterator<Item = (&'static str, &'a str)> {
        let rows = [
            ("jianwei_realm", Some(realm)),
            ("jianwei_topic", Some(self.source.topic.as_str())),
            ("jianwei_reason", Some(self.reason.as_str())),
            ("jianwei_field", self.field.as_deref()),
        ];
        rows.into_iter().filter_map(|(name, value)| value.map(|v| (name, v)))
    }
}

/// Where an output record goes, and what it is called.
pub(super) struct Address {
    pub topic: String,
    pub key: String,
    pub event_type: &'static str,
    pub event_id: String,
}

impl Engine {
    pub(super) fn publish<T: Serialize>(&self, now_ms: i64, address: Address, record: Option<&T>, effects: &mut Vec<Effect>) {
        let Address { topic, key, event_type, event_id } = address;
        // Output types hold strings, integers and lists only: writing them can't fail.
        let value = record.map(|r| serde_json::to_vec(r).unwrap_or_default());
        debug_assert!(value.as_ref().is_none_or(|v| v.len() <= MAX_OUTPUT_BYTES), "{topic} {key}");
        effects.push(Effect::Publish(Publication {
            topic,
            key,
            value,
            event_type,
            event_id,
            source: format!("/jianwei/{}", self.model.realm),
            time: self.model.zone.format(now_ms),
        }));
    }

    #[allow(clippy::too_many_arguments, reason = "one row of the audit, column by column")]
    pub(super) fn audit(
        &self,
        now_ms: i64,
        what: &str,
        target: &str,
        by: Option<&str>,
        org: Option<&str>,
        detail: &str,
        effects: &mut Vec<Effect>,
    ) {
        let record = Audit {
            realm: self.model.realm.clone(),
            what: what.to_string(),
            at: self.model.zone.format(now_ms),
            target: target.to_string(),
            by: by.map(str::to_string),
            org: org.map(str::to_string),
            detail: detail.to_string(),
        };
        let id = crate::domain::short_hash(&[&self.model.realm, what, target, org.unwrap_or(""), detail, &now_ms.to_string()]);
        let address =
            Address { topic: topics::AUDIT.into(), key: self.model.realm.clone(), event_type: "jianwei.audit.v1", event_id: id };
        self.publish(now_ms, address, Some(&record), effects);
    }

    pub(super) fn tell_operators(&self, now_ms: i64, code: &str, text: String, effects: &mut Vec<Effect>) {
        let (realm, at) = (self.model.realm.clone(), self.model.zone.format(now_ms));
        let record = OperatorNotice { realm, code: code.to_string(), at, text, category: None, feed: None, warnings: Vec::new() };
        let id = crate::domain::short_hash(&[&self.model.realm, code, &record.text, &now_ms.to_string()]);
        let address = Address {
            topic: topics::OPERATORS.into(),
            key: self.model.realm.clone(),
            event_type: "jianwei.operators.v1",
            event_id: id,
        };
        self.publish(now_ms, address, Some(&record), effects);
    }
}
