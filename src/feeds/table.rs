//! A file as a table to look at: its columns and rows, and a plain word on what is no table at all.

use super::{MAX_COLUMNS, Row, counted, csv_rows, ending, keyed, unpacked};
use anyhow::{Context, Result, bail};
use jianwei_core::domain::SourceKind;
use jianwei_core::pipeline::Model;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub struct Table {
    pub path: PathBuf,
    pub encoding: &'static str,
    /// In the file's order; of NDJSON in that of the alphabet.
    pub columns: Vec<String>,
    /// Each row as a record's value.
    pub values: Vec<Vec<u8>>,
    /// Where each row begins.
    lines: Vec<u64>,
}

/// Reads a file whole; what is no table is an error that says why.
pub fn table(path: &Path) -> Result<Table> {
    let bytes = unpacked(path).with_context(|| format!("reading {}", path.display()))?;
    refuse(&bytes).with_context(|| path.display().to_string())?;
    let table = match ending(path)? {
        super::Ending::Csv => csv_table(path, &bytes),
        super::Ending::Ndjson => ndjson_table(path, &bytes),
    };
    table.with_context(|| path.display().to_string())
}

impl Table {
    /// The line of the file each row begins at.
    pub fn lines(&self) -> impl Iterator<Item = u64> {
        self.lines.iter().copied()
    }

    /// The rows as `publish` would send them.
    pub fn rows(&self, model: &Model, kind: SourceKind) -> Result<Vec<Row>> {
        let values = self.lines.iter().copied().zip(self.values.iter().cloned());
        keyed(model, kind, counted(values), &self.path)
    }
}

/// Files that are something else, by their first bytes.
fn refuse(bytes: &[u8]) -> Result<()> {
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        bail!("the file is empty");
    }
    if begins(b"PK\x03\x04") || begins(b"\xd0\xcf\x11\xe0") {
        bail!("this is an Excel workbook or a zip file: open it and save the sheet as CSV UTF-8");
    }
    if begins(b"\xff\xfe") || begins(b"\xfe\xff") {
        bail!("this is UTF-16: save it as CSV UTF-8");
    }
    if bytes.contains(&0) {
        bail!("this is no text: it holds zero bytes; save it as CSV UTF-8");
    }
    Ok(())
}

fn csv_table(path: &Path, bytes: &[u8]) -> Result<Table> {
    let csv = csv_rows::read(bytes)?;
    refuse_other_separator(&csv.header)?;
    refuse_title(&csv)?;
    let mut seen = BTreeSet::new();
    if let Some(twice) = csv.header.iter().find(|name| !name.is_empty() && !seen.insert(name.as_str())) {
        bail!("column {twice:?} stands twice: only one of them would be read; rename one");
    }
    if csv.values.is_empty() {
        bail!("there is a header line of {} columns and no row", csv.header.len());
    }
    if let Some((line, cells, count)) = csv.ragged {
        bail!(
            "line {line} has {cells} cells, the header has {} ({count} such rows): a comma or a line break in a text without quotation marks around it? Their cells would stand in the wrong columns",
            csv.header.len()
        );
    }
    let columns = csv.header.into_iter().filter(|name| !name.is_empty()).collect();
    let (lines, values) = csv.values.into_iter().unzip();
    Ok(Table { path: path.to_path_buf(), encoding: csv.encoding, columns, values, lines })
}

/// Names that stand together in one column: they are parted by something else than commas.
fn refuse_other_separator(header: &[String]) -> Result<()> {
    let separators = [('\t', "tabs"), (';', "semicolons"), ('；', "semicolons"), ('|', "bars")];
    let together = |c: char| (header.len() == 1 || c == '\t') && header.iter().any(|name| name.trim().contains(c));
    match separators.into_iter().find(|(c, _)| together(*c)) {
        Some((_, name)) => bail!(
            "the header's columns are parted by {name} and would be read as one column: save it as CSV with commas (CSV UTF-8 in Excel)"
        ),
        None => Ok(()),
    }
}

/// A first line that names less than half of its columns is a title, and so is one of a single cell above rows
/// that begin with a header; the header stands below it.
fn refuse_title(csv: &csv_rows::Csv) -> Result<()> {
    let filled = |cells: &[String]| cells.iter().filter(|c| !c.is_empty()).count();
    let is_name = |cell: &String| cell.chars().filter(char::is_ascii_digit).count() < 4 && cell.chars().count() <= 20;
    let is_header = |cells: &[String]| filled(cells) >= 2 && filled(cells) * 2 > cells.len() && cells.iter().all(is_name);
    let header = csv.first.iter().position(|(_, cells)| is_header(cells));
    // Texts with commas in them have now more cells, now fewer.
    let even = |at: &usize| csv.first[*at..].windows(2).all(|two| two[0].1.len() == two[1].1.len());
    let named = filled(&csv.header);
    let header = match csv.header.len() {
        1 if named == 1 => match header.filter(|at| *at + 1 < csv.first.len()).filter(even) {
            None => return Ok(()),
            found => found,
        },
        columns if named * 2 >= columns && named > 0 => return Ok(()),
        _ => header,
    };
    let first = if named == 0 { "line 1 names no column" } else { "line 1 looks like a title, no header" };
    match header.map(|at| csv.first[at].0) {
        Some(line) => bail!("{first}; line {line} seems to be the header: delete the lines above it"),
        None => bail!("{first}: write a line with the columns' names first"),
    }
}

fn ndjson_table(path: &Path, bytes: &[u8]) -> Result<Table> {
    let rows = super::ndjson_rows(bytes).into_iter().map(|row| (row.line, row.value));
    let (lines, values): (Vec<u64>, Vec<Vec<u8>>) = rows.unzip();
    let mut columns = BTreeSet::new();
    let mut objects = 0;
    for value in &values {
        let Ok((text, _)) = csv_rows::text(value) else { continue };
        let Ok(row) = serde_json::from_str::<Map<String, Value>>(&text) else { continue };
        objects += 1;
        columns.extend(row.into_iter().map(|(name, _)| csv_rows::named(&name)));
        if columns.len() > MAX_COLUMNS {
            bail!("more than {MAX_COLUMNS} columns");
        }
    }
    if objects == 0 {
        bail!("no line is a JSON object: NDJSON has one on each line");
    }
    let encoding = if std::str::from_utf8(bytes).is_ok() { "UTF-8" } else { "not UTF-8" };
    Ok(Table { path: path.to_path_buf(), encoding, columns: columns.into_iter().collect(), values, lines })
}
