//! The runs of several tables, one after the other, and the report of what failed.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use keyfob_mirror::destination::Destination;
use keyfob_mirror::{ErrorKind, Mirror, Rejected, TableReport, Window};

use super::connections::{ApiConnection, Connections};
use super::progress::Progress;
use super::selection::Selected;
use super::summary::Outcome;
use super::target::Target;
use crate::console::{self, WARNING, note, paint};
use crate::exit::{self, ApiContext, Reported, ResumeHint};
use crate::interrupt::Interrupt;

/// Options of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Dates of the rows, for tables with dates.
    pub(crate) window: Window,
    pub(crate) include_sensitive: bool,
    pub(crate) full: bool,
    pub(crate) dry_run: bool,
    pub(crate) page_size: Option<u32>,
}

/// Copies the tables, one after the other. Ends after the table that was stopped by a signal.
///
/// # Errors
///
/// If the destination cannot be opened. Failures of tables are in the outcomes.
pub(super) async fn copy(
    tables: &[Selected],
    connections: &Connections,
    target: &Target,
    options: &Options,
) -> anyhow::Result<Vec<Outcome>> {
    let interrupt = Interrupt::listen();
    let progress = Progress::default();
    let mut outcomes = Vec::new();
    for selected in tables {
        if interrupt.check().is_err() {
            break;
        }
        let (connection, destination) = (connections.get(selected.api), target.open(Some(selected.api))?);
        let mut report = run_table(*selected, connection, destination, options, &progress, &interrupt).await;
        let error = report.error.take().map(|error| {
            let hint = match error.kind() {
                ErrorKind::Interrupted | ErrorKind::Api | ErrorKind::Destination if report.progress.received > 0 => {
                    Some(ResumeHint::NextRun)
                }
                ErrorKind::Mismatch => Some(ResumeHint::Full),
                _ => None,
            };
            let error = with_api(error, *selected, &interrupt);
            match hint {
                Some(hint) => error.context(hint),
                None => error,
            }
        });
        outcomes.push(Outcome { selected: *selected, report, error });
    }
    Ok(outcomes)
}

/// Copies a table.
pub(crate) async fn run_table(
    selected: Selected,
    connection: &ApiConnection,
    destination: impl Destination + 'static,
    options: &Options,
    progress: &Progress,
    interrupt: &Interrupt,
) -> TableReport {
    let Selected { api, table, .. } = selected;
    let mut mirror = Mirror::of_tables(connection.session.clone(), api.tables, destination)
        .tables([table.name])
        .include_sensitive(options.include_sensitive)
        .full(options.full)
        .dry_run(options.dry_run)
        .observer(progress.table(format!("{}/{}", api.name, table.name)))
        .stop_on(interrupt.clone().wait());
    if table.window.is_some() {
        mirror = mirror.window(options.window.clone());
    }
    if let Some(account) = &connection.account {
        mirror = mirror.account(account);
    }
    if let Some(rows) = options.page_size {
        mirror = mirror.page_size(rows);
    }
    let mut reports = mirror.run_each().await.expect("the table is one of the API");
    reports.pop().expect("one table was selected")
}

/// Returns the error of a table with the API that its advice depends on.
pub(crate) fn with_api(error: keyfob_mirror::Error, selected: Selected, interrupt: &Interrupt) -> anyhow::Error {
    match interrupt.check() {
        Err(interrupted) if error.kind() == ErrorKind::Interrupted => interrupted.into(),
        _ if error.kind() == ErrorKind::Api => anyhow::Error::from(error).context(ApiContext(selected.api)),
        _ => error.into(),
    }
}

/// Prints a warning if the clock of this machine differs from the service's by more than a minute.
pub(crate) fn warn_about_clock(report: &TableReport) {
    if let Some(offset) = report.clock_offset.filter(|offset| offset.abs() > TimeDelta::minutes(1)) {
        let direction = if offset > TimeDelta::zero() { "ahead of" } else { "behind" };
        warning(format_args!(
            "the clock of this machine is {} s {direction} the clock of {}; correct it (no change is lost)",
            offset.num_seconds().abs(),
            report.api
        ));
    }
}

/// Prints the warnings about a table. `places` names the place of rejected values.
pub(crate) fn warn(report: &TableReport, places: &str) {
    let name = format!("{}/{}", report.api, report.table);
    if report.relisted {
        warning(format_args!(
            "{name}: the service no longer lists the changes since the last run; all rows were listed again"
        ));
    }
    let rejects = report.progress.rejects;
    if rejects > 0 {
        let (noun, verb) = if rejects == 1 { ("value", "does") } else { ("values", "do") };
        warning(format_args!("{rejects} {noun} of {name} {verb} not have the described type; {places}"));
        for Rejected { key, field, expected, .. } in &report.rejected {
            let row = key.as_ref().map_or_else(|| String::from("a row without a key"), |key| format!("row {key}"));
            let field = if field.is_empty() { String::new() } else { format!(": {field}") };
            note(format_args!("  {}{field}: expected {expected}", console::printable(&row)));
        }
        let others = rejects - report.rejected.len() as u64;
        if others > 0 {
            note(format_args!("  and {others} more"));
        }
    }
    if report.incomplete {
        warning(format_args!("{name} is incomplete: rows without a key were listed, so that no row was deleted"));
    }
}

fn warning(text: impl std::fmt::Display) {
    note(format_args!("{} {text}", paint(WARNING, "warning:")));
}

/// Prints warnings and failures, each with its table.
///
/// # Errors
///
/// If a table has failed or is incomplete: the exit status of the first failure.
pub(super) fn report(outcomes: &[Outcome]) -> anyhow::Result<()> {
    let mut warned = BTreeSet::new();
    for Outcome { report, .. } in outcomes {
        // The tables of an API have the same clock.
        if warned.insert(report.api) {
            warn_about_clock(report);
        }
        warn(report, "_keyfob_rejects has them as received");
    }
    let failures: Vec<_> = outcomes.iter().filter_map(|outcome| Some((outcome, outcome.error.as_ref()?))).collect();
    for (outcome, error) in &failures {
        exit::print(error, Some(&outcome.name()));
    }
    let incomplete = outcomes.iter().any(|outcome| outcome.report.incomplete).then_some(exit::INCOMPLETE);
    match failures.first().map(|(_, error)| exit::status(error)).or(incomplete) {
        Some(status) => Err(Reported(status).into()),
        None => Ok(()),
    }
}
