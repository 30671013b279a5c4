//! Keyfob's copies and listings.

use anyhow::{Context as _, Result};
use futures::TryStreamExt as _;
use keyfob_client::codegen::{PageFacts, RawPages};
use keyfob_client::table::ChangeDetection;
use keyfob_ditio_reporting::{Client, Credentials, Endpoints, Environment, TABLES};
use keyfob_mirror::Mirror;
use keyfob_mirror::destination::Destination;
use keyfob_mirror::destination::files::Files;
use keyfob_mirror::destination::postgres::Postgres;
use keyfob_mirror::destination::sqlite::Sqlite;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::To;
use super::simulator::token;

/// Name of the copied table.
const TABLE: &str = "time_registrations";
/// The table in `PostgreSQL`, and in `SQLite`.
pub(super) const POSTGRES_TABLE: &str = "copy.time_registrations";
pub(super) const SQLITE_TABLE: &str = "time_registrations";

fn client(url: &str) -> Result<Client> {
    let at = |path: &str| format!("{url}/ditio/{path}");
    let environment = Environment::Custom(Endpoints {
        identity: at("identity"),
        core: at("core"),
        reporting: at("reporting"),
        mass_transport: None,
    });
    Ok(Client::new(environment, Credentials::token(token()))?)
}

/// Updates a copy of the table.
pub(super) async fn mirror(url: &str, to: &To, snapshot: bool) -> Result<()> {
    match to {
        To::Parquet(file) | To::Csv(file) => run(url, Files::new(file)?, snapshot).await,
        To::Sqlite(file) => run(url, Sqlite::new(file), snapshot).await,
        To::Postgres(database) => run(url, Postgres::new(database)?.schema("copy"), snapshot).await,
    }
}

async fn run(url: &str, to: impl Destination + 'static, snapshot: bool) -> Result<()> {
    let table = TABLES.iter().find(|table| table.name == TABLE).context("the table is described")?;
    let mut table = **table;
    if snapshot {
        table.changes = ChangeDetection::Snapshot;
    }
    let session = client(url)?.as_ref().clone();
    let tables: &'static [_] = vec![&*Box::leak(Box::new(table))].leak();
    Mirror::of_tables(session, tables, to).run().await?;
    Ok(())
}

/// Lists all rows as typed records.
pub(super) async fn list(url: &str) -> Result<()> {
    let client = client(url)?;
    let mut rows = client.time_registrations().chunk_limit(5000).stream();
    while rows.try_next().await?.is_some() {}
    Ok(())
}

/// Lists all rows as bytes, of which only the cursors are decoded.
pub(super) async fn list_raw(url: &str) -> Result<()> {
    let table = TABLES.iter().copied().find(|table| table.name == TABLE).context("the table is described")?;
    let mut pages = RawPages::new(client(url)?.as_ref(), table, Vec::new(), None, None);
    while let Some(page) = pages.next().await? {
        let envelope: Envelope = serde_json::from_slice(&page.body)?;
        let (rows, cursor) = (envelope.data.len(), envelope.continuation_token);
        drop(page);
        pages.advance(PageFacts { rows, cursor, total: None })?;
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    data: Vec<IgnoredAny>,
    continuation_token: Option<String>,
}
