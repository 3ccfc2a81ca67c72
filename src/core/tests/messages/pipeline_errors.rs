//! What a person is told about a mistaken pipeline: where, what, and what to write instead.

use crate::common::mini::{mini, mini_with};
use crate::common::mistakes::{GAS, NOISE, ORGS, PIPELINE, REGIONS, check, problems, row};

#[test]
pub fn the_realm() {
    check(vec![
        row(PIPELINE, "[realm]", "[rea1m]", "", "`realm` is missing", "[realm] with name"),
        row(PIPELINE, "[realm]", "[rea1m]", "[rea1m]", "unknown key `rea1m`", "`realm`"),
        row(PIPELINE, "[realm]", "[realm", "[realm", "not TOML", "key = \"value\""),
        row(PIPELINE, "name = \"mini\"", "name = \"Mini\"", "name = \"Mini\"", "is not a slug", "name = \"weihai\""),
        row(
            PIPELINE,
            "name = \"mini\"",
            "name = \" \"",
            "name = \" \"",
            "`name` must be a text of 1 to 500",
            "name = \"weihai\"",
        ),
        row(PIPELINE, "display = { en = \"Mini\" }", "", "[realm]", "`display` is missing", "display = { en"),
        row(PIPELINE, "{ en = \"Mini\" }", "{}", "display", "`display` must be a text in at least one language", "display = {"),
        row(PIPELINE, "{ en = \"Mini\" }", "7", "display", "`display` must be a text in one or both languages", "display = {"),
        row(PIPELINE, "{ en = \"Mini\" }", "{ fr = \"x\", en = \"y\" }", "display", "unknown key `fr`", "`en`"),
        row(PIPELINE, "version = \"1\"", "", "[realm]", "`version` is missing", "version = \"2026.1\""),
        row(PIPELINE, "journal_partition = 3", "", "[realm]", "`journal_partition` is missing", "journal_partition = 0"),
        row(
            PIPELINE,
            "partition = 3",
            "partition = -1",
            "partition = -1",
            "a whole number from 0 to 9999",
            "journal_partition = 0",
        ),
        row(PIPELINE, "partition = 3", "partition = 0.5", "partition = 0.5", "a whole number", "journal_partition = 0"),
        row(PIPELINE, "\"+08:00\"", "\"Mars/Olympus\"", "Mars", "no zone \"Mars/Olympus\"", "America/Chicago"),
        row(PIPELINE, "clock = \"wall\"", "clock = \"sun\"", "sun", "`clock` has no value \"sun\"", "clock = \"wall\""),
        row(PIPELINE, "clock = \"wall\"", "", "[realm]", "`clock` is missing", "clock = \"wall\""),
        row(PIPELINE, "language = \"en\"", "language = \"fr\"", "\"fr\"", "`language` has no value", "language = \"zh\""),
        row(PIPELINE, "id_scheme = \"text\"", "id_scheme = 5", "= 5", "`id_scheme` must be a text", "id_scheme = \"uscc\""),
        row(PIPELINE, "id_scheme", "id_schema", "id_schema", "unknown key `id_schema`", "`id_scheme`"),
        row(
            PIPELINE,
            "root_region = \"r0\"",
            "root_region = \"r9\"",
            "r9",
            "`root_region` names \"r9\", which does not exist",
            "\"r",
        ),
        row(PIPELINE, "= \"office\"", "= \"offise\"", "offise", "`coordinating` names \"offise\"", "for example \"office\""),
    ]);
}

