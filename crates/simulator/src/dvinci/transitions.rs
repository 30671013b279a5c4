//! The two ways an application moves: to another status, to another job opening.

use serde_json::{Value, json};

use super::call::{Call, Row};
use super::crud::{self, bump};
use super::instants::millis;
use super::reply::{Answer, Errors, Refusal, success};
use super::store::Store;
use super::table::{Table, has, text};
use super::terms::{self, FINAL, STATUSES, TEMPLATES};

pub(super) fn change_status(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let key = crud::find(store, call, table)?;
    let body = call.object()?;
    let row = store.row(table, &key).ok_or(Refusal::Forbidden)?;
    let (from, to) = (text(row, "applicationStatusId").to_owned(), call.param("statusId"));
    let mut errors = Errors::default();
    if terms::find(STATUSES, to).is_none() || from == to || FINAL.contains(&from.as_str()) {
        errors.refused("statusId", "statusChangeNotPermitted", &json!(to));
    }
    let template = text_of(&body, "correspondenceTemplateId", &mut errors);
    let comment = text_of(&body, "comment", &mut errors);
    if let Some(template) = &template {
        let statuses = TEMPLATES.iter().find(|(id, _)| id == template).map(|(_, statuses)| statuses);
        if !statuses.is_some_and(|statuses| statuses.contains(&to)) {
            errors.refused("correspondenceTemplateId", "correspondenceTemplateNotAllowed", &json!(template));
        }
        let person = row["person"]["id"].as_i64().and_then(|id| store.numbered(Table::Persons, id));
        if !person.is_some_and(|person| has(person, "email")) {
            errors.add("correspondenceTemplateId", "emailRequired");
        }
    }
    errors.finish()?;
    let writer = call.writer();
    store.touch(table, &key, |row| {
        row.insert("applicationStatusId".to_owned(), json!(to));
        row.insert("lastStatusChangeDate".to_owned(), json!(millis(writer.at)));
        bump(row);
    });
    let more = json!({ "fromApplicationStatusId": from, "toApplicationStatusId": to, "comment": comment });
    let description = "Bewerbungsstatus geändert";
    let histories = &mut store.histories;
    histories.note(table, key.number(), &writer, "APPLICATION_STATUS_CHANGE", description, more);
    Ok(success())
}

pub(super) fn move_to_opening(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let key = crud::find(store, call, table)?;
    let body = call.object()?;
    let sent = call.param("jobOpeningId");
    let target = sent.parse().ok().and_then(|id| store.numbered(Table::JobOpenings, id));
    let row = store.row(table, &key).ok_or(Refusal::Forbidden)?;
    let mut errors = Errors::default();
    let comment = text_of(&body, "comment", &mut errors);
    let may = |target: &&Row| text(target, "status") != "CLOSED" && target["id"] != row["jobOpening"]["id"];
    let Some(target) = target.filter(may) else {
        errors.refused("jobOpeningId", "jobOpeningNotAllowed", &json!(sent));
        return Err(Refusal::Invalid(errors));
    };
    errors.finish()?;
    let opening = json!({ "id": target["id"], "externalId": target["externalId"] });
    let writer = call.writer();
    store.touch(table, &key, |row| {
        row.insert("jobOpening".to_owned(), opening);
        row.insert("lastStatusChangeDate".to_owned(), json!(millis(writer.at)));
        bump(row);
    });
    let description = "Bewerbung einer anderen Stelle zugeordnet";
    let more = json!({ "comment": comment });
    let histories = &mut store.histories;
    histories.note(table, key.number(), &writer, "APPLICATION_JOB_OPENING_MOVE", description, more);
    Ok(success())
}

fn text_of(body: &Row, name: &str, errors: &mut Errors) -> Option<String> {
    match body.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.is_empty()),
        Some(_) => {
            errors.mismatch(name);
            None
        }
    }
}
