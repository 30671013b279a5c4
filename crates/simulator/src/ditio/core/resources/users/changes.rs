//! Changes to users v4: replacement, update, deletion.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::Value;

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::body::Body;
use crate::ditio::core::people::{People, Profile};
use crate::ditio::core::record::{Record, assign, bind, empty_record, flag, plain_day, require, text};
use crate::ditio::core::resources::users::{FIELDS, REQUIRED, check_company, view};
use crate::ditio::core::state::Core;

/// Replaces a user, by identity. Absent members are cleared.
pub(super) async fn replace(
    State(core): State<Core>,
    Path(identity): Path<String>,
    Body(body): Body,
) -> Result<Json<Record>, ApiError> {
    let mut data = core.data();
    let id = data.people.find(|profile| profile.identity() == identity)?.id().to_owned();
    let input = bind(&FIELDS, &body)?;
    require(&input, &REQUIRED)?;
    let mut user = empty_record(&FIELDS);
    user.extend(input);
    // A PUT without `isDisabled` does not enable a disabled user.
    let stored = data.people.find(|profile| profile.id() == id)?;
    if !flag(&user, "isDisabled") {
        user.insert("isDisabled".to_owned(), stored.user["isDisabled"].clone());
    }
    save(&core, &mut data.people, &id, user).map(Json)
}

/// Updates a user, by profile. Absent members keep their values.
pub(super) async fn update(
    State(core): State<Core>,
    Path(id): Path<String>,
    Body(body): Body,
) -> Result<Json<Record>, ApiError> {
    let mut data = core.data();
    data.people.find(|profile| profile.id() == id)?;
    let input = bind(&FIELDS, &body)?;
    let present: Vec<&str> = REQUIRED.into_iter().filter(|name| input.contains_key(*name)).collect();
    require(&input, &present)?;
    save(&core, &mut data.people, &id, input).map(Json)
}

/// Removes the visible profiles of an identity.
pub(super) async fn delete(State(core): State<Core>, Path(identity): Path<String>) -> Result<StatusCode, ApiError> {
    let mut data = core.data();
    data.people.find(|profile| profile.identity() == identity)?;
    data.people.0.retain(|profile| profile.identity() != identity || !profile.is_visible());
    Ok(StatusCode::NO_CONTENT)
}

/// Stores changes of a profile; a changed phone is stored in all profiles of the identity.
pub(super) fn save(core: &Core, people: &mut People, id: &str, mut input: Record) -> Result<Record, ApiError> {
    check_company(&input)?;
    let stored = people.find(|profile| profile.id() == id)?.clone();
    let company =
        if input.contains_key("companyId") { text(&input, "companyId") } else { text(&stored.user, "companyId") };
    if input.contains_key("employeeNumber") && people.is_taken(company, text(&input, "employeeNumber"), id) {
        return Err(ApiError::rule("Ansattnummeret er allerede i bruk."));
    }
    let now = core.shared.clock.next_timestamp();
    if let Some(Value::String(phone)) = input.remove("mobileWork").filter(|phone| phone != stored.phone()) {
        people.change_phone(stored.identity(), &phone, now)?;
    }
    let profile = people.find(|profile| profile.id() == id)?;
    apply(profile, input);
    profile.modified = now;
    Ok(view(profile))
}

/// Sets members in the profile or in its current employment. The ids do not change.
pub(super) fn apply(profile: &mut Profile, mut input: Record) {
    input.remove("identityId");
    input.remove("companyProfileId");
    let employment = profile.current();
    if let Some(start) = input.remove("employmentStartDate").as_ref().and_then(Value::as_str).and_then(plain_day) {
        employment.start = start;
    }
    if let Some(end) = input.remove("employmentEndDate") {
        employment.end = end.as_str().and_then(plain_day);
    }
    if let Some(department) = input.remove("department") {
        employment.department = department;
    }
    if let Some(payroll) = input.remove("payroll") {
        // `true` does not change a variable payroll to an enabled payroll.
        let enabled = payroll.as_bool().unwrap_or_default();
        employment.payroll = if enabled { employment.payroll.max(1) } else { 0 };
    }
    assign(&mut profile.user, input);
}
