//! CSV rows as JSON objects of text cells. UTF-8 with or without BOM, else GB18030.

use super::{RawRow, counted};
use anyhow::{Context, Result, bail};

/// Longest header a file may have; more columns is no table.
const MAX_COLUMNS: usize = 1_000;

pub fn rows(bytes: &[u8]) -> Result<Vec<RawRow>> {
    let text = text(bytes)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers()?.iter().map(|h| h.trim().to_string()).collect();
    if header.len() > MAX_COLUMNS {
        bail!("{} columns; {MAX_COLUMNS} are allowed", header.len());
    }
    let mut values = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.with_context(|| format!("row {}", at + 2))?;
        let row: serde_json::Map<String, serde_json::Value> =
            header.iter().zip(record.iter()).map(|(name, cell)| (name.clone(), cell.into())).collect();
        values.push((record.position().map_or(at as u64 + 2, csv::Position::line), serde_json::to_vec(&row)?));
    }
    Ok(counted(values.into_iter()))
}

fn text(bytes: &[u8]) -> Result<std::borrow::Cow<'_, str>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) => {
            encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes).context("neither UTF-8 nor GB18030")
        }
    }
}
