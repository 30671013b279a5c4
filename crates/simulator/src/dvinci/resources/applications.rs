//! Applications.

use serde_json::{Value, json};

use crate::dvinci::api_error::{ApiError, FieldErrors};
use crate::dvinci::resources::{Resource, RowFilter};
use crate::dvinci::rest::query::{self, TimeRange};
use crate::dvinci::rest::view::{Representation, View};
use crate::dvinci::schema::answers::{self, SCREENING_QUESTIONS};
use crate::dvinci::schema::decode;
use crate::dvinci::schema::field::{Field, Kind, Requirement};
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::{Row, has, number, text, without_internal};
use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_context::WriteContext;
use crate::dvinci::store::write_request::WriteRequest;
use crate::dvinci::tenant::MAIL_DOMAIN;
use crate::dvinci::tenant::terms::{self, FINAL_STATUSES};
use crate::dvinci::time::format_millis;
use crate::web::Query;

const TYPES: &[&str] = &["ONLINE", "EMAIL", "LETTER", "HR_SERVICE_PROVIDER", "DIRECT_CONTACT"];

const FIELDS: &[Field] = &[
    Field::new("externalId", Kind::ExternalId),
    Field::new("person", Kind::Reference(Table::Persons)).required().on_update(Requirement::Fixed("updateNotAllowed")),
    Field::new("jobOpening", Kind::Reference(Table::JobOpenings))
        .required()
        .on_update(Requirement::Fixed("updateNotAllowed")),
    Field::new("applicationStatusId", Kind::Term(terms::STATUSES))
        .default_text(terms::STATUSES[0].id)
        .on_update(Requirement::Fixed("updateNotAllowed")),
    Field::new("lastStatusChangeDate", Kind::Timestamp).on_update(Requirement::Ignored),
    Field::new("dateCreated", Kind::Timestamp).on_update(Requirement::Ignored),
    Field::new("languageId", Kind::Term(terms::LANGUAGES)).required(),
    Field::new("comment", Kind::LongText),
    Field::new("privacyPolicyAccepted", Kind::Boolean).default_flag(false),
    Field::new("extendedUseAccepted", Kind::Boolean),
    Field::new("earliestStartingDate", Kind::Text),
    Field::new("desiredSalary", Kind::Text),
    Field::new("hrServiceProviderEmail", Kind::Email),
    Field::new("desiredLocationIds", Kind::Ids(Table::Locations)),
    Field::new("type", Kind::OneOf(TYPES)).required(),
    Field::new("rating", Kind::OneOf(&["NONE", "A", "B", "C"])).default_text("NONE").on_update(Requirement::Present),
    Field::new("sourceId", Kind::Term(terms::SOURCES)),
    Field::new("rejectionCodeId", Kind::Term(terms::REJECTION_CODES)),
    Field::new("refJobPublication", Kind::Reference(Table::JobPublications)),
    Field::new("refApplyDate", Kind::Date),
    Field::new("screeningQuestions", Kind::Answers(SCREENING_QUESTIONS)),
];

/// Members of list elements.
const LIST_MEMBERS: [&str; 7] =
    ["id", "externalId", "person", "jobOpening", "applicationStatusId", "lastStatusChangeDate", "dateCreated"];

pub(in crate::dvinci) struct Applications;

impl Resource for Applications {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, write: &WriteRequest<'_>, row: &mut Row, errors: &mut FieldErrors) {
        // The vendor's examples name the member differently from its schema.
        if !has(write.body, "desiredLocationIds") && has(write.body, "desiredLocations") {
            let sent = &write.body["desiredLocations"];
            let kind = Kind::Ids(Table::Locations);
            if let Some(locations) = decode::value(write, kind, "desiredLocations", sent, errors) {
                row.insert("desiredLocationIds".to_owned(), locations);
            }
        }
        if !write.context.caller.has_all_permissions {
            if has(write.body, "rating") {
                errors.add_with_value("rating", "valueNotPermitted", &write.body["rating"]);
            }
            let stored = write.stored.map_or_else(|| json!("NONE"), |old| old["rating"].clone());
            row.insert("rating".to_owned(), stored);
        }
        if write.stored.is_none() {
            for name in ["dateCreated", "lastStatusChangeDate"] {
                if !has(row, name) {
                    row.insert(name.to_owned(), json!(format_millis(write.context.at)));
                }
            }
            row.insert("permanentPostNumber".to_owned(), Value::Null);
        }
    }

    fn after_write(&self, store: &mut Store, context: &WriteContext, key: &Key, _body: &Row, is_new: bool) {
        if !is_new {
            return;
        }
        let status = store.row(Table::Applications, key).map(|row| row["applicationStatusId"].clone());
        let members = json!({ "fromApplicationStatusId": null, "toApplicationStatusId": status });
        let description = "Bewerbung eingegangen";
        let histories = &mut store.histories;
        histories.record(Table::Applications, key.number(), context, "APPLICATION_ENTRY", description, members);
    }

    fn can_delete(&self, _store: &Store, _key: &Key, row: &Row) -> bool {
        FINAL_STATUSES.contains(&text(row, "applicationStatusId"))
    }

    fn filter<'a>(&self, store: &'a Store, query: &'a Query) -> Result<RowFilter<'a>, ApiError> {
        let opening = query::integer(query, "byJobOpeningId")?;
        let unit = query::integer(query, "byOrgUnitId")?;
        let external = query.get("byJobOpeningExternalId");
        let status = query.get("byApplicationStatusId");
        let created = TimeRange::from_query(query, "byDateCreated")?;
        let changed = TimeRange::from_query(query, "byLastStatusChangeDate")?;
        Ok(Box::new(move |row| {
            let opening_id = row["jobOpening"]["id"].as_i64();
            let job = || opening_id.and_then(|id| store.row_by_number(Table::JobOpenings, id));
            opening.is_none_or(|opening| opening_id == Some(opening))
                && status.is_none_or(|status| text(row, "applicationStatusId") == status)
                && external.is_none_or(|external| job().is_some_and(|job| text(job, "externalId") == external))
                && unit.is_none_or(|unit| job().is_some_and(|job| number(job, "orgUnitId") == Some(unit)))
                && created.contains(row, "dateCreated")
                && changed.contains(row, "lastStatusChangeDate")
        }))
    }

    fn render(&self, store: &Store, row: &Row, view: View) -> Row {
        let mut rendered = without_internal(row);
        for (name, table) in [
            ("person", Table::Persons),
            ("jobOpening", Table::JobOpenings),
            ("refJobPublication", Table::JobPublications),
        ] {
            rendered.insert(name.to_owned(), current_reference(store, table, &row[name]));
        }
        if view.representation == Representation::ListElement {
            return LIST_MEMBERS.iter().map(|name| ((*name).to_owned(), rendered[*name].clone())).collect();
        }
        let id = number(row, "id").unwrap_or_default();
        let mailbox = format!("candidate-{id}a@{MAIL_DOMAIN}");
        rendered.insert("candidateMailbox".to_owned(), json!(mailbox));
        let answers = answers::render(SCREENING_QUESTIONS, row.get("screeningQuestions"));
        rendered.insert("screeningQuestions".to_owned(), answers);
        if !view.caller.has_all_permissions {
            rendered.remove("rating");
        }
        rendered
    }
}

/// Returns a reference with the current external id of its row.
fn current_reference(store: &Store, table: Table, reference: &Value) -> Value {
    let row = reference["id"].as_i64().and_then(|id| store.row_by_number(table, id));
    row.map_or(Value::Null, |row| json!({ "id": row["id"], "externalId": row["externalId"] }))
}
