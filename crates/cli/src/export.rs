//! `keyfob export`: writes a table to a file and keeps the file up to date from a checkpoint.

mod columns;
mod event;
mod format;
mod journal;
mod merge;
mod paths;
mod progress;
mod state;
mod tables;
mod window;

use std::io::IsTerminal;

use anyhow::Context;
use keyfob::ditio_reporting::{Client, operation::Projects};
use serde_json::json;

use self::event::Event;
use self::format::Format;
use self::journal::Journal;
use self::paths::ExportPaths;
use self::progress::Progress;
use self::state::State;
use self::tables::Table;
use self::window::Window;
use crate::args::Export;
use crate::console;
use crate::exit::{ApiContext, ResumeHint};
use crate::registry::{self, Api};
use crate::shell;
use crate::usage_error::UsageError;

/// The API whose tables can be exported.
const API: &str = "ditio-reporting";

pub(crate) async fn run(args: &Export) -> anyhow::Result<()> {
    let api = registry::api(&args.api)?;
    if api.name != API {
        return Err(UsageError::new(format!("{} has no tables to export; only {API} has", api.title)).into());
    }
    let table = tables::find(&args.table)?;
    let format = Format::from_path(&args.out)?;
    let settings = api.settings(args.connection.clone())?;
    let client = Client::from((api.connect)(&settings)?);
    let service = client.session().url(&Projects::OPERATION, "/")?.to_string();
    let account = (service, keyfob::ditio::variables::CLIENT_ID.optional(&settings));
    let paths = ExportPaths::new(&args.out)?;
    let mut state = match State::find(&paths, args.resume)? {
        Some(state) => {
            state.check(table.name, &account, args)?;
            state
        }
        None => State::new(table.name, account, Window::new(table.name, table.dates, args)?),
    };
    let count = pull_changes(api, table, &client, args, &paths, &mut state).await?;
    let merged = merge::merge(&paths, &state, format, (table.columns)())?;
    state.finish(&paths)?;
    print_summary(args, table, &count, merged)
}

/// Number of changes that a run received.
#[derive(Default)]
struct Count {
    upserts: u64,
    deletions: u64,
}

/// Writes the listed changes to the journal and saves the progress after each page.
async fn pull_changes(
    api: &'static Api,
    table: &Table,
    client: &Client,
    args: &Export,
    paths: &ExportPaths,
    state: &mut State,
) -> anyhow::Result<Count> {
    let mut source = (table.open)(client, &state.window, args.page_size, state.checkpoint.clone());
    let mut journal = Journal::open(paths, state.journal)?;
    let progress = Progress::new(table.name);
    let mut count = Count::default();
    state.save(paths, &mut journal, source.checkpoint())?;
    let result = async {
        while let Some(event) = source.next().await {
            let event = event?;
            let checkpoint = source.checkpoint();
            if state.checkpoint.as_ref() != Some(&checkpoint) {
                // First change of a new page. The journal has all earlier pages.
                state.save(paths, &mut journal, checkpoint)?;
            }
            let event = state.window.apply(event, state.is_update());
            match &event {
                Event::Upsert { .. } => count.upserts += 1,
                Event::Delete { .. } => count.deletions += 1,
            }
            journal.write(&event)?;
            progress.set(count.upserts + count.deletions);
        }
        state.save(paths, &mut journal, source.checkpoint())
    };
    let result: anyhow::Result<()> = result.await;
    progress.finish();
    result.context(ResumeHint).context(ApiContext(api))?;
    Ok(count)
}

/// Prints the result, with the command that updates the file.
fn print_summary(args: &Export, table: &Table, count: &Count, rows: u64) -> anyhow::Result<()> {
    let out = args.out.display();
    if args.json || !std::io::stdout().is_terminal() {
        return Ok(console::json(&json!({
            "table": table.name,
            "out": out.to_string(),
            "rows": rows,
            "upserts": count.upserts,
            "deletions": count.deletions,
        }))?);
    }
    console::line(format_args!("{out}: {rows} rows; {} added or changed, {} deleted", count.upserts, count.deletions))?;
    let again = format!("keyfob export {API} {} --out {} --resume", table.name, shell::path(&args.out));
    Ok(console::line(console::paint(console::FAINT, format_args!("to update the file: {again}")))?)
}
