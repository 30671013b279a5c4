//! Users v4. The id in the path is an identity for PUT and DELETE, and a profile for PATCH.

mod changes;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use serde_json::Value;

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::body::Body;
use crate::ditio::core::people::{Employment, People, Profile, WITH_REGISTRATIONS};
use crate::ditio::core::record::{Field, Kind, Record, bind, empty_record, field, flag, instant, require, text};
use crate::ditio::core::state::{Core, in_scope};
use crate::web::{Query, Routes};

pub(in crate::ditio::core) const FIELDS: [Field; 24] = [
    field("identityId", Kind::Text),
    field("companyProfileId", Kind::Text),
    field("companyId", Kind::Text),
    field("employeeNumber", Kind::Text),
    field("firstName", Kind::Text),
    field("lastName", Kind::Text),
    field("mobileWork", Kind::Text),
    field("birthDate", Kind::Day),
    field("employmentStartDate", Kind::Day),
    field("employmentEndDate", Kind::Day),
    field("email", Kind::Text),
    field("mobilePrivate", Kind::Text),
    field("workTitle", Kind::Text),
    field("department", Kind::Text),
    field("carRegNumber", Kind::Text),
    field("mainProjectNumber", Kind::Text),
    field("address", Kind::Text),
    field("cardId", Kind::Text),
    field("cardExpirationDate", Kind::Day),
    field("payroll", Kind::Bool),
    field("isDisabled", Kind::Bool),
    field("defaultResourceNumber", Kind::Text),
    field("worktimeArrangementName", Kind::Text),
    field("organizationNumber", Kind::Text),
];
const REQUIRED: [&str; 7] =
    ["companyId", "employeeNumber", "firstName", "lastName", "mobileWork", "birthDate", "employmentStartDate"];

pub(in crate::ditio::core) fn routes() -> Routes<Core> {
    Routes::new()
        .route("/api/v4/integration/users", get(list).post(create))
        .route("/api/v4/integration/users/scim", post(create_or_update))
        .route("/api/v4/integration/users/by-employee-number/{number}", get(by_number))
        .route("/api/v4/integration/users/by-profile-id/{id}", get(by_profile))
        .route("/api/v4/integration/users/is-identity-deletable/{id}", get(is_deletable))
        .route("/api/v4/integration/users/disable/{id}", patch(disable))
        .route("/api/v4/integration/users/enable/{id}", patch(enable))
        .route(
            "/api/v4/integration/users/{id}",
            axum::routing::put(changes::replace).patch(changes::update).delete(changes::delete),
        )
}

/// Returns the v4 form of a profile, which includes the members of the current employment.
fn view(profile: &Profile) -> Record {
    let mut view = profile.user.clone();
    if let Some(employment) = profile.employments.last() {
        let day = |day: chrono::NaiveDate| Value::from(day.to_string());
        view.insert("employmentStartDate".to_owned(), day(employment.start));
        view.insert("employmentEndDate".to_owned(), employment.end.map_or(Value::Null, day));
        view.insert("department".to_owned(), employment.department.clone());
        view.insert("payroll".to_owned(), (employment.payroll != 0).into());
    }
    view
}

/// Returns a 403 for foreign companies.
fn check_company(input: &Record) -> Result<(), ApiError> {
    if input.contains_key("companyId") && !in_scope(text(input, "companyId")) {
        return Err(ApiError::forbidden("The company is not one of yours."));
    }
    Ok(())
}

async fn create(State(core): State<Core>, Body(body): Body) -> Result<Json<Record>, ApiError> {
    let input = bind(&FIELDS, &body)?;
    require(&input, &REQUIRED)?;
    check_company(&input)?;
    add(&core, &mut core.data().people, input).map(Json)
}