#[test]
pub fn sources_and_maps() {
    let many: String = "[[source.map]]\nname = \"m\"\ncolumns = [\"a\"]\n".repeat(51);
    check(vec![
        row(
            PIPELINE,
            "kind = \"tickets\"",
            "kind = \"rumours\"",
            "rumours",
            "`kind` has no value \"rumours\"",
            "\"tickets\", \"reports\", \"sector\"",
        ),
        row(
            PIPELINE,
            "\"mini.tickets\"",
            "\"jianwei.tickets\"",
            "jianwei.tickets",
            "a name that Jianwei's own topics use",
            "another name",
        ),
        row(PIPELINE, "kind = \"tickets\"\n", "", "[[source]]", "`kind` is missing", "kind = \"tickets\""),
        row(PIPELINE, "kind = \"tickets\"", "kind = \"control\"", "kind = \"control\"", "needs no naming", "kind = \"tickets\""),
        row(PIPELINE, "\"mini.tickets\"", "\"热线\"", "热线", "is no name for a topic", "letters, digits"),
        row(PIPELINE, "columns = [\"no\", \"when\"]", "", "[[source.map]]", "`columns` is missing", "columns = [...]"),
        row(PIPELINE, "columns = [\"no\", \"when\"]", "columns = [1]", "columns = [1]", "a list of texts", "[[source.map]]"),
        row(
            PIPELINE,
            "columns = [\"no\", \"when\"]",
            "columns = 1",
            "columns = 1",
            "a text or a list of texts",
            "[[source.map]]",
        ),
        row(PIPELINE, "name = \"export\"", "", "[[source.map]]", "`name` is missing", "hotline export"),
        row(PIPELINE, "said\", intent", "said\", x = 1, intent", "x = 1", "`x` must be a text", "rename = {"),
        row(
            PIPELINE,
            "constants = { status = \"accepted\" }",
            "constants = 1",
            "constants = 1",
            "`constants` must be a table",
            "[constants]",
        ),
        row(PIPELINE, "id = \"row\"", "id = \"line\"", "\"line\"", "no way to make an id called \"line\"", "id = \"row\""),
        row(
            PIPELINE,
            "[source.map.values]",
            "[source.map.values]\nurgency = 1",
            "urgency = 1",
            "`urgency` must be a table",
            "values.intent",
        ),
        row(PIPELINE, "above = 0", "above = \"0\"", "above = \"0\"", "`above` must be a number", "[[source.map.case]]"),
        row(PIPELINE, "field = \"result\"\n", "", "[[source.map.case]]", "`field` is missing", "[[source.map.case]]"),
        row(
            PIPELINE,
            "\n[[source]]\nkind = \"sector\"",
            format!("\n{many}\n[[source]]\nkind = \"sector\""),
            "[[source.map]]",
            "52 maps; 50 are allowed",
            "fewer maps",
        ),
    ]);
    let twice = mini_with(PIPELINE, "\"mini.sector\"", "\"mini.tickets\"");
    let found = problems(&twice);
    let at = twice.files[PIPELINE].lines().enumerate().filter(|(_, l)| l.contains("mini.tickets")).nth(1).unwrap().0 + 1;
    assert!(
        found.iter().any(|p| p.line == at && p.message.contains("stands twice") && p.write.contains("one [[source]] a topic")),
        "{found:#?}"
    );
    let mut none = mini();
    let text = none.files.get_mut(PIPELINE).unwrap();
    let (start, end) = (text.find("[[source]]").unwrap(), text.find("[calendar]").unwrap());
    text.replace_range(start..end, "");
    let found = problems(&none);
    assert!(
        found.len() == 1 && found[0].message == "`source` is missing" && found[0].write.contains("[[source]] with kind"),
        "{found:#?}"
    );
}

#[test]
pub fn without_matters_little_is_needed_and_what_is_there_must_be_right() {
    let mut bundle = mini();
    bundle.files.retain(|name, _| name == PIPELINE);
    let text = "[realm]\nname = \"few\"\nversion = \"1\"\njournal_partition = 0\nzone = \"+08:00\"\nclock = \"feed\"\n\n[[source]]\nkind = \"sector\"\ntopic = \"few.sector\"\n";
    bundle.files.insert(PIPELINE.into(), text.into());
    assert_eq!(problems(&bundle), []);
    for needed in
        ["name = \"few\"", "version = \"1\"", "journal_partition = 0", "zone = \"+08:00\"", "clock = \"feed\"", "[[source]]"]
    {
        bundle.files.insert(PIPELINE.into(), text.replacen(needed, "", 1));
        assert!(!problems(&bundle).is_empty(), "{needed}");
    }
    let wrong = [
        ("coordinating = \"office\"", "`coordinating` names \"office\""),
        ("root_region = \"r0\"", "`root_region` names \"r0\""),
        ("language = \"fr\"", "`language` has no value \"fr\""),
        ("display = 7", "`display` must be a text"),
    ];
    for (line, message) in wrong {
        bundle.files.insert(PIPELINE.into(), text.replacen("clock", &format!("{line}\nclock"), 1));
        let found = problems(&bundle);
        assert!(found.len() == 1 && found[0].line == 6 && found[0].message.contains(message), "{line}: {found:#?}");
    }
    // One matter, and all of it is needed again.
    bundle.files.insert(PIPELINE.into(), text.into());
    bundle.files.insert(NOISE.into(), mini().files[NOISE].clone());
    let found = problems(&bundle);
    assert!(found.iter().any(|p| p.file == ORGS && p.message == "the file is missing"), "{found:#?}");
}

