//! Hiring requests, to be approved before a job opening is created.

use serde_json::{Value, json};

use crate::dvinci::api_error::{ApiError, FieldErrors, HandlerResult};
use crate::dvinci::resources::{Resource, RowFilter};
use crate::dvinci::rest::crud;
use crate::dvinci::rest::query::TimeRange;
use crate::dvinci::rest::request::ApiRequest;
use crate::dvinci::rest::view::View;
use crate::dvinci::schema::answers::{self, FORM_FIELDS};
use crate::dvinci::schema::field::{Field, Kind, Requirement};
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::{Row, has, text, without_internal};
use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_context::WriteContext;
use crate::dvinci::store::write_request::WriteRequest;
use crate::dvinci::tenant::terms;
use crate::dvinci::time::format_millis;
use crate::web::Query;

const HIRING_REASONS: &[&str] = &[
    "ADDITIONAL_REQUIREMENT",
    "EXPANSION",
    "REPLACEMENT_TERMINATION",
    "REPLACEMENT_TRANSFER",
    "TEMPORARY_SUBSTITUTE",
    "RENEWAL_OR_EXTENSION_OF_CONTRACT",
    "TRAINING",
    "OTHER",
];

/// Fields allowed for certain hiring reasons only.
const BY_REASON: [(&str, &[&str]); 7] = [
    ("departmentAndCostUnit", &["REPLACEMENT_TRANSFER"]),
    ("nameAndStaffNumber", &["REPLACEMENT_TERMINATION", "REPLACEMENT_TRANSFER", "TEMPORARY_SUBSTITUTE"]),
    (
        "reason",
        &[
            "TRAINING",
            "EXPANSION",
            "OTHER",
            "RENEWAL_OR_EXTENSION_OF_CONTRACT",
            "TEMPORARY_SUBSTITUTE",
            "ADDITIONAL_REQUIREMENT",
        ],
    ),
    ("substituteDateFrom", &["TEMPORARY_SUBSTITUTE"]),
    ("substituteDateTo", &["TEMPORARY_SUBSTITUTE"]),
    ("terminationDate", &["REPLACEMENT_TERMINATION"]),
    ("transferDate", &["REPLACEMENT_TRANSFER"]),
];

const FIELDS: &[Field] = &[
    Field::new("externalId", Kind::ExternalId),
    Field::new("jobTitle", Kind::Text).required(),
    // An update must contain the unit and cannot change it.
    Field::new("orgUnitId", Kind::Id(Table::OrgUnits)).required(),
    Field::new("superiorId", Kind::Id(Table::Users)).required(),
    Field::new("hrContactId", Kind::Id(Table::Users)).required(),
    Field::new("companyId", Kind::Term(terms::COMPANIES)),
    Field::new("contractPeriodId", Kind::Term(terms::CONTRACT_PERIODS)),
    Field::new("functionGroupId", Kind::Term(terms::FUNCTION_GROUPS)),
    Field::new("occupationalGroupId", Kind::Term(terms::OCCUPATIONAL_GROUPS)),
    Field::new("payGradeId", Kind::Term(terms::PAY_GRADES)),
    Field::new("openingsCount", Kind::Positive),
    Field::new("hiringReason", Kind::OneOf(HIRING_REASONS)),
    Field::new("departmentAndCostUnit", Kind::Text),
    Field::new("nameAndStaffNumber", Kind::Text),
    Field::new("reason", Kind::Text),
    Field::new("substituteDateFrom", Kind::Date),
    Field::new("substituteDateTo", Kind::Date),
    Field::new("terminationDate", Kind::Date),
    Field::new("transferDate", Kind::Date),
    Field::new("area", Kind::Text),
    Field::new("costUnit", Kind::Text),
    Field::new("department", Kind::Text),
    Field::new("profile", Kind::LongText),
    Field::new("remark", Kind::LongText),
    Field::new("salary", Kind::Text),
    Field::new("tasks", Kind::LongText),
    Field::new("vacancyNumber", Kind::Text),
    Field::new("budgeted", Kind::Boolean),
    Field::new("earliestEntryDate", Kind::Date),
    Field::new("locationIds", Kind::Ids(Table::Locations)),
    Field::new("workingTimeIds", Kind::Terms(terms::WORKING_TIMES)),
    Field::new("formFields", Kind::Answers(FORM_FIELDS)),
    Field::new("approverIds", Kind::Ids(Table::Users)).on_update(Requirement::Ignored),
];

pub(in crate::dvinci) struct HiringRequests;

impl Resource for HiringRequests {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, write: &WriteRequest<'_>, row: &mut Row, errors: &mut FieldErrors) {
        for (name, reasons) in BY_REASON {
            if has(row, name) && !reasons.contains(&text(row, "hiringReason")) {
                errors.add_with_allowed(name, "notAllowedForHiringReason", format!("[{}]", reasons.join(", ")));
            }
        }
        if let Some(old) = write.stored {
            row.insert("orgUnitId".to_owned(), old["orgUnitId"].clone());
            return;
        }
        let approvers = row.remove("approverIds").unwrap_or_else(|| json!([]));
        let start = json!({
            "dateCreated": format_millis(write.context.at),
            "hiringRequestCreatorId": write.context.caller.user_id,
            "jobOpeningId": null,
            "status": "OPEN",
            "approvalStatus": "NONE",
            "approvalProcessStarterId": null,
            "_approvers": approvers,
            "_approved": 0,
        });
        row.extend(start.as_object().cloned().unwrap_or_default());
    }

    fn after_write(&self, store: &mut Store, context: &WriteContext, key: &Key, _body: &Row, is_new: bool) {
        let (kind, description) = if is_new {
            ("HIRING_REQUEST_CREATE", "Personalanforderung angelegt")
        } else {
            ("HIRING_REQUEST_UPDATE", "Personalanforderung geändert")
        };
        let histories = &mut store.histories;
        histories.record(Table::HiringRequests, key.number(), context, kind, description, Value::Null);
    }

    fn filter<'a>(&self, _store: &'a Store, query: &'a Query) -> Result<RowFilter<'a>, ApiError> {
        let created = TimeRange::from_query(query, "byDateCreated")?;
        Ok(Box::new(move |row| created.contains(row, "dateCreated")))
    }

    fn render(&self, _store: &Store, row: &Row, _view: View) -> Row {
        let mut rendered = without_internal(row);
        rendered.insert("formFields".to_owned(), answers::render(FORM_FIELDS, row.get("formFields")));
        // Omitted instead of null, unlike the other fields.
        if !has(row, "hiringReason") {
            rendered.remove("hiringReason");
        }
        rendered
    }
}

/// Lists the approvers in order, with the state of the approval process.
pub(in crate::dvinci) fn approvers(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let key = crud::find_key(store, request, table)?;
    let row = store.row(table, &key).ok_or(ApiError::Forbidden)?;
    let approved = usize::try_from(row["_approved"].as_u64().unwrap_or_default()).unwrap_or_default();
    let state = |index: usize| match text(row, "status") {
        _ if index < approved => "APPROVED",
        "IN_APPROVAL" if index == approved => "NEXT",
        "FINISHED" if index == approved => "REJECTED",
        _ => "DEFAULT",
    };
    let approvers = row["_approvers"].as_array().into_iter().flatten().enumerate();
    Ok(approvers.map(|(index, id)| json!({ "id": id, "sequence": index + 1, "processState": state(index) })).collect())
}
