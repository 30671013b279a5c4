//! Job openings.

use serde_json::{Value, json};

use crate::dvinci::api_error::{ApiError, FieldErrors};
use crate::dvinci::resources::{Resource, RowFilter};
use crate::dvinci::rest::query::TimeRange;
use crate::dvinci::rest::view::View;
use crate::dvinci::schema::answers::{self, FORM_FIELDS};
use crate::dvinci::schema::field::{Field, Kind, Requirement};
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::{Row, has, number, text, without_internal};
use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_context::WriteContext;
use crate::dvinci::store::write_request::WriteRequest;
use crate::dvinci::tenant::{TENANT_URL, terms};
use crate::dvinci::time::format_millis;
use crate::web::Query;

const TYPES: &[&str] = &["DEFAULT", "UNSOLICITED", "MANAGED_BY_API"];
const STATUSES: &[&str] = &["ACTIVE", "INACTIVE", "CLOSED"];

const FIELDS: &[Field] = &[
    Field::new("name", Kind::Text).required(),
    Field::new("orgUnitId", Kind::Id(Table::OrgUnits))
        .required()
        .on_update(Requirement::Fixed("orgUnitChangeNotAllowed")),
    Field::new("earliestEntryDate", Kind::Text),
    Field::new("responsibleUserId", Kind::Id(Table::Users)).required(),
    Field::new("department", Kind::Text),
    Field::new("contractPeriod", Kind::Term(terms::CONTRACT_PERIODS)),
    Field::new("reference", Kind::Text).keep_if_omitted(),
    Field::new("reward", Kind::Text),
    Field::new("costUnit", Kind::Text),
    Field::new("type", Kind::OneOf(TYPES)).required().on_update(Requirement::Fixed("typeChangeNotAllowed")),
    Field::new("status", Kind::OneOf(STATUSES)).required(),
    Field::new("companyId", Kind::Term(terms::COMPANIES)),
    Field::new("userGroupIds", Kind::Ids(Table::UserGroups)),
    Field::new("categoryIds", Kind::Terms(terms::CATEGORIES)),
    Field::new("locationIds", Kind::Ids(Table::Locations)),
    Field::new("targetGroups", Kind::Terms(terms::TARGET_GROUPS)),
    Field::new("workingTimes", Kind::Terms(terms::WORKING_TIMES)),
    Field::new("externalLinks", Kind::Links),
    Field::new("externalId", Kind::ExternalId),
    Field::new("formFields", Kind::Answers(FORM_FIELDS)),
];

pub(in crate::dvinci) struct JobOpenings;

impl Resource for JobOpenings {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, write: &WriteRequest<'_>, row: &mut Row, errors: &mut FieldErrors) {
        // The API can neither close nor reopen job openings.
        let before = write.stored.map_or("", |old| text(old, "status"));
        let after = text(row, "status");
        if before != after && (before == "CLOSED" || after == "CLOSED") {
            errors.add_with_value("status", "statusChangeNotAllowed", &row["status"]);
        }
        if !has(row, "reference") {
            let year = write.context.at.format("%Y").to_string();
            let prefix = format!("{year}-");
            let references = write.store.rows(Table::JobOpenings).map(|other| text(other, "reference"));
            let numbers = references.filter_map(|reference| reference.strip_prefix(&prefix)?.parse::<u32>().ok());
            let next = numbers.max().unwrap_or_default() + 1;
            row.insert("reference".to_owned(), json!(format!("{prefix}{next:03}")));
        }
        if write.stored.is_none() {
            row.insert("hiringRequestId".to_owned(), Value::Null);
            row.insert("_created".to_owned(), json!(format_millis(write.context.at)));
        }
    }

    fn after_write(&self, store: &mut Store, context: &WriteContext, key: &Key, _body: &Row, is_new: bool) {
        let (kind, description) =
            if is_new { ("JOB_OPENING_CREATE", "Stelle angelegt") } else { ("JOB_OPENING_UPDATE", "Stelle geändert") };
        store.histories.record(Table::JobOpenings, key.number(), context, kind, description, Value::Null);
        let by_api = store.row(Table::JobOpenings, key).is_some_and(|row| row["type"] == "MANAGED_BY_API");
        if is_new && by_api {
            // A publication for the application form, which no list of publications contains.
            let number = store.next_number(Table::JobPublications);
            store.modify(Table::JobOpenings, key, |row| {
                row.insert("_form".to_owned(), json!(number));
            });
        }
    }

    fn filter<'a>(&self, _store: &'a Store, query: &'a Query) -> Result<RowFilter<'a>, ApiError> {
        let created = TimeRange::from_query(query, "byDateCreated")?;
        Ok(Box::new(move |row| created.contains(row, "_created")))
    }

    fn render(&self, store: &Store, row: &Row, _view: View) -> Row {
        let mut rendered = without_internal(row);
        let id = number(row, "id").unwrap_or_default();
        let links = json!({
            "jobOpeningUrl": format!("{TENANT_URL}/intern/jobOpening/show/{id}"),
            "applicationListUrl": format!("{TENANT_URL}/intern/applicationPaper/list?jobOpeningId={id}"),
            "jobPublications": publications(store, row, id),
            "formFields": answers::render(FORM_FIELDS, row.get("formFields")),
        });
        rendered.extend(links.as_object().cloned().unwrap_or_default());
        rendered
    }
}

fn publications(store: &Store, row: &Row, id: i64) -> Value {
    let forms = |publication: &Value| json!([format!("{TENANT_URL}/applicationForm/apply/{publication}")]);
    if let Some(form) = row.get("_form") {
        return json!([{ "id": form, "position": row["name"], "applicationFormUrls": forms(form) }]);
    }
    let publications = store.child_ids(Table::JobOpenings, id);
    let rows = publications.filter_map(|id| store.row_by_number(Table::JobPublications, id));
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
