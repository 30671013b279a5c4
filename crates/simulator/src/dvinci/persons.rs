//! Persons: the candidates.

use serde_json::{Value, json};

use super::call::{Call, Row};
use super::countries;
use super::crud;
use super::field::{Field, Kind};
use super::files;
use super::instants;
use super::reply::{Answer, Errors, Refusal, success};
use super::show::Look;
use super::store::Store;
use super::table::{Draft, Resource, Table, has, text, visible};
use super::terms::{self, SPECIAL_MARKS};
use super::users::SALUTATIONS;

const ADDRESS: [&str; 8] = ["address1", "address2", "address3", "address4", "address5", "usState", "zipCode", "city"];

const FIELDS: &[Field] = &[
    Field::new("externalId", Kind::External),
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

pub(super) struct Persons;

impl Resource for Persons {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, draft: &Draft<'_>, row: &mut Row, errors: &mut Errors) {
        let country = text(row, "countryIsoA2");
        if !country.is_empty() && !countries::is_known(country) {
            errors.refused("countryIsoA2", "countryNotFound", &json!(country));
        }
        if country.is_empty() && ADDRESS.iter().any(|name| has(row, name)) {
            errors.add("countryIsoA2", "countryNotSpecified");
        }
        if has(row, "usState") && country != "US" {
            errors.not_permitted("usState", &row["usState"]);
        }
        // Without the list, the eight older flags count.
        if !has(draft.body, "specialMarkIds") {
            let mut marks = Vec::new();
            for mark in SPECIAL_MARKS {
                match draft.body.get(mark.en) {
                    Some(Value::Bool(true)) => marks.push(mark.id),
                    None | Some(Value::Null | Value::Bool(false)) => {}
                    Some(_) => errors.mismatch(mark.en),
                }
            }
            row.insert("specialMarkIds".to_owned(), json!(marks));
        }
        row.entry("keywords").or_insert_with(|| json!([]));
    }

    fn show(&self, store: &Store, row: &Row, _look: Look) -> Row {
        let mut shown = visible(row);
        let marks = row["specialMarkIds"].as_array();
        for mark in SPECIAL_MARKS {
            let is_set = marks.is_some_and(|marks| marks.contains(&json!(mark.id)));
            shown.insert(mark.en.to_owned(), json!(is_set));
        }
        let applications = store.children(Table::Persons, row["id"].as_i64().unwrap_or_default());
        let applications = applications.filter_map(|id| {
            let row = store.numbered(Table::Applications, id)?;
            Some(json!({ "id": id, "externalId": row["externalId"] }))
        });
        shown.insert("applications".to_owned(), applications.collect());
        shown
    }
}

pub(super) fn photo(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let key = crud::find(store, call, table)?;
    let photo = store.files.photos.get(&key.number()).ok_or(Refusal::NotFound)?;
    Ok(json!({
        "contentType": photo.media_type(),
        "fileSize": photo.bytes.len(),
        "dateCreated": instants::millis(photo.created),
        "filename": photo.filename,
        "contentAsBase64": photo.content(),
    }))
}

pub(super) fn set_photo(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let key = crud::find(store, call, table)?;
    let body = call.object()?;
    let mut errors = Errors::default();
    let photo = files::read(&body, call.clock.next_timestamp(), &mut errors);
    errors.finish()?;
    store.files.photos.extend(photo.map(|photo| (key.number(), photo)));
    Ok(success())
}

pub(super) fn delete_photo(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let key = crud::find(store, call, table)?;
    match store.files.photos.remove(&key.number()) {
        Some(_) => Ok(success()),
        None => Err(Refusal::DeleteFailed),
    }
}
