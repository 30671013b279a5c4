//! The connection of a client to its API.

use std::{fmt, sync::Arc};

use keyfob_auth::Authenticator;
use reqwest::Url;

use crate::{
    connection::{Access, Connection},
    error::Error,
    operation::Operation,
};

/// Connection of a client to its API: hosts, credentials, HTTP client, retry policy.
///
/// A session is cheap to clone; all clones share one connection. The method `session()` of every client returns it. The
/// methods [`request`](Session::request) and [`operation`](Session::operation) make calls that have no typed method.
#[derive(Clone)]
pub struct Session(pub(crate) Arc<Connection>);

impl Session {
    /// Returns the API's name, for example `ditio-core`.
    #[must_use]
    pub fn api(&self) -> &'static str {
        self.0.api
    }

    /// Returns the authenticator, to share it with another client or to inspect its token; `None` for a client without
    /// credentials. Some clients have tokens of their own for one of their hosts; see
    /// [`authenticators`](Self::authenticators).
    #[must_use]
    pub fn authenticator(&self) -> Option<&Authenticator> {
        self.0.authenticator.as_ref()
    }

    /// Returns the client's authenticator and those of hosts that have their own, for example to redact all tokens of a
    /// client in a text.
    pub fn authenticators(&self) -> impl Iterator<Item = &Authenticator> {
        let own = self.0.hosts.iter().filter_map(|host| match &host.access {
            Access::Own(authenticator) => Some(authenticator),
            Access::Client | Access::Unauthenticated => None,
        });
        self.0.authenticator.iter().chain(own)
    }

    /// Returns the HTTP client. Requests sent with it directly are neither authorized nor retried, and have no read
    /// timeout.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// Returns the URL of `path` on the host of `operation`. `path` starts with a slash and is percent-encoded.
    ///
    /// # Errors
    ///
    /// If the client has no base URL for that host.
    pub fn url(&self, operation: &Operation, path: &str) -> Result<Url, Error> {
        self.0.url(operation.host, path).map_err(|error| error.at(self.0.api, operation))
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<_> = self.0.hosts.iter().map(|host| host.url.as_str()).collect();
        f.debug_struct("Session").field("api", &self.0.api).field("hosts", &hosts).finish_non_exhaustive()
    }
}
