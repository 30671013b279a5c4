//! `keyfob mirror`: copies tables into a database or a file, and keeps the copies up to date.

pub(crate) mod connections;
mod kind;
pub(crate) mod progress;
pub(crate) mod run;
pub(crate) mod selection;
mod status;
mod summary;
mod target;
mod text_table;
pub(crate) mod window;

use std::io::IsTerminal;

use self::connections::Connections;
use self::run::Options;
use self::selection::Selected;
use self::target::Target;
use self::window::Dates;
use crate::args;
use crate::console::{WARNING, note, paint};
use crate::usage_error::UsageError;

pub(crate) async fn run(args: &args::mirror::Mirror) -> anyhow::Result<()> {
    let selected = selection::select(&args.tables)?;
    let as_json = args.json || !std::io::stdout().is_terminal();
    let target = Target::new(args)?;
    if args.status {
        return status::print(&*target.open(None)?, &selected, as_json).await;
    }
    let dates = dates(args);
    let (tables, left_out) = with_dates(selected, dates)?;
    target.check(&tables)?;
    let options = Options {
        window: dates.window()?,
        include_sensitive: args.include_sensitive,
        full: args.full,
        dry_run: args.dry_run,
        page_size: args.page_size,
    };
    let connections = Connections::open(&tables, &args.connection)?;
    let destination = target.open(None)?;
    // A destination that cannot be reached is one failure, not one for each table.
    destination.status().await?;
    for Selected { api, table, .. } in left_out {
        let name = format!("{}/{}", api.name, table.name);
        note(format_args!("{} {name} is left out: it requires {}", paint(WARNING, "warning:"), dates.from.0));
    }
    let outcomes = run::copy(&tables, &connections, &target, &options).await?;
    if !args.changes {
        summary::print(&destination.name(), &outcomes, args.dry_run, as_json)?;
    }
    run::report(&outcomes)
}

fn dates(args: &args::mirror::Mirror) -> Dates<'_> {
    Dates { from: ("--since-date", args.since_date.as_deref()), to: ("--until-date", args.until_date.as_deref()) }
}

/// Checks the dates against the tables. Returns the tables to copy, and those that are left out because they were not named
/// and require a date.
fn with_dates(tables: Vec<Selected>, dates: Dates<'_>) -> Result<(Vec<Selected>, Vec<Selected>), UsageError> {
    dates.window()?;
    for selected in tables.iter().filter(|selected| selected.named) {
        dates.check(selected.table)?;
    }
    Ok(tables.into_iter().partition(|selected| selected.named || !dates.lacks_first(selected.table)))
}
