//! What is told about a mistaken `[outcome]`.

use crate::common::mini::mini_with;
use crate::common::mistakes::{GAS, Row, check, note_findings, problems, row};
use crate::common::model;
use jianwei_core::pipeline::{MAX_TERMS, check as check_model};

const PRIOR: &str = "[enterprise]\nprior = -3.0";

const OUTCOME: &str = r#"[outcome]
text = "a fault"
when = { kind = "inspection", reason = "planned" }
happened = { kind = "inspection", result = "critical" }
random = { kind = "inspection", mode = "double_random" }
intercept = -2.0
learned = { from = "2025-01-01", to = "2025-12-31", outcomes = 300, happened = 40 }

[[outcome.term]]
code = "own"
rate_of = "subject"
half_life_days = 365
strength = 4
coefficient = 0.5
centre = 0.1
text = "own faults"

[[outcome.term]]
code = "last"
since = { kind = "inspection", reason = "planned" }
text = "last visit"

[[outcome.term]] # fines
code = "fines"
recent = { kind = "penalty" }
half_life_days = 90
text = "fines"

[[outcome.term]]
code = "winter"
season = "january"
text = "the season"

"#;

/// The small pipeline with a part of its outcome replaced.
fn outcome(from: &str, to: &str, at: &'static str, message: &'static str, write: &'static str) -> Row {
    assert!(OUTCOME.contains(from), "{from}");
    row(GAS, PRIOR, OUTCOME.replacen(from, to, 1) + PRIOR, at, message, write)
}

#[test]
pub fn mistakes_in_outcomes() {
    assert_eq!(problems(&mini_with(GAS, PRIOR, &(OUTCOME.to_string() + PRIOR))), vec![]);
    let number = |key: &'static str| -> &'static str { format!("`{key}` must be a number").leak() };
    let learned = "[outcome.learned] as `jianwei calibrate` writes it";
    let four = "a term is one of `rate_of`, `since`, `recent` and `season`";
    let stray = "says nothing in such a term";
    let kinds = "outcomes and their terms are told by inspections";
    check(vec![
        outcome("text = \"a fault\"\n", "", "[outcome]", "`text` is missing", "text = {"),
        outcome("when = { kind = \"inspection\", reason = \"planned\" }\n", "", "[outcome]", "`when` is missing", "when = {"),
        outcome(
            "happened = { kind = \"inspection\", result",
            "happens = { kind = \"inspection\", result",
            "happens",
            "unknown key `happens`",
            "`happened`",
        ),
        outcome(
            "kind = \"inspection\", reason",
            "kind = \"ticket\", urgency",
            "[outcome]",
            kinds,
            "kind = \"inspection\" in each",
        ),
        outcome("kind = \"penalty\"", "class = \"C\"", "[outcome]", kinds, "kind = \"inspection\" in each"),
        outcome("intercept = -2.0", "intercept = 21", "intercept", number("intercept"), "intercept = -2.0"),
        outcome("from = \"2025-01-01\", ", "", "learned", "`from` is missing", learned),
        outcome("to = \"2025-12-31\", ", "", "learned", "`to` is missing", learned),
        outcome("to = \"2025-12-31\"", "to = \"soon\"", "learned", "\"soon\" is not a date", learned),
        outcome("outcomes = 300", "outcomes = -1", "learned", "`outcomes` must be a whole number", learned),
        outcome("code = \"own\"", "code = 7", "code = 7", "`code` must be a text", "code = \"own-rate\""),
        outcome(
            "code = \"last\"",
            "code = \"own\" # again",
            "# again",
            "term \"own\" stands twice",
            "a code of its own for each term",
        ),
        outcome(
            "rate_of = \"subject\"",
            "rate_of = \"firm\"",
            "\"firm\"",
            "`rate_of` has no value \"firm\"",
            "rate_of = \"subject\"",
        ),
        outcome("rate_of = \"subject\"\n", "", "[[outcome.term]]", four, "one of the four"),
        outcome("half_life_days = 365\n", "", "[[outcome.term]]", "`half_life_days` is missing", "half_life_days = 365"),
        outcome(
            "half_life_days = 365",
            "half_life_days = 0",
            "half_life_days = 0",
            number("half_life_days"),
            "half_life_days = 365",
        ),
        outcome("strength = 4", "strength = -4", "strength", number("strength"), "strength = 4"),
        outcome("coefficient = 0.5", "coefficient = \"x\"", "coefficient", number("coefficient"), "coefficient = 0.5"),
        outcome("centre = 0.1", "centre = \"x\"", "centre", number("centre"), "centre = 0.0"),
        outcome("season = \"january\"", "season = \"summer\"", "summer", "`season` has no value", "season = \"january\""),
        outcome("season = \"january\"", "season = \"january\"\nstrength = 4 # stray", "# stray", stray, "a term without it"),
        outcome("recent = { kind = \"penalty\" }", "recent = []", "# fines", "`recent` is missing", "recent = {"),
    ]);
    let none = "[outcome]\ntext = \"a\"\nwhen = { kind = \"penalty\" }\nhappened = { kind = \"penalty\", type = \"x\" }\n";
    let term = |n: usize| format!("[[outcome.term]]\ncode = \"t{n}\"\nseason = \"april\"\ntext = \"t\"\n");
    let many: String = (0..=MAX_TERMS).map(term).collect();
    check(vec![
        row(GAS, PRIOR, format!("{none}\n{PRIOR}"), "[outcome]", "`term` is missing", "[[outcome.term]] with code"),
        row(
            GAS,
            PRIOR,
            format!("{none}\n{many}\n{PRIOR}"),
            "[[outcome.term]]",
            "31 terms; 30 are allowed",
            "the terms that tell most",
        ),
    ]);
}

/// What `check` says of rules it also says of outcomes.
#[test]
fn conditions_of_outcomes_are_proved() {
    let never = OUTCOME.replace("result = \"critical\"", "class = \"C\"");
    let found =
        check_model(&model(&mini_with(GAS, PRIOR, &(never + PRIOR))), chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap());
    note_findings(&found);
    assert!(found.iter().any(|f| f.message.contains("this condition never holds") && f.file == GAS), "{found:#?}");
}
