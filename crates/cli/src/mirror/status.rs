//! `keyfob mirror --status`: the state of the copies in a destination.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use keyfob_mirror::destination::{Destination, Run, TableStatus};
use serde_json::{Value, json};

use super::selection::Selected;
use super::text_table::{self, Align};
use crate::console;

/// Prints the state of the copies; of those selected, if any are.
///
/// # Errors
///
/// If the destination cannot be read, or standard output not be written.
pub(super) async fn print(destination: &dyn Destination, selected: &[Selected], as_json: bool) -> anyhow::Result<()> {
    let mut tables = destination.status().await?;
    if !selected.is_empty() {
        let is_selected = |table: &TableStatus| {
            selected.iter().any(|selected| selected.api.name == table.api && selected.table.name == table.table)
        };
        tables.retain(is_selected);
    }
    let now = Utc::now();
    if as_json {
        let tables: Vec<_> = tables.iter().map(|table| to_json(table, now)).collect();
        return Ok(console::json(&json!({ "destination": destination.name(), "tables": tables }))?);
    }
    if tables.is_empty() {
        return Ok(console::line(format_args!("{} has no copies of tables yet", destination.name()))?);
    }
    let columns = [
        ("table", Align::Left),
        ("rows", Align::Right),
        ("rejects", Align::Right),
        ("last run", Align::Left),
        ("lag", Align::Right),
        ("writer", Align::Left),
    ];
    Ok(text_table::print(&columns, &tables.iter().map(|table| to_cells(table, now)).collect::<Vec<_>>())?)
}

fn to_json(table: &TableStatus, now: DateTime<Utc>) -> Value {
    json!({
        "api": table.api,
        "table": table.table,
        "rows": table.rows,
        "rejects": table.rejects,
        "lastRun": table.last_run.as_ref().map(run_to_json),
        "currentTo": table.current_to.map(time),
        "lagSeconds": table.current_to.map(|until| (now - until).num_seconds().max(0)),
        "writer": table.writer,
    })
}

fn run_to_json(run: &Run) -> Value {
    json!({
        "started": time(run.started),
        "finished": time(run.finished),
        "received": run.received,
        "upserts": run.upserts,
        "deletions": run.deletions,
        "rejects": run.rejects,
        "error": run.error,
    })
}

fn to_cells(table: &TableStatus, now: DateTime<Utc>) -> Vec<String> {
    let last_run = match &table.last_run {
        Some(Run { finished, error: None, .. }) => time(*finished),
        Some(Run { finished, error: Some(error), .. }) => format!("{} failed: {error}", time(*finished)),
        None => String::from("none"),
    };
    vec![
        console::printable(&format!("{}/{}", table.api, table.table)),
        table.rows.to_string(),
        table.rejects.to_string(),
        console::printable(&last_run),
        table.current_to.map(|until| lag(now - until)).unwrap_or_default(),
        console::printable(table.writer.as_deref().unwrap_or_default()),
    ]
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Returns a time span in its two largest units, for example `1h 5m`.
fn lag(lag: TimeDelta) -> String {
    let seconds = u64::try_from(lag.num_seconds()).unwrap_or_default();
    let text = humantime::format_duration(Duration::from_secs(seconds)).to_string();
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_has_two_units() {
        for (seconds, expected) in [(0, "0s"), (59, "59s"), (3_905, "1h 5m"), (200_000, "2days 7h"), (-5, "0s")] {
            assert_eq!(lag(TimeDelta::seconds(seconds)), expected);
        }
    }
}
