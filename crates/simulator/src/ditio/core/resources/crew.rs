//! The crew list: people on site, with local times without a zone.

use axum::Json;
use axum::extract::State;
use axum::routing::get;
use chrono::{Datelike, Days, NaiveDate, TimeDelta, Weekday};
use serde_json::{Value, json};

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::people::Profile;
use crate::ditio::core::record::instant;
use crate::ditio::core::state::Core;
use crate::ditio::world::company_name;
use crate::web::{Query, Routes};

/// The .NET default of an unset time.
const UNSET: &str = "0001-01-01T00:00:00";
/// Maximum length of a period, in days; longer periods are truncated.
const MAX_DAYS: usize = 62;

pub(in crate::ditio::core) fn routes() -> Routes<Core> {
    Routes::new().route("/api/v3/onlineusers/activeonly", get(active))
}

/// Responds with a row per person and day. The day of `toDateTime` is excluded.
async fn active(State(core): State<Core>, query: Query) -> Result<Json<Vec<Value>>, ApiError> {
    let day = |name: &str| match query.non_blank(name) {
        None => Ok(None),
        Some(text) => {
            let invalid = || ApiError::field(name, format!("The value '{text}' is not valid."));
            instant(text).map(|time| Some(time.date_naive())).ok_or_else(invalid)
        }
    };
    let from = day("fromDateTime")?.unwrap_or_else(|| core.today());
    let to = day("toDateTime")?.unwrap_or_else(|| core.today() + Days::new(1));
    let projects = query.list("projectIds");
    let data = core.data();
    let mut rows = Vec::new();
    for day in from.iter_days().take_while(|day| *day < to).take(MAX_DAYS) {
        let day_rows = data.people.visible().filter_map(|profile| row(&core, profile, day));
        rows.extend(day_rows.filter(|row| {
            let project = row["projectId"].as_str().unwrap_or_default();
            projects.is_empty() || projects.iter().any(|requested| requested == project)
        }));
    }
    Ok(Json(rows))
}

fn row(core: &Core, profile: &Profile, day: NaiveDate) -> Option<Value> {
    let today = core.today();
    let is_working =
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && day <= today && profile.is_employed(day, day);
    let mut random = core.shared.random(&format!("ditio/crew/{}/{day}", profile.id()));
    if !is_working || random.below(10) >= 7 {
        return None;
    }
    let project = random.pick(core.world.own_projects());
    let minutes = |count: u64| TimeDelta::minutes(i64::try_from(count).unwrap_or_default());
    let start = day.and_hms_opt(6, 40, 0).expect("a time of day") + minutes(random.below(40));
    let stop = start + minutes(450 + random.below(120));
    let on_site = day == today;
    let format = |time: chrono::NaiveDateTime| time.format("%Y-%m-%dT%H:%M:%S").to_string();
    Some(json!({
        "userId": profile.identity(),
        "userName": profile.name(),
        "phoneNumber": profile.phone(),
        "birthDate": profile.user["birthDate"],
        "cardId": profile.user["cardId"],
        "companyName": company_name(profile.company()),
        "projectId": project.id,
        "projectNumber": project.number,
        "projectName": project.name,
        "startTime": format(start),
        "stopTime": if on_site { UNSET.to_owned() } else { format(stop) },
        "hasTransaction": on_site,
    }))
}
