//! Job publications: the text of a job opening in one language, and the channels that show it.

use super::call::Row;
use super::field::{Field, Kind, Need};
use super::reply::Errors;
use super::show::{Form, Look};
use super::store::Store;
use super::table::{Draft, Resource, Table, has, number, text, visible};
use super::terms;

const FIELDS: &[Field] = &[
    Field::new("type", Kind::OneOf(&["DEFAULT", "EXTERNAL"])).required(),
    Field::new("jobOpeningId", Kind::Row(Table::JobOpenings)).required().on_update(Need::Required),
    Field::new("position", Kind::Text).required(),
    Field::new("languageId", Kind::Term(terms::LANGUAGES)).required(),
    Field::new("subtitle", Kind::Text),
    Field::new("introduction", Kind::Long),
    Field::new("tasks", Kind::Long),
    Field::new("profile", Kind::Long),
    Field::new("weOffer", Kind::Long),
    Field::new("closingText", Kind::Long),
    Field::new("pageTitle", Kind::Text),
    Field::new("pageDescription", Kind::Text),
    Field::new("externalPublicationUrl", Kind::Url),
    Field::new("externalId", Kind::External),
    Field::new("status", Kind::OneOf(&["ACTIVE", "DRAFT"])).or_text("ACTIVE").on_update(Need::Required),
    Field::new("placements", Kind::Showings).kept(),
];

pub(super) struct JobPublications;

impl Resource for JobPublications {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, draft: &Draft<'_>, row: &mut Row, errors: &mut Errors) {
        let opening = number(row, "jobOpeningId").and_then(|id| draft.store.numbered(Table::JobOpenings, id));
        match draft.old {
            Some(old) if has(row, "jobOpeningId") && old["jobOpeningId"] != row["jobOpeningId"] => {
                errors.refused("jobOpeningId", "jobOpeningCanNotBeChanged", &row["jobOpeningId"]);
            }
            None if opening.is_some_and(|opening| text(opening, "type") == "MANAGED_BY_API") => {
                errors.refused("jobOpeningId", "jobOpeningIdInvalid", &row["jobOpeningId"]);
            }
            _ => {}
        }
        if has(row, "externalPublicationUrl") && text(row, "type") != "EXTERNAL" {
            errors.add("externalPublicationUrl", "onlyAllowedForTypeExternal");
        }
        if has(draft.body, "placements") && !draft.writer.caller.everything {
            errors.add("placements", "createOrUpdatePlacementsNotAllowed");
        }
    }

    fn show(&self, _store: &Store, row: &Row, look: Look) -> Row {
        let mut shown = visible(row);
        // Lists have been seen without the status of publications that live elsewhere.
        if look.form == Form::Element && text(row, "type") == "EXTERNAL" {
            shown.remove("status");
        }
        shown
    }
}
