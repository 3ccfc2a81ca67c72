//! Files of records, as `publish` and `replay` read them: NDJSON and CSV, plain, gz or zst. Rows
//! become records as a producer would send them; nothing is decided about them here.

mod csv_rows;
mod table;

pub use table::{Table, table};

use anyhow::{Context, Result, bail};
use jianwei_core::domain::{Record, SourceKind};
use jianwei_core::intake;
use jianwei_core::pipeline::{Model, Source};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Longest header a file may have; more columns is no table.
const MAX_COLUMNS: usize = 1_000;
/// Longest file read, unpacked.
const MAX_FILE_BYTES: u64 = 4 << 30;

/// One record of a file, and the topic it belongs to.
pub struct Row {
    pub topic: String,
    pub key: Option<Vec<u8>>,
    pub value: Vec<u8>,
    /// Where it begins in its file, unpacked; the first is 1.
    pub line: u64,
    /// Control records: the realm's own partition.
    pub partition: Option<i32>,
    /// Intake can read it.
    pub readable: bool,
    /// Its own time, or, where it has none or can't be read, that of the row before it.
    pub at_ms: i64,
}

/// One `--input KIND=PATH`.
#[derive(Debug, Clone)]
pub struct Input {
    pub kind: SourceKind,
    pub pattern: String,
    /// Given as outcomes: sector records with what a visit found; which of them are some, the pipeline says.
    pub outcomes: bool,
}

impl std::str::FromStr for Input {
    type Err = String;

    fn from_str(text: &str) -> Result<Input, String> {
        let kinds = SourceKind::NAMES.map(|(name, _)| name).join(", ");
        let (kind, pattern) = text.split_once('=').ok_or(format!("{text:?}: write KIND=PATH, KIND one of {kinds}"))?;
        let outcomes = kind == "outcomes";
        let known = if outcomes { Some(SourceKind::Sector) } else { SourceKind::parse(kind) };
        let kind = known.ok_or(format!("no kind {kind:?}: one of {kinds}, outcomes"))?;
        Ok(Input { outcomes, ..Input::new(kind, pattern.to_string()) })
    }
}

impl Input {
    pub fn new(kind: SourceKind, pattern: String) -> Input {
        Input { kind, pattern, outcomes: false }
    }

    /// The files the pattern names, in order.
    pub fn paths(&self) -> Result<Vec<PathBuf>> {
        let paths: Vec<PathBuf> = glob::glob(&self.pattern)
            .with_context(|| format!("{:?} is no path or pattern", self.pattern))?
            .collect::<Result<_, _>>()?;
        if paths.is_empty() {
            bail!("no file at {:?}", self.pattern);
        }
        Ok(paths)
    }
}

/// Reads a file whole, its rows in order of event time.
pub fn read(model: &Model, kind: SourceKind, path: &Path) -> Result<Vec<Row>> {
    let bytes = unpacked(path).with_context(|| format!("reading {}", path.display()))?;
    let rows = match ending(path)? {
        Ending::Csv => csv_rows::rows(&bytes).with_context(|| format!("reading {}", path.display()))?,
        Ending::Ndjson => ndjson_rows(&bytes),
    };
    let mut rows = keyed(model, kind, rows, path)?;
    if !rows.is_empty() && rows.iter().all(|row| !row.readable) {
        eprintln!(
            "jianwei: no row of {} can be read as {}: no [[source.map]] of realm {} has these columns, or a required field is missing",
            path.display(),
            kind.as_str(),
            model.realm
        );
    }
    rows.sort_by_key(|row| row.at_ms);
    Ok(rows)
}

/// Reads all files, parted by topic, each topic's rows in order of event time: what is out of order
/// in a partition would count as late.
pub fn read_by_topic(model: &Model, inputs: &[Input]) -> Result<BTreeMap<String, Vec<Row>>> {
    let mut topics: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for input in inputs {
        for path in input.paths()? {
            for row in read(model, input.kind, &path)? {
                topics.entry(row.topic.clone()).or_default().push(row);
            }
        }
    }
    for rows in topics.values_mut() {
        rows.sort_by_key(|row| row.at_ms);
    }
    Ok(topics)
}

