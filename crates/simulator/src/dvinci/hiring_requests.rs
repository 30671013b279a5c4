//! Hiring requests: what has to be approved before there is a job opening.

use serde_json::{Value, json};

use super::answers::{self, FORM_FIELDS};
use super::call::{Call, Row, Writer};
use super::crud;
use super::field::{Field, Kind, Need};
use super::instants::{Span, millis};
use super::reply::{Answer, Errors, Refusal};
use super::show::Look;
use super::store::{Key, Store};
use super::table::{Draft, Keep, Resource, Table, has, text, visible};
use super::terms;
use crate::web::Query;

const REASONS: &[&str] = &[
    "ADDITIONAL_REQUIREMENT",
    "EXPANSION",
    "REPLACEMENT_TERMINATION",
    "REPLACEMENT_TRANSFER",
    "TEMPORARY_SUBSTITUTE",
    "RENEWAL_OR_EXTENSION_OF_CONTRACT",
    "TRAINING",
    "OTHER",
];

/// Fields that only some hiring reasons have.
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
    Field::new("externalId", Kind::External),
    Field::new("jobTitle", Kind::Text).required(),
    // An update must send it, and cannot change it.
    Field::new("orgUnitId", Kind::Row(Table::OrgUnits)).required(),
    Field::new("superiorId", Kind::Row(Table::Users)).required(),
    Field::new("hrContactId", Kind::Row(Table::Users)).required(),
    Field::new("companyId", Kind::Term(terms::COMPANIES)),
    Field::new("contractPeriodId", Kind::Term(terms::CONTRACT_PERIODS)),
    Field::new("functionGroupId", Kind::Term(terms::FUNCTION_GROUPS)),
    Field::new("occupationalGroupId", Kind::Term(terms::OCCUPATIONAL_GROUPS)),
    Field::new("payGradeId", Kind::Term(terms::PAY_GRADES)),
    Field::new("openingsCount", Kind::Positive),
    Field::new("hiringReason", Kind::OneOf(REASONS)),
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
    Field::new("profile", Kind::Long),
    Field::new("remark", Kind::Long),
    Field::new("salary", Kind::Text),
    Field::new("tasks", Kind::Long),
    Field::new("vacancyNumber", Kind::Text),
    Field::new("budgeted", Kind::Boolean),
    Field::new("earliestEntryDate", Kind::Date),
    Field::new("locationIds", Kind::Rows(Table::Locations)),
    Field::new("workingTimeIds", Kind::Terms(terms::WORKING_TIMES)),
    Field::new("formFields", Kind::Answers(FORM_FIELDS)),
    Field::new("approverIds", Kind::Rows(Table::Users)).on_update(Need::Ignored),
];

pub(super) struct HiringRequests;

impl Resource for HiringRequests {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, draft: &Draft<'_>, row: &mut Row, errors: &mut Errors) {
        for (name, reasons) in BY_REASON {
            if has(row, name) && !reasons.contains(&text(row, "hiringReason")) {
                errors.allowed(name, "notAllowedForHiringReason", format!("[{}]", reasons.join(", ")));
            }
        }
        if let Some(old) = draft.old {
            row.insert("orgUnitId".to_owned(), old["orgUnitId"].clone());
            return;
        }
        let approvers = row.remove("approverIds").unwrap_or_else(|| json!([]));
        let start = json!({
            "dateCreated": millis(draft.writer.at),
            "hiringRequestCreatorId": draft.writer.caller.user,
            "jobOpeningId": null,
            "status": "OPEN",
            "approvalStatus": "NONE",
            "approvalProcessStarterId": null,
            "_approvers": approvers,
            "_approved": 0,
        });
        row.extend(start.as_object().cloned().unwrap_or_default());
    }

    fn written(&self, store: &mut Store, writer: &Writer, key: &Key, _body: &Row, is_new: bool) {
        let (kind, description) = if is_new {
            ("HIRING_REQUEST_CREATE", "Personalanforderung angelegt")
        } else {
            ("HIRING_REQUEST_UPDATE", "Personalanforderung geändert")
        };
        let histories = &mut store.histories;
        histories.note(Table::HiringRequests, key.number(), writer, kind, description, Value::Null);
    }

    fn filter<'a>(&self, _store: &'a Store, query: &'a Query) -> Result<Keep<'a>, Refusal> {
        let created = Span::asked(query, "byDateCreated")?;
        Ok(Box::new(move |row| created.has(row, "dateCreated")))
    }

    fn show(&self, _store: &Store, row: &Row, _look: Look) -> Row {
        let mut shown = visible(row);
        shown.insert("formFields".to_owned(), answers::show(FORM_FIELDS, row.get("formFields")));
        // Left out rather than null, unlike the other fields.
        if !has(row, "hiringReason") {
            shown.remove("hiringReason");
        }
        shown
    }
}

/// Who has to approve, in their order, and how far the approval is.
pub(super) fn approvers(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let key = crud::find(store, call, table)?;
    let row = store.row(table, &key).ok_or(Refusal::Forbidden)?;
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
