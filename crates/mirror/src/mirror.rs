//! The builder that programs use.

use std::future::Future;
use std::sync::Arc;

use keyfob_client::table::Table;
use keyfob_client::{ApiClient, Session};

use crate::checkpoint::Window;
use crate::destination::Destination;
use crate::engine::{self, Context, Stop};
use crate::error::{Error, ErrorKind};
use crate::report::{Observer, Silent, TableReport};
use crate::schema::Schema;
use crate::source::SourceOptions;

/// A mirror: copies tables of an API into a destination, and keeps the copies up to date.
///
/// The first run copies all rows. Later runs apply the changes since: additions, changes and deletions. A run that
/// fails or is stopped leaves a copy that the next run continues.
#[must_use = "a mirror does nothing until it runs"]
pub struct Mirror {
    session: Session,
    known: &'static [&'static Table],
    selected: Option<Vec<String>>,
    destination: Box<dyn Destination>,
    observer: Box<dyn Observer>,
    account: Option<String>,
    source: SourceOptions,
    include_sensitive: bool,
    full: bool,
    dry_run: bool,
    stop: Stop,
}

impl Mirror {
    /// Creates a mirror of all tables of the client's API.
    pub fn new<C: ApiClient>(client: &C, destination: impl Destination + 'static) -> Self {
        Self::of_tables(client.as_ref().clone(), C::TABLES, destination)
    }

    /// Creates a mirror of tables of the session's API.
    pub fn of_tables(
        session: Session,
        tables: &'static [&'static Table],
        destination: impl Destination + 'static,
    ) -> Self {
        Self {
            session,
            known: tables,
            selected: None,
            destination: Box::new(destination),
            observer: Box::new(Silent),
            account: None,
            source: SourceOptions::default(),
            include_sensitive: false,
            full: false,
            dry_run: false,
            stop: Box::pin(std::future::pending()),
        }
    }

    /// Selects tables by name, for example `time_registrations`, in the order in which they are copied.
    pub fn tables<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.selected = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Copies sensitive columns too, such as birth dates; they are left out by default. Changing it lists all rows
    /// again.
    pub fn include_sensitive(mut self, include: bool) -> Self {
        self.include_sensitive = include;
        self
    }

    /// Lists all rows, whatever the checkpoint says. Rows that are not listed are deleted.
    pub fn full(mut self, full: bool) -> Self {
        self.full = full;
        self
    }

    /// Counts the changes and writes nothing.
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// Names the account that the client's credentials belong to, for example the client id. A copy is updated with the
    /// same account only, because others may see other rows.
    pub fn account(mut self, name: impl Into<String>) -> Self {
        self.account = Some(name.into());
        self
    }

    /// Limits the rows by their dates. A table without such dates is an error.
    pub fn window(mut self, window: Window) -> Self {
        self.source.window = window;
        self
    }

    /// Sets the number of rows to request in a page, for the tables whose listing has such a parameter.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.source.page_size = Some(rows);
        self
    }

    /// Sets the receiver of the progress.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Box::new(observer);
        self
    }

    /// Sets a future that stops the run when it resolves, for example Ctrl-C. The current batch is still written.
    pub fn stop_on(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = Box::pin(signal);
        self
    }

    /// Runs all selected tables, one after the other.
    ///
    /// A table that fails does not stop the others. Use [`run_each`](Mirror::run_each) for the reports of the others if
    /// one fails.
    ///
    /// # Errors
    ///
    /// The first error of a table; [`ErrorKind::Settings`] if there is no table of a selected name.
    pub async fn run(self) -> Result<Vec<TableReport>, Error> {
        let mut reports = self.run_each().await?;
        match reports.iter_mut().find_map(|report| report.error.take()) {
            Some(error) => Err(error),
            None => Ok(reports),
        }
    }

    /// Runs all selected tables, one after the other, and returns their reports, each with the error that ended it.
    ///
    /// After the signal of [`stop_on`](Mirror::stop_on) no further table is started.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] if there is no table of a selected name. Nothing was sent or written.
    pub async fn run_each(mut self) -> Result<Vec<TableReport>, Error> {
        let schemas = self.schemas()?;
        let context = Context {
            session: &self.session,
            destination: &*self.destination,
            observer: &*self.observer,
            client: self.account.clone(),
            source: self.source.clone(),
            full: self.full,
            dry_run: self.dry_run,
        };
        let mut reports = Vec::new();
        for schema in &schemas {
            let report = engine::run(&context, schema, &mut self.stop).await;
            let stopped = report.error.as_ref().is_some_and(|error| error.kind() == ErrorKind::Interrupted);
            reports.push(report);
            if stopped {
                break;
            }
        }
        Ok(reports)
    }

    fn schemas(&self) -> Result<Vec<Arc<Schema>>, Error> {
        let schema = |table: &'static Table| Schema::new(table, self.include_sensitive);
        let Some(selected) = &self.selected else { return Ok(self.known.iter().map(|table| schema(table)).collect()) };
        let find = |name: &String| {
            self.known.iter().find(|table| table.name == name).map(|table| schema(table)).ok_or_else(|| {
                let known: Vec<_> = self.known.iter().map(|table| table.name).collect();
                let message =
                    format!("{} has no table {name}; its tables are {}", self.session.api(), known.join(", "));
                Error::new(ErrorKind::Settings, message)
            })
        };
        selected.iter().map(find).collect()
    }
}

impl std::fmt::Debug for Mirror {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mirror")
            .field("session", &self.session)
            .field("destination", &self.destination.name())
            .field("tables", &self.selected)
            .finish_non_exhaustive()
    }
}
