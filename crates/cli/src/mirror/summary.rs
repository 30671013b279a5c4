//! Summary of a run: a line for each table.

use keyfob_mirror::{Progress, TableReport};
use serde_json::{Value, json};

use super::selection::Selected;
use super::text_table::{self, Align};
use crate::{console, exit};

/// Result of one table.
pub(super) struct Outcome {
    pub(super) selected: Selected,
    /// The report without its error.
    pub(super) report: TableReport,
    pub(super) error: Option<anyhow::Error>,
}

impl Outcome {
    /// Returns the name of the table with that of its API.
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.selected.api.name, self.selected.table.name)
    }

    fn to_json(&self) -> Value {
        let Progress { received, upserts, deletions, rejects, .. } = self.report.progress;
        let mut json = json!({
            "api": self.selected.api.name,
            "table": self.selected.table.name,
            "rows": self.report.rows,
            "received": received,
            "upserts": upserts,
            "deletions": deletions,
            "rejects": rejects,
            "seconds": (self.seconds() * 1000.0).round() / 1000.0,
        });
        if self.report.incomplete {
            json["incomplete"] = true.into();
        }
        if let Some(error) = &self.error {
            json["error"] = exit::summary(error).into();
        }
        json
    }

    fn to_cells(&self) -> Vec<String> {
        let Progress { upserts, deletions, rejects, .. } = self.report.progress;
        let state = match &self.error {
            Some(_) => "failed",
            None if self.report.incomplete => "incomplete",
            None => "",
        };
        vec![
            self.name(),
            self.report.rows.to_string(),
            upserts.to_string(),
            deletions.to_string(),
            rejects.to_string(),
            format!("{:.1}", self.seconds()),
            state.to_owned(),
        ]
    }

    fn seconds(&self) -> f64 {
        (self.report.finished - self.report.started).to_std().unwrap_or_default().as_secs_f64()
    }
}

/// Prints the results of a run.
///
/// # Errors
///
/// If standard output cannot be written.
pub(super) fn print(destination: &str, outcomes: &[Outcome], dry_run: bool, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let tables: Vec<_> = outcomes.iter().map(Outcome::to_json).collect();
        let summary = json!({ "destination": destination, "dryRun": dry_run, "tables": tables });
        return Ok(console::json(&summary)?);
    }
    let columns = [
        ("table", Align::Left),
        ("rows", Align::Right),
        ("added/changed", Align::Right),
        ("deleted", Align::Right),
        ("rejects", Align::Right),
        ("seconds", Align::Right),
        ("", Align::Left),
    ];
    text_table::print(&columns, &outcomes.iter().map(Outcome::to_cells).collect::<Vec<_>>())?;
    if dry_run {
        console::line(console::paint(console::FAINT, format_args!("dry run: {destination} is unchanged")))?;
    }
    Ok(())
}
