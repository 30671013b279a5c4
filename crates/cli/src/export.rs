//! `keyfob export`: writes a table to a file and keeps the file up to date. A mirror whose destination is a file.

use std::io::IsTerminal;

use keyfob_mirror::destination::Destination;
use keyfob_mirror::destination::files::Files;
use keyfob_mirror::{Error, ErrorKind, Schema, TableReport, Window};
use serde_json::json;

use crate::args::Export;
use crate::console::{self, FAINT, paint};
use crate::exit::{Incomplete, ResumeHint};
use crate::interrupt::Interrupt;
use crate::mirror::connections::ApiConnection;
use crate::mirror::progress::Progress;
use crate::mirror::run::{self, Options};
use crate::mirror::selection::Selected;
use crate::mirror::window::Dates;
use crate::registry;
use crate::usage_error::UsageError;

pub(crate) async fn run(args: &Export) -> anyhow::Result<()> {
    let api = registry::api(&args.api)?;
    let selected = Selected::named(api, &args.table)?;
    let destination = Files::new(&args.out)?.neutralize_formulas(args.neutralize_formulas)?.start_over(!args.resume);
    let dates = Dates { from: ("--from", args.from.as_deref()), to: ("--to", args.to.as_deref()) };
    let given = dates.window()?;
    let stored = if args.resume { stored_window(&destination, selected, args.include_sensitive).await? } else { None };
    let window = match stored {
        // The dates may be left out with --resume.
        Some(stored) if given.is_unlimited() => stored,
        Some(stored) if stored != given => {
            let message =
                format!("{} was exported with other dates; export again without --resume", args.out.display());
            return Err(UsageError::new(message).into());
        }
        _ => {
            dates.check(selected.table)?;
            given
        }
    };
    let connection = ApiConnection::open(api, &args.connection)?;
    let options =
        Options { window, include_sensitive: args.include_sensitive, page_size: args.page_size, ..Options::default() };
    let (progress, interrupt) = (Progress::default(), Interrupt::listen());
    let mut report = run::run_table(selected, &connection, destination, &options, &progress, &interrupt).await;
    drop(progress);
    run::warn_about_clock(&report);
    run::warn(&report, "_keyfob_rejects has them as received");
    if let Some(error) = report.error.take() {
        return Err(failure(error, &report, selected, &interrupt));
    }
    print_summary(args, &report)?;
    if report.incomplete {
        return Err(Incomplete(format!(
            "{} is incomplete: rows of {} without a key were listed; export again without --resume when the service lists \
             them correctly",
            args.out.display(),
            report.table
        ))
        .into());
    }
    Ok(())
}

/// Returns the dates of the file to be updated; `None` if there is none.
async fn stored_window(
    destination: &Files,
    selected: Selected,
    include_sensitive: bool,
) -> anyhow::Result<Option<Window>> {
    let schema = Schema::new(selected.table, include_sensitive);
    let opened = destination.open(&schema, true).await;
    let writer = opened.map_err(|error| anyhow::Error::from(error).context(ResumeHint::StartOver))?;
    Ok(writer.checkpoint().map(|checkpoint| checkpoint.window.clone()))
}

/// Returns the error of an export with its advice.
fn failure(error: Error, report: &TableReport, selected: Selected, interrupt: &Interrupt) -> anyhow::Error {
    let hint = match error.kind() {
        ErrorKind::Mismatch if report.incomplete => return Incomplete(error.to_string()).into(),
        ErrorKind::Locked | ErrorKind::Settings => return UsageError::new(error.to_string()).into(),
        ErrorKind::Mismatch => ResumeHint::StartOver,
        _ if report.progress.received == 0 => return run::with_api(error, selected, interrupt),
        _ => ResumeHint::Resume,
    };
    run::with_api(error, selected, interrupt).context(hint)
}

/// Prints the result, and how to update the file.
fn print_summary(args: &Export, report: &TableReport) -> anyhow::Result<()> {
    let (out, progress) = (args.out.display(), report.progress);
    if args.json || !std::io::stdout().is_terminal() {
        let mut summary = json!({
            "table": report.table,
            "out": out.to_string(),
            "rows": report.rows,
            "upserts": progress.upserts,
            "deletions": progress.deletions,
        });
        if progress.rejects > 0 {
            summary["mismatches"] = progress.rejects.into();
        }
        if report.incomplete {
            summary["incomplete"] = true.into();
        }
        return Ok(console::json(&summary)?);
    }
    let (rows, upserts, deletions) = (report.rows, progress.upserts, progress.deletions);
    console::line(format_args!("{out}: {rows} rows; {upserts} added or changed, {deletions} deleted"))?;
    console::line(paint(FAINT, "to update the file: run the same command with --resume"))?;
    Ok(())
}
