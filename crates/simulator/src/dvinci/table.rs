//! The tables, and what one has to say about its rows.

use serde_json::Value;

use super::call::{Row, Writer};
use super::field::Field;
use super::reply::{Errors, Refusal};
use super::show::Look;
use super::store::{Key, Store};
use super::{
    applications, channels, hiring_requests, job_openings, job_publications, locations, onboardings, org_units,
    persons, placements, user_groups, users,
};
use crate::web::Query;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
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
    pub(super) const ALL: [Self; 12] = [
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

    pub(super) fn resource(self) -> &'static dyn Resource {
        match self {
            Self::OrgUnits => &org_units::OrgUnits,
            Self::Users => &users::Users,
            Self::UserGroups => &user_groups::UserGroups,
            Self::Locations => &locations::Locations,
            Self::Channels => &channels::Channels,
            Self::HiringRequests => &hiring_requests::HiringRequests,
            Self::JobOpenings => &job_openings::JobOpenings,
            Self::JobPublications => &job_publications::JobPublications,
            Self::Placements => &placements::Placements,
            Self::Persons => &persons::Persons,
            Self::Applications => &applications::Applications,
            Self::Onboardings => &onboardings::Onboardings,
        }
    }

    /// Ids are internal names, not numbers.
    pub(super) fn has_names(self) -> bool {
        matches!(self, Self::Locations | Self::Channels)
    }

    /// Whether `?externalId=` gives one object; elsewhere it filters the list.
    pub(super) fn has_look_up(self) -> bool {
        matches!(
            self,
            Self::Applications | Self::HiringRequests | Self::JobOpenings | Self::JobPublications | Self::Persons
        )
    }
}

/// An entity on its way into the store.
pub(super) struct Draft<'a> {
    pub(super) store: &'a Store,
    pub(super) writer: &'a Writer,
    /// What was sent.
    pub(super) body: &'a Row,
    /// What is stored; none for a new entity.
    pub(super) old: Option<&'a Row>,
}

/// Whether a row belongs into a list.
pub(super) type Keep<'a> = Box<dyn Fn(&Row) -> bool + 'a>;

/// The rules of one table.
pub(super) trait Resource: Sync {
    /// What may be written.
    fn fields(&self) -> &'static [Field];

    /// Rules between fields and rows; completes the new row.
    fn check(&self, _draft: &Draft<'_>, _row: &mut Row, _errors: &mut Errors) {}

    /// What follows a write.
    fn written(&self, _store: &mut Store, _writer: &Writer, _key: &Key, _body: &Row, _is_new: bool) {}

    /// Whether a row may go, references apart.
    fn may_go(&self, _store: &Store, _key: &Key, _row: &Row) -> bool {
        true
    }

    /// The filter that a query asks for.
    fn filter<'a>(&self, _store: &'a Store, _query: &'a Query) -> Result<Keep<'a>, Refusal> {
        Ok(Box::new(|_| true))
    }

    /// The row as an answer shows it.
    fn show(&self, _store: &Store, row: &Row, _look: Look) -> Row {
        visible(row)
    }
}

/// A row without the members that the simulator keeps for itself.
pub(super) fn visible(row: &Row) -> Row {
    let members = row.iter().filter(|(name, _)| !name.starts_with('_'));
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A member as text; empty when there is none.
pub(super) fn text<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A member as a number.
pub(super) fn number(row: &Row, name: &str) -> Option<i64> {
    row.get(name).and_then(Value::as_i64)
}

/// Whether a member is there and is not null.
pub(super) fn has(row: &Row, name: &str) -> bool {
    row.get(name).is_some_and(|value| !value.is_null())
}
