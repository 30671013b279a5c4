//! Applications through a portal's interface: the form and its submission.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawPathParams, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::dvinci::api_error::{ApiError, FieldErrors, HandlerResult, json_response, success};
use crate::dvinci::app::App;
use crate::dvinci::auth::api_users::API_USERS;
use crate::dvinci::portal::access;
use crate::dvinci::portal::online::online;
use crate::dvinci::rest::crud;
use crate::dvinci::rest::request::ApiRequest;
use crate::dvinci::schema::answers::SCREENING_QUESTIONS;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::{Row, text};
use crate::dvinci::store::table::Table;
use crate::dvinci::store::{Store, files};
use crate::web::Query;

/// Members of the person.
const PERSON_MEMBERS: [&str; 14] = [
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

/// Members of the application.
const APPLICATION_MEMBERS: [&str; 6] = [
    "comment",
    "earliestStartingDate",
    "desiredSalary",
    "extendedUseAccepted",
    "privacyPolicyAccepted",
    "screeningQuestions",
];

pub(in crate::dvinci) fn routes() -> Router<App> {
    let mut router = Router::new();
    for prefix in ["", "/p/{portal}"] {
        router = router.route(&format!("{prefix}/jobs/{{id}}/applyApi"), get(get_form).post(submit));
    }
    router
}

async fn get_form(State(app): State<App>, params: RawPathParams, headers: HeaderMap) -> Response {
    handle(&app, &params, &headers, Bytes::new(), render_form)
}

async fn submit(State(app): State<App>, params: RawPathParams, headers: HeaderMap, body: Bytes) -> Response {
    handle(&app, &params, &headers, body, create_application)
}

/// Handler of an operation on a publication.
type Handler = fn(&mut Store, &ApiRequest<'_>, &Key) -> HandlerResult;

fn handle(app: &App, params: &RawPathParams, headers: &HeaderMap, body: Bytes, handler: Handler) -> Response {
    let request = ApiRequest {
        params: params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        query: Query::default(),
        body,
        caller: API_USERS[0].caller,
        clock: &app.shared().clock,
    };
    if let Err(error) = access::portal_for_application(request.param("portal"), headers) {
        return error.into_response();
    }
    let mut store = app.store();
    let key = Key::parse(Table::JobPublications, request.id());
    let key = key.filter(|key| {
        let row = store.row(Table::JobPublications, key);
        row.is_some_and(|row| online(&store, row, request.clock.now()).is_some())
    });
    let result = key.ok_or(ApiError::NotFound).and_then(|key| handler(&mut store, &request, &key));
    match result {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(error) => error.into_response(),
    }
}

fn render_form(store: &mut Store, _request: &ApiRequest<'_>, key: &Key) -> HandlerResult {
    let row = store.row(Table::JobPublications, key).ok_or(ApiError::NotFound)?;
    let fields = PERSON_MEMBERS.into_iter().chain(APPLICATION_MEMBERS).filter(|name| *name != "screeningQuestions");
    let fields = fields.map(|name| {
        let is_mandatory = matches!(name, "firstName" | "lastName");
        json!({ "name": name, "mandatory": is_mandatory })
    });
    let questions = SCREENING_QUESTIONS.iter().map(|question| {
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

/// Creates a person and an application, or neither.
fn create_application(store: &mut Store, request: &ApiRequest<'_>, key: &Key) -> HandlerResult {
    let body = request.object()?;
    let context = request.write_context();
    let opening = store.row(Table::JobPublications, key).map(|row| row["jobOpeningId"].clone());
    let files = attachments(&body, request)?;
    let person = crud::insert(store, &context, Table::Persons, &select_members(&body, &PERSON_MEMBERS))?;
    let mut application = select_members(&body, &APPLICATION_MEMBERS);
    let members = json!({
        "person": { "id": person.value() },
        "jobOpening": { "id": opening },
        "refJobPublication": { "id": key.value() },
        "refApplyDate": context.at.date_naive().to_string(),
        "languageId": if text(&body, "language").is_empty() { "de" } else { text(&body, "language") },
        "sourceId": "HOMEPAGE",
        "type": "ONLINE",
    });
    application.extend(members.as_object().cloned().unwrap_or_default());
    let inserted = crud::insert(store, &context, Table::Applications, &application);
    let application = inserted.inspect_err(|_| store.remove(Table::Persons, &person))?;
    for file in files {
        store.files.attach(Table::Applications, application.number(), file);
    }
    Ok(success())
}

fn attachments(body: &Row, request: &ApiRequest<'_>) -> Result<Vec<files::File>, ApiError> {
    let mut errors = FieldErrors::default();
    let sent = body.get("attachments").and_then(Value::as_array).into_iter().flatten();
    let files = sent.filter_map(|item| {
        let item = item.as_object().cloned().unwrap_or_default();
        files::from_body(&item, request.clock.next_timestamp(), &mut errors)
    });
    let files = files.collect();
    errors.into_result().map(|()| files)
}

fn select_members(body: &Row, names: &[&str]) -> Row {
    let members = body.iter().filter(|(name, _)| names.contains(&name.as_str()));
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}
