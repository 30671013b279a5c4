//! Clients of the APIs whose tables are copied.

use std::time::Duration;

use keyfob::client::Session;

use super::selection::Selected;
use crate::args::connection::Connection;
use crate::registry::Api;

/// Default time for which a request is retried: a restart of a service or a short outage passes unnoticed, and a
/// scheduled run ends before the next one.
const RETRY_FOR: Duration = Duration::from_secs(600);

/// A client for each API.
pub(super) struct Connections(Vec<(&'static Api, ApiConnection)>);

/// Client of an API.
pub(crate) struct ApiConnection {
    pub(crate) session: Session,
    /// Client id or user name, on which the visible rows depend.
    pub(crate) account: Option<String>,
}

impl Connections {
    /// Opens a client for each API of the tables. Nothing is sent.
    ///
    /// # Errors
    ///
    /// If a setting is missing or invalid.
    pub(super) fn open(tables: &[Selected], options: &Connection) -> anyhow::Result<Self> {
        let mut connections = Vec::<(&'static Api, ApiConnection)>::new();
        for selected in tables {
            if !connections.iter().any(|(api, _)| api.name == selected.api.name) {
                connections.push((selected.api, ApiConnection::open(selected.api, options)?));
            }
        }
        Ok(Self(connections))
    }

    /// Returns the client of an API.
    pub(super) fn get(&self, api: &Api) -> &ApiConnection {
        let found = self.0.iter().find(|(known, _)| known.name == api.name);
        &found.expect("each API of the tables has a client").1
    }
}

impl ApiConnection {
    /// Opens a client with retries for a batch job, unless the options say otherwise.
    ///
    /// # Errors
    ///
    /// If a setting is missing or invalid.
    pub(crate) fn open(api: &'static Api, options: &Connection) -> anyhow::Result<Self> {
        let mut options = options.clone();
        if !options.no_retry {
            options.retry_for.get_or_insert(RETRY_FOR);
        }
        let settings = api.settings(options)?;
        Ok(Self { session: (api.connect)(&settings)?, account: api.account(&settings) })
    }
}
