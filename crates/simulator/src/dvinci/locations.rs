//! Locations: their ids are internal names that the caller chooses.

use serde_json::{Value, json};

use super::call::Row;
use super::countries;
use super::field::{Field, Kind, Need};
use super::filters;
use super::org_units::is_within;
use super::reply::{Errors, Refusal};
use super::show::{Language, Look};
use super::store::{Key, Store};
use super::table::{Draft, Keep, Resource, Table, has, number, text, visible};
use crate::web::Query;

const FIELDS: &[Field] = &[
    Field::new("id", Kind::Text).required().on_update(Need::Ignored),
    Field::new("orgUnitId", Kind::Row(Table::OrgUnits)).required().on_update(Need::Optional).kept(),
    Field::new("isJobLocation", Kind::Boolean).or(true),
    Field::new("isDesiredLocation", Kind::Boolean).or(true),
    Field::new("isAppointmentLocation", Kind::Boolean).or(false),
    Field::new("countryIsoA2", Kind::Text),
    Field::new("address1", Kind::Text),
    Field::new("address2", Kind::Text),
    Field::new("address3", Kind::Text),
    Field::new("address4", Kind::Text),
    Field::new("address5", Kind::Text),
    Field::new("usState", Kind::OneOf(&countries::US_STATES)),
    Field::new("zipCode", Kind::Text),
    Field::new("city", Kind::Text),
    Field::new("latitude", Kind::Number),
    Field::new("longitude", Kind::Number),
    Field::new("additionalInformation", Kind::Long),
    Field::new("nameMessages", Kind::Messages).required(),
    Field::new("externalNameMessages", Kind::Messages),
];

pub(super) struct Locations;

impl Resource for Locations {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, draft: &Draft<'_>, row: &mut Row, errors: &mut Errors) {
        let id = text(row, "id");
        if draft.old.is_none() && !id.is_empty() {
            let good = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            if !id.chars().all(good) {
                errors.refused("id", "matches.invalid", &json!(id));
            } else if draft.store.row(Table::Locations, &Key::Name(id.to_owned())).is_some() {
                errors.not_permitted("id", &json!(id));
            }
        }
        let country = text(row, "countryIsoA2");
        if !country.is_empty() && !countries::is_known(country) {
            errors.not_permitted("countryIsoA2", &json!(country));
        }
        if has(row, "usState") && country != "US" {
            errors.not_permitted("usState", &row["usState"]);
        }
    }

    fn filter<'a>(&self, store: &'a Store, query: &'a Query) -> Result<Keep<'a>, Refusal> {
        let Some(unit) = filters::integer(query, "forJobOpeningByOrgUnitId")? else {
            return Ok(Box::new(|_| true));
        };
        Ok(Box::new(move |row| {
            let own = number(row, "orgUnitId").unwrap_or_default();
            row["isJobLocation"] == true && is_within(store, unit, own)
        }))
    }

    fn show(&self, _store: &Store, row: &Row, look: Look) -> Row {
        let mut shown = visible(row);
        let name = in_language(row, "nameMessages", look.language);
        let external = in_language(row, "externalNameMessages", look.language);
        shown.insert("externalName".to_owned(), json!(external.unwrap_or(name.unwrap_or_default())));
        shown.insert("name".to_owned(), json!(name.unwrap_or_default()));
        shown.insert("country".to_owned(), json!(country(row, look.language)));
        if !has(row, "externalNameMessages") {
            shown.insert("externalNameMessages".to_owned(), json!({}));
        }
        shown
    }
}

/// A text in the language, or in any other that it is there in.
fn in_language<'a>(row: &'a Row, name: &str, language: Language) -> Option<&'a str> {
    let messages = row.get(name)?.as_object()?;
    let found = messages.get(language.pick("de", "en")).or_else(|| messages.values().next());
    found.and_then(Value::as_str)
}

/// The country's name.
pub(super) fn country(row: &Row, language: Language) -> String {
    let (german, english) = countries::names(text(row, "countryIsoA2"));
    language.pick(german, english).to_owned()
}

/// The name that people inside see.
pub(super) fn name(row: &Row, language: Language) -> String {
    in_language(row, "nameMessages", language).unwrap_or_default().to_owned()
}
