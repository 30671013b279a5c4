//! Employees v5, identified by employee number.

pub(in crate::ditio::core) mod employment;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use serde_json::{Value, json};

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::body::Body;
use crate::ditio::core::people::{Employment, Profile};
use crate::ditio::core::record::{Field, Kind, Record, assign, bind, empty_record, field, require, text};
use crate::ditio::core::resources::users;
use crate::ditio::core::state::Core;
use crate::ditio::world::COMPANIES;
use crate::web::{Query, Routes};

/// Members of an employee, with their names in v4.
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

pub(in crate::ditio::core) fn routes() -> Routes<Core> {
    Routes::new()
        .route("/api/v5/integration/employees", get(list).post(create))
        .route("/api/v5/integration/employees/search", get(search))
        .route("/api/v5/integration/employees/{number}", get(read).patch(update))
        .route("/api/v5/integration/employees/{number}/update-employment", patch(employment::update))
        .route("/api/v5/integration/employees/{number}/end-employment", patch(employment::end))
        .route("/api/v5/integration/employees/{number}/create-employment", post(employment::create))
}

/// Returns the v5 form of a profile, with the optional members in `include`.
fn view(profile: &Profile, include: &[String]) -> Record {
    let mut view = Record::new();
    for (field, v4_name) in FIELDS {
        view.insert(field.name.to_owned(), profile.user[v4_name].clone());
    }
    view.insert("isDisabled".to_owned(), profile.user["isDisabled"].clone());
    let current = profile.employments.last().map(employment::view);
    view.insert("employment".to_owned(), current.unwrap_or_default());
    let includes = |name: &str| include.iter().any(|requested| requested.eq_ignore_ascii_case(name));
    if includes("tags") {
        view.insert("tags".to_owned(), json!([]));
    }
    if includes("employment-history") {
        view.insert("employmentHistory".to_owned(), profile.employments.iter().map(employment::view).collect());
    }
    if includes("work-time-arrangements") {
        let name = &profile.user["worktimeArrangementName"];
        let arrangements = if name.is_null() { json!([]) } else { json!([{ "name": name }]) };
        view.insert("workTimeArrangements".to_owned(), arrangements);
    }
    view
}

/// Returns the members of an employee besides the employment.
pub(in crate::ditio::core) fn fields() -> [Field; 7] {
    FIELDS.map(|(field, _)| field)
}

/// Returns the members under their names in v4.
fn to_v4_names(input: &Record) -> Record {
    let members =
        FIELDS.iter().filter_map(|(field, v4_name)| Some(((*v4_name).to_owned(), input.get(field.name)?.clone())));
    members.collect()
}

async fn create(State(core): State<Core>, Body(body): Body) -> Result<(StatusCode, Json<Record>), ApiError> {
    let input = bind(&fields(), &body)?;
    require(&input, &REQUIRED)?;
    let employment = employment::from_body(&body)?;
    let mut data = core.data();
    if data.people.is_taken(COMPANIES[0].id, text(&input, "employeeNumber"), "") {
        return Err(ApiError::field("employeeNumber", "The EmployeeNumber is already in use."));
    }
    if data.people.0.iter().any(|profile| profile.phone() == text(&input, "phone")) {
        return Err(ApiError::field("phone", "The Phone is already in use."));
    }
    let mut user = empty_record(&users::FIELDS);
    assign(&mut user, to_v4_names(&input));
    user.insert("companyId".to_owned(), COMPANIES[0].id.into());
    user.insert("identityId".to_owned(), format!("auth0|{}", core.ids.next()).into());
    user.insert("companyProfileId".to_owned(), core.ids.next().into());
    let profile = Profile { user, employments: vec![employment], modified: core.shared.clock.next_timestamp() };
    let response = view(&profile, &[]);
    data.people.0.push(profile);
    Ok((StatusCode::CREATED, Json(response)))
}

async fn list(State(core): State<Core>, query: Query) -> Json<Vec<Record>> {
    let subsidiaries = query.non_blank("includeEmployeesFromSubsidiaries");
    let subsidiaries = subsidiaries.is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let include = query.list("include");
    let data = core.data();
    let matching = data.people.visible().filter(|profile| subsidiaries || profile.is_own_company());
    Json(matching.map(|profile| view(profile, &include)).collect())
}

async fn read(State(core): State<Core>, Path(number): Path<String>, query: Query) -> Result<Json<Record>, ApiError> {
    core.data().people.employee(&number).map(|profile| Json(view(profile, &query.list("include"))))
}

/// Finds employees by a part of the name, phone, e-mail address or number.
async fn search(State(core): State<Core>, query: Query) -> Result<Json<Vec<Record>>, ApiError> {
    let Some(needle) = query.non_blank("query").map(str::to_lowercase) else {
        let message = "The 'query' parameter is required.";
        return Err(ApiError::simple(StatusCode::BAD_REQUEST, "ArgumentIsNull", message));
    };
    let data = core.data();
    let found = data.people.visible().filter(|profile| {
        let email = text(&profile.user, "email");
        let texts = [&profile.name(), profile.phone(), email, profile.number()].map(str::to_lowercase);
        profile.is_own_company() && texts.iter().any(|text| text.contains(&needle))
    });
    Ok(Json(found.map(|profile| view(profile, &[])).collect()))
}

/// Updates an employee. A null clears an optional member; the employee number does not change.
async fn update(
    State(core): State<Core>,
    Path(number): Path<String>,
    Body(body): Body,
) -> Result<Json<Record>, ApiError> {
    let mut data = core.data();
    let stored = data.people.employee(&number)?.clone();
    let mut input = bind(&fields(), &body)?;
    input.remove("employeeNumber");
    let present: Vec<&str> = REQUIRED.into_iter().filter(|name| input.contains_key(*name)).collect();
    require(&input, &present)?;
    let now = core.shared.clock.next_timestamp();
    if let Some(Value::String(phone)) = input.remove("phone").filter(|phone| phone != stored.phone()) {
        data.people.change_phone(stored.identity(), &phone, now)?;
    }
    let profile = data.people.employee(&number)?;
    assign(&mut profile.user, to_v4_names(&input));
    profile.modified = now;
    Ok(Json(view(profile, &[])))
}

impl Employment {
    fn ended_before(&self, day: chrono::NaiveDate) -> bool {
        self.end.is_some_and(|end| end < day)
    }
}
