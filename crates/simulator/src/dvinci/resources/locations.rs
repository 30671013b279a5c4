//! Locations. Their ids are internal names chosen by the client.

use serde_json::{Value, json};

use crate::dvinci::api_error::{ApiError, FieldErrors};
use crate::dvinci::resources::org_units::is_within;
use crate::dvinci::resources::{Resource, RowFilter};
use crate::dvinci::rest::query;
use crate::dvinci::rest::view::View;
use crate::dvinci::schema::field::{Field, Kind, Requirement};
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::{Row, has, number, text, without_internal};
use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_request::WriteRequest;
use crate::dvinci::tenant::countries;
use crate::dvinci::tenant::language::Language;
use crate::web::Query;

const FIELDS: &[Field] = &[
    Field::new("id", Kind::Text).required().on_update(Requirement::Ignored),
    Field::new("orgUnitId", Kind::Id(Table::OrgUnits)).required().on_update(Requirement::Optional).keep_if_omitted(),
    Field::new("isJobLocation", Kind::Boolean).default_flag(true),
    Field::new("isDesiredLocation", Kind::Boolean).default_flag(true),
    Field::new("isAppointmentLocation", Kind::Boolean).default_flag(false),
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
    Field::new("additionalInformation", Kind::LongText),
    Field::new("nameMessages", Kind::Messages).required(),
    Field::new("externalNameMessages", Kind::Messages),
];

pub(in crate::dvinci) struct Locations;

impl Resource for Locations {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, write: &WriteRequest<'_>, row: &mut Row, errors: &mut FieldErrors) {
        let id = text(row, "id");
        if write.stored.is_none() && !id.is_empty() {
            let is_valid = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            if !id.chars().all(is_valid) {
                errors.add_with_value("id", "matches.invalid", &json!(id));
            } else if write.store.row(Table::Locations, &Key::Name(id.to_owned())).is_some() {
                errors.add_not_permitted("id", &json!(id));
            }
        }
        let country = text(row, "countryIsoA2");
        if !country.is_empty() && !countries::is_known(country) {
            errors.add_not_permitted("countryIsoA2", &json!(country));
        }
        if has(row, "usState") && country != "US" {
            errors.add_not_permitted("usState", &row["usState"]);
        }
    }

    fn filter<'a>(&self, store: &'a Store, query: &'a Query) -> Result<RowFilter<'a>, ApiError> {
        let Some(unit) = query::integer(query, "forJobOpeningByOrgUnitId")? else {
            return Ok(Box::new(|_| true));
        };
        Ok(Box::new(move |row| {
            let own = number(row, "orgUnitId").unwrap_or_default();
            row["isJobLocation"] == true && is_within(store, unit, own)
        }))
    }

    fn render(&self, _store: &Store, row: &Row, view: View) -> Row {
        let mut rendered = without_internal(row);
        let name = in_language(row, "nameMessages", view.language);
        let external = in_language(row, "externalNameMessages", view.language);
        rendered.insert("externalName".to_owned(), json!(external.unwrap_or(name.unwrap_or_default())));
        rendered.insert("name".to_owned(), json!(name.unwrap_or_default()));
        rendered.insert("country".to_owned(), json!(country(row, view.language)));
        if !has(row, "externalNameMessages") {
            rendered.insert("externalNameMessages".to_owned(), json!({}));
        }
        rendered
    }
}

/// Returns a text in a language, or in any other language if it is missing.
fn in_language<'a>(row: &'a Row, name: &str, language: Language) -> Option<&'a str> {
    let messages = row.get(name)?.as_object()?;
    let found = messages.get(language.pick("de", "en")).or_else(|| messages.values().next());
    found.and_then(Value::as_str)
}

/// Returns the name of a location's country.
pub(in crate::dvinci) fn country(row: &Row, language: Language) -> String {
    let (german, english) = countries::names(text(row, "countryIsoA2"));
    language.pick(german, english).to_owned()
}

/// Returns the internal name of a location.
pub(in crate::dvinci) fn name(row: &Row, language: Language) -> String {
    in_language(row, "nameMessages", language).unwrap_or_default().to_owned()
}
