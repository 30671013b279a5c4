//! Job publications: the text of a job opening in one language, and the channels it is published on.

use crate::dvinci::api_error::FieldErrors;
use crate::dvinci::resources::Resource;
use crate::dvinci::rest::view::{Representation, View};
use crate::dvinci::schema::field::{Field, Kind, Requirement};
use crate::dvinci::store::Store;
use crate::dvinci::store::row::{Row, has, number, text, without_internal};
use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_request::WriteRequest;
use crate::dvinci::tenant::terms;

const FIELDS: &[Field] = &[
    Field::new("type", Kind::OneOf(&["DEFAULT", "EXTERNAL"])).required(),
    Field::new("jobOpeningId", Kind::Id(Table::JobOpenings)).required().on_update(Requirement::Required),
    Field::new("position", Kind::Text).required(),
    Field::new("languageId", Kind::Term(terms::LANGUAGES)).required(),
    Field::new("subtitle", Kind::Text),
    Field::new("introduction", Kind::LongText),
    Field::new("tasks", Kind::LongText),
    Field::new("profile", Kind::LongText),
    Field::new("weOffer", Kind::LongText),
    Field::new("closingText", Kind::LongText),
    Field::new("pageTitle", Kind::Text),
    Field::new("pageDescription", Kind::Text),
    Field::new("externalPublicationUrl", Kind::Url),
    Field::new("externalId", Kind::ExternalId),
    Field::new("status", Kind::OneOf(&["ACTIVE", "DRAFT"])).default_text("ACTIVE").on_update(Requirement::Required),
    Field::new("placements", Kind::Published).keep_if_omitted(),
];

pub(in crate::dvinci) struct JobPublications;

impl Resource for JobPublications {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, write: &WriteRequest<'_>, row: &mut Row, errors: &mut FieldErrors) {
        let opening = number(row, "jobOpeningId").and_then(|id| write.store.row_by_number(Table::JobOpenings, id));
        match write.stored {
            Some(old) if has(row, "jobOpeningId") && old["jobOpeningId"] != row["jobOpeningId"] => {
                errors.add_with_value("jobOpeningId", "jobOpeningCanNotBeChanged", &row["jobOpeningId"]);
            }
            None if opening.is_some_and(|opening| text(opening, "type") == "MANAGED_BY_API") => {
                errors.add_with_value("jobOpeningId", "jobOpeningIdInvalid", &row["jobOpeningId"]);
            }
            _ => {}
        }
        if has(row, "externalPublicationUrl") && text(row, "type") != "EXTERNAL" {
            errors.add("externalPublicationUrl", "onlyAllowedForTypeExternal");
        }
        if has(write.body, "placements") && !write.context.caller.has_all_permissions {
            errors.add("placements", "createOrUpdatePlacementsNotAllowed");
        }
    }

    fn render(&self, _store: &Store, row: &Row, view: View) -> Row {
        let mut rendered = without_internal(row);
        // Observed: lists omit the status of external publications.
        if view.representation == Representation::ListElement && text(row, "type") == "EXTERNAL" {
            rendered.remove("status");
        }
        rendered
    }
}
