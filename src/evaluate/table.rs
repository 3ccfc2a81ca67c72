use super::Evaluation;

/// The table of `shared/data/surge/README.md`, with our rows.
pub fn print(result: &Evaluation) -> String {
    let mut text = format!("{} series, {} test weeks without and with an outbreak\n\n", result.series, result.test_weeks);
    text.push_str("| jianwei | FPR % | POD % | first week % | sens % | PPV % | timeliness |\n|---|---|---|---|---|---|---|\n");
    let cell = |value: Option<f64>, places: usize| value.map_or("-".to_string(), |v| format!("{v:.places$}"));
    for row in &result.rows {
        let cells = [
            cell(row.fpr, 2),
            cell(row.pod, 1),
            cell(row.first_week, 1),
            cell(row.sens, 1),
            cell(row.ppv, 1),
            cell(row.timeliness, 3),
        ];
        text.push_str(&format!("| {} | {} |\n", row.name, cells.join(" | ")));
    }
    match &result.drift {
        Some(d) => text.push_str(&format!(
            "\nDrift of x{} from week {} on (count raised, fractions carried over): {}% found within {} weeks, at a CUSUM of {} with {} false alarms a year",
            d.ratio, super::TEST_FROM, d.found, d.within_weeks, d.threshold, d.false_alarms_per_year
        )),
        None => text.push_str("\nDrift: no threshold keeps within the false alarms allowed"),
    }
    text
}
