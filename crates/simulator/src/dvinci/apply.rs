//! Applying through a portal's interface: the form, and what is sent with it.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawPathParams, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::answers::SCREENING;
use super::app::App;
use super::call::{Call, Row};
use super::crud;
use super::feed;
use super::files;
use super::guard::API_USERS;
use super::portals;
use super::reply::{Answer, Errors, Refusal, success, with_json};
use super::store::{Key, Store};
use super::table::{Table, text};
use crate::web::Query;

/// What goes to the person; everything else that is known goes to the application.
const OF_PERSON: [&str; 14] = [
    "salutation",
    "title",
    "firstName",
    "lastName",
    "dateOfBirth",
    "email",
    "telephone",
    "alternativeTelephone",
    "address1",
    "zipCode",
    "city",
    "countryIsoA2",
    "profileLink",
    "lastPosition",
];

const OF_APPLICATION: [&str; 6] = [
    "comment",
    "earliestStartingDate",
    "desiredSalary",
    "extendedUseAccepted",
    "privacyPolicyAccepted",
    "screeningQuestions",
];

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for prefix in ["", "/p/{portal}"] {
        router = router.route(&format!("{prefix}/jobs/{{id}}/applyApi"), get(form).post(send));
    }
    router
}

async fn form(State(app): State<App>, params: RawPathParams, headers: HeaderMap) -> Response {
    answer(&app, &params, &headers, Bytes::new(), show)
}

async fn send(State(app): State<App>, params: RawPathParams, headers: HeaderMap, body: Bytes) -> Response {
    answer(&app, &params, &headers, body, apply)
}

type Act = fn(&mut Store, &Call<'_>, &Key) -> Answer;

fn answer(app: &App, params: &RawPathParams, headers: &HeaderMap, body: Bytes, act: Act) -> Response {
    let call = Call {
        params: params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        query: Query::default(),
        body,
        caller: API_USERS[0].caller,
        clock: &app.shared().clock,
    };
    if let Err(closed) = portals::open_for_applications(call.param("portal"), headers) {
        return closed.into_response();
    }
    let mut store = app.store();
    let key = Key::parse(Table::JobPublications, call.id());
    let key = key.filter(|key| {
        let row = store.row(Table::JobPublications, key);
        row.is_some_and(|row| feed::online(&store, row, call.clock.now()).is_some())
    });
    let result = key.ok_or(Refusal::NotFound).and_then(|key| act(&mut store, &call, &key));
    match result {
        Ok(body) => with_json(StatusCode::OK, &body),
        Err(refusal) => refusal.into_response(),
    }
}

fn show(store: &mut Store, _call: &Call<'_>, key: &Key) -> Answer {
    let row = store.row(Table::JobPublications, key).ok_or(Refusal::NotFound)?;
    let fields = OF_PERSON.into_iter().chain(OF_APPLICATION).filter(|name| *name != "screeningQuestions");
    let fields = fields.map(|name| {
        let is_mandatory = matches!(name, "firstName" | "lastName");
        json!({ "name": name, "mandatory": is_mandatory })
    });
    let questions = SCREENING.iter().map(|question| {
        let choices = question.choices.iter();
        json!({
            "id": question.id,
            "displayName": question.name,
            "type": question.kind,
            "mandatory": false,
            "answers": choices.map(|choice| json!({ "id": choice.id, "answer": choice.de })).collect::<Vec<_>>(),
        })
    });
    Ok(json!({
        "jobPublicationId": row["id"],
        "position": row["position"],
        "language": row["languageId"],
        "fields": fields.collect::<Vec<_>>(),
        "screeningQuestions": questions.collect::<Vec<_>>(),
        "privacyPolicy": {
            "title": "Datenschutzerklärung",
            "text": "<p>Wir verarbeiten Ihre Angaben nur für dieses Bewerbungsverfahren.</p>",
        },
    }))
}

/// Makes a person and an application of what was sent, or neither.
fn apply(store: &mut Store, call: &Call<'_>, key: &Key) -> Answer {
    let body = call.object()?;
    let writer = call.writer();
    let opening = store.row(Table::JobPublications, key).map(|row| row["jobOpeningId"].clone());
    let files = attachments(&body, call)?;
    let person = crud::insert(store, &writer, Table::Persons, &only(&body, &OF_PERSON))?;
    let mut application = only(&body, &OF_APPLICATION);
    let more = json!({
        "person": { "id": person.value() },
        "jobOpening": { "id": opening },
        "refJobPublication": { "id": key.value() },
        "refApplyDate": writer.at.date_naive().to_string(),
        "languageId": if text(&body, "language").is_empty() { "de" } else { text(&body, "language") },
        "sourceId": "HOMEPAGE",
        "type": "ONLINE",
    });
    application.extend(more.as_object().cloned().unwrap_or_default());
    let inserted = crud::insert(store, &writer, Table::Applications, &application);
    let application = inserted.inspect_err(|_| store.remove(Table::Persons, &person))?;
    for file in files {
        store.files.attach(Table::Applications, application.number(), file);
    }
    Ok(success())
}

fn attachments(body: &Row, call: &Call<'_>) -> Result<Vec<files::File>, Refusal> {
    let mut errors = Errors::default();
    let sent = body.get("attachments").and_then(Value::as_array).into_iter().flatten();
    let files = sent.filter_map(|item| {
        let item = item.as_object().cloned().unwrap_or_default();
        files::read(&item, call.clock.next_timestamp(), &mut errors)
    });
    let files = files.collect();
    errors.finish().map(|()| files)
}

fn only(body: &Row, names: &[&str]) -> Row {
    let members = body.iter().filter(|(name, _)| names.contains(&name.as_str()));
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}
