//! Weekly series from CSV.

use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// Rows of one file: 2 GB of memory.
const MAX_ROWS: usize = 20_000_000;
/// Two thousand years.
const MAX_WEEK: i64 = 100_000;
const COLUMNS: [&str; 5] = ["series", "week", "count", "count_with_outbreak", "outbreak"];

#[derive(Debug, Clone, PartialEq)]
pub struct WeeklySeries {
    pub weeks: Vec<Week>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Week {
    pub week: i64,
    pub count: u64,
    pub count_with_outbreak: u64,
    pub outbreak: bool,
}

pub fn read_series(path: &Path) -> Result<Vec<WeeklySeries>> {
    let name = path.display();
    let file = BufReader::new(File::open(path).with_context(|| format!("{name}: can't be read"))?);
    let zipped = path.extension().is_some_and(|e| e == "gz");
    let reader: Box<dyn Read> = if zipped { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut csv = csv::Reader::from_reader(reader);
    let header = csv.headers().with_context(|| format!("{name}: no header"))?.clone();
    let mut places = [0; COLUMNS.len()];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        let found = header.iter().position(|h| h.trim() == column);
        *place = found.with_context(|| format!("{name}: no column `{column}`: write {}", COLUMNS.join(",")))?;
    }
    let mut all: BTreeMap<String, Vec<Week>> = BTreeMap::new();
    for (n, record) in csv.records().enumerate() {
        let row = n + 2;
        ensure!(n < MAX_ROWS, "{name}: more than {MAX_ROWS} rows: write fewer series to a file");
        let record = record.with_context(|| format!("{name}: row {row} can't be read"))?;
        let cell = |c: usize| record.get(places[c]).unwrap_or("").trim();
        let whole = |c: usize| -> Result<u64> {
            let text = cell(c);
            text.parse()
                .with_context(|| format!("{name}: row {row}: `{}` is \"{text}\": write a whole number from 0", COLUMNS[c]))
        };
        let number = i64::try_from(whole(1)?).ok().filter(|week| *week <= MAX_WEEK);
        let number = number.with_context(|| format!("{name}: row {row}: weeks are numbered up to {MAX_WEEK}"))?;
        let week = Week { week: number, count: whole(2)?, count_with_outbreak: whole(3)?, outbreak: whole(4)? > 0 };
        let weeks = all.entry(cell(0).to_string()).or_default();
        if let Some(before) = weeks.last().filter(|before| before.week >= week.week) {
            bail!(
                "{name}: row {row}: week {} of series {} after week {}: sort the weeks, each once",
                week.week,
                cell(0),
                before.week
            );
        }
        weeks.push(week);
    }
    Ok(all.into_values().map(|weeks| WeeklySeries { weeks }).collect())
}
