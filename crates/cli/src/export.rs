//! `keyfob export`: a table in a file, complete at first, and kept up to date from a checkpoint.

mod columns;
mod format;
mod journal;
mod merge;
mod progress;
mod state;
mod tables;
mod window;

use std::io::IsTerminal;
use std::path::Path;

use anyhow::Context;
use keyfob::ditio_reporting::{Client, operation::Projects};
use serde_json::json;

use self::format::Format;
use self::journal::Journal;
use self::progress::Progress;
use self::state::{Place, State};
use self::tables::{Event, Table};
use self::window::Window;
use crate::args::Export;
use crate::console;
use crate::exit::{At, Kept, Usage};
use crate::registry::{self, Api};
use crate::settings::Settings;

/// The API whose tables can be exported.
const API: &str = "ditio-reporting";

pub(crate) async fn run(args: &Export) -> anyhow::Result<()> {
    let api = registry::api(&args.api)?;
    if api.name != API {
        return Err(Usage::new(format!("{} has no tables to export: {API} has", api.title)).into());
    }
    let table = tables::find(&args.table)?;
    let format = Format::of(&args.out)?;
    let settings = Settings::new(api, args.connection.clone())?;
    let client = Client::from((api.connect)(&settings)?);
    let service = client.session().url(&Projects::OPERATION, "/")?.to_string();
    let asked = (service, keyfob::ditio::variables::CLIENT_ID.optional(&settings));
    let place = Place::new(&args.out)?;
    let mut state = match State::find(&place, args.resume)? {
        Some(state) => {
            state.check(table.name, &asked, args)?;
            state
        }
        None => State::new(table.name, asked, Window::new(table, args)?),
    };
    let count = follow(api, table, &client, args, &place, &mut state).await?;
    let merged = merge::merge(&place, &state, format, (table.columns)())?;
    state.finish(&place)?;
    say(args, table, &count, merged)
}

/// What a run heard of.
#[derive(Default)]
struct Count {
    upserts: u64,
    deletions: u64,
}

/// Writes what the service lists to the journal, and how far it has come to the state, page by page.
async fn follow(
    api: &'static Api,
    table: &Table,
    client: &Client,
    args: &Export,
    place: &Place,
    state: &mut State,
) -> anyhow::Result<Count> {
    let mut source = (table.open)(client, &state.window, args.page_size, state.checkpoint.clone());
    let mut journal = Journal::open(place, state.journal)?;
    let progress = Progress::new(table.name);
    let mut count = Count::default();
    state.save(place, &mut journal, source.checkpoint())?;
    let result = async {
        while let Some(event) = source.next().await {
            let event = event?;
            let checkpoint = source.checkpoint();
            if state.checkpoint.as_ref() != Some(&checkpoint) {
                // It is the first one of a page, and all before that page is in the journal.
                state.save(place, &mut journal, checkpoint)?;
            }
            let event = state.window.apply(event, state.is_update());
            match &event {
                Event::Upsert { .. } => count.upserts += 1,
                Event::Delete { .. } => count.deletions += 1,
            }
            journal.write(&event)?;
            progress.set(count.upserts + count.deletions);
        }
        state.save(place, &mut journal, source.checkpoint())
    };
    let result: anyhow::Result<()> = result.await;
    progress.finish();
    result.context(Kept).context(At(api))?;
    Ok(count)
}

fn say(args: &Export, table: &Table, count: &Count, rows: u64) -> anyhow::Result<()> {
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
    console::line(format_args!("{out}: {rows} rows; {} came or changed, {} went", count.upserts, count.deletions))?;
    let again = format!("keyfob export {API} {} --out {} --resume", table.name, shown(&args.out));
    Ok(console::line(console::paint(console::FAINT, format_args!("to bring it up to date: {again}")))?)
}

/// A path as one word of a shell.
fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c));
    if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