enum Ending {
    Csv,
    Ndjson,
}

fn ending(path: &Path) -> Result<Ending> {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("csv") => Ok(Ending::Csv),
        Some("ndjson" | "jsonl" | "json") => Ok(Ending::Ndjson),
        _ => bail!("{}: a file ends with .csv, .ndjson or .jsonl, then perhaps .gz or .zst", path.display()),
    }
}

fn unpacked(path: &Path) -> Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    let reader: Box<dyn Read> = match path.extension().and_then(|e| e.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(file)),
        Some("zst") => Box::new(zstd::Decoder::new(file)?),
        _ => Box::new(std::io::BufReader::new(file)),
    };
    reader.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        bail!("longer than {MAX_FILE_BYTES} bytes: part it");
    }
    Ok(bytes)
}

/// A row before its key is known.
struct RawRow {
    value: Vec<u8>,
    /// Where it begins in its file, unpacked; the first is 1.
    line: u64,
    /// Distinguishes rows with the same bytes: how many came before.
    occurrence: u32,
}

fn ndjson_rows(bytes: &[u8]) -> Vec<RawRow> {
    let lines = bytes.split(|b| *b == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l));
    counted((1..).zip(lines.map(<[u8]>::to_vec)).filter(|(_, value)| !value.is_empty()))
}

/// Rows from their lines and values.
fn counted(values: impl Iterator<Item = (u64, Vec<u8>)>) -> Vec<RawRow> {
    let mut seen = std::collections::HashMap::<Vec<u8>, u32>::new();
    values
        .map(|(line, value)| {
            let count = seen.entry(value.clone()).or_default();
            let occurrence = *count;
            *count += 1;
            RawRow { value, line, occurrence }
        })
        .collect()
}

fn keyed(model: &Model, kind: SourceKind, rows: Vec<RawRow>, path: &Path) -> Result<Vec<Row>> {
    let sources: Vec<&Source> = model.sources.iter().filter(|s| s.kind == kind).collect();
    if sources.is_empty() {
        bail!("realm {} has no source of kind {:?}: add a [[source]] to pipeline.toml", model.realm, kind.as_str());
    }
    let mut before_ms = i64::MIN;
    let mut keyed = Vec::with_capacity(rows.len());
    for row in rows {
        let line = row.line;
        let row = keyed_row(model, &sources, row, before_ms).with_context(|| format!("{}, line {line}", path.display()))?;
        before_ms = row.at_ms;
        keyed.push(row);
    }
    Ok(keyed)
}

fn keyed_row(model: &Model, sources: &[&Source], row: RawRow, before_ms: i64) -> Result<Row> {
    let json = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&row.value).ok();
    let source = pick_source(model, sources, json.as_ref())?;
    let text = String::from_utf8_lossy(&row.value);
    // The id a map asks to derive: the row's bytes and how many equal ones came before.
    let derived = jianwei_core::domain::short_hash(&[&text, &row.occurrence.to_string()]);
    let decoded = intake::decode(model, source, Some(derived.as_bytes()), Some(&row.value)).ok();
    // A row that can't be read has a key all the same: compacted topics take no record without one, and
    // once the map is mended the record sent again has the id it would have had.
    let key = decoded.as_ref().map_or_else(
        || derived.clone(),
        |d| match &d.record {
            Record::Ticket(_) | Record::Report(_) | Record::Enterprise(_) | Record::Inspector(_) => d.record.source_id(),
            Record::Disposition(_) | Record::Control(_) => d.record.source_id(),
            _ if derives_id(source, json.as_ref()) => derived.clone(),
            record => record.source_id(),
        },
    );
    Ok(Row {
        topic: source.topic.clone(),
        partition: (source.kind == SourceKind::Control).then_some(model.journal_partition),
        key: Some(key.into_bytes()),
        readable: decoded.is_some(),
        line: row.line,
        at_ms: decoded.and_then(|d| d.record.event_time_ms()).unwrap_or(before_ms),
        value: row.value,
    })
}

