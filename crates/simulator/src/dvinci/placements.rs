//! Placements that multiposting partners report, each partner's for itself.

use serde_json::{Value, json};

use super::call::{Call, Row, Writer};
use super::crud;
use super::field::{Field, Kind};
use super::filters;
use super::reply::{Answer, Errors, Refusal};
use super::show::{Form, Look};
use super::store::{Key, Store, partner_key};
use super::table::{Draft, Keep, Resource, Table, number, text, visible};
use crate::web::Query;

const FIELDS: &[Field] = &[
    Field::new("name", Kind::Text).required(),
    Field::new("description", Kind::Long),
    Field::new("status", Kind::OneOf(&["ACTIVE", "INACTIVE", "IN_PROGRESS"])).required(),
    Field::new("externalReference", Kind::Text).required(),
    Field::new("jobPublicationId", Kind::Row(Table::JobPublications)).required(),
    Field::new("startDate", Kind::OffsetInstant),
    Field::new("endDate", Kind::OffsetInstant),
    Field::new("externalLinks", Kind::Links),
];

pub(super) struct Placements;

impl Resource for Placements {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, draft: &Draft<'_>, row: &mut Row, errors: &mut Errors) {
        if draft.old.is_none() {
            row.insert("_partner".to_owned(), draft.body["_partner"].clone());
        }
        let reference = text(row, "externalReference");
        let key = partner_key(text(row, "_partner"), reference);
        let own = draft.old.and_then(|old| Key::of(Table::Placements, &old["id"]));
        let other = draft.store.by_external(Table::Placements, &key);
        if !reference.is_empty() && other.is_some_and(|other| Some(other) != own.as_ref()) {
            errors.refused("externalReference", "uniqueOrNull.invalid", &json!(reference));
        }
    }

    fn filter<'a>(&self, _store: &'a Store, query: &'a Query) -> Result<Keep<'a>, Refusal> {
        let publication = filters::integer(query, "jobPublicationId")?;
        Ok(Box::new(move |row| {
            publication.is_none_or(|publication| number(row, "jobPublicationId") == Some(publication))
        }))
    }

    fn show(&self, _store: &Store, row: &Row, look: Look) -> Row {
        let mut shown = visible(row);
        if look.form == Form::Replaced {
            shown.remove("id");
        }
        shown
    }
}

/// The partner's placements, or the one with its reference.
pub(super) fn list(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let partner = partner(call)?;
    if let Some(reference) = call.query.get("externalId") {
        let key = store.by_external(table, &partner_key(partner, reference)).ok_or(Refusal::Forbidden)?;
        return Ok(Look::new(Form::Object, call.caller).show(store, table, key));
    }
    let keep = Placements.filter(store, &call.query)?;
    let look = Look::new(Form::Element, call.caller);
    let rows = store.rows(table).filter(|row| text(row, "_partner") == partner && keep(row));
    Ok(rows.map(|row| Value::Object(Placements.show(store, row, look))).collect())
}

pub(super) fn create(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let partner = partner(call)?;
    let body = call.object()?;
    let key = insert(store, &call.writer(), partner, body)?;
    Ok(Look::new(Form::Object, call.caller).show(store, table, &key))
}

/// Stores a placement of a partner.
pub(super) fn insert(store: &mut Store, writer: &Writer, partner: &str, mut body: Row) -> Result<Key, Refusal> {
    body.insert("_partner".to_owned(), json!(partner));
    crud::insert(store, writer, Table::Placements, &body)
}

pub(super) fn one(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    own(store, call)?;
    crud::one(store, call, table)
}

pub(super) fn replace(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    own(store, call)?;
    crud::replace(store, call, table)
}

pub(super) fn delete(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    own(store, call)?;
    crud::delete(store, call, table)
}

/// The partner that the path names: 3 to 15 letters and digits, and the right to post.
fn partner<'a>(call: &'a Call<'_>) -> Result<&'a str, Refusal> {
    let partner = call.param("partner_id");
    let good = (3..=15).contains(&partner.len()) && partner.chars().all(|c| c.is_ascii_alphanumeric());
    if good && call.caller.everything { Ok(partner) } else { Err(Refusal::Forbidden) }
}

/// Refuses the placements of other partners.
fn own(store: &Store, call: &Call<'_>) -> Result<(), Refusal> {
    let partner = partner(call)?;
    let key = crud::find(store, call, Table::Placements)?;
    let row = store.row(Table::Placements, &key).ok_or(Refusal::Forbidden)?;
    if text(row, "_partner") == partner { Ok(()) } else { Err(Refusal::Forbidden) }
}
