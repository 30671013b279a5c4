//! Job openings.

use serde_json::{Value, json};

use super::TENANT;
use super::answers::{self, FORM_FIELDS};
use super::call::{Row, Writer};
use super::field::{Field, Kind, Need};
use super::instants::{Span, millis};
use super::reply::{Errors, Refusal};
use super::show::Look;
use super::store::{Key, Store};
use super::table::{Draft, Keep, Resource, Table, has, number, text, visible};
use super::terms;
use crate::web::Query;

const TYPES: &[&str] = &["DEFAULT", "UNSOLICITED", "MANAGED_BY_API"];
const STATUSES: &[&str] = &["ACTIVE", "INACTIVE", "CLOSED"];

const FIELDS: &[Field] = &[
    Field::new("name", Kind::Text).required(),
    Field::new("orgUnitId", Kind::Row(Table::OrgUnits)).required().on_update(Need::Fixed("orgUnitChangeNotAllowed")),
    Field::new("earliestEntryDate", Kind::Text),
    Field::new("responsibleUserId", Kind::Row(Table::Users)).required(),
    Field::new("department", Kind::Text),
    Field::new("contractPeriod", Kind::Term(terms::CONTRACT_PERIODS)),
    Field::new("reference", Kind::Text).kept(),
    Field::new("reward", Kind::Text),
    Field::new("costUnit", Kind::Text),
    Field::new("type", Kind::OneOf(TYPES)).required().on_update(Need::Fixed("typeChangeNotAllowed")),
    Field::new("status", Kind::OneOf(STATUSES)).required(),
    Field::new("companyId", Kind::Term(terms::COMPANIES)),
    Field::new("userGroupIds", Kind::Rows(Table::UserGroups)),
    Field::new("categoryIds", Kind::Terms(terms::CATEGORIES)),
    Field::new("locationIds", Kind::Rows(Table::Locations)),
    Field::new("targetGroups", Kind::Terms(terms::TARGET_GROUPS)),
    Field::new("workingTimes", Kind::Terms(terms::WORKING_TIMES)),
    Field::new("externalLinks", Kind::Links),
    Field::new("externalId", Kind::External),
    Field::new("formFields", Kind::Answers(FORM_FIELDS)),
];

pub(super) struct JobOpenings;

impl Resource for JobOpenings {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, draft: &Draft<'_>, row: &mut Row, errors: &mut Errors) {
        // Only people close job openings, and only people open them again.
        let before = draft.old.map_or("", |old| text(old, "status"));
        let after = text(row, "status");
        if before != after && (before == "CLOSED" || after == "CLOSED") {
            errors.refused("status", "statusChangeNotAllowed", &row["status"]);
        }
        if !has(row, "reference") {
            let year = draft.writer.at.format("%Y").to_string();
            let prefix = format!("{year}-");
            let given = draft.store.rows(Table::JobOpenings).map(|other| text(other, "reference"));
            let numbers = given.filter_map(|reference| reference.strip_prefix(&prefix)?.parse::<u32>().ok());
            let next = numbers.max().unwrap_or_default() + 1;
            row.insert("reference".to_owned(), json!(format!("{prefix}{next:03}")));
        }
        if draft.old.is_none() {
            row.insert("hiringRequestId".to_owned(), Value::Null);
            row.insert("_created".to_owned(), json!(millis(draft.writer.at)));
        }
    }

    fn written(&self, store: &mut Store, writer: &Writer, key: &Key, _body: &Row, is_new: bool) {
        let (kind, description) =
            if is_new { ("JOB_OPENING_CREATE", "Stelle angelegt") } else { ("JOB_OPENING_UPDATE", "Stelle geändert") };
        store.histories.note(Table::JobOpenings, key.number(), writer, kind, description, Value::Null);
        let by_api = store.row(Table::JobOpenings, key).is_some_and(|row| row["type"] == "MANAGED_BY_API");
        if is_new && by_api {
            // The publication that makes the form reachable; it is in no list of publications.
            let number = store.next_number(Table::JobPublications);
            store.touch(Table::JobOpenings, key, |row| {
                row.insert("_form".to_owned(), json!(number));
            });
        }
    }

    fn filter<'a>(&self, _store: &'a Store, query: &'a Query) -> Result<Keep<'a>, Refusal> {
        let created = Span::asked(query, "byDateCreated")?;
        Ok(Box::new(move |row| created.has(row, "_created")))
    }

    fn show(&self, store: &Store, row: &Row, _look: Look) -> Row {
        let mut shown = visible(row);
        let id = number(row, "id").unwrap_or_default();
        let links = json!({
            "jobOpeningUrl": format!("{TENANT}/intern/jobOpening/show/{id}"),
            "applicationListUrl": format!("{TENANT}/intern/applicationPaper/list?jobOpeningId={id}"),
            "jobPublications": publications(store, row, id),
            "formFields": answers::show(FORM_FIELDS, row.get("formFields")),
        });
        shown.extend(links.as_object().cloned().unwrap_or_default());
        shown
    }
}

fn publications(store: &Store, row: &Row, id: i64) -> Value {
    let forms = |publication: &Value| json!([format!("{TENANT}/applicationForm/apply/{publication}")]);
    if let Some(form) = row.get("_form") {
        return json!([{ "id": form, "position": row["name"], "applicationFormUrls": forms(form) }]);
    }
    let publications = store.children(Table::JobOpenings, id);
    let rows = publications.filter_map(|id| store.numbered(Table::JobPublications, id));
    rows.map(|row| {
        json!({
            "id": row["id"],
            "position": row["position"],
            "applicationFormUrls": forms(&row["id"]),
            "languageId": row["languageId"],
        })
    })
    .collect()
}
