//! The resources: fields, rules and responses of each table.

mod applications;
mod channels;
pub(super) mod hiring_requests;
mod job_openings;
mod job_publications;
pub(super) mod locations;
pub(super) mod onboardings;
pub(super) mod org_units;
pub(super) mod persons;
pub(super) mod placements;
mod user_groups;
pub(super) mod users;

use crate::dvinci::api_error::{ApiError, FieldErrors};
use crate::dvinci::rest::view::View;
use crate::dvinci::schema::field::Field;
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::{Row, without_internal};
use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_context::WriteContext;
use crate::dvinci::store::write_request::WriteRequest;
use crate::web::Query;

impl Table {
    /// Returns the fields and rules of the table.
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
}

/// Predicate that selects the rows of a list.
pub(super) type RowFilter<'a> = Box<dyn Fn(&Row) -> bool + 'a>;

/// Fields and rules of a table.
pub(super) trait Resource: Sync {
    /// Returns the writable fields and the references.
    fn fields(&self) -> &'static [Field];

    /// Checks rules that span several fields or rows, and completes the new row.
    fn check(&self, _write: &WriteRequest<'_>, _row: &mut Row, _errors: &mut FieldErrors) {}

    /// Runs after a write.
    fn after_write(&self, _store: &mut Store, _context: &WriteContext, _key: &Key, _body: &Row, _is_new: bool) {}

    /// Returns whether a row can be deleted, apart from references to it.
    fn can_delete(&self, _store: &Store, _key: &Key, _row: &Row) -> bool {
        true
    }

    /// Parses the filters of a list.
    fn filter<'a>(&self, _store: &'a Store, _query: &'a Query) -> Result<RowFilter<'a>, ApiError> {
        Ok(Box::new(|_| true))
    }

    /// Renders a row for a response.
    fn render(&self, _store: &Store, row: &Row, _view: View) -> Row {
        without_internal(row)
    }
}
