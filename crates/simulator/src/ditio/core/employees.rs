//! Employees v5: by employee number, null clears, employments begin and end.

mod employment;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use serde_json::{Value, json};

use super::body::Body;
use super::people::{Employment, Profile};
use super::problem::Problem;
use super::record::{Field, Kind, Record, assign, bind, blank, field, require, text};
use super::state::Core;
use super::users;
use crate::ditio::world::COMPANIES;
use crate::web::{Query, Routes};

/// The profile's members, and their names in v4.
const FIELDS: [(Field, &str); 7] = [
    (field("employeeNumber", Kind::Text), "employeeNumber"),
    (field("firstName", Kind::Text), "firstName"),
    (field("lastName", Kind::Text), "lastName"),
    (field("phone", Kind::Text), "mobileWork"),
    (field("birthDate", Kind::PlainDay), "birthDate"),
    (field("email", Kind::Text), "email"),
    (field("workTitle", Kind::Text), "workTitle"),
];
const REQUIRED: [&str; 5] = ["employeeNumber", "firstName", "lastName", "phone", "birthDate"];

pub(super) fn routes() -> Routes<Core> {
    Routes::new()
        .route("/api/v5/integration/employees", get(list).post(create))
        .route("/api/v5/integration/employees/search", get(search))
        .route("/api/v5/integration/employees/{number}", get(read).patch(update))
        .route("/api/v5/integration/employees/{number}/update-employment", patch(employment::update))
        .route("/api/v5/integration/employees/{number}/end-employment", patch(employment::end))
        .route("/api/v5/integration/employees/{number}/create-employment", post(employment::create))
}

/// A profile as v5 shows it, with what `include` asks for.
fn shown(profile: &Profile, include: &[String]) -> Record {
    let mut shown = Record::new();
    for (field, in_v4) in FIELDS {
        shown.insert(field.name.to_owned(), profile.user[in_v4].clone());
    }
    shown.insert("isDisabled".to_owned(), profile.user["isDisabled"].clone());
    let current = profile.employments.last().map(employment::shown);
    shown.insert("employment".to_owned(), current.unwrap_or_default());
    let wants = |name: &str| include.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
    if wants("tags") {
        shown.insert("tags".to_owned(), json!([]));
    }
    if wants("employment-history") {
        shown.insert("employmentHistory".to_owned(), profile.employments.iter().map(employment::shown).collect());
    }
    if wants("work-time-arrangements") {
        let name = &profile.user["worktimeArrangementName"];
        let arrangements = if name.is_null() { json!([]) } else { json!([{ "name": name }]) };
        shown.insert("workTimeArrangements".to_owned(), arrangements);
    }
    shown
}

fn fields() -> [Field; 7] {
    FIELDS.map(|(field, _)| field)
}

/// Members under their names in v4.
fn in_v4(bound: &Record) -> Record {
    let renamed =
        FIELDS.iter().filter_map(|(field, in_v4)| Some(((*in_v4).to_owned(), bound.get(field.name)?.clone())));
    renamed.collect()
}

async fn create(State(core): State<Core>, Body(body): Body) -> Result<(StatusCode, Json<Record>), Problem> {
    let bound = bind(&fields(), &body)?;
    require(&bound, &REQUIRED)?;
    let employment = employment::from_body(&body)?;
    let mut data = core.data();
    if data.people.is_taken(COMPANIES[0].id, text(&bound, "employeeNumber"), "") {
        return Err(Problem::field("employeeNumber", "The EmployeeNumber is already in use."));
    }
    if data.people.0.iter().any(|profile| profile.phone() == text(&bound, "phone")) {
        return Err(Problem::field("phone", "The Phone is already in use."));
    }
    let mut user = blank(&users::FIELDS);
    assign(&mut user, in_v4(&bound));
    user.insert("companyId".to_owned(), COMPANIES[0].id.into());
    user.insert("identityId".to_owned(), format!("auth0|{}", core.ids.next()).into());
    user.insert("companyProfileId".to_owned(), core.ids.next().into());
    let profile = Profile { user, employments: vec![employment], modified: core.shared.clock.next_timestamp() };
    let answer = shown(&profile, &[]);
    data.people.0.push(profile);
    Ok((StatusCode::CREATED, Json(answer)))
}

async fn list(State(core): State<Core>, query: Query) -> Json<Vec<Record>> {
    let subsidiaries = query.non_blank("includeEmployeesFromSubsidiaries");
    let subsidiaries = subsidiaries.is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let include = query.list("include");
    let data = core.data();
    let wanted = data.people.visible().filter(|profile| subsidiaries || profile.is_own_company());
    Json(wanted.map(|profile| shown(profile, &include)).collect())
}

async fn read(State(core): State<Core>, Path(number): Path<String>, query: Query) -> Result<Json<Record>, Problem> {
    core.data().people.employee(&number).map(|profile| Json(shown(profile, &query.list("include"))))
}

/// Names, phones, e-mail addresses and numbers that contain the text.
async fn search(State(core): State<Core>, query: Query) -> Result<Json<Vec<Record>>, Problem> {
    let Some(needle) = query.non_blank("query").map(str::to_lowercase) else {
        let why = "The 'query' parameter is required.";
        return Err(Problem::simple(StatusCode::BAD_REQUEST, "ArgumentIsNull", why));
    };
    let data = core.data();
    let found = data.people.visible().filter(|profile| {
        let email = text(&profile.user, "email");
        let words = [&profile.name(), profile.phone(), email, profile.number()].map(str::to_lowercase);
        profile.is_own_company() && words.iter().any(|word| word.contains(&needle))
    });
    Ok(Json(found.map(|profile| shown(profile, &[])).collect()))
}

/// Null clears; what is required cannot be cleared; the number has an operation of its own.
async fn update(
    State(core): State<Core>,
    Path(number): Path<String>,
    Body(body): Body,
) -> Result<Json<Record>, Problem> {
    let mut data = core.data();
    let stored = data.people.employee(&number)?.clone();
    let mut bound = bind(&fields(), &body)?;
    bound.remove("employeeNumber");
    let sent: Vec<&str> = REQUIRED.into_iter().filter(|name| bound.contains_key(*name)).collect();
    require(&bound, &sent)?;
    let now = core.shared.clock.next_timestamp();
    if let Some(Value::String(phone)) = bound.remove("phone").filter(|phone| phone != stored.phone()) {
        data.people.change_phone(stored.identity(), &phone, now)?;
    }
    let profile = data.people.employee(&number)?;
    assign(&mut profile.user, in_v4(&bound));
    profile.modified = now;
    Ok(Json(shown(profile, &[])))
}

impl Employment {
    fn ended_by(&self, day: chrono::NaiveDate) -> bool {
        self.end.is_some_and(|end| end < day)
    }
}
