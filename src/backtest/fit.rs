//! Logistic regression with a ridge, by Newton's method. Columns are brought to mean 0 and variance 1
//! first, so that one ridge suits them all; a column that never varies gets nothing.

use jianwei_core::engine::stats::logistic;

/// Weight of the squared coefficients of such columns: as if some tens of outcomes spoke for 0.
const RIDGE: f64 = 10.0;
const MAX_STEPS: usize = 50;

/// Log-odds = intercept + sum of coefficient * (value - centre).
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    pub intercept: f64,
    pub coefficients: Vec<f64>,
    pub centres: Vec<f64>,
}

/// `rows` have one width, and there is at least one. None where the equations have no solution.
pub fn fit(rows: &[&[f64]], happened: &[bool]) -> Option<Fitted> {
    let width = rows.first()?.len();
    let count = rows.len() as f64;
    let column = |at: usize| rows.iter().map(move |row| row[at]);
    let centres: Vec<f64> = (0..width).map(|at| column(at).sum::<f64>() / count).collect();
    let spread = |at: usize| (column(at).map(|v| (v - centres[at]) * (v - centres[at])).sum::<f64>() / count).sqrt();
    let scales: Vec<f64> = (0..width).map(spread).map(|s| if s > 1e-9 { 1.0 / s } else { 0.0 }).collect();
    let scaled: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let values = row.iter().zip(centres.iter().zip(&scales)).map(|(v, (centre, scale))| (v - centre) * scale);
            std::iter::once(1.0).chain(values).collect()
        })
        .collect();
    let beta = newton(&scaled, happened)?;
    Some(Fitted {
        intercept: beta[0],
        coefficients: beta[1..].iter().zip(&scales).map(|(b, scale)| b * scale).collect(),
        centres,
    })
}

fn newton(rows: &[Vec<f64>], happened: &[bool]) -> Option<Vec<f64>> {
    let width = rows[0].len();
    let mut beta = vec![0.0; width];
    for _ in 0..MAX_STEPS {
        let mut gradient = vec![0.0; width];
        let mut curve = vec![vec![0.0; width]; width];
        for (row, happened) in rows.iter().zip(happened) {
            let p = logistic(row.iter().zip(&beta).map(|(v, b)| v * b).sum());
            let (miss, weight) = (f64::from(u8::from(*happened)) - p, p * (1.0 - p));
            for (i, v) in row.iter().enumerate() {
                gradient[i] += miss * v;
                for (j, w) in row[..=i].iter().enumerate() {
                    curve[i][j] += weight * v * w;
                }
            }
        }
        for i in 1..width {
            gradient[i] -= RIDGE * beta[i];
            curve[i][i] += RIDGE;
        }
        let step = solve(curve, &gradient)?;
        beta.iter_mut().zip(&step).for_each(|(b, s)| *b += s);
        if step.iter().all(|s| s.abs() < 1e-10) {
            break;
        }
    }
    beta.iter().all(|b| b.is_finite()).then_some(beta)
}

/// Solves a symmetric, positive definite system, of which the lower half is given (Cholesky).
fn solve(mut a: Vec<Vec<f64>>, right: &[f64]) -> Option<Vec<f64>> {
    let n = right.len();
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| a[i][k] * a[j][k]).sum();
            let rest = a[i][j] - sum;
            if i == j && rest <= 0.0 {
                return None;
            }
            a[i][j] = if i == j { rest.sqrt() } else { rest / a[j][j] };
        }
    }
    let mut x = right.to_vec();
    for i in 0..n {
        let sum: f64 = (0..i).map(|k| a[i][k] * x[k]).sum();
        x[i] = (x[i] - sum) / a[i][i];
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|k| a[k][i] * x[k]).sum();
        x[i] = (x[i] - sum) / a[i][i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of two columns on a grid, each as often as the shares ask for.
    fn made(intercept: f64, slopes: [f64; 2]) -> (Vec<[f64; 2]>, Vec<bool>) {
        let (mut rows, mut happened) = (Vec::new(), Vec::new());
        for i in -10..=10 {
            for j in -10..=10 {
                let row = [f64::from(i) / 5.0, f64::from(j) / 2.0 + 7.0];
                let p = logistic(intercept + slopes[0] * row[0] + slopes[1] * (row[1] - 7.0));
                for n in 0..200 {
                    rows.push(row);
                    happened.push(f64::from(n) + 0.5 < 200.0 * p);
                }
            }
        }
        (rows, happened)
    }

    #[test]
    fn finds_what_the_rows_were_made_from() {
        for (intercept, slopes) in [(-2.0, [0.7, -0.2]), (0.5, [0.0, 0.4]), (-3.0, [1.0, 0.0])] {
            let (rows, happened) = made(intercept, slopes);
            let views: Vec<&[f64]> = rows.iter().map(|r| r.as_slice()).collect();
            let fitted = fit(&views, &happened).expect("a solution");
            let got = [fitted.intercept, fitted.coefficients[0], fitted.coefficients[1]];
            for (got, wanted) in got.iter().zip([intercept, slopes[0], slopes[1]]) {
                assert!((got - wanted).abs() < 0.02, "{fitted:?}");
            }
            assert!(fitted.centres[0].abs() < 1e-9 && (fitted.centres[1] - 7.0).abs() < 1e-9);
        }
    }

    #[test]
    fn columns_that_say_nothing_get_nothing_and_what_parts_the_rows_stays_finite() {
        let rows: Vec<[f64; 2]> = (0..100).map(|n| [3.0, f64::from(n)]).collect();
        let views: Vec<&[f64]> = rows.iter().map(|r| r.as_slice()).collect();
        let parted: Vec<bool> = (0..100).map(|n| n >= 50).collect();
        let fitted = fit(&views, &parted).expect("a solution");
        assert_eq!(fitted.coefficients[0], 0.0);
        assert!(fitted.coefficients[1] > 0.01 && fitted.coefficients[1] < 1.0, "{fitted:?}");
        let all = vec![true; 100];
        assert!(fit(&views, &all).is_none_or(|f| f.intercept.is_finite()));
        assert_eq!(fit(&[], &[]), None);
    }

    #[test]
    fn systems_that_have_no_solution_are_refused() {
        let solved = solve(vec![vec![4.0, 0.0], vec![2.0, 3.0]], &[8.0, 7.0]).expect("a solution");
        assert!((solved[0] - 1.25).abs() < 1e-12 && (solved[1] - 1.5).abs() < 1e-12, "{solved:?}");
        assert_eq!(solve(vec![vec![0.0]], &[1.0]), None);
    }
}
