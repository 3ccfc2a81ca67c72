//! `docs/glossary.md` has every code of the records, with its Chinese.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "reads the page and the engine's sources")]

use jianwei_core::domain::outputs::{
    ClueEnd, ClueRole, ClueStatus, FeedState, GroupWhy, ReminderStage, Role, Scope, WarningEnd, WarningStatus,
};
use jianwei_core::domain::*;
use jianwei_core::engine::{ClueWhy, DutyKind};
use jianwei_core::journal::{AttributionMethod, Flag, Reason};
use jianwei_core::pipeline::Period;
use std::path::{Path, PathBuf};

fn repo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The rows of all tables: the codes of the first cell, the Chinese and the meaning.
fn rows(page: &str) -> Vec<(Vec<String>, String, String)> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|c| c.trim().to_string()).collect::<Vec<_>>();
    let table = page.lines().filter(|l| l.starts_with('|') && !l.starts_with("|---")).map(cells);
    let coded = |first: &str| first.split('`').skip(1).step_by(2).map(str::to_string).collect::<Vec<_>>();
    table.map(|c| (coded(&c[0]), c.get(1).cloned().unwrap_or_default(), c.get(2).cloned().unwrap_or_default())).collect()
}

/// All variants of an enum; does not compile when one is left out.
macro_rules! every {
    ($type:ident: $($variant:ident)+) => {{
        fn same(v: $type) -> $type {
            match v { $($type::$variant => v),+ }
        }
        [$(same($type::$variant)),+]
    }};
}

/// What serde writes for each.
fn codes<T: serde::Serialize>(all: &[T]) -> Vec<String> {
    all.iter().map(|v| serde_json::to_value(v).unwrap().as_str().unwrap().to_string()).collect()
}

fn all_codes() -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    all.extend(Reason::ALL.iter().map(|r| r.as_str().to_string()));
    all.extend(Flag::ALL.iter().map(|f| f.as_str().to_string()));
    all.extend(Level::ALL.map(|l| l.as_str().to_string()));
    all.extend(Category::NAMES.map(|(name, _)| name.to_string()));
    all.extend(RecordKind::ALL.map(|k| k.as_str().to_string()));
    all.extend(SourceKind::NAMES.map(|(name, _)| name.to_string()));
    all.extend(Period::ALL.map(|p| p.as_str().to_string()));
    all.extend(ClueWhy::ALL.map(|w| w.as_str().to_string()));
    all.extend(
        every!(AttributionMethod: Id Name FormerName Alias IdInText ShortName Brand Homophone TradeVariant)
            .map(|m| m.as_str().to_string()),
    );
    all.extend(every!(DutyKind: Acknowledge Feedback Close AgreeLead).map(|d| d.as_str().to_string()));
    all.extend(codes(&every!(WarningStatus: Raised Upgraded Downgraded Lifted Withdrawn)));
    all.extend(codes(&every!(Scope: Enterprise Industry Group)));
    all.extend(codes(&every!(Role: Lead Cooperating Informed)));
    all.extend(codes(&every!(ClueStatus: PassedOn Closed Withdrawn)));
    all.extend(codes(&every!(ClueRole: Lead Coordinating)));
    all.extend(codes(&every!(WarningEnd: Calm Closed TakenBack WrongSubject Merged MatterGone)));
    all.extend(codes(&every!(ClueEnd: DealtWith TakenBack TooManyOpen)));
    all.extend(codes(&FeedState::ALL));
    all.extend(codes(&every!(GroupWhy: RedsHeldBack RedTrade)));
    all.extend(FeedState::ALL.map(|state| state.code().to_string()));
    all.extend(codes(&every!(ReminderStage: DueSoon UrgingNotice SupervisedHandling CircularNotice)));
    all.extend(codes(&every!(Intent: Complaint Report Inquiry Help Suggestion Praise TicketReminder)));
    all.extend(codes(&every!(TicketStatus: Accepted Dispatched Resolved Closed Reopened Withdrawn)));
    all.extend(codes(&every!(Urgency: Normal Urgent Critical)));
    all.extend(codes(&every!(Channel: SupervisionPlatform Association Media OnlineMonitoring)));
    all.extend(codes(&every!(InspectionMode: DoubleRandom ForCause Joint OffSite)));
    all.extend(codes(&every!(InspectionResult: Pass Minor Serious Critical Refused)));
    all.extend(codes(&every!(PermitStatus: Granted Renewed Expired Revoked)));
    all.extend(codes(
        &every!(Action: Acknowledge Start Feedback Close Return Extend Decline ReferCriminal ObjectionFiled ObjectionDecided),
    ));
    all.extend(codes(&every!(Outcome: Confirmed Unfounded Rectified Penalised WrongSubject)));
    all
}

/// What the engine calls its notices and rows of the audit: the first text after the call.
fn named_in_the_engine() -> Vec<String> {
    let mut names = Vec::new();
    for file in std::fs::read_dir(repo().join("src/core/engine")).unwrap() {
        let path = file.unwrap().path();
        // Folders hold what works on figures alone, and tells nobody anything.
        if path.is_dir() {
            continue;
        }
        let source = std::fs::read_to_string(path).unwrap();
        for call in ["self.tell_operators(", "self.audit(", "engine.audit("] {
            let calls = source.split(call).skip(1).filter_map(|rest| rest.split_once(';'));
            let named = calls.filter_map(|(arguments, _)| arguments.split('"').nth(1)).filter(|text| !text.contains(' '));
            names.extend(named.filter(|text| !text.is_empty()).map(str::to_string));
        }
    }
    names
}

#[test]
fn every_code_has_its_row_in_both_languages() {
    let page = std::fs::read_to_string(repo().join("docs/glossary.md")).unwrap();
    let rows = rows(&page);
    let listed: Vec<&String> = rows.iter().flat_map(|(codes, ..)| codes).collect();
    let named = named_in_the_engine();
    for expected in ["directory_full", "clues_full", "disposition_ignored", "genesis"] {
        assert!(named.iter().any(|n| n == expected), "{expected} is found in the engine: {named:?}");
    }
    for code in all_codes().iter().chain(&named).chain(&["demote".into(), "restore".into()]) {
        assert!(listed.contains(&code), "docs/glossary.md has no row for `{code}`: | `{code}` | 中文 | meaning |");
    }
    for (codes, chinese, meaning) in &rows {
        let heading = codes.is_empty() && chinese == "中文";
        assert!(
            heading || chinese.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
            "{codes:?} has no Chinese: {chinese}"
        );
        assert!(!meaning.is_empty(), "{codes:?} {chinese} has no meaning");
    }
    for (n, code) in listed.iter().enumerate() {
        assert!(!listed[..n].contains(code), "`{code}` stands twice");
    }
}
