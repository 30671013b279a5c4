//! `keyfob export`: writes a table to a file and keeps the file up to date from a checkpoint.

mod columns;
mod event;
mod format;
pub(crate) mod incomplete;
mod journal;
mod lock;
mod merge;
mod output;
mod paths;
mod private;
mod progress;
mod rejects;
mod row_id;
mod state;
mod tables;
mod window;

use std::io::IsTerminal;
use std::time::Duration;

use anyhow::Context;
use chrono::TimeDelta;
use keyfob::ErrorKind;
use keyfob::ditio_reporting::sync::Checkpoint;
use keyfob::ditio_reporting::{Client, operation::Projects};
use serde_json::json;

use self::event::{Event, Source};
use self::format::Format;
use self::incomplete::{Incomplete, Outcome};

use self::journal::{Damaged, Journal};
use self::lock::Lock;
use self::paths::ExportPaths;
use self::progress::Progress;
use self::state::{Account, State};
use self::tables::Table;
use self::window::Window;
use crate::args::Export;
use crate::args::connection::Connection;
use crate::console::{self, WARNING, note, paint};
use crate::exit::{ApiContext, ResumeHint};
use crate::interrupt::Interrupt;
use crate::registry;
use crate::usage_error::UsageError;

/// The API whose tables can be exported.
const API: &str = "ditio-reporting";
/// Default time for which a request of an export is retried: a restart of a service or a short outage passes unnoticed,
/// and a scheduled export ends before the next one.
const RETRY_FOR: Duration = Duration::from_secs(600);

pub(crate) async fn run(args: &Export) -> anyhow::Result<()> {
    let api = registry::api(&args.api)?;
    if api.name != API {
        return Err(UsageError::new(format!("{} has no tables to export; only {API} has", api.title)).into());
    }
    let table = tables::find(&args.table)?;
    let format = Format::from_path(&args.out, args.neutralize_formulas)?;
    let settings = api.settings(connection(args))?;
    let client = Client::from((api.connect)(&settings)?);
    let service = client.session().url(&Projects::OPERATION, "/")?.to_string();
    let account = Account { service, client: keyfob::ditio::variables::CLIENT_ID.optional(&settings) };
    let paths = ExportPaths::new(&args.out)?;
    let lock = Lock::acquire(&paths)?;
    let columns = if format.has_columns() { (table.columns)() } else { Vec::new() };
    let found = if args.resume { State::find(&paths)? } else { None };
    let mut state = if let Some(state) = found {
        state.check(table.name, &columns, &account, args)?;
        state
    } else {
        let window = Window::new(table.name, table.dates, args)?;
        State::new(table.name, account, window, args.neutralize_formulas)
    };
    // First, because an earlier checkpoint would describe the journal that a new export truncates.
    state.store(&paths)?;
    let mut interrupt = Interrupt::listen();
    let format = format.neutralized(state.neutralized);
    let mut source = (table.open)(&client, &state.window, args.page_size, state.checkpoint.clone());
    let mut count = Count::default();
    let exported = async {
        let mut received = pull_changes(&mut *source, table.name, &paths, &mut state, &mut interrupt, &mut count).await;
        if received.is_err() && source.is_expired() {
            note(format_args!(
                "{} the service no longer lists the changes since the last run; all rows are exported again",
                paint(WARNING, "warning:")
            ));
            state = State::new(table.name, state.account().clone(), state.window.clone(), state.neutralized);
            state.store(&paths)?;
            source = (table.open)(&client, &state.window, args.page_size, None);
            count = Count::default();
            received = pull_changes(&mut *source, table.name, &paths, &mut state, &mut interrupt, &mut count).await;
        }
        received.context(ApiContext(api))?;
        // The listing is that of all rows, and each that could not be read may be a row of the existing file.
        if state.unreadable > 0 && state.base.is_none() && paths.has_content() {
            let can_resume = state.window.can_filter_rows();
            return Err(incomplete(args, table, state.unreadable, Outcome::NotReplaced { can_resume }));
        }
        merge::merge(&paths, &mut state, format, columns, &interrupt)
    };
    let exported = exported.await;
    warn_about_clock(source.clock_offset());
    let place = if exported.is_ok() { format.rejects() } else { "they are saved as received" };
    source.rejects().print(table.name, place);
    drop(lock);
    match exported {
        Ok(rows) => {
            count.mismatches = source.rejects().count;
            print_summary(args, table, &state, &count, rows)?;
            match state.unreadable {
                0 => Ok(()),
                unreadable => Err(incomplete(args, table, unreadable, Outcome::Written)),
            }
        }
        // These errors have an advice of their own.
        Err(error) if error.is::<Damaged>() || error.is::<Incomplete>() => Err(error),
        Err(error) => {
            let hint = resume_hint(&state, &error);
            Err(error.context(hint))
        }
    }
}