fn derives_id(source: &Source, json: Option<&serde_json::Map<String, serde_json::Value>>) -> bool {
    let map = json.and_then(|row| intake::choose_map(source, |c| row.contains_key(c)));
    map.is_some_and(|m| m.id == jianwei_core::pipeline::IdRule::Key)
}

/// Dispositions belong to the topic of the `org` they name; other rows to the first source that has
/// a map for them, else to the first of their kind.
fn pick_source<'m>(
    model: &Model,
    sources: &[&'m Source],
    json: Option<&serde_json::Map<String, serde_json::Value>>,
) -> Result<&'m Source> {
    if sources[0].kind == SourceKind::Dispositions {
        return source_of_org(model, sources, json);
    }
    let mapped = json.and_then(|row| sources.iter().find(|s| intake::choose_map(s, |c| row.contains_key(c)).is_some()));
    Ok(mapped.unwrap_or(&sources[0]))
}

fn source_of_org<'m>(
    model: &Model,
    sources: &[&'m Source],
    json: Option<&serde_json::Map<String, serde_json::Value>>,
) -> Result<&'m Source> {
    let Some(row) = json else {
        bail!("not a JSON object: the `org` of a disposition says whose topic it goes to");
    };
    let org = row.get("org").and_then(|v| v.as_str()).unwrap_or_default();
    if let Some(found) = sources.iter().find(|s| s.org.as_deref() == Some(org)) {
        return Ok(found);
    }
    let wrong = match org {
        "" => "a disposition without `org`, which says whose topic it goes to".to_string(),
        _ => format!("a disposition of `org` {org:?}, which realm {} does not have", model.realm),
    };
    let slug = model.slug_meant(org).or_else(|| sources.iter().find_map(|s| s.org.as_deref())).unwrap_or_default();
    bail!("{wrong}: write the slug of one of organisations.toml, for example \"org\": {slug:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disposition_of_nobody_is_named_by_file_and_line() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/weihai");
        let model = crate::pipelines::read_model(&folder).expect("the pipeline loads");
        let good = r#"{"org":"wh-amr","disposition_id":"D1","target":"x","action":"close","at":"2025-01-02T10:00:00+08:00"}"#;
        let row = |org: &str| good.replace("\"org\":\"wh-amr\"", org);
        let csv = "org,disposition_id,target,action,at\nwh-amr,D1,\"x\ny\",close,2025-01-02\nwh-arm,D2,x,close,2025-01-02\n";
        let known = model.organisations["wh-amr"].name.zh.clone();
        for (name, text, expected) in [
            (
                "d.ndjson",
                format!("{good}\n\n{}\n", row("\"org\":\"wh-arm\"")),
                "line 3: a disposition of `org` \"wh-arm\", which",
            ),
            (
                "d.csv",
                csv.to_string(),
                "line 4: a disposition of `org` \"wh-arm\", which realm weihai does not have: write the slug",
            ),
            ("d.ndjson", row(&format!("\"org\":{known:?}")), "for example \"org\": \"wh-amr\""),
            (
                "d.ndjson",
                row("\"og\":\"wh-amr\""),
                "line 1: a disposition without `org`, which says whose topic it goes to: write",
            ),
            ("d.ndjson", row("\"org\":7"), "a disposition without `org`"),
            ("d.ndjson", "[1]\n".to_string(), "line 1: not a JSON object"),
        ] {
            let path = dir.path().join(name);
            std::fs::write(&path, &text).expect("written");
            let Err(problem) = read(&model, SourceKind::Dispositions, &path) else { panic!("{text} is read") };
            let said = format!("{problem:#}");
            assert!(said.starts_with(&path.display().to_string()) && said.contains(expected), "{said}\n{expected}");
        }
        std::fs::write(dir.path().join("good.ndjson"), good).expect("written");
        let rows = read(&model, SourceKind::Dispositions, &dir.path().join("good.ndjson")).expect("read");
        assert_eq!(rows[0].topic, "dispositions.wh-amr");
    }
}
