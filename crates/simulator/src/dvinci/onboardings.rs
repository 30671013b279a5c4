//! Onboardings: what follows an application. The API reads them, and deletes finished ones.

use serde_json::json;

use super::call::{Call, Row};
use super::crud;
use super::field::{Field, Kind};
use super::filters;
use super::instants::{asked, asked_day, is_since, of};
use super::reply::{Answer, Refusal};
use super::show::{Form, Look};
use super::store::{Key, Store};
use super::table::{Keep, Resource, Table, number, text, visible};
use crate::web::Query;

/// Nothing can be written; these are the references.
const FIELDS: &[Field] = &[Field::new("applicationId", Kind::Row(Table::Applications)).weak()];

/// What the list shows, apart from the person's name.
const SHORT: [&str; 10] = [
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

const DAYS: [(&str, &str); 4] = [
    ("fromDateOfStart", "dateOfStart"),
    ("fromDateOfContract", "dateOfContract"),
    ("fromDateOfEmployment", "dateOfEmployment"),
    ("fromDateOfEnd", "dateOfEnd"),
];

pub(super) struct Onboardings;

impl Resource for Onboardings {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn may_go(&self, _store: &Store, _key: &Key, row: &Row) -> bool {
        text(row, "status") == "FINISHED"
    }

    fn filter<'a>(&self, _store: &'a Store, query: &'a Query) -> Result<Keep<'a>, Refusal> {
        let status = filters::one_of(query, "status", &["ACTIVE", "FINISHED"])?;
        let unit = filters::integer(query, "orgUnitId")?;
        let application = filters::integer(query, "applicationId")?;
        let created = asked(query, "fromDateCreated")?;
        let mut days = Vec::new();
        for (parameter, name) in DAYS {
            days.push((name, asked_day(query, parameter)?));
        }
        Ok(Box::new(move |row| {
            status.is_none_or(|status| text(row, "status") == status)
                && unit.is_none_or(|unit| number(row, "orgUnitId") == Some(unit))
                && application.is_none_or(|application| number(row, "applicationId") == Some(application))
                && created.is_none_or(|created| of(row, "dateCreated").is_some_and(|at| at >= created))
                && days.iter().all(|(name, day)| is_since(row, name, *day))
        }))
    }

    fn show(&self, _store: &Store, row: &Row, look: Look) -> Row {
        if look.form != Form::Element {
            return visible(row);
        }
        let mut shown: Row = SHORT.iter().map(|name| ((*name).to_owned(), row[*name].clone())).collect();
        let person = &row["person"];
        for (name, from) in [
            ("personTitle", "title"),
            ("personSalutation", "salutation"),
            ("personFirstName", "firstName"),
            ("personLastName", "lastName"),
        ] {
            shown.insert(name.to_owned(), json!(person[from]));
        }
        shown
    }
}

/// One of the few reads that answer 404 for what is not there.
pub(super) fn one(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    crud::one(store, call, table).map_err(|refusal| match refusal {
        Refusal::Forbidden => Refusal::NotFound,
        other => other,
    })
}
