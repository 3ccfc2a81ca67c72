//! What `check` finds in a pipeline that loads: the broken file, the place, the words, what to write.

use crate::common::mini::{mini, mini_with};
use crate::common::mistakes::{GAS, NOISE, ORGS, PIPELINE, REGIONS, Row, note_findings, row};
use crate::common::{gas, model, shipped};
use chrono::NaiveDate;
use jianwei_core::pipeline::{Bundle, Finding, MAX_FINDINGS, Severity, check};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
}

fn findings(bundle: &Bundle) -> Vec<Finding> {
    let found = check(&model(bundle), today());
    note_findings(&found);
    found
}

/// Each row's mistake gives exactly one finding of this severity with these words at this line, and
/// the small pipeline without it gives none.
fn found(severity: Severity, rows: Vec<Row>) {
    let before = findings(&mini());
    for Row { file, from, to, at, message, write } in rows {
        let bundle = mini_with(file, from, &to);
        let line = bundle.files[file].lines().position(|l| l.contains(at)).map(|n| n + 1);
        assert!(line.is_some(), "{file} has no line with {at:?}");
        let after = findings(&bundle);
        let says = |f: &&Finding| f.file == file && f.message.contains(message);
        let fits = |f: &&Finding| says(f) && f.severity == severity && Some(f.line) == line && f.write.contains(write);
        assert_eq!(after.iter().filter(fits).count(), 1, "{from:?} -> {to:?}: line {line:?} in {after:#?}");
        assert_eq!(before.iter().filter(says).count(), 0, "{message:?} without the mistake");
    }
}

