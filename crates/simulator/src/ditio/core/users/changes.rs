//! Changes to users v4: full replacement, partial change, deletion.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::Value;

use super::{FIELDS, REQUIRED, check_company, shown};
use crate::ditio::core::body::Body;
use crate::ditio::core::people::{People, Profile};
use crate::ditio::core::problem::Problem;
use crate::ditio::core::record::{Record, assign, bind, blank, flag, plain_day, require, text};
use crate::ditio::core::state::Core;

/// By identity: what is omitted is cleared.
pub(super) async fn replace(
    State(core): State<Core>,
    Path(identity): Path<String>,
    Body(body): Body,
) -> Result<Json<Record>, Problem> {
    let mut data = core.data();
    let id = data.people.find(|profile| profile.identity() == identity)?.id().to_owned();
    let bound = bind(&FIELDS, &body)?;
    require(&bound, &REQUIRED)?;
    let mut whole = blank(&FIELDS);
    whole.extend(bound);
    // Disabling is an operation of its own, and so are the ids.
    let stored = data.people.find(|profile| profile.id() == id)?;
    if !flag(&whole, "isDisabled") {
        whole.insert("isDisabled".to_owned(), stored.user["isDisabled"].clone());
    }
    save(&core, &mut data.people, &id, whole).map(Json)
}

/// By profile: what is omitted stays.
pub(super) async fn update(
    State(core): State<Core>,
    Path(id): Path<String>,
    Body(body): Body,
) -> Result<Json<Record>, Problem> {
    let mut data = core.data();
    data.people.find(|profile| profile.id() == id)?;
    let bound = bind(&FIELDS, &body)?;
    let sent: Vec<&str> = REQUIRED.into_iter().filter(|name| bound.contains_key(*name)).collect();
    require(&bound, &sent)?;
    save(&core, &mut data.people, &id, bound).map(Json)
}

/// By identity: removes the profiles within reach.
pub(super) async fn delete(State(core): State<Core>, Path(identity): Path<String>) -> Result<StatusCode, Problem> {
    let mut data = core.data();
    data.people.find(|profile| profile.identity() == identity)?;
    data.people.0.retain(|profile| profile.identity() != identity || !profile.is_visible());
    Ok(StatusCode::NO_CONTENT)
}

/// Writes changes to one profile, and a changed phone to all profiles of its identity.
pub(super) fn save(core: &Core, people: &mut People, id: &str, mut bound: Record) -> Result<Record, Problem> {
    check_company(&bound)?;
    let stored = people.find(|profile| profile.id() == id)?.clone();
    let company =
        if bound.contains_key("companyId") { text(&bound, "companyId") } else { text(&stored.user, "companyId") };
    if bound.contains_key("employeeNumber") && people.is_taken(company, text(&bound, "employeeNumber"), id) {
        return Err(Problem::rule("Ansattnummeret er allerede i bruk."));
    }
    let now = core.shared.clock.next_timestamp();
    if let Some(Value::String(phone)) = bound.remove("mobileWork").filter(|phone| phone != stored.phone()) {
        people.change_phone(stored.identity(), &phone, now)?;
    }
    let profile = people.find(|profile| profile.id() == id)?;
    write(profile, bound);
    profile.modified = now;
    Ok(shown(profile))
}

/// Puts members where they belong: in the profile, or in its current employment. The ids stay.
pub(super) fn write(profile: &mut Profile, mut bound: Record) {
    bound.remove("identityId");
    bound.remove("companyProfileId");
    let employment = profile.current();
    if let Some(start) = bound.remove("employmentStartDate").as_ref().and_then(Value::as_str).and_then(plain_day) {
        employment.start = start;
    }
    if let Some(end) = bound.remove("employmentEndDate") {
        employment.end = end.as_str().and_then(plain_day);
    }
    if let Some(department) = bound.remove("department") {
        employment.department = department;
    }
    if let Some(payroll) = bound.remove("payroll") {
        // A variable payroll stays variable when it is merely on.
        let on = payroll.as_bool().unwrap_or_default();
        employment.payroll = if on { employment.payroll.max(1) } else { 0 };
    }
    assign(&mut profile.user, bound);
}