#[test]
pub fn calendar_levels_duties_and_ladder() {
    check(vec![
        row(PIPELINE, "[calendar]", "[calender]", "", "`calendar` is missing", "base = \"china\""),
        row(PIPELINE, "\"weekdays\"", "\"moon\"", "[calendar]", "no calendar \"moon\"", "base = \"china\" or \"weekdays\""),
        row(PIPELINE, "\"2026-01-03\"", "\"2026-02-30\"", "2026-02-30", "\"2026-02-30\" is not a date", "2012-07-04"),
        row(PIPELINE, "[levels]", "[level]", "", "`levels` is missing", "false_alarms_per_year"),
        row(
            PIPELINE,
            "{ blue = 120, yellow = 36, orange = 12, red = 2 }",
            "{ blue = 120, yellow = 36, orange = 12 }",
            "blue = 120",
            "`red` is missing",
            "red = 1",
        ),
        row(
            PIPELINE,
            "{ blue = 120, yellow = 36, orange = 12, red = 2 }",
            "{ blue = 1, yellow = 36, orange = 12, red = 2 }",
            "blue = 1,",
            "a higher level may not allow itself more",
            "fall from blue to red",
        ),
        row(
            PIPELINE,
            "red = 3 }",
            "red = 1 }",
            "rate_ratio",
            "`rate_ratio` falls from a level to a higher",
            "rise from blue to red",
        ),
        row(PIPELINE, "red = 10 }", "red = \"10\" }", "excess", "`red` must be a number from 0 to 1000000", "excess = {"),
        row(PIPELINE, "red = 10 }", "red = 1 }", "excess", "`excess` falls", "rise from blue to red"),
        row(PIPELINE, "red = 10 }", "red = inf }", "excess", "`red` must be a number", "excess = {"),
        row(PIPELINE, "red = 10 }", "purple = 10 }", "excess", "unknown key `purple`", "one of"),
        row(PIPELINE, "calm_periods = 3", "calm_periods = 0", "calm_periods", "a whole number from 1 to 60", "calm_periods = 3"),
        row(
            PIPELINE,
            "dwell_hours = 48",
            "dwell_hours = 48\nreds_per_hour = 0",
            "reds_per_hour",
            "a whole number from 1 to 10000",
            "reds_per_hour = 20",
        ),
        row(
            PIPELINE,
            "dwell_hours = 48",
            "dwell_hours = 0x10000",
            "dwell_hours",
            "a whole number from 1 to 2000",
            "dwell_hours = 48",
        ),
        row(
            PIPELINE,
            "[ladder]",
            "[clues]\nclose_working_days = 251\n\n[ladder]",
            "close_working_days = 251",
            "`close_working_days` must be a whole number from 0 to 250",
            "[clues] acknowledge_working_days = 1",
        ),
        row(PIPELINE, "[ladder]", "[clues]\nclose_days = 5\n\n[ladder]", "close_days", "unknown key `close_days`", "`"),
        row(PIPELINE, "[realm]", "clues = 3\n\n[realm]", "clues = 3", "`clues` must be a table", "[clues]"),
        row(PIPELINE, "[duties.orange]", "[duties.purple]", "[duties.purple]", "unknown key `purple`", "`"),
        row(
            PIPELINE,
            "close_working_days = 10",
            "close_working_days = 900",
            "= 900",
            "a whole number from 0 to 250",
            "[duties.orange]",
        ),
        row(
            PIPELINE,
            "due_soon_hours = 4",
            "due_soon_hours = true",
            "due_soon_hours",
            "a whole number from 1 to 240",
            "[ladder]",
        ),
        row(
            PIPELINE,
            "circular_working_days = 3",
            "circular_working_days = 1",
            "[ladder]",
            "circular notice must come after",
            "[ladder]",
        ),
    ]);
    let mut none = mini();
    let text = none.files.get_mut(PIPELINE).unwrap();
    let (start, end) = (text.find("[duties.yellow]").unwrap(), text.find("[ladder]").unwrap());
    text.replace_range(start..end, "");
    let found = problems(&none);
    assert!(
        found.len() == 1 && found[0].message == "`duties` is missing" && found[0].write.contains("[duties.orange]"),
        "{found:#?}"
    );
}

