//! Runs of a mirror with short delays, for the tests and for the process that the tests kill.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyfob::client::Session;
use keyfob::client::auth::{Clock, FileStore};
use keyfob::client::table::Table;
use keyfob::{RetryPolicy, digitaleo, ditio_reporting, itempath};
use keyfob_mirror::destination::Destination;
use keyfob_mirror::destination::files::Files;
use keyfob_mirror::destination::postgres::Postgres;
use keyfob_mirror::destination::sqlite::Sqlite;
use keyfob_mirror::{Error, Mirror, TableReport};
use keyfob_simulator::credentials as c;

/// Place of a copy: `sqlite:FILE`, `postgres://…`, or a file whose extension is the format.
#[derive(Clone, Debug)]
pub(crate) struct To(pub(crate) String);

/// Settings of a run.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// URL of the simulator.
    pub(crate) url: String,
    pub(crate) page_size: u32,
    pub(crate) attempts: u32,
    pub(crate) clock: Clock,
    /// Folder of a store that shares tokens with other processes.
    pub(crate) tokens: Option<PathBuf>,
    /// Clients by API, to be removed when the clock is replaced. To build one, the certificates of the machine are read, which
    /// takes as long as a run.
    pub(crate) sessions: Arc<Mutex<HashMap<String, Session>>>,
}

impl Settings {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            page_size: 40,
            attempts: 3,
            clock: Clock::system(),
            tokens: None,
            sessions: Arc::default(),
        }
    }

    /// Updates the copies of tables of one API.
    pub(crate) async fn run_of(
        &self,
        api: &str,
        tables: &'static [&'static Table],
        to: &To,
    ) -> Result<Vec<TableReport>, Error> {
        let session = self.sessions.lock().unwrap().entry(api.to_owned()).or_insert_with(|| self.session(api)).clone();
        match to.0.split_once(':') {
            Some(("sqlite", path)) => self.mirror(session, tables, Sqlite::new(path)).await,
            Some(("postgres", _)) => self.mirror(session, tables, Postgres::new(&to.0)?.schema("copy")).await,
            _ => self.mirror(session, tables, Files::new(&to.0)?).await,
        }
    }

    async fn mirror(
        &self,
        session: Session,
        tables: &'static [&'static Table],
        to: impl Destination + 'static,
    ) -> Result<Vec<TableReport>, Error> {
        Mirror::of_tables(session, tables, to).include_sensitive(true).page_size(self.page_size).run().await
    }

    fn session(&self, api: &str) -> Session {
        let retry =
            RetryPolicy::default().attempts(self.attempts).delays(Duration::from_millis(1), Duration::from_millis(5));
        let at = |path: &str| format!("{}{path}", self.url);
        match api {
            "ditio-reporting" => {
                let environment = ditio_reporting::Environment::Custom(ditio_reporting::Endpoints {
                    identity: at("/ditio/identity"),
                    core: at("/ditio/core"),
                    reporting: at("/ditio/reporting"),
                    mass_transport: None,
                });
                let credentials = ditio_reporting::Credentials::new(c::DITIO_CLIENT_ID, c::DITIO_CLIENT_SECRET);
                let mut client = ditio_reporting::Client::builder(environment, credentials);
                if let Some(folder) = &self.tokens {
                    client = client.token_store(FileStore::open(folder).unwrap());
                }
                client.retry(retry).clock(self.clock.clone()).build().unwrap().as_ref().clone()
            }
            "itempath" => {
                let environment = itempath::Environment::at(at("/itempath"));
                let client = itempath::Client::builder(environment, itempath::Credentials::token(c::ITEMPATH_TOKEN));
                client.retry(retry).clock(self.clock.clone()).build().unwrap().as_ref().clone()
            }
            "digitaleo" => {
                let environment = digitaleo::Environment::Custom(digitaleo::Endpoints {
                    oauth: at("/digitaleo/oauth"),
                    contacts: at("/digitaleo/contacts/rest"),
                    api: at("/digitaleo/api/rest"),
                    sms: at("/digitaleo/sms/rest"),
                });
                let credentials = digitaleo::Credentials::new(c::DIGITALEO_CLIENT_ID, c::DIGITALEO_CLIENT_SECRET);
                let client = digitaleo::Client::builder(environment, credentials);
                client.retry(retry).clock(self.clock.clone()).build().unwrap().as_ref().clone()
            }
            other => panic!("no client of {other}"),
        }
    }
}
