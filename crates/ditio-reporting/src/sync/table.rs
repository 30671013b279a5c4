//! Traits of tables and rows that can be synchronized.

use keyfob_client::{Operation, TimeParam, Timestamp, decode::undecoded_fields, paging::Paged};
use serde_json::Value;

use crate::{
    operation as call,
    types::{self, SyncType},
};

mod sealed {
    pub trait Sealed {}
}

/// A listing that can be synchronized. All paged listings of the API implement this trait.
pub trait Table: Paged<Item: Record + Unpin> + Unpin + sealed::Sealed {
    #[doc(hidden)]
    fn operation() -> &'static Operation;
    #[doc(hidden)]
    #[must_use]
    fn since(self, time: TimeParam) -> Self;
    #[doc(hidden)]
    fn mode(page: &Self::Page) -> Option<&SyncType>;
}

/// A table whose rows have a date by which the listing can be limited.
pub trait DatedTable: Table {
    #[doc(hidden)]
    #[must_use]
    fn between(self, from: TimeParam, to: TimeParam) -> Self;
}

/// A row of a table.
pub trait Record: sealed::Sealed {
    /// Returns the id of the row.
    fn id(&self) -> Option<&str>;
    /// Returns true if the row was deleted. A deleted row may have no more than its id and times.
    fn is_deletion(&self) -> bool;
    /// Returns the time of the deletion.
    fn deleted_at(&self) -> Option<&Timestamp>;
    /// Returns the time of the last change. For a deleted project, work order, resource or user it is the time of the
    /// last change before the deletion.
    fn modified_at(&self) -> Option<&Timestamp>;
    /// Returns the fields that are absent because their values did not have the expected type, with the JSON received.
    /// Serializing the row writes this JSON too. Fields of nested objects are not listed.
    fn undecoded(&self) -> Vec<(&'static str, &Value)>;
}

macro_rules! tables {
    ($($operation:ident: $page:ident)*) => {$(
        impl sealed::Sealed for call::$operation {}

        impl Table for call::$operation {
            fn operation() -> &'static Operation {
                &Self::OPERATION
            }

            fn since(self, time: TimeParam) -> Self {
                self.modified_since(time)
            }

            fn mode(page: &types::$page) -> Option<&SyncType> {
                page.sync_type_name.as_ref()
            }
        }
    )*};
}

macro_rules! dated_tables {
    ($($operation:ident)*) => {$(
        impl DatedTable for call::$operation {
            fn between(self, from: TimeParam, to: TimeParam) -> Self {
                self.from_date_time(from).to_date_time(to)
            }
        }
    )*};
}

macro_rules! records {
    ($($record:ident)*) => {$(
        impl sealed::Sealed for types::$record {}

        impl Record for types::$record {
            fn id(&self) -> Option<&str> {
                self.id.as_deref().filter(|id| !id.is_empty())
            }

            fn is_deletion(&self) -> bool {
                self.is_deleted == Some(true)
            }

            fn deleted_at(&self) -> Option<&Timestamp> {
                self.deleted_date_time.as_ref()
            }

            fn modified_at(&self) -> Option<&Timestamp> {
                self.modified_date_time.as_ref()
            }

            fn undecoded(&self) -> Vec<(&'static str, &Value)> {
                undecoded_fields(self)
            }
        }
    )*};
}

tables! {
    Projects: ProjectPage
    WorkOrders: WorkOrderPage
    Users: UserPage
    Resources: ResourcePage
    TimeRegistrations: TimeRegistrationPage
    MachineRegistrations: MachineRegistrationPage
    AbsenceRegistrations: AbsenceRegistrationPage
    PayrollLines: PayrollLinePage
    PayrollLinesExtended: PayrollLinePage
    IncidentRegistrations: IncidentRegistrationPage
    MachineIncidentRegistrations: IncidentRegistrationPage
    ChecklistRegistrations: ChecklistRegistrationPage
    MachineChecklistRegistrations: ChecklistRegistrationPage
    Images: ImagePage
    FlowTripRegistrations: FlowTripRegistrationPage
    FlowLocations: FlowLocationPage
    FlowMassTypes: FlowMassTypePage
    CrewListRegistrations: CrewListRegistrationPage
}

dated_tables! {
    TimeRegistrations MachineRegistrations AbsenceRegistrations PayrollLines PayrollLinesExtended Images
    FlowTripRegistrations CrewListRegistrations
}

records! {
    Project WorkOrder User Resource TimeRegistration MachineRegistration AbsenceRegistration PayrollLine
    IncidentRegistration ChecklistRegistration Image FlowTripRegistration FlowLocation FlowMassType CrewListRegistration
}