/// Adds a profile. If another company has a person with the phone, the profile has the identity of that person.
fn add(core: &Core, people: &mut People, input: Record) -> Result<Record, ApiError> {
    let company = text(&input, "companyId").to_owned();
    if people.is_taken(&company, text(&input, "employeeNumber"), "") {
        return Err(ApiError::rule("Ansattnummeret er allerede i bruk."));
    }
    let phone = text(&input, "mobileWork");
    let same_phone: Vec<&Profile> = people.0.iter().filter(|profile| profile.phone() == phone).collect();
    if same_phone.iter().any(|profile| text(&profile.user, "companyId") == company) {
        return Err(ApiError::rule("Mobilnummeret er allerede i bruk i selskapet."));
    }
    let new_identity = || format!("auth0|{}", core.ids.next());
    let identity = same_phone.first().map_or_else(new_identity, |profile| profile.identity().to_owned());
    let first = Employment { start: core.today(), end: None, department: Value::Null, payroll: 0 };
    let mut profile =
        Profile { user: empty_record(&FIELDS), employments: vec![first], modified: core.shared.clock.next_timestamp() };
    changes::apply(&mut profile, input);
    profile.user.insert("identityId".to_owned(), identity.into());
    profile.user.insert("companyProfileId".to_owned(), core.ids.next().into());
    let view = view(&profile);
    people.0.push(profile);
    Ok(view)
}

/// Updates the user with the employee number, or creates a user.
async fn create_or_update(State(core): State<Core>, Body(body): Body) -> Result<Json<Record>, ApiError> {
    let input = bind(&FIELDS, &body)?;
    require(&input, &REQUIRED)?;
    check_company(&input)?;
    let mut data = core.data();
    let existing = data.people.find(|profile| {
        profile.number() == text(&input, "employeeNumber") && profile.user["companyId"] == input["companyId"]
    });
    match existing.map(|profile| profile.id().to_owned()) {
        Ok(id) => changes::save(&core, &mut data.people, &id, input).map(Json),
        Err(_) => add(&core, &mut data.people, input).map(Json),
    }
}

async fn list(State(core): State<Core>, query: Query) -> Result<Json<Vec<Record>>, ApiError> {
    let since = match query.non_blank("changedSince") {
        None => None,
        Some(text) => {
            let invalid = || ApiError::field("changedSince", format!("The value '{text}' is not valid."));
            Some(instant(text).ok_or_else(invalid)?)
        }
    };
    let company = query.non_blank("companyId");
    if company.is_some_and(|company| !in_scope(company)) {
        return Err(ApiError::forbidden("The company is not one of yours."));
    }
    let data = core.data();
    let matching = data.people.visible().filter(|profile| {
        since.is_none_or(|since| profile.modified >= since)
            && company.is_none_or(|company| text(&profile.user, "companyId") == company)
    });
    Ok(Json(matching.map(view).collect()))
}

async fn by_number(State(core): State<Core>, Path(number): Path<String>) -> Result<Json<Record>, ApiError> {
    core.data().people.employee(&number).map(|profile| Json(view(profile)))
}

async fn by_profile(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<Record>, ApiError> {
    core.data().people.find(|profile| profile.id() == id).map(|profile| Json(view(profile)))
}

async fn is_deletable(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<bool>, ApiError> {
    core.data().people.find(|profile| profile.identity() == id)?;
    Ok(Json(!core.world.people.iter().take(WITH_REGISTRATIONS).any(|person| person.identity_id == id)))
}

async fn disable(State(core): State<Core>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    set_disabled(&core, &id, true)
}

async fn enable(State(core): State<Core>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    set_disabled(&core, &id, false)
}

fn set_disabled(core: &Core, id: &str, disabled: bool) -> Result<StatusCode, ApiError> {
    let mut data = core.data();
    let profile = data.people.find(|profile| profile.id() == id)?;
    if flag(&profile.user, "isDisabled") != disabled {
        profile.user.insert("isDisabled".to_owned(), disabled.into());
        profile.modified = core.shared.clock.next_timestamp();
    }
    Ok(StatusCode::NO_CONTENT)
}
