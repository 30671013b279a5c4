//! The tables of the reporting API and their properties.

use std::fmt;
use std::str::FromStr;

/// A table of Ditio's reporting API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DitioTable {
    /// `project`
    Project,
    /// `work-breakdown-structure`
    WorkBreakdownStructure,
    /// `user`
    User,
    /// `resource`
    Resource,
    /// `time-registrations`, with [`scale`](crate::Builder::scale) rows
    TimeRegistrations,
    /// `machine-registrations`
    MachineRegistrations,
    /// `absence-registrations`
    AbsenceRegistrations,
    /// `payroll-lines`
    PayrollLines,
    /// `payroll-lines-extended`
    PayrollLinesExtended,
    /// `incident-registrations`
    IncidentRegistrations,
    /// `machine-incident-registrations`
    MachineIncidentRegistrations,
    /// `checklist-registrations`
    ChecklistRegistrations,
    /// `machine-checklist-registrations`
    MachineChecklistRegistrations,
    /// `images`
    Images,
    /// `flow-trip-registrations`
    FlowTripRegistrations,
    /// `flow-locations`
    FlowLocations,
    /// `flow-mass-types`
    FlowMassTypes,
    /// `crew-list-registrations`
    CrewListRegistrations,
}

use DitioTable as T;

/// The order of a full extraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ditio::reporting) enum Order {
    Id,
    /// By a member that is a time.
    Time(&'static str),
}

/// Format of a deleted record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ditio::reporting) enum TombstoneFormat {
    /// Four members; all others are null.
    Nulls,
    /// Four members; all others are .NET defaults: 0, false, the year 1.
    Defaults,
    /// Only four members.
    FourMembers,
    /// The last version, with the time of change before the deletion.
    LastVersion,
    /// The complete record, with the time of the deletion as the time of change.
    Complete,
}

/// Representation of the absent continuation token on the last page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ditio::reporting) enum LastPageToken {
    Null,
    Empty,
    Absent,
}

impl DitioTable {
    /// Every table, in the order of the documentation.
    pub const ALL: [Self; 18] = [
        T::Project,
        T::WorkBreakdownStructure,
        T::User,
        T::Resource,
        T::TimeRegistrations,
        T::MachineRegistrations,
        T::AbsenceRegistrations,
        T::PayrollLines,
        T::PayrollLinesExtended,
        T::IncidentRegistrations,
        T::MachineIncidentRegistrations,
        T::ChecklistRegistrations,
        T::MachineChecklistRegistrations,
        T::Images,
        T::FlowTripRegistrations,
        T::FlowLocations,
        T::FlowMassTypes,
        T::CrewListRegistrations,
    ];

    /// Returns the name of the table in the control API: the last segment of its path.
    #[must_use]
    pub fn name(self) -> &'static str {
        let path = self.path();
        path.rsplit_once('/').map_or(path, |(_, name)| name)
    }

    /// Returns the path below the base URL.
    pub(in crate::ditio::reporting) fn path(self) -> &'static str {
        match self {
            T::Project => "/v1/project",
            T::WorkBreakdownStructure => "/v1/project/work-breakdown-structure",
            T::User => "/v1/user",
            T::Resource => "/v1/resource",
            T::TimeRegistrations => "/v1/time-registrations",
            T::MachineRegistrations => "/v1/machine-registrations",
            T::AbsenceRegistrations => "/v1/absence-registrations",
            T::PayrollLines => "/v1/payroll-lines",
            T::PayrollLinesExtended => "/v1/payroll-lines-extended",
            T::IncidentRegistrations => "/v1/incident-registrations",
            T::MachineIncidentRegistrations => "/v1/machine-incident-registrations",
            T::ChecklistRegistrations => "/v1/checklist-registrations",
            T::MachineChecklistRegistrations => "/v1/machine-checklist-registrations",
            T::Images => "/v1/images",
            T::FlowTripRegistrations => "/v1/flow-trip-registrations",
            T::FlowLocations => "/v1/flow-locations",
            T::FlowMassTypes => "/v1/flow-mass-types",
            T::CrewListRegistrations => "/v1/crew-list-registrations",
        }
    }

    pub(in crate::ditio::reporting) fn order(self) -> Order {
        match self {
            T::TimeRegistrations => Order::Time("workDate"),
            T::MachineRegistrations => Order::Time("stopDateTime"),
            T::AbsenceRegistrations => Order::Time("date"),
            T::PayrollLines | T::PayrollLinesExtended => Order::Time("transDateTime"),
            T::Images => Order::Time("createdDateTime"),
            T::FlowTripRegistrations => Order::Time("loadDateTime"),
            T::CrewListRegistrations => Order::Time("checkInDateTime"),
            _ => Order::Id,
        }
    }

    pub(in crate::ditio::reporting) fn tombstone_format(self) -> TombstoneFormat {
        match self {
            T::Project | T::WorkBreakdownStructure | T::User | T::Resource => TombstoneFormat::LastVersion,
            T::ChecklistRegistrations | T::MachineChecklistRegistrations => TombstoneFormat::Complete,
            T::MachineRegistrations | T::MachineIncidentRegistrations => TombstoneFormat::Defaults,
            T::TimeRegistrations | T::IncidentRegistrations | T::FlowTripRegistrations => TombstoneFormat::Nulls,
            _ => TombstoneFormat::FourMembers,
        }
    }

    /// Returns the representation of the absent token on the last page. The documentation does not specify one, so the
    /// simulator uses all three, depending on the table.
    pub(in crate::ditio::reporting) fn last_page_token(self) -> LastPageToken {
        match self as u8 % 3 {
            0 => LastPageToken::Absent,
            1 => LastPageToken::Null,
            _ => LastPageToken::Empty,
        }
    }

    /// Returns true if only administrators may read the table.
    pub(in crate::ditio::reporting) fn is_administrators_only(self) -> bool {
        matches!(self, T::Project | T::Resource | T::User | T::PayrollLinesExtended)
    }

    /// Returns the member with the creation time.
    pub(in crate::ditio::reporting) fn created_member(self) -> &'static str {
        match self {
            T::IncidentRegistrations | T::MachineIncidentRegistrations => "createdAt",
            _ => "createdDateTime",
        }
    }

    pub(in crate::ditio::reporting) fn at(self) -> usize {
        self as usize
    }
}

impl fmt::Display for DitioTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for DitioTable {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|table| table.name() == name);
        found.ok_or_else(|| format!("unknown table `{name}`: GET /_control/ditio/reporting lists the tables"))
    }
}
