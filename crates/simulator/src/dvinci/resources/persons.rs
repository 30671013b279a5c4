//! Persons: the candidates, and their photos.

use serde_json::{Value, json};

use crate::dvinci::api_error::{ApiError, FieldErrors, HandlerResult, success};
use crate::dvinci::resources::Resource;
use crate::dvinci::resources::users::SALUTATIONS;
use crate::dvinci::rest::crud;
use crate::dvinci::rest::request::ApiRequest;
use crate::dvinci::rest::view::View;
use crate::dvinci::schema::field::{Field, Kind};
use crate::dvinci::store::row::{Row, has, text, without_internal};
use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_request::WriteRequest;
use crate::dvinci::store::{Store, files};
use crate::dvinci::tenant::countries;
use crate::dvinci::tenant::terms::{self, SPECIAL_MARKS};
use crate::dvinci::time;

/// Address members that require a country.
const ADDRESS: [&str; 8] = ["address1", "address2", "address3", "address4", "address5", "usState", "zipCode", "city"];

const FIELDS: &[Field] = &[
    Field::new("externalId", Kind::ExternalId),
    Field::new("salutation", Kind::OneOf(SALUTATIONS)),
    Field::new("title", Kind::Text),
    Field::new("firstName", Kind::Text).required(),
    Field::new("lastName", Kind::Text).required(),
    Field::new("dateOfBirth", Kind::PastDate),
    Field::new("address1", Kind::Text),
    Field::new("address2", Kind::Text),
    Field::new("address3", Kind::Text),
    Field::new("address4", Kind::Text),
    Field::new("address5", Kind::Text),
    Field::new("usState", Kind::OneOf(&countries::US_STATES)),
    Field::new("zipCode", Kind::Text),
    Field::new("city", Kind::Text),
    Field::new("countryIsoA2", Kind::Text),
    Field::new("email", Kind::Email),
    Field::new("telephone", Kind::Text),
    Field::new("alternativeTelephone", Kind::Text),
    Field::new("skypeName", Kind::Text),
    Field::new("profileLink", Kind::Url),
    Field::new("degreeId", Kind::Term(terms::DEGREES)),
    Field::new("education", Kind::Text),
    Field::new("study", Kind::Text),
    Field::new("lastPosition", Kind::Text),
    Field::new("specialMarkIds", Kind::Terms(SPECIAL_MARKS)),
];

pub(in crate::dvinci) struct Persons;

impl Resource for Persons {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, write: &WriteRequest<'_>, row: &mut Row, errors: &mut FieldErrors) {
        let country = text(row, "countryIsoA2");
        if !country.is_empty() && !countries::is_known(country) {
            errors.add_with_value("countryIsoA2", "countryNotFound", &json!(country));
        }
        if country.is_empty() && ADDRESS.iter().any(|name| has(row, name)) {
            errors.add("countryIsoA2", "countryNotSpecified");
        }
        if has(row, "usState") && country != "US" {
            errors.add_not_permitted("usState", &row["usState"]);
        }
        // Without `specialMarkIds`, the eight legacy flags apply.
        if !has(write.body, "specialMarkIds") {
            let mut marks = Vec::new();
            for mark in SPECIAL_MARKS {
                match write.body.get(mark.en) {
                    Some(Value::Bool(true)) => marks.push(mark.id),
                    None | Some(Value::Null | Value::Bool(false)) => {}
                    Some(_) => errors.add_type_mismatch(mark.en),
                }
            }
            row.insert("specialMarkIds".to_owned(), json!(marks));
        }
        row.entry("keywords").or_insert_with(|| json!([]));
    }

    fn render(&self, store: &Store, row: &Row, _view: View) -> Row {
        let mut rendered = without_internal(row);
        let marks = row["specialMarkIds"].as_array();
        for mark in SPECIAL_MARKS {
            let is_set = marks.is_some_and(|marks| marks.contains(&json!(mark.id)));
            rendered.insert(mark.en.to_owned(), json!(is_set));
        }
        let applications = store.child_ids(Table::Persons, row["id"].as_i64().unwrap_or_default());
        let applications = applications.filter_map(|id| {
            let row = store.row_by_number(Table::Applications, id)?;
            Some(json!({ "id": id, "externalId": row["externalId"] }))
        });
        rendered.insert("applications".to_owned(), applications.collect());
        rendered
    }
}

pub(in crate::dvinci) fn photo(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let key = crud::find_key(store, request, table)?;
    let photo = store.files.photos.get(&key.number()).ok_or(ApiError::NotFound)?;
    Ok(json!({
        "contentType": photo.media_type(),
        "fileSize": photo.bytes.len(),
        "dateCreated": time::format_millis(photo.created),
        "filename": photo.filename,
        "contentAsBase64": photo.content_base64(),
    }))
}

pub(in crate::dvinci) fn set_photo(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let key = crud::find_key(store, request, table)?;
    let body = request.object()?;
    let mut errors = FieldErrors::default();
    let photo = files::from_body(&body, request.clock.next_timestamp(), &mut errors);
    errors.into_result()?;
    store.files.photos.extend(photo.map(|photo| (key.number(), photo)));
    Ok(success())
}

pub(in crate::dvinci) fn delete_photo(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let key = crud::find_key(store, request, table)?;
    match store.files.photos.remove(&key.number()) {
        Some(_) => Ok(success()),
        None => Err(ApiError::DeleteFailed),
    }
}
