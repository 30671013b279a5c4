//! The tables that can be exported: those that can be synchronised.

use futures::StreamExt;
use futures::future::BoxFuture;
use keyfob::client::Canonical;
use keyfob::client::decode::WireStruct as Fields;
use keyfob::client::encode::Encode;
use keyfob::ditio_reporting::sync::{Change, Changes, Checkpoint, Record, Table as Listing};
use keyfob::ditio_reporting::{Client, types};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::columns::{self, Column};
use super::window::Window;
use crate::exit::Usage;
use crate::suggest;

/// One table.
pub(super) struct Table {
    /// The name of the client's method.
    pub(super) name: &'static str,
    pub(super) dates: Dates,
    pub(super) columns: fn() -> Vec<Column>,
    pub(super) open: Open,
}

/// Begins a run, or goes on with one: the client, the window, the size of a page, and how far the last run came.
type Open = fn(&Client, &Window, Option<i64>, Option<Checkpoint>) -> Box<dyn Source>;

/// How a table is limited to a window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dates {
    /// Not at all.
    None,
    /// By this member of its rows.
    Member(&'static str),
    /// By a date that the rows do not have.
    Elsewhere,
}

/// What happened to a row.
#[derive(Debug, PartialEq)]
pub(super) enum Event {
    /// It is there, and looks like this.
    Upsert { id: Option<String>, json: String },
    /// It is not there any more.
    Delete { id: String },
}

/// What a table's changes come from.
pub(super) trait Source: Send {
    /// The next change; nothing at the end.
    fn next(&mut self) -> BoxFuture<'_, Option<anyhow::Result<Event>>>;
    fn checkpoint(&self) -> Checkpoint;
}

impl<T: Listing<Item: Encode + Send> + Send> Source for Changes<T> {
    fn next(&mut self) -> BoxFuture<'_, Option<anyhow::Result<Event>>> {
        Box::pin(async move {
            let change = StreamExt::next(self).await?;
            Some(change.map_err(Into::into).and_then(|change| {
                Ok(match change {
                    Change::Upsert(row) => {
                        // Numbers that the API sends as strings are numbers in every export format.
                        let json = serde_json::to_string(&Canonical(&row))?;
                        Event::Upsert { id: row.id().map(str::to_owned), json }
                    }
                    Change::Delete { id, .. } => Event::Delete { id },
                })
            }))
        })
    }

    fn checkpoint(&self) -> Checkpoint {
        Changes::checkpoint(self)
    }
}

/// A table by the client's method, the type of its rows, how it is limited in time, and what is set for good.
macro_rules! table {
    ($method:ident: $row:ident $(, by $dates:expr)? $(; $set:ident: $value:expr)*) => {
        Table {
            name: stringify!($method),
            dates: table!(@dates $($dates)?),
            columns: columns::of::<types::$row>,
            open: |client, window, page_size, checkpoint| {
                let listing = client.$method()$(.$set($value))*;
                let listing = page_size.into_iter().fold(listing, |listing, size| listing.chunk_limit(size));
                let listing = table!(@window listing, window $(, $dates)?);
                Box::new(client.sync(listing, checkpoint))
            },
        }
    };
    (@dates) => { Dates::None };
    (@dates $dates:expr) => { $dates };
    (@window $listing:ident, $window:ident) => {{ let _ = $window; $listing }};
    (@window $listing:ident, $window:ident, $dates:expr) => {{
        let listing = $window.from.iter().fold($listing, |listing, from| listing.from_date_time(from.as_str()));
        $window.to.iter().fold(listing, |listing, to| listing.to_date_time(to.as_str()))
    }};
}

pub(super) static TABLES: &[Table] = &[
    table!(projects: Project),
    table!(work_orders: WorkOrder),
    table!(users: User),
    table!(resources: Resource),
    table!(time_registrations: TimeRegistration, by Dates::Member("workDate")),
    table!(machine_registrations: MachineRegistration, by Dates::Member("stopDateTime")),
    table!(absence_registrations: AbsenceRegistration, by Dates::Member("date")),
    table!(payroll_lines: PayrollLine, by Dates::Member("transDateTime")),
    // By default it is left out who is not paid by the hour and what is not approved; what loses its approval would
    // then stay.
    table!(payroll_lines_extended: PayrollLine, by Dates::Member("transDateTime");
        export_filter: "All"; user_payroll_type_filter: "AllUsers"),
    table!(incident_registrations: IncidentRegistration),
    table!(machine_incident_registrations: IncidentRegistration),
    table!(checklist_registrations: ChecklistRegistration),
    table!(machine_checklist_registrations: ChecklistRegistration),
    // Their window is about the creation of what they hang on.
    table!(images: Image, by Dates::Elsewhere),
    table!(flow_trip_registrations: FlowTripRegistration, by Dates::Member("loadDateTime")),
    table!(flow_locations: FlowLocation),
    table!(flow_mass_types: FlowMassType),
    table!(crew_list_registrations: CrewListRegistration, by Dates::Member("checkInDateTime"); include_open: true),
];

/// Finds a table by its name.
pub(super) fn find(name: &str) -> Result<&'static Table, Usage> {
    let names = || TABLES.iter().map(|table| table.name);
    let found = suggest::find(name, names()).and_then(|name| TABLES.iter().find(|table| table.name == name));
    found.ok_or_else(|| {
        if suggest::fold(name) == "itemregistrations" {
            let call = "`keyfob call ditio-reporting item_registrations` gives them as they are";
            return Usage::new(format!("item_registrations have no ids to keep a copy by: {call}"));
        }
        let suggestion = suggest::did_you_mean(name, names());
        let known = names().collect::<Vec<_>>().join(", ");
        let all = if suggestion.is_empty() { format!(": there are {known}") } else { suggestion };
        Usage::new(format!("there is no table {name}{all}"))
    })
}

/// What a row's type has to be for its columns.
pub(super) trait Columns: Fields + Serialize + DeserializeOwned {}

impl<R: Fields + Serialize + DeserializeOwned> Columns for R {}