#[test]
pub fn organisations_and_regions() {
    let ring = "[[region]]\ncode = \"q1\"\nparent = \"q2\" # ring\nname = \"a\"\n[[region]]\ncode = \"q2\"\nparent = \"q1\"\nname = \"b\"\n";
    let regions: String = (0..2001).map(|n| format!("[[region]]\ncode = \"x{n}\"\nname = \"x\"\n")).collect();
    let organisations: String = (0..2001).map(|n| format!("[[organisation]]\nslug = \"x{n}\"\nname = \"x\"\n")).collect();
    check(vec![
        row(ORGS, "slug = \"coop\"", "slug = \"合作\"", "合作", "is not a slug", "slug = \"wh-amr\""),
        row(
            ORGS,
            "slug = \"coop\"",
            "slug = \"lead\" # again",
            "# again",
            "organisation \"lead\" stands twice",
            "a slug of its own",
        ),
        row(ORGS, "superior = \"boss\"", "superior = \"bos\"", "\"bos\"", "`superior` names \"bos\"", "for example \"boss\""),
        row(ORGS, "name = { en = \"Lead\" }", "", "[[organisation]]", "`name` is missing", "name = { en"),
        row(
            ORGS,
            "name = { en = \"Lead\" }",
            "name = \"L\"\nregion = \"r1\"",
            "[[organisation]]",
            "`region` and `branch_of` go together",
            "both",
        ),
        row(
            ORGS,
            "name = { en = \"Boss\" }",
            "name = \"B\"\nregion = \"r7\"\nbranch_of = \"lead\"",
            "r7",
            "`region` names \"r7\"",
            "a code of regions.toml",
        ),
        row(
            ORGS,
            "name = { en = \"Boss\" }",
            "name = \"B\"\nregion = \"r1\"\nbranch_of = \"laed\"",
            "laed",
            "`branch_of` names \"laed\"",
            "\"lead\"",
        ),
        row(ORGS, "[[organisation]]", "[organisation]", "[[organisation]]", "not TOML", ""),
        row(
            ORGS,
            "[[organisation]]\nslug = \"lead\"",
            format!("{organisations}\n[[organisation]]\nslug = \"lead\""),
            "",
            "2006 organisations; 2000 are allowed",
            "fewer",
        ),
        row(REGIONS, "parent = \"r0\"", "parent = \"r8\"", "r8", "`parent` names \"r8\"", "a code of this file"),
        row(REGIONS, "code = \"r2\"", "code = \"r1\" # again", "# again", "region \"r1\" stands twice", "a code of its own"),
        row(REGIONS, "code = \"r0\"", "", "[[region]]", "`code` is missing", "code = \"371002\""),
        row(REGIONS, "aliases = [\"Up\"]", "aliases = { a = 1 }", "aliases", "a text or a list of texts", "aliases = ["),
        row(
            REGIONS,
            "[[region]]\ncode = \"r0\"",
            format!("{ring}\n[[region]]\ncode = \"r0\""),
            "# ring",
            "is below itself, or deeper than eight",
            "the region above",
        ),
        row(
            REGIONS,
            "[[region]]\ncode = \"r0\"",
            format!("{regions}\n[[region]]\ncode = \"r0\""),
            "",
            "2004 regions; 2000 are allowed",
            "two realms",
        ),
    ]);
    for (file, message, write) in
        [(ORGS, "no organisation", "[[organisation]] with slug"), (REGIONS, "no region", "[[region]] with code")]
    {
        let mut empty = mini();
        empty.files.insert(file.to_string(), "# nothing\n".to_string());
        let found = problems(&empty);
        assert!(
            found.iter().any(|p| p.file == file && p.line == 1 && p.message == message && p.write.contains(write)),
            "{found:#?}"
        );
    }
    for (file, write) in [(ORGS, "[[organisation]] tables"), (REGIONS, "[[region]] tables"), (PIPELINE, "[realm] with name")] {
        let mut missing = mini();
        missing.files.remove(file);
        let found = problems(&missing);
        assert!(
            found.iter().any(|p| p.file == file && p.message == "the file is missing" && p.write.contains(write)),
            "{found:#?}"
        );
    }
}

