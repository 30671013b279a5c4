//! Applications.

use serde_json::{Value, json};

use super::answers::{self, SCREENING};
use super::call::{Row, Writer};
use super::field::{Field, Kind, Need};
use super::filters;
use super::instants::{Span, millis};
use super::reply::{Errors, Refusal};
use super::show::{Form, Look};
use super::store::{Key, Store};
use super::table::{Draft, Keep, Resource, Table, has, number, text, visible};
use super::terms::{self, FINAL};
use crate::web::Query;

const TYPES: &[&str] = &["ONLINE", "EMAIL", "LETTER", "HR_SERVICE_PROVIDER", "DIRECT_CONTACT"];

const FIELDS: &[Field] = &[
    Field::new("externalId", Kind::External),
    Field::new("person", Kind::Reference(Table::Persons)).required().on_update(Need::Fixed("updateNotAllowed")),
    Field::new("jobOpening", Kind::Reference(Table::JobOpenings)).required().on_update(Need::Fixed("updateNotAllowed")),
    Field::new("applicationStatusId", Kind::Term(terms::STATUSES))
        .or_text(terms::STATUSES[0].id)
        .on_update(Need::Fixed("updateNotAllowed")),
    Field::new("lastStatusChangeDate", Kind::Instant).on_update(Need::Ignored),
    Field::new("dateCreated", Kind::Instant).on_update(Need::Ignored),
    Field::new("languageId", Kind::Term(terms::LANGUAGES)).required(),
    Field::new("comment", Kind::Long),
    Field::new("privacyPolicyAccepted", Kind::Boolean).or(false),
    Field::new("extendedUseAccepted", Kind::Boolean),
    Field::new("earliestStartingDate", Kind::Text),
    Field::new("desiredSalary", Kind::Text),
    Field::new("hrServiceProviderEmail", Kind::Email),
    Field::new("desiredLocationIds", Kind::Rows(Table::Locations)),
    Field::new("type", Kind::OneOf(TYPES)).required(),
    Field::new("rating", Kind::OneOf(&["NONE", "A", "B", "C"])).or_text("NONE").on_update(Need::Present),
    Field::new("sourceId", Kind::Term(terms::SOURCES)),
    Field::new("rejectionCodeId", Kind::Term(terms::REJECTION_CODES)),
    Field::new("refJobPublication", Kind::Reference(Table::JobPublications)),
    Field::new("refApplyDate", Kind::Date),
    Field::new("screeningQuestions", Kind::Answers(SCREENING)),
];

/// What the list shows.
const SHORT: [&str; 7] =
    ["id", "externalId", "person", "jobOpening", "applicationStatusId", "lastStatusChangeDate", "dateCreated"];

pub(super) struct Applications;

impl Resource for Applications {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, draft: &Draft<'_>, row: &mut Row, errors: &mut Errors) {
        // The vendor's examples have another name for the locations than its schema.
        if !has(draft.body, "desiredLocationIds") && has(draft.body, "desiredLocations") {
            let sent = &draft.body["desiredLocations"];
            let kind = Kind::Rows(Table::Locations);
            if let Some(locations) = super::read::read(draft, kind, "desiredLocations", sent, errors) {
                row.insert("desiredLocationIds".to_owned(), locations);
            }
        }
        if !draft.writer.caller.everything {
            if has(draft.body, "rating") {
                errors.refused("rating", "valueNotPermitted", &draft.body["rating"]);
            }
            let stored = draft.old.map_or_else(|| json!("NONE"), |old| old["rating"].clone());
            row.insert("rating".to_owned(), stored);
        }
        if draft.old.is_none() {
            for name in ["dateCreated", "lastStatusChangeDate"] {
                if !has(row, name) {
                    row.insert(name.to_owned(), json!(millis(draft.writer.at)));
                }
            }
            row.insert("permanentPostNumber".to_owned(), Value::Null);
        }
    }

    fn written(&self, store: &mut Store, writer: &Writer, key: &Key, _body: &Row, is_new: bool) {
        if !is_new {
            return;
        }
        let status = store.row(Table::Applications, key).map(|row| row["applicationStatusId"].clone());
        let more = json!({ "fromApplicationStatusId": null, "toApplicationStatusId": status });
        let description = "Bewerbung eingegangen";
        let histories = &mut store.histories;
        histories.note(Table::Applications, key.number(), writer, "APPLICATION_ENTRY", description, more);
    }

    fn may_go(&self, _store: &Store, _key: &Key, row: &Row) -> bool {
        FINAL.contains(&text(row, "applicationStatusId"))
    }

    fn filter<'a>(&self, store: &'a Store, query: &'a Query) -> Result<Keep<'a>, Refusal> {
        let opening = filters::integer(query, "byJobOpeningId")?;
        let unit = filters::integer(query, "byOrgUnitId")?;
        let external = query.get("byJobOpeningExternalId");
        let status = query.get("byApplicationStatusId");
        let created = Span::asked(query, "byDateCreated")?;
        let changed = Span::asked(query, "byLastStatusChangeDate")?;
        Ok(Box::new(move |row| {
            let of = row["jobOpening"]["id"].as_i64();
            let job = || of.and_then(|id| store.numbered(Table::JobOpenings, id));
            opening.is_none_or(|opening| of == Some(opening))
                && status.is_none_or(|status| text(row, "applicationStatusId") == status)
                && external.is_none_or(|external| job().is_some_and(|job| text(job, "externalId") == external))
                && unit.is_none_or(|unit| job().is_some_and(|job| number(job, "orgUnitId") == Some(unit)))
                && created.has(row, "dateCreated")
                && changed.has(row, "lastStatusChangeDate")
        }))
    }

    fn show(&self, store: &Store, row: &Row, look: Look) -> Row {
        let mut shown = visible(row);
        for (name, table) in [
            ("person", Table::Persons),
            ("jobOpening", Table::JobOpenings),
            ("refJobPublication", Table::JobPublications),
        ] {
            shown.insert(name.to_owned(), current(store, table, &row[name]));
        }
        if look.form == Form::Element {
            return SHORT.iter().map(|name| ((*name).to_owned(), shown[*name].clone())).collect();
        }
        let id = number(row, "id").unwrap_or_default();
        let mailbox = format!("candidate-{id}a@{}", super::MAIL_DOMAIN);
        shown.insert("candidateMailbox".to_owned(), json!(mailbox));
        let answers = answers::show(SCREENING, row.get("screeningQuestions"));
        shown.insert("screeningQuestions".to_owned(), answers);
        if !look.caller.everything {
            shown.remove("rating");
        }
        shown
    }
}

/// A reference with the external id that its row has now.
fn current(store: &Store, table: Table, reference: &Value) -> Value {
    let row = reference["id"].as_i64().and_then(|id| store.numbered(table, id));
    row.map_or(Value::Null, |row| json!({ "id": row["id"], "externalId": row["externalId"] }))
}
