//! Files of records, as `publish` and `replay` read them: NDJSON and CSV, plain, gz or zst. Rows
//! become records as a producer would send them; nothing is decided about them here.

mod csv_rows;

use anyhow::{Context, Result, bail};
use jianwei_core::domain::{Record, SourceKind};
use jianwei_core::intake;
use jianwei_core::pipeline::{Model, Source};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// One record of a file, and the topic it belongs to.
pub struct Row {
    pub topic: String,
    pub key: Option<Vec<u8>>,
    pub value: Vec<u8>,
    /// Control records: the realm's own partition.
    pub partition: Option<i32>,
    /// Its own time, or, where it has none or can't be read, that of the row before it.
    pub at_ms: i64,
}

/// One `--input KIND=PATH`.
#[derive(Debug, Clone)]
pub struct Input {
    pub kind: SourceKind,
    pub pattern: String,
}

impl std::str::FromStr for Input {
    type Err = String;

    fn from_str(text: &str) -> Result<Input, String> {
        let kinds = SourceKind::NAMES.map(|(name, _)| name).join(", ");
        let (kind, pattern) = text.split_once('=').ok_or(format!("{text:?}: write KIND=PATH, KIND one of {kinds}"))?;
        let kind = SourceKind::parse(kind).ok_or(format!("no kind {kind:?}: one of {kinds}"))?;
        Ok(Input { kind, pattern: pattern.to_string() })
    }
}

impl Input {
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
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
    let rows = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("csv") => csv_rows::rows(&bytes).with_context(|| format!("reading {}", path.display()))?,
        Some("ndjson" | "jsonl" | "json") => ndjson_rows(&bytes),
        _ => bail!("{}: a file ends with .csv, .ndjson or .jsonl, then perhaps .gz or .zst", path.display()),
    };
    let mut rows = keyed(model, kind, rows)?;
    if !rows.is_empty() && rows.iter().all(|row| row.key.is_none()) {
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

fn unpacked(path: &Path) -> Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    match path.extension().and_then(|e| e.to_str()) {
        Some("gz") => flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes)?,
        Some("zst") => zstd::Decoder::new(file)?.read_to_end(&mut bytes)?,
        _ => std::io::BufReader::new(file).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
}

/// A row before its key is known.
struct RawRow {
    value: Vec<u8>,
    /// Distinguishes rows with the same bytes: how many came before.
    occurrence: u32,
}

fn ndjson_rows(bytes: &[u8]) -> Vec<RawRow> {
    let lines = bytes.split(|b| *b == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l)).filter(|l| !l.is_empty());
    counted(lines.map(<[u8]>::to_vec))
}

fn counted(values: impl Iterator<Item = Vec<u8>>) -> Vec<RawRow> {
    let mut seen = std::collections::HashMap::<Vec<u8>, u32>::new();
    values
        .map(|value| {
            let count = seen.entry(value.clone()).or_default();
            let occurrence = *count;
            *count += 1;
            RawRow { value, occurrence }
        })
        .collect()
}

fn keyed(model: &Model, kind: SourceKind, rows: Vec<RawRow>) -> Result<Vec<Row>> {
    let sources: Vec<&Source> = model.sources.iter().filter(|s| s.kind == kind).collect();
    if sources.is_empty() {
        bail!("realm {} has no source of kind {:?}: add a [[source]] to pipeline.toml", model.realm, kind.as_str());
    }
    let mut before_ms = i64::MIN;
    let mut keyed = Vec::with_capacity(rows.len());
    for row in rows {
        let row = keyed_row(model, &sources, row, before_ms)?;
        before_ms = row.at_ms;
        keyed.push(row);
    }
    Ok(keyed)
}

fn keyed_row(model: &Model, sources: &[&Source], row: RawRow, before_ms: i64) -> Result<Row> {
    let json = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&row.value).ok();
    let source = pick_source(sources, json.as_ref())?;
    let text = String::from_utf8_lossy(&row.value);
    // The id a map asks to derive: the row's bytes and how many equal ones came before.
    let derived = jianwei_core::domain::short_hash(&[&text, &row.occurrence.to_string()]);
    let decoded = intake::decode(model, source, Some(derived.as_bytes()), Some(&row.value)).ok();
    let key = decoded.as_ref().map(|d| match &d.record {
        Record::Ticket(_) | Record::Report(_) | Record::Enterprise(_) | Record::Inspector(_) => d.record.source_id(),
        Record::Disposition(_) | Record::Control(_) => d.record.source_id(),
        _ if derives_id(source, json.as_ref()) => derived.clone(),
        record => record.source_id(),
    });
    Ok(Row {
        topic: source.topic.clone(),
        partition: (source.kind == SourceKind::Control).then_some(model.journal_partition),
        key: key.map(String::into_bytes),
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
fn pick_source<'m>(sources: &[&'m Source], json: Option<&serde_json::Map<String, serde_json::Value>>) -> Result<&'m Source> {
    if sources[0].kind == SourceKind::Dispositions {
        let org = json.and_then(|row| row.get("org")).and_then(|v| v.as_str()).unwrap_or_default();
        let found = sources.iter().find(|s| s.org.as_deref() == Some(org));
        return found.copied().with_context(|| format!("a disposition names org {org:?}, which the pipeline does not have"));
    }
    let mapped = json.and_then(|row| sources.iter().find(|s| intake::choose_map(s, |c| row.contains_key(c)).is_some()));
    Ok(mapped.unwrap_or(&sources[0]))
}