#[test]
pub fn the_shipped_pipelines_do_what_they_say() {
    for (name, bundle) in [
        ("weihai", shipped("weihai")),
        ("chicago", shipped("chicago")),
        ("indicators", shipped("indicators")),
        ("gas", gas()),
        ("mini", mini()),
    ] {
        let errors: Vec<String> =
            findings(&bundle).iter().filter(|f| f.severity == Severity::Error).map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
pub fn routes() {
    let branch = |of: &str, region: &str| {
        format!("slug = \"x\"\nname = \"X\"\nbranch_of = \"{of}\"\nregion = \"{region}\"\n[[organisation]]\nslug = \"boss\"")
    };
    let boss = "slug = \"boss\"";
    found(
        Severity::Error,
        vec![
            row(ORGS, boss, branch("x", "r1"), "branch_of", "\"x\" is a branch of itself", "the organisation it stands for"),
            row(ORGS, boss, branch("boss", "r1"), "branch_of", "no matter names \"boss\"", "\"boss\" in a matter's lead"),
            row(
                ORGS,
                boss,
                format!("{}\nbranch_of = \"x\"\nregion = \"r2\" # two", branch("lead", "r1")),
                "branch_of = \"x\"",
                "\"x\" is itself a branch",
                "that matters name",
            ),
            row(
                ORGS,
                boss,
                format!("{}\nbranch_of = \"lead\"\nregion = \"r1\" # two", branch("lead", "r1")),
                "region = \"r1\"\n".trim_end(),
                "is the branch of \"lead\" for region \"r1\" already",
                "a region of its own",
            ),
            row(
                ORGS,
                boss,
                format!("{boss}\nsuperior = \"boss\" # ring"),
                "# ring",
                "the superiors of \"boss\" lead back",
                "superior =",
            ),
        ],
    );
    found(
        Severity::Note,
        vec![
            row(ORGS, boss, branch("lead", "r0"), "branch_of", "a branch for the whole realm", "a region below root_region"),
            row(
                ORGS,
                boss,
                format!("slug = \"spare\"\nname = \"S\"\n[[organisation]]\n{boss}"),
                "spare",
                "nothing ever reaches \"spare\"",
                "its slug in a matter",
            ),
            row(GAS, "lead = \"lead\"", "lead = \"office\"", "lead = ", "the coordinating office leads", "\"undetermined\""),
            row(
                GAS,
                "lead = \"lead\"",
                "lead = \"boss\"",
                "lead = ",
                "\"boss\" has no superior",
                "superior = \"...\" for \"boss\"",
            ),
            row(GAS, "cooperating = [\"coop\"]", "", "lead = ", "only one department", "cooperating = "),
        ],
    );
    let mut uncovered = mini_with(ORGS, boss, &branch("lead", "r1"));
    let says = |bundle: &Bundle, file: &str, words: &str| {
        findings(bundle).iter().any(|f| f.file == file && f.severity == Severity::Note && f.message.contains(words) && f.line > 1)
    };
    assert!(says(&uncovered, REGIONS, "no branch answers for region \"r2\""));
    assert!(!says(&uncovered, REGIONS, "no branch answers for region \"r1\""));
    let text = uncovered.files.get_mut(GAS).unwrap();
    *text = text.replace("[\"coop\"]", "[\"coop\", \"x\"]");
    assert!(says(&uncovered, GAS, "\"x\" is named beside \"lead\", whose branch it is"));
}

#[test]
pub fn levels() {
    let levels = "{ blue = 120, yellow = 36, orange = 12, red = 2 }";
    let sources = "{ blue = 2, yellow = 2, orange = 2, red = 2 }";
    let light_evidence = "[enterprise]\nprior = -3\nscore_at_least = { blue = 6, yellow = 7, orange = 8, red = 30 }\n\
                          [[enterprise.evidence]]\ncode = \"c\"\nweight = 0.1\nhalf_life_days = 9\ntext = \"t\"\n\
                          when = { kind = \"ticket\" }\n\n[[trigger]]";
    found(
        Severity::Error,
        vec![
            row(
                PIPELINE,
                "close_working_days = 5",
                "close_working_days = 11",
                "= 11",
                "red allows more for `close_working_days` than orange",
                "= 10 or less",
            ),
            row(
                PIPELINE,
                "close_working_days = 5",
                "",
                "[duties.red]",
                "red allows more for `close_working_days`",
                "close_working_days = 10",
            ),
            row(
                PIPELINE,
                "close_working_days = 5",
                "close_working_days = 1",
                "feedback_working_days = 2",
                "is later than `close_working_days`",
                "rise from acknowledge to close",
            ),
            row(
                PIPELINE,
                levels,
                "{ blue = 120, yellow = 36, orange = 12, red = 0 }",
                "red = 0",
                "no count can reach red",
                "above 0",
            ),
            row(NOISE, "[[trigger]]", light_evidence, "score_at_least", "no firm can reach red", "or more weight"),
            row(
                GAS,
                "prior = -3.0",
                "prior = 0",
                "score_at_least",
                "every firm is blue at its first record",
                "51 or more, or a lower prior",
            ),
            row(
                GAS,
                sources,
                "{ blue = 3, yellow = 2, orange = 2, red = 2 }",
                "sources_at_least",
                "yellow needs fewer sources than blue",
                "do not fall",
            ),
        ],
    );
    found(
        Severity::Note,
        vec![
            row(
                PIPELINE,
                "due_soon_hours = 4",
                "due_soon_hours = 24",
                "due_soon_hours",
                "goes out with the warning itself",
                "below 24",
            ),
            row(GAS, "weight = 0.5", "weight = 0.04", "weight = 0.04", "\"other\" weighs nothing", "0.1 or more"),
            row(
                PIPELINE,
                "[duties.yellow]\nfeedback_working_days = 5",
                "",
                "[duties.orange]",
                "yellow asks nothing of anyone",
                "[duties.yellow]",
            ),
        ],
    );
    let mut equal = mini_with(PIPELINE, levels, "{ blue = 120, yellow = 36, orange = 12, red = 12 }");
    let text = equal.files.get_mut(PIPELINE).unwrap();
    *text = text.replace("orange = 2, red = 3", "orange = 3, red = 3").replace("orange = 8, red = 10", "orange = 10, red = 10");
    assert!(
        findings(&equal)
            .iter()
            .any(|f| f.severity == Severity::Error && f.message == "no industry is ever orange: red asks for no more")
    );
    let figure = "figure = { measure = \"m\", value_at_least = 1 }";
    let text = mini().files[GAS].clone();
    let start = text.find("[[enterprise.evidence]]").unwrap();
    let rule = format!("[[enterprise.evidence]]\ncode = \"f\"\nweight = 9\nhalf_life_days = 9\ntext = \"f\"\n{figure}\n");
    let mut figures = mini();
    figures.files.insert(GAS.into(), format!("{}{rule}", &text[..start]));
    assert!(findings(&figures).iter().any(|f| f.message == "no firm can reach red: the rules give 1 supporting records at most"));
}

#[test]
pub fn conditions() {
    let drill = "words = \"drill\"";
    let when = "when = { kind = \"ticket\", words = \"drill\" }";
    found(
        Severity::Error,
        vec![
            row(NOISE, drill, "over_limit = true", "over_limit", "no kind of record has all it asks for", "one kind"),
            row(NOISE, drill, "intent = \"complain\"", "complain", "`intent` of a record is never \"complain\"", "\"complaint\""),
            row(NOISE, drill, "intent = \"投诉\"", "投诉", "`intent` of a record is never \"投诉\"", "\"complaint\""),
            row(NOISE, drill, "region = \"North\"", "North", "`region` of a record is never \"North\"", "\"r1\""),
            row(
                NOISE,
                drill,
                "status = \"under way\"",
                "under way",
                "`status` of a record is never",
                "one of accepted, dispatched",
            ),
            row(
                NOISE,
                drill,
                "region = \"Nowhere\"",
                "Nowhere",
                "`region` of a record is never \"Nowhere\"",
                "a code of regions.toml",
            ),
            row(
                NOISE,
                when,
                "when = { kind = \"report\" }",
                "\"report\"",
                "waits for report, which no source brings",
                "[[source]]",
            ),
            row(
                NOISE,
                when,
                "when = { kind = \"alarm\" }",
                "\"alarm\"",
                "no record of this matter is ever like this",
                "a [[match]]",
            ),
            row(
                NOISE,
                when,
                "when = { kind = \"ticket\", category = \"gas\" }",
                "\"gas\"",
                "no [[match]] lets it in",
                "a [[match]]",
            ),
            row(
                NOISE,
                drill,
                "words = \"drill\", not_words = \"rill\"",
                "not_words",
                "\"drill\" never counts",
                "do not stand in words",
            ),
            row(
                NOISE,
                drill,
                "all_words = \"drill\", not_words = \"rill\"",
                "not_words",
                "\"drill\" must stand there and \"rill\" must not",
                "all_words",
            ),
            row(
                GAS,
                "words = [\"blast\"]",
                "words = [\"leak\"] # same",
                "level = \"orange\"",
                "trigger \"leak\" never decides",
                "other conditions",
            ),
        ]
        .into_iter()
        // The red one holds as long as the orange one only when told so.
        .map(|mut r| {
            if r.to.contains("# same") {
                r.from = "hold_days = 3\ntext = { en = \"blast\" }\nwhen = { kind = \"ticket\", words = [\"blast\"] }";
                r.to = "hold_days = 7\ntext = { en = \"blast\" }\nwhen = { kind = \"ticket\", words = [\"leak\"] }".into();
            }
            r
        })
        .collect(),
    );
    found(
        Severity::Note,
        vec![
            row(
                NOISE,
                drill,
                "words = [\"drill\", \"drilling\"]",
                "\"drilling\"]",
                "\"drilling\" decides nothing: \"drill\" of the same `words`",
                "without",
            ),
            row(
                NOISE,
                drill,
                "all_words = [\"drill\", \"drilling\"]",
                "drilling\"]",
                "\"drill\" decides nothing: \"drilling\" of the same",
                "without",
            ),
            row(NOISE, when, "when = [{ kind = \"ticket\" }, { kind = \"ticket\" }]", "when", "stands here twice", "it once"),
            row(
                NOISE,
                "kind = \"ticket\"\ncategory = \"noise\"",
                "kind = \"ticket\"\ncategory = \"gas\"\n[[match]]\nkind = [\"alarm\", \"inspection\", \"penalty\", \"observation\", \"credit\"]",
                "[[match]]",
                "takes in the same records as \"gas\"",
                "what tells the two apart",
            ),
        ],
    );
    let mut lists = mini();
    lists.files.insert("words.toml".into(), "loud = \"din\"\nspare = \"x\"\n".into());
    let text = lists.files.get_mut(NOISE).unwrap();
    *text = text.replace(drill, "words = \"@loud\"");
    let unused: Vec<Finding> =
        findings(&lists).into_iter().filter(|f| f.message.contains("no condition uses the list")).collect();
    assert!(unused.len() == 1 && unused[0].line == 2 && unused[0].write.contains("@spare"), "{unused:#?}");
}

#[test]
pub fn feeds_and_registries() {
    let mut unread = mini();
    let text = unread.files.get_mut(GAS).unwrap();
    *text = text.replace("kind = [\"alarm\", \"inspection\", \"penalty\", \"observation\", \"credit\"]", "kind = \"ticket\"");
    let says = |bundle: &Bundle, file: &str, words: &str| {
        findings(bundle)
            .iter()
            .any(|f| f.file == file && f.severity == Severity::Error && f.message.contains(words) && f.line > 1)
    };
    assert!(says(&unread, PIPELINE, "no matter reads \"mini.sector\": none of its records ever counts"));
    assert!(!says(&unread, PIPELINE, "no matter reads \"mini.tickets\""));
    let mut no_registry = mini_with(PIPELINE, "[[source]]\nkind = \"registry\"\ntopic = \"mini.registry\"\n", "");
    let text = no_registry.files.get_mut(NOISE).unwrap();
    *text = text.replace("words = \"drill\"", "industry = \"45\"");
    assert!(says(&no_registry, NOISE, "asks for an industry, which only a registry knows"));
    let text = no_registry.files.get_mut(GAS).unwrap();
    *text =
        text.replace("when = { kind = \"ticket\", urgency = \"urgent\" }", "figure = { measure = \"m\", times_peer_median = 3 }");
    assert!(says(&no_registry, GAS, "compared with its trade, which only a registry knows"));
    let alias =
        mini_with(GAS, "when = { kind = \"inspection\", result", "when = { kind = \"inspection\", org = \"Lead\", result");
    let found = findings(&alias);
    assert!(found.iter().any(|f| f.message == "`org` of a record is never \"Lead\"" && f.write == "\"lead\""), "{found:#?}");
}

#[test]
pub fn field_maps() {
    let constants = "constants = { status = \"accepted\" }";
    found(
        Severity::Error,
        vec![
            row(
                PIPELINE,
                "content = \"said\"",
                "contents = \"said\"",
                "contents",
                "records of \"tickets\" have no field \"contents\"",
                "one of content",
            ),
            row(PIPELINE, constants, "constants = { state = \"accepted\" }", "state", "no field \"state\"", "one of status"),
            row(
                PIPELINE,
                "defaults = { category",
                "defaults = { kategory",
                "kategory",
                "no field \"kategory\"",
                "one of category",
            ),
            row(
                PIPELINE,
                "rename = { at = \"date\", id",
                "rename = { when = \"date\", id",
                "rename = { when",
                "records of \"inspection\" have no field \"when\"",
                "inspection_id",
            ),
            row(
                PIPELINE,
                constants,
                "constants = { status = \"acepted\" }",
                "acepted",
                "`status` has no value \"acepted\"",
                "\"accepted\"",
            ),
            row(
                PIPELINE,
                constants,
                "constants = { status = \"under way\" }",
                "under way",
                "`status` has no value \"under way\"",
                "one of accepted, dispatched",
            ),
            row(
                PIPELINE,
                "\"c\" = \"complaint\"",
                "\"c\" = \"complain\"",
                "\"c\"",
                "`intent` has no value \"complain\"",
                "\"complaint\"",
            ),
            row(
                PIPELINE,
                "constants = { kind = \"inspection\" }",
                "constants = { kind = \"inspections\" }",
                "inspections",
                "`kind` has no value \"inspections\"",
                "\"inspection\"",
            ),
            row(
                PIPELINE,
                "field = \"result\"\ncolumn = \"critical\"\nabove = 0",
                "field = \"result\"",
                "[[source.map.case]]",
                "a case of \"result\" without `column` always holds",
                "last",
            ),
            row(
                PIPELINE,
                constants,
                "constants = { intent = \"help\" }",
                "intent = { \"c\"",
                "\"intent\" is a constant: its `values` is never looked at",
                "one of the two",
            ),
            row(
                PIPELINE,
                "[[source]]\nkind = \"sector\"",
                "[[source.map]]\nname = \"late\"\ncolumns = [\"no\", \"when\", \"more\"]\n\n[[source]]\nkind = \"sector\"",
                "\"more\"",
                "map \"late\" is never used: \"export\" stands before it",
                "more columns first",
            ),
            row(
                PIPELINE,
                "topic = \"mini.tickets\"",
                "topic = \"mini.tickets\"\ncolumns = { titel = \"t\" }",
                "titel",
                "no field \"titel\"",
                "one of title",
            ),
            row(
                PIPELINE,
                "topic = \"mini.tickets\"",
                "topic = \"mini.tickets\"\nvalues = { region = { a = \"r7\" } }",
                "r7",
                "`region` has no value \"r7\"",
                "regions.toml",
            ),
        ],
    );
    let rows = mini_with(
        PIPELINE,
        "topic = \"mini.registry\"",
        "topic = \"mini.registry\"\n[[source.map]]\nname = \"rows\"\ncolumns = [\"n\"]\nid = \"row\"",
    );
    assert!(
        findings(&rows).iter().any(|f| f.message.contains("can't be updated by id") && f.write.contains("without id = \"row\""))
    );
}

#[test]
pub fn dates() {
    let basis = |more: &str| format!("verified = true\n{more}");
    let measure = |dates: &str| format!("[measure]\nname = \"M\"\n{dates}\n[levels]");
    found(
        Severity::Error,
        vec![
            row(
                NOISE,
                "verified = true",
                basis("expires = \"2026-03-01\""),
                "expires",
                "the basis ended on 2026-03-01",
                "the text that holds now",
            ),
            row(
                NOISE,
                "verified = true",
                basis("date = \"2026-04\""),
                "date",
                "is dated 2026-04-01, which is yet to come",
                "when the text was read",
            ),
            row(
                PIPELINE,
                "[levels]",
                measure("in_force = \"2020-01-01\"\nexpires = \"2026-03-01\""),
                "expires",
                "the measure ended on 2026-03-01",
                "holds now",
            ),
        ],
    );
    found(
        Severity::Note,
        vec![
            row(
                NOISE,
                "verified = true",
                basis("expires = \"2027-03-02\""),
                "expires",
                "the basis ends on 2027-03-02",
                "in time",
            ),
            row(
                GAS,
                "id = \"gas\"",
                "id = \"gas-2\"",
                "[basis]",
                "the basis of 1 of 2 matters is not verified, as their warnings say: gas-2",
                "verified = true in [basis]",
            ),
            row(
                NOISE,
                "verified = true",
                "date = \"2019\"",
                "date",
                "texts older than five years that nobody has verified since: noise (2019-01-01)",
                "with its date",
            ),
            row(
                NOISE,
                "lead = \"lead\"\nguide_url = \"https://example.org/noise\"\n\n[basis]",
                "lead = \"undetermined\"\n\n[basis]\ndate = \"2024\"",
                "undetermined",
                "nobody leads this matter since 2024-01-01",
                "art. 7",
            ),
            row(
                PIPELINE,
                "[levels]",
                measure("in_force = \"2020-01-01\"\nexpires = \"2026-12-09\""),
                "expires",
                "the measure ends on 2026-12-09",
                "in time",
            ),
            row(
                PIPELINE,
                "[levels]",
                measure("in_force = \"2026-12-10\""),
                "in_force",
                "not in force until 2026-12-10",
                "holds now",
            ),
            row(
                PIPELINE,
                "holidays = [\"2025-01-01\", \"2026-01-01\"]\nworking_days = [\"2026-01-03\"]",
                "holidays = [\"2025-01-01\"]",
                "[calendar]",
                "does not know the holidays around 2026-05-01",
                "a newer jianwei",
            ),
        ],
    );
}

/// Where nobody has read the texts yet, one note a matter would drown the others.
#[test]
pub fn bases_nobody_verified_are_one_note() {
    let not_verified = |bundle: &Bundle| {
        let found = findings(bundle).into_iter().filter(|f| f.message.contains("is not verified"));
        found.map(|f| format!("{}:{} {}", f.file, f.line, f.message)).collect::<Vec<_>>()
    };
    let both = mini_with(NOISE, "verified = true", "verified = false");
    let text = "the basis of 2 of 2 matters is not verified, as their warnings say: gas, noise";
    assert_eq!(not_verified(&both), [format!("matters/gas.toml:11 {text}")]);
    assert_eq!(not_verified(&mini_with(GAS, "verified = false", "verified = true")), [""; 0]);
    let mut many = mini();
    for n in 0..30 {
        many.files
            .insert(format!("matters/n{n}.toml"), both.files[NOISE].replacen("id = \"noise\"", &format!("id = \"n{n}\""), 1));
    }
    assert!(not_verified(&many)[0].ends_with(", n8, and 1 more"), "{:?}", not_verified(&many));
    assert_eq!(findings(&shipped("weihai")).iter().filter(|f| f.message.contains("verified")).count(), 2);
}

#[test]
pub fn findings_are_bounded_and_in_order() {
    let mut many = mini();
    let organisations: String = (0..400).map(|n| format!("[[organisation]]\nslug = \"x{n}\"\nname = \"x\"\n")).collect();
    many.files.get_mut(ORGS).unwrap().push_str(&organisations);
    let text = many.files.get_mut(GAS).unwrap();
    *text = text.replace("blue = 2, yellow = 2, orange = 2, red = 2", "blue = 2, yellow = 2, orange = 2, red = 1");
    let all = findings(&many);
    assert_eq!(all.len(), MAX_FINDINGS + 1);
    assert_eq!(all[0].severity, Severity::Error);
    assert!(all[1..].iter().all(|f| f.severity == Severity::Note));
    assert!(all.last().unwrap().message.ends_with("more findings are not shown"), "{:?}", all.last());
    let printed = all[0].to_string();
    assert!(printed.starts_with("matters/gas.toml:") && printed.contains("; write: "), "{printed}");
}
