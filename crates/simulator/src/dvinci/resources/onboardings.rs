//! Onboardings of hired persons. Clients read them and delete finished ones.

use serde_json::json;

use crate::dvinci::api_error::{ApiError, HandlerResult};
use crate::dvinci::resources::{Resource, RowFilter};
use crate::dvinci::rest::crud;
use crate::dvinci::rest::query::{self, day, timestamp};
use crate::dvinci::rest::request::ApiRequest;
use crate::dvinci::rest::view::{Representation, View};
use crate::dvinci::schema::field::{Field, Kind};
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::{Row, number, text, without_internal};
use crate::dvinci::store::table::Table;
use crate::dvinci::time::{from_row, is_on_or_after};
use crate::web::Query;

/// References of onboardings, which have no writable fields.
const FIELDS: &[Field] = &[Field::new("applicationId", Kind::Id(Table::Applications)).weak()];

/// Members of list elements, besides the person's name.
const LIST_MEMBERS: [&str; 10] = [
    "id",
    "orgUnitId",
    "status",
    "entryReason",
    "reasonForTermination",
    "dateOfStart",
    "dateOfContract",
    "dateOfEmployment",
    "dateOfEnd",
    "dateCreated",
];

/// Date filters: parameter and member.
const DATE_FILTERS: [(&str, &str); 4] = [
    ("fromDateOfStart", "dateOfStart"),
    ("fromDateOfContract", "dateOfContract"),
    ("fromDateOfEmployment", "dateOfEmployment"),
    ("fromDateOfEnd", "dateOfEnd"),
];

pub(in crate::dvinci) struct Onboardings;

impl Resource for Onboardings {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn can_delete(&self, _store: &Store, _key: &Key, row: &Row) -> bool {
        text(row, "status") == "FINISHED"
    }

    fn filter<'a>(&self, _store: &'a Store, query: &'a Query) -> Result<RowFilter<'a>, ApiError> {
        let status = query::one_of(query, "status", &["ACTIVE", "FINISHED"])?;
        let unit = query::integer(query, "orgUnitId")?;
        let application = query::integer(query, "applicationId")?;
        let created = timestamp(query, "fromDateCreated")?;
        let mut days = Vec::new();
        for (parameter, name) in DATE_FILTERS {
            days.push((name, day(query, parameter)?));
        }
        Ok(Box::new(move |row| {
            status.is_none_or(|status| text(row, "status") == status)
                && unit.is_none_or(|unit| number(row, "orgUnitId") == Some(unit))
                && application.is_none_or(|application| number(row, "applicationId") == Some(application))
                && created.is_none_or(|created| from_row(row, "dateCreated").is_some_and(|at| at >= created))
                && days.iter().all(|(name, day)| is_on_or_after(row, name, *day))
        }))
    }

    fn render(&self, _store: &Store, row: &Row, view: View) -> Row {
        if view.representation != Representation::ListElement {
            return without_internal(row);
        }
        let mut rendered: Row = LIST_MEMBERS.iter().map(|name| ((*name).to_owned(), row[*name].clone())).collect();
        let person = &row["person"];
        for (name, from) in [
            ("personTitle", "title"),
            ("personSalutation", "salutation"),
            ("personFirstName", "firstName"),
            ("personLastName", "lastName"),
        ] {
            rendered.insert(name.to_owned(), json!(person[from]));
        }
        rendered
    }
}

/// Gets an onboarding. Unlike most resources, an unknown one gets 404 instead of 403.
pub(in crate::dvinci) fn get(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    crud::get(store, request, table).map_err(|error| match error {
        ApiError::Forbidden => ApiError::NotFound,
        other => other,
    })
}
