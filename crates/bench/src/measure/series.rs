//! Median and spread of several runs.

use std::fmt;

use futures::future::BoxFuture;

/// Figures of several runs, sorted.
#[derive(Clone, Debug, Default)]
pub struct Series(Vec<f64>);

impl Series {
    /// Adds the figure of a run.
    pub fn push(&mut self, figure: f64) {
        let at = self.0.partition_point(|other| other.total_cmp(&figure).is_lt());
        self.0.insert(at, figure);
    }

    /// Returns the median; 0 for an empty series.
    #[must_use]
    pub fn median(&self) -> f64 {
        let middle = self.0.len() / 2;
        match (self.0.len() % 2, self.0.get(middle)) {
            (_, None) => 0.0,
            (0, Some(upper)) => f64::midpoint(self.0[middle - 1], *upper),
            (_, Some(middle)) => *middle,
        }
    }

    /// Returns the 95 % confidence interval of the median.
    ///
    /// The bounds are figures of the series, with the ranks `n/2 ± 0.98 √n` (normal approximation of the binomial
    /// distribution), so that outliers do not widen the interval. `(0, 0)` for an empty series.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        let count = self.0.len();
        let distance = (0.98 * (count as f64).sqrt()).ceil() as usize;
        let low = (count / 2).saturating_sub(distance);
        let high = (count / 2 + distance).min(count.saturating_sub(1));
        let figure = |rank: usize| self.0.get(rank).copied().unwrap_or_default();
        (figure(low), figure(high))
    }

    /// Returns half the range from the smallest to the largest figure, as a fraction of the median.
    #[must_use]
    pub fn spread(&self) -> f64 {
        match (self.0.first(), self.0.last()) {
            (Some(smallest), Some(largest)) if self.median() > 0.0 => (largest - smallest) / 2.0 / self.median(),
            _ => 0.0,
        }
    }
}

/// Formats as `median ± spread`. The default precision is one digit below 100 and none from 100 on.
impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let median = self.median();
        let precision = f.precision().unwrap_or(usize::from(median < 100.0));
        write!(f, "{median:.precision$} ± {:.0} %", self.spread() * 100.0)
    }
}

/// Measurement that returns the figure of one run per call.
pub type Run<'a> = Box<dyn FnMut() -> BoxFuture<'a, f64> + 'a>;

/// Runs all measurements in turn, `rounds` times, so that a temporary slowdown of the machine affects all of them.
pub async fn interleaved(rounds: usize, runs: &mut [Run<'_>]) -> Vec<Series> {
    let mut series = vec![Series::default(); runs.len()];
    for _ in 0..rounds {
        for (run, series) in runs.iter_mut().zip(&mut series) {
            series.push(run().await);
        }
    }
    series
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(figures: &[f64]) -> Series {
        let mut series = Series::default();
        for figure in figures {
            series.push(*figure);
        }
        series
    }

    #[test]
    fn the_median_is_the_middle_of_the_sorted_figures() {
        assert!((series(&[9.0, 1.0, 4.0]).median() - 4.0).abs() < 1e-9);
        assert!((series(&[9.0, 1.0, 4.0, 6.0]).median() - 5.0).abs() < 1e-9);
        assert!(series(&[]).median().abs() < 1e-9);
    }

    #[test]
    fn the_interval_of_the_median_leaves_outliers_out() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        let (low, high) = series(&hundred).interval();
        assert!((low - 41.0).abs() < 1e-9 && (high - 61.0).abs() < 1e-9, "{low} to {high}");
        assert_eq!(series(&[2.0, 1.0]).interval(), (1.0, 2.0));
        assert_eq!(series(&[]).interval(), (0.0, 0.0));
    }

    #[test]
    fn a_series_reads_as_its_median_and_half_its_range() {
        assert_eq!(series(&[8.0, 10.0, 12.0]).to_string(), "10.0 ± 20 %");
        assert_eq!(series(&[190.0, 200.0, 210.0]).to_string(), "200 ± 5 %");
    }
}
