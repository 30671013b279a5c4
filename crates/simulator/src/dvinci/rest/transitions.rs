//! Status changes of applications, and moves to another job opening.

use serde_json::{Value, json};

use crate::dvinci::api_error::{ApiError, FieldErrors, HandlerResult, success};
use crate::dvinci::rest::crud::{self, increment_version};
use crate::dvinci::rest::request::ApiRequest;
use crate::dvinci::store::Store;
use crate::dvinci::store::row::{Row, has, text};
use crate::dvinci::store::table::Table;
use crate::dvinci::tenant::terms::{self, FINAL_STATUSES, MAIL_TEMPLATES, STATUSES};
use crate::dvinci::time::format_millis;

pub(in crate::dvinci) fn change_status(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let key = crud::find_key(store, request, table)?;
    let body = request.object()?;
    let row = store.row(table, &key).ok_or(ApiError::Forbidden)?;
    let (from, to) = (text(row, "applicationStatusId").to_owned(), request.param("statusId"));
    let mut errors = FieldErrors::default();
    if terms::find(STATUSES, to).is_none() || from == to || FINAL_STATUSES.contains(&from.as_str()) {
        errors.add_with_value("statusId", "statusChangeNotPermitted", &json!(to));
    }
    let template = optional_text(&body, "correspondenceTemplateId", &mut errors);
    let comment = optional_text(&body, "comment", &mut errors);
    if let Some(template) = &template {
        let statuses = MAIL_TEMPLATES.iter().find(|(id, _)| id == template).map(|(_, statuses)| statuses);
        if !statuses.is_some_and(|statuses| statuses.contains(&to)) {
            errors.add_with_value("correspondenceTemplateId", "correspondenceTemplateNotAllowed", &json!(template));
        }
        let person = row["person"]["id"].as_i64().and_then(|id| store.row_by_number(Table::Persons, id));
        if !person.is_some_and(|person| has(person, "email")) {
            errors.add("correspondenceTemplateId", "emailRequired");
        }
    }
    errors.into_result()?;
    let context = request.write_context();
    store.modify(table, &key, |row| {
        row.insert("applicationStatusId".to_owned(), json!(to));
        row.insert("lastStatusChangeDate".to_owned(), json!(format_millis(context.at)));
        increment_version(row);
    });
    let members = json!({ "fromApplicationStatusId": from, "toApplicationStatusId": to, "comment": comment });
    let description = "Bewerbungsstatus geändert";
    let histories = &mut store.histories;
    histories.record(table, key.number(), &context, "APPLICATION_STATUS_CHANGE", description, members);
    Ok(success())
}

pub(in crate::dvinci) fn move_to_opening(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let key = crud::find_key(store, request, table)?;
    let body = request.object()?;
    let sent = request.param("jobOpeningId");
    let target = sent.parse().ok().and_then(|id| store.row_by_number(Table::JobOpenings, id));
    let row = store.row(table, &key).ok_or(ApiError::Forbidden)?;
    let mut errors = FieldErrors::default();
    let comment = optional_text(&body, "comment", &mut errors);
    let is_allowed = |target: &&Row| text(target, "status") != "CLOSED" && target["id"] != row["jobOpening"]["id"];
    let Some(target) = target.filter(is_allowed) else {
        errors.add_with_value("jobOpeningId", "jobOpeningNotAllowed", &json!(sent));
        return Err(ApiError::Invalid(errors));
    };
    errors.into_result()?;
    let opening = json!({ "id": target["id"], "externalId": target["externalId"] });
    let context = request.write_context();
    store.modify(table, &key, |row| {
        row.insert("jobOpening".to_owned(), opening);
        row.insert("lastStatusChangeDate".to_owned(), json!(format_millis(context.at)));
        increment_version(row);
    });
    let description = "Bewerbung einer anderen Stelle zugeordnet";
    let members = json!({ "comment": comment });
    let histories = &mut store.histories;
    histories.record(table, key.number(), &context, "APPLICATION_JOB_OPENING_MOVE", description, members);
    Ok(success())
}

fn optional_text(body: &Row, name: &str, errors: &mut FieldErrors) -> Option<String> {
    match body.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.is_empty()),
        Some(_) => {
            errors.add_type_mismatch(name);
            None
        }
    }
}