#[test]
pub fn matters_and_conditions() {
    let words = format!("words = [{}]", (0..501).map(|n| format!("\"w{n}\",")).collect::<String>());
    let long = format!("\"{}\"", "长".repeat(501));
    check(vec![
        row(GAS, "id = \"gas\"", "id = \"gas leak\"", "gas leak", "is not a slug", "id = \"urban-gas\""),
        row(NOISE, "id = \"noise\"", "id = \"gas\"", "", "matter `gas` stands in two files", "an id of its own"),
        row(GAS, "category = \"safety\"", "category = \"feeling\"", "feeling", "`category` has no value", "consumer, finance"),
        row(GAS, "lead = \"lead\"", "lead = \"led\"", "\"led\"", "`lead` names \"led\"", "for example \"lead\""),
        row(GAS, "cooperating = [\"coop\"]", "cooperating = [\"corp\"]", "corp", "`cooperating` names \"corp\"", "\"coop\""),
        row(
            GAS,
            "informed = [\"info\"]",
            "informed = [\"coop\"]",
            "cooperating",
            "\"coop\" has two roles",
            "each organisation once",
        ),
        row(GAS, "prior_notice = false", "prior_notice = \"no\"", "prior_notice", "must be true or false", "prior_notice = true"),
        row(GAS, "[basis]", "[bases]", "", "`basis` is missing", "[basis] with text, source"),
        row(GAS, "source = \"nowhere\"", "", "[basis]", "`source` is missing", "where the text was read"),
        row(GAS, "verified = false", "verified = 0", "verified", "must be true or false", "verified = false"),
        row(NOISE, "[[match]]\nkind = \"ticket\"\ncategory = \"noise\"", "", "", "`match` is missing", "[[match]]"),
        row(
            NOISE,
            "[[match]]\nkind = \"ticket\"\ncategory = \"noise\"",
            "[[match]]",
            "[[match]]",
            "holds for every record",
            "{ kind = \"ticket\"",
        ),
        row(
            NOISE,
            "kind = \"ticket\"\ncategory",
            "kind = \"tickets\"\ncategory",
            "\"tickets\"",
            "no record kind \"tickets\"",
            "one of ticket",
        ),
        row(NOISE, "category = \"noise\"", words, "words = [", "words: 1 to 500, none empty", "words = ["),
        row(NOISE, "words = \"drill\"", "words = \" \"", "words", "words: 1 to 500, none empty", "words = ["),
        row(NOISE, "words = \"drill\"", "wrods = \"drill\"", "wrods", "unknown key `wrods`", "`words`"),
        row(NOISE, "words = \"drill\"", "over_limit = 1", "over_limit", "must be true or false", "over_limit = true"),
        row(NOISE, "[[trigger]]", "[trigger_]", "", "nothing in this matter can raise a warning", "[industry], [enterprise]"),
        row(NOISE, "level = \"yellow\"", "level = \"purple\"", "purple", "`level` has no value \"purple\"", "level = \"orange\""),
        row(NOISE, "level = \"yellow\"", "", "[[trigger]]", "`level` is missing", "level = \"orange\""),
        row(NOISE, "code = \"drill\"", "code = \"Drill\"", "Drill", "is not a slug", "code = \"gas-leak\""),
        row(NOISE, "when = { kind", "wenn = { kind", "[[trigger]]", "`when` is missing", "when = { kind"),
        row(GAS, "hold_days = 7", "hold_days = 0", "hold_days = 0", "a whole number from 1 to 365", "hold_days = 7"),
        row(GAS, "[\"P1D\"]", "[\"P1D\", \"PT2H\"]", "PT2H", "no period \"PT2H\"", "periods = ["),
        row(GAS, "periods = [\"P1D\"]", "", "[industry]", "`periods` is missing", "periods = ["),
        row(GAS, "count = { kind = \"ticket\" }", "", "[industry]", "`count` is missing", "count = {"),
        row(GAS, "periods = [\"P1D\"]", "indicators = \"n\"", "[industry]", "`periods` is missing", "periods = ["),
        row(GAS, "count = { kind = \"ticket\" }", "indicators = \"n\"", "[industry]", "`count` is missing", "indicators = ["),
        row(
            GAS,
            "count = { kind = \"ticket\" }",
            "count = { kind = \"indicator\" }",
            "count =",
            "figures, not records",
            "indicators = [",
        ),
        row(
            GAS,
            "when = { kind = \"ticket\", words = [\"leak\"] }",
            "when = 1",
            "when = 1",
            "`when` must be a list of tables",
            "[[when]]",
        ),
        row(GAS, "[industry]", "[[industry]]", "[[industry]]", "`industry` must be a table", "[industry]"),
        row(GAS, "[[trigger]]\ncode = \"leak\"", "[[trigger]]\ncode = 7", "code = 7", "`code` must be a text", "code = "),
        row(GAS, "prior = -3.0", "", "[enterprise]", "`prior` is missing", "prior = -3.0"),
        row(GAS, "prior = -3.0", "prior = nan", "prior = nan", "a number from -10 to 10", "prior = -3.0"),
        row(GAS, "red = 90 }", "red = 75 }", "score_at_least", "thresholds out of order", "rise from blue to red"),
        row(GAS, "red = 2 }", "red = 9 }", "sources_at_least", "a number from 0 to 8", "sources_at_least = {"),
        row(
            GAS,
            "score_at_least = { blue = 35, yellow = 55, orange = 75, red = 90 }",
            "",
            "[enterprise]",
            "`score_at_least` is missing",
            "score_at_least = {",
        ),
        row(GAS, "weight = 2.0", "weight = 20.0", "weight = 20.0", "a number from -10 to 10", "half_life_days = 90"),
        row(GAS, "weight = 2.0\n", "", "[[enterprise.evidence]]", "`weight` is missing", "weight = 0.8"),
        row(
            GAS,
            "half_life_days = 30",
            "half_life_days = 0",
            "half_life_days = 0",
            "a number from 1 to 3650",
            "half_life_days = 90",
        ),
        row(
            GAS,
            "code = \"urgent\"",
            "code = \"complaint\" # again",
            "# again",
            "evidence \"complaint\" stands twice",
            "a code of its own",
        ),
        row(
            NOISE,
            "name = { en = \"Noise\" }",
            format!("name = {{ en = {long} }}"),
            "长",
            "`en` must be a text of 1 to 500",
            "name = {",
        ),
        row(NOISE, "guide_url", "guidance", "guidance", "unknown key `guidance`", "one of"),
    ]);
    let mut bare = mini();
    let text = bare.files.get_mut(GAS).unwrap();
    text.truncate(text.find("[[enterprise.evidence]]").unwrap());
    let found = problems(&bare);
    assert!(
        found.len() == 1 && found[0].message == "`evidence` is missing" && found[0].write.contains("[[enterprise.evidence]]"),
        "{found:#?}"
    );
    let mut many = mini();
    for n in 0..500 {
        many.files
            .insert(format!("matters/n{n}.toml"), many.files[NOISE].replacen("id = \"noise\"", &format!("id = \"n{n}\""), 1));
    }
    let found = problems(&many);
    assert!(
        found.len() == 1 && found[0].message == "502 matters; 500 are allowed" && found[0].write.contains("two realms"),
        "{found:#?}"
    );
}

