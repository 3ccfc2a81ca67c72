use super::{Drift, Evaluation};

const YEARS: &str = "The series' years have 52 weeks: to keep in step with them, a week of the calendar is left out every 293.";

/// The table of `shared/data/surge/README.md`, with our rows.
pub fn print(result: &Evaluation) -> String {
    let mut text =
        format!("{} series, {} test weeks without and with an outbreak\n{YEARS}\n\n", result.series, result.test_weeks);
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
    let raised =
        format!("Drift of x{} from week {} on (count raised, fractions carried over)", super::DRIFT_RATIO, super::TEST_FROM);
    let years = [
        ("years of 52 weeks, like the table", &result.drift),
        ("consecutive weeks of the calendar, whose years the series' seasons run ahead of", &result.drift_on_consecutive_weeks),
    ];
    text.push_str(&format!("\n{raised}\n"));
    for (how, drift) in years {
        let found = drift.as_ref().map_or("no threshold keeps within the false alarms allowed".to_string(), |d| {
            let Drift { found, within_weeks, threshold, false_alarms_per_year: alarms, .. } = d;
            format!("{found}% found within {within_weeks} weeks, at a CUSUM of {threshold} with {alarms} false alarms a year")
        });
        text.push_str(&format!("- {how}: {found}\n"));
    }
    text.trim_end().to_string()
}
