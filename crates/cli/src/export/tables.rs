//! The tables that can be exported.

use keyfob::ditio_reporting::sync::Checkpoint;
use keyfob::ditio_reporting::{Client, types};

use super::columns::{self, Column};
use super::event::{Source, TableChanges};
use super::window::{DateFilter, Window};
use crate::suggest;
use crate::usage_error::UsageError;

/// A table that can be exported and kept up to date.
pub(super) struct Table {
    /// Name of the client method that lists the table.
    pub(super) name: &'static str,
    pub(super) dates: DateFilter,
    pub(super) columns: fn() -> Vec<Column>,
    pub(super) open: Open,
}

/// Opens the change source of a table: client, time window, rows per page, and the checkpoint to continue from.
type Open = fn(&Client, &Window, Option<i64>, Option<Checkpoint>) -> Box<dyn Source>;

/// Defines a table: client method, row type, time window, and fixed request options.
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
                Box::new(TableChanges::new(client.sync(listing, checkpoint)))
            },
        }
    };
    ($method:ident: $row:ident, in periods by $dates:expr) => {
        Table {
            name: stringify!($method),
            dates: $dates,
            columns: columns::of::<types::$row>,
            open: |client, window, page_size, checkpoint| {
                let listing = client.$method();
                let listing = page_size.into_iter().fold(listing, |listing, size| listing.chunk_limit(size));
                let changes = client.sync(listing, checkpoint);
                Box::new(TableChanges::new(match window.instants() {
                    (Some(from), to) => changes.in_periods(from, to),
                    (None, _) => changes,
                }))
            },
        }
    };
    (@dates) => { DateFilter::None };
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
    table!(time_registrations: TimeRegistration, by DateFilter::Property("workDate")),
    // The service may limit the time between the dates.
    table!(machine_registrations: MachineRegistration, in periods by DateFilter::Property("stopDateTime")),
    table!(absence_registrations: AbsenceRegistration, by DateFilter::Property("date")),
    table!(payroll_lines: PayrollLine, by DateFilter::Property("transDateTime")),
    // The service's default filter leaves out unapproved lines and employees without hourly pay. A line that loses its
    // approval would then remain in the export.
    table!(payroll_lines_extended: PayrollLine, by DateFilter::Property("transDateTime");
        export_filter: "All"; user_payroll_type_filter: "AllUsers"),
    table!(incident_registrations: IncidentRegistration),
    table!(machine_incident_registrations: IncidentRegistration),
    table!(checklist_registrations: ChecklistRegistration),
    table!(machine_checklist_registrations: ChecklistRegistration),
    // The time window filters by the creation of the registration that an image belongs to.
    table!(images: Image, by DateFilter::NotInRow),
    table!(flow_trip_registrations: FlowTripRegistration, by DateFilter::Property("loadDateTime")),
    table!(flow_locations: FlowLocation),
    table!(flow_mass_types: FlowMassType),
    table!(crew_list_registrations: CrewListRegistration, by DateFilter::Property("checkInDateTime"); include_open: true),
];

/// Returns the table of this name, in any spelling.
pub(super) fn find(name: &str) -> Result<&'static Table, UsageError> {
    let names = || TABLES.iter().map(|table| table.name);
    let found = suggest::find(name, names()).and_then(|name| TABLES.iter().find(|table| table.name == name));
    found.ok_or_else(|| {
        if suggest::fold(name) == "itemregistrations" {
            let call = "list them with `keyfob call ditio-reporting item_registrations`";
            return UsageError::new(format!(
                "item_registrations cannot be exported, because its rows have no id; {call}"
            ));
        }
        let suggestion = suggest::did_you_mean(name, names());
        let known = names().collect::<Vec<_>>().join(", ");
        let hint = if suggestion.is_empty() { format!("; the tables are {known}") } else { suggestion };
        UsageError::new(format!("there is no table {name}{hint}"))
    })
}
