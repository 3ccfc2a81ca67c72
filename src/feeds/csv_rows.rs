//! CSV rows as JSON objects of text cells. UTF-8 with or without BOM, else GB18030.

use super::{MAX_COLUMNS, RawRow, counted};
use anyhow::{Context, Result, bail};

/// Rows in which a header is looked for where the first line is none.
const HEADER_WITHIN_ROWS: usize = 10;

/// A CSV file as it is, before anything is made of it.
pub struct Csv {
    pub encoding: &'static str,
    pub header: Vec<String>,
    /// Each row, and the line it begins at.
    pub values: Vec<(u64, Vec<u8>)>,
    /// The first rows' cells as they are: the header may be among them, where the first line is none.
    pub first: Vec<(u64, Vec<String>)>,
    /// Rows of another number of cells than the header has: the first one's line number and cells, and how many.
    pub ragged: Option<(u64, usize, u64)>,
}

pub fn rows(bytes: &[u8]) -> Result<Vec<RawRow>> {
    Ok(counted(read(bytes)?.values.into_iter()))
}

pub fn read(bytes: &[u8]) -> Result<Csv> {
    let (text, encoding) = text(bytes)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers()?.iter().map(|h| named(h.trim())).collect();
    if header.len() > MAX_COLUMNS {
        bail!("{} columns; {MAX_COLUMNS} are allowed", header.len());
    }
    let mut csv = Csv { encoding, header, values: Vec::new(), first: Vec::new(), ragged: None };
    for (at, record) in reader.records().enumerate() {
        let record = record.with_context(|| format!("row {}", at + 2))?;
        let line = record.position().map_or(at as u64 + 2, |position| line_of(&text, position));
        if at < HEADER_WITHIN_ROWS {
            csv.first.push((line, record.iter().map(|cell| named(cell.trim())).collect()));
        }
        if record.len() != csv.header.len() {
            csv.ragged.get_or_insert((line, record.len(), 0)).2 += 1;
        }
        let row: serde_json::Map<String, serde_json::Value> =
            csv.header.iter().zip(record.iter()).map(|(name, cell)| (name.clone(), cell.into())).collect();
        csv.values.push((line, serde_json::to_vec(&row)?));
    }
    Ok(csv)
}

/// The line a record begins at: its position is that of the blank lines, or of the rest of a line end, before it.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let before = text.as_bytes().get(position.byte() as usize..).unwrap_or_default();
    let blank = before.iter().take_while(|b| matches!(b, b'\n' | b'\r')).filter(|b| **b == b'\n').count();
    position.line() + blank as u64
}

pub fn text(bytes: &[u8]) -> Result<(std::borrow::Cow<'_, str>, &'static str)> {
    let (bytes, marked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text.into(), if marked { "UTF-8 with a byte order mark" } else { "UTF-8" })),
        Err(_) => {
            let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes);
            Ok((text.context("neither UTF-8 nor GB18030: save it as CSV UTF-8")?, "GB18030"))
        }
    }
}

/// A column's name; one that was encoded twice is put right, as intake does with what stands below it.
pub fn named(name: &str) -> String {
    let name = jianwei_core::intake::repaired(name).unwrap_or_else(|| name.to_string());
    name.trim_start_matches('\u{feff}').to_string()
}
