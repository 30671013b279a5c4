//! The tables.

/// A table of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::dvinci) enum Table {
    OrgUnits,
    Users,
    UserGroups,
    Locations,
    Channels,
    HiringRequests,
    JobOpenings,
    JobPublications,
    Placements,
    Persons,
    Applications,
    Onboardings,
}

impl Table {
    pub(in crate::dvinci) const ALL: [Self; 12] = [
        Self::OrgUnits,
        Self::Users,
        Self::UserGroups,
        Self::Locations,
        Self::Channels,
        Self::HiringRequests,
        Self::JobOpenings,
        Self::JobPublications,
        Self::Placements,
        Self::Persons,
        Self::Applications,
        Self::Onboardings,
    ];

    /// Returns whether ids are internal names instead of numbers.
    pub(in crate::dvinci) fn string_ids(self) -> bool {
        matches!(self, Self::Locations | Self::Channels)
    }

    /// Returns whether `?externalId=` returns a single object; in other tables it filters the list.
    pub(in crate::dvinci) fn has_external_id_lookup(self) -> bool {
        matches!(
            self,
            Self::Applications | Self::HiringRequests | Self::JobOpenings | Self::JobPublications | Self::Persons
        )
    }
}