#[test]
pub fn every_mistake_is_told_at_once() {
    let mut bundle = mini_with(PIPELINE, "zone = \"+08:00\"", "zone = \"?\"");
    for (file, from, to) in [
        (PIPELINE, "calm_periods = 3", "calm_periods = 0"),
        (PIPELINE, "kind = \"sector\"", "kind = \"sectors\""),
        (ORGS, "superior = \"boss\"", "superior = \"nobody\""),
        (REGIONS, "parent = \"r0\"", "parent = \"nowhere\""),
        (GAS, "weight = 2.0", "weight = \"2\""),
        (GAS, "lead = \"lead\"", "laed = \"lead\""),
        (NOISE, "level = \"yellow\"", "level = \"mauve\""),
    ] {
        let text = bundle.files.get_mut(file).unwrap();
        *text = text.replacen(from, to, 1);
    }
    let found = problems(&bundle);
    let files: Vec<&str> = found.iter().map(|p| p.file.as_str()).collect();
    assert_eq!(files, [GAS, GAS, GAS, NOISE, ORGS, PIPELINE, PIPELINE, PIPELINE, REGIONS], "{found:#?}");
    let printed = found[4].to_string();
    assert!(
        printed.starts_with("organisations.toml:4: `superior` names \"nobody\"") && printed.contains("; write: "),
        "{printed}"
    );
}

