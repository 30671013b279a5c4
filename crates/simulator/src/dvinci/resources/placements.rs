//! Placements reported by multiposting partners. Each partner sees its own placements only.

use serde_json::{Value, json};

use crate::dvinci::api_error::{ApiError, FieldErrors, HandlerResult};
use crate::dvinci::resources::{Resource, RowFilter};
use crate::dvinci::rest::request::ApiRequest;
use crate::dvinci::rest::view::{Representation, View};
use crate::dvinci::rest::{crud, query};
use crate::dvinci::schema::field::{Field, Kind};
use crate::dvinci::store::Store;
use crate::dvinci::store::key::{Key, placement_key};
use crate::dvinci::store::row::{Row, number, text, without_internal};
use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_context::WriteContext;
use crate::dvinci::store::write_request::WriteRequest;
use crate::web::Query;

const FIELDS: &[Field] = &[
    Field::new("name", Kind::Text).required(),
    Field::new("description", Kind::LongText),
    Field::new("status", Kind::OneOf(&["ACTIVE", "INACTIVE", "IN_PROGRESS"])).required(),
    Field::new("externalReference", Kind::Text).required(),
    Field::new("jobPublicationId", Kind::Id(Table::JobPublications)).required(),
    Field::new("startDate", Kind::OffsetTimestamp),
    Field::new("endDate", Kind::OffsetTimestamp),
    Field::new("externalLinks", Kind::Links),
];

pub(in crate::dvinci) struct Placements;

impl Resource for Placements {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, write: &WriteRequest<'_>, row: &mut Row, errors: &mut FieldErrors) {
        if write.stored.is_none() {
            row.insert("_partner".to_owned(), write.body["_partner"].clone());
        }
        let reference = text(row, "externalReference");
        let key = placement_key(text(row, "_partner"), reference);
        let own = write.stored.and_then(|old| Key::from_value(Table::Placements, &old["id"]));
        let other = write.store.key_by_external_id(Table::Placements, &key);
        if !reference.is_empty() && other.is_some_and(|other| Some(other) != own.as_ref()) {
            errors.add_with_value("externalReference", "uniqueOrNull.invalid", &json!(reference));
        }
    }

    fn filter<'a>(&self, _store: &'a Store, query: &'a Query) -> Result<RowFilter<'a>, ApiError> {
        let publication = query::integer(query, "jobPublicationId")?;
        Ok(Box::new(move |row| {
            publication.is_none_or(|publication| number(row, "jobPublicationId") == Some(publication))
        }))
    }

    fn render(&self, _store: &Store, row: &Row, view: View) -> Row {
        let mut rendered = without_internal(row);
        if view.representation == Representation::Replaced {
            rendered.remove("id");
        }
        rendered
    }
}

/// Lists the placements of a partner, or gets the one with an external reference.
pub(in crate::dvinci) fn list(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let partner = partner(request)?;
    if let Some(reference) = request.query.get("externalId") {
        let key = store.key_by_external_id(table, &placement_key(partner, reference)).ok_or(ApiError::Forbidden)?;
        return Ok(View::new(Representation::Object, request.caller).render(store, table, key));
    }
    let matches = Placements.filter(store, &request.query)?;
    let view = View::new(Representation::ListElement, request.caller);
    let rows = store.rows(table).filter(|row| text(row, "_partner") == partner && matches(row));
    Ok(rows.map(|row| Value::Object(Placements.render(store, row, view))).collect())
}

pub(in crate::dvinci) fn create(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let partner = partner(request)?;
    let body = request.object()?;
    let key = insert(store, &request.write_context(), partner, body)?;
    Ok(View::new(Representation::Object, request.caller).render(store, table, &key))
}

/// Stores a placement of a partner.
pub(in crate::dvinci) fn insert(
    store: &mut Store,
    context: &WriteContext,
    partner: &str,
    mut body: Row,
) -> Result<Key, ApiError> {
    body.insert("_partner".to_owned(), json!(partner));
    crud::insert(store, context, Table::Placements, &body)
}

pub(in crate::dvinci) fn get(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    check_partner(store, request)?;
    crud::get(store, request, table)
}

pub(in crate::dvinci) fn replace(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    check_partner(store, request)?;
    crud::replace(store, request, table)
}

pub(in crate::dvinci) fn delete(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    check_partner(store, request)?;
    crud::delete(store, request, table)
}

/// Returns the partner in the path, which has 3 to 15 letters and digits; posting requires every permission.
fn partner<'a>(request: &'a ApiRequest<'_>) -> Result<&'a str, ApiError> {
    let partner = request.param("partner_id");
    let is_valid = (3..=15).contains(&partner.len()) && partner.chars().all(|c| c.is_ascii_alphanumeric());
    if is_valid && request.caller.has_all_permissions { Ok(partner) } else { Err(ApiError::Forbidden) }
}

/// Rejects requests for placements of other partners.
fn check_partner(store: &Store, request: &ApiRequest<'_>) -> Result<(), ApiError> {
    let partner = partner(request)?;
    let key = crud::find_key(store, request, Table::Placements)?;
    let row = store.row(Table::Placements, &key).ok_or(ApiError::Forbidden)?;
    if text(row, "_partner") == partner { Ok(()) } else { Err(ApiError::Forbidden) }
}