/// Returns the error of an export whose table has rows that could not be read.
fn incomplete(args: &Export, table: &Table, rows: u64, outcome: Outcome) -> anyhow::Error {
    Incomplete { table: table.name, rows, out: args.out.clone(), outcome }.into()
}

/// Returns the way to continue after a failure.
fn resume_hint(state: &State, error: &anyhow::Error) -> ResumeHint {
    if !state.window.can_filter_rows() {
        return ResumeHint::StartOver;
    }
    match error.downcast_ref::<keyfob::Error>() {
        Some(error) if error.kind() == ErrorKind::Unexpected => ResumeHint::ResumeWhenCorrected,
        _ => ResumeHint::Resume,
    }
}

/// Returns the connection options, with retries for a batch job unless the arguments say otherwise.
fn connection(args: &Export) -> Connection {
    let mut connection = args.connection.clone();
    if !connection.no_retry {
        connection.retry_for.get_or_insert(RETRY_FOR);
    }
    connection
}

/// Number of changes that a run received.
#[derive(Default)]
struct Count {
    upserts: u64,
    deletions: u64,
    /// Values that do not have their type.
    mismatches: u64,
}

/// Writes the listed changes to the journal and saves the progress after each page.
async fn pull_changes(
    source: &mut dyn Source,
    table: &'static str,
    paths: &ExportPaths,
    state: &mut State,
    interrupt: &mut Interrupt,
    count: &mut Count,
) -> anyhow::Result<()> {
    let mut journal = Journal::open(paths, state.journal)?;
    let progress = Progress::new(table);
    // The interrupted run may have left out rows of a page without other rows, which the journal does not have.
    let was_incomplete = state.checkpoint.as_ref().is_some_and(Checkpoint::is_incomplete);
    state.save(paths, &mut journal, source.checkpoint())?;
    loop {
        let received = tokio::select! {
            received = source.next() => received.transpose(),
            interrupted = interrupt.triggered() => Err(interrupted.into()),
        };
        let checkpoint = source.checkpoint();
        // At the first change of a page and at its failure, the journal has exactly the changes of all earlier pages.
        let is_new_page = state.checkpoint.as_ref() != Some(&checkpoint);
        let saved = if is_new_page { state.save(paths, &mut journal, checkpoint) } else { Ok(()) };
        let Some(event) = received? else { break };
        saved?;
        let event = state.window.apply(event, state.is_update());
        match &event {
            Event::Upsert { .. } => count.upserts += 1,
            Event::Unreadable { .. } => {
                count.upserts += 1;
                state.unreadable += 1;
            }
            Event::Delete { .. } => count.deletions += 1,
        }
        journal.write(&event)?;
        progress.set(count.upserts + count.deletions);
    }
    state.unreadable = state.unreadable.max(was_incomplete.into());
    state.save(paths, &mut journal, source.checkpoint())
}

/// Prints a warning if the clock of this machine differs from the service's by more than a minute.
fn warn_about_clock(offset: Option<TimeDelta>) {
    let Some(offset) = offset.filter(|offset| offset.abs() > TimeDelta::minutes(1)) else { return };
    let (seconds, direction) =
        (offset.num_seconds().abs(), if offset > TimeDelta::zero() { "ahead of" } else { "behind" });
    note(format_args!(
        "{} the clock of this machine is {seconds} s {direction} the service's clock; correct it (no change is lost)",
        paint(WARNING, "warning:")
    ));
}

/// Prints the result, and how to update the file.
fn print_summary(args: &Export, table: &Table, state: &State, count: &Count, rows: u64) -> anyhow::Result<()> {
    let out = args.out.display();
    if args.json || !std::io::stdout().is_terminal() {
        let mut summary = json!({
            "table": table.name,
            "out": out.to_string(),
            "rows": rows,
            "upserts": count.upserts,
            "deletions": count.deletions,
        });
        if count.mismatches > 0 {
            summary["mismatches"] = count.mismatches.into();
        }
        if state.unreadable > 0 {
            summary["unreadable"] = state.unreadable.into();
        }
        return Ok(console::json(&summary)?);
    }
    console::line(format_args!("{out}: {rows} rows; {} added or changed, {} deleted", count.upserts, count.deletions))?;
    if state.window.can_filter_rows() {
        console::line(paint(console::FAINT, "to update the file: run the same command with --resume"))?;
    }
    Ok(())
}