#[test]
pub fn more_than_is_allowed() {
    let drill = "[[trigger]]\ncode = \"drill\"\nlevel = \"yellow\"\ntext = \"t\"\nwhen = { kind = \"ticket\" }\n";
    let keys: String = (0..2_001).map(|n| format!("k{n} = \"v\", ")).collect();
    let constants = "constants = { status = \"accepted\" }";
    let strata = "{ industry = \"45\", shape = 1, rate = 1 }, ".repeat(501);
    check(vec![
        row(
            GAS,
            "prior = -3.0",
            format!("prior = -3.0\nrate = {{ half_life_days = 9, weight = 1, stratum = [{strata}] }}"),
            "rate = {",
            "501 of stratum; 500 are allowed",
            "the trades that differ most",
        ),
        row(
            NOISE,
            "[[trigger]]",
            format!("{}[[trigger]]", drill.repeat(200)),
            "[[trigger]]",
            "201 of trigger; 200 are allowed",
            "fewer",
        ),
        row(
            NOISE,
            "[[trigger]]",
            format!("{}[[trigger]]", "[[trigger]]\n".repeat(5_000)),
            "[[trigger]]",
            "a list of 5000 tables at most",
            "fewer tables",
        ),
        row(
            PIPELINE,
            constants,
            format!("constants = {{ {keys} }}"),
            "constants = {",
            "2001 keys; 2000 are allowed",
            "[[source.map]]",
        ),
        row(
            PIPELINE,
            constants,
            format!("constants = {{ {} = \"v\" }}", "k".repeat(501)),
            "constants = {",
            "a key of more than 500 characters",
            "[[source.map]]",
        ),
        row(
            NOISE,
            "[[match]]",
            format!("{}\n[[match]]", "#".repeat(1024 * 1024)),
            "",
            "bytes; 1048576 are allowed",
            "several files in matters/",
        ),
    ]);
    let told = |bundle: &jianwei_core::pipeline::Bundle, message: &str, write: &str| {
        let found = problems(bundle);
        assert!(found.iter().any(|p| p.message.contains(message) && p.write.contains(write)), "{message}: {found:#?}");
        assert!(found.len() <= 201);
    };
    let mut files = mini();
    files.files.extend((0..600).map(|n| (format!("more/{n}.toml"), String::new())));
    told(&files, "605 files of ", "fewer files, or two realms");
    let mut words = mini();
    let list: String = (0..500).map(|n| format!("\"w{n}\", ")).collect();
    words.files.insert("words.toml".into(), format!("many = [{list}]\n"));
    let text = words.files.get_mut(NOISE).unwrap();
    text.push_str(&"[[match]]\nkind = \"ticket\"\nwords = \"@many\"\n".repeat(150));
    words.files.insert("matters/a.toml".into(), words.files[NOISE].replacen("id = \"noise\"", "id = \"a\"", 1));
    told(&words, "conditions list more than 100000 words by here", "fewer words, or two realms");
    let long = "k".repeat(2_000);
    let cut = format!("unknown key `{}...", &long[..987]);
    told(&mini_with(NOISE, "guide_url", &long), &cut, "one of");
    let twice = mini_with(NOISE, "[basis]", &format!("[{long}]\n[{long}]\n[basis]"));
    told(&twice, "not TOML: duplicate key", &format!("one [{}...", &long[..995]));
    let mut unknown = mini();
    let keys: String = (0..300).map(|n| format!("k{n} = 1\n")).collect();
    unknown.files.get_mut(NOISE).unwrap().insert_str(0, &keys);
    told(&unknown, "more than 200 mistakes; others are not told", "check again");
}
