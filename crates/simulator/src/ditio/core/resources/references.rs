//! External references: the allowed values of numbers and codes.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post, put};
use serde_json::json;

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::body::Body;
use crate::ditio::core::record::{Field, Kind, Record, assign, bind, empty_record, field, require, text};
use crate::ditio::core::state::{Core, Data, in_scope};
use crate::ditio::world::{Project, World};
use crate::state::random::ObjectIds;
use crate::web::Routes;

const FIELDS: [Field; 6] = [
    field("id", Kind::Text),
    field("externalRefType", Kind::Text),
    field("externalRefValue", Kind::Text),
    field("name", Kind::Text),
    field("projNumber", Kind::Text),
    field("disabled", Kind::Bool),
];
const PROJECT_NUMBER: &str = "ExternalProjectNumber";
const SUB_PROJECT_NUMBER: &str = "ExternalSubProjectNumber";
const PROCESS_CODE: &str = "ProcessCode";
const TYPES: [&str; 5] = [PROJECT_NUMBER, SUB_PROJECT_NUMBER, PROCESS_CODE, "ExternalDim02", "Wbs"];
/// Index of the seeded project whose work orders require a sub-project number.
const WITH_SUB_PROJECTS: usize = 3;
/// Sub-project number that a work order uses.
const USED_SUB_PROJECT: &str = "D-01";

/// The references, in the order of creation.
pub(in crate::ditio::core) struct References(Vec<Record>);

pub(in crate::ditio::core) fn routes() -> Routes<Core> {
    Routes::new()
        .route("/api/project-external-reference", post(create))
        .route("/api/project-external-reference/{id}", delete(remove))
        .route("/api/project-external-reference/disable/{id}", put(disable))
        .route("/api/project-external-reference/type/{kind}", get(list_by_type))
        .route("/api/project-external-reference/type/{kind}/project/{number}", get(list_by_project))
}

impl References {
    pub(in crate::ditio::core) fn seed(world: &World, ids: &ObjectIds) -> Self {
        let reference = |kind: &str, value: &str, name: &str, project: Option<&str>| {
            let members = json!({
                "id": ids.next(),
                "externalRefType": kind,
                "externalRefValue": value,
                "name": name,
                "projNumber": project,
                "disabled": false,
            });
            members.as_object().cloned().unwrap_or_default()
        };
        let with_number = |project: &&Project| in_scope(project.company.id) && !project.external_number.is_empty();
        let mut all: Vec<Record> = world
            .projects
            .iter()
            .filter(with_number)
            .map(|project| reference(PROJECT_NUMBER, &project.external_number, &project.name, None))
            .collect();
        all.push(reference(PROJECT_NUMBER, "EXT-9990001", "Reserve vår", None));
        if let Some(parent) = world.projects.get(WITH_SUB_PROJECTS).filter(|project| project.entry.is_none()) {
            for (value, name) in [(USED_SUB_PROJECT, "Grøft øst"), ("D-02", "Grøft vest")] {
                all.push(reference(SUB_PROJECT_NUMBER, value, name, Some(&parent.external_number)));
            }
        }
        let first = world.projects.first().map(|project| project.number.as_str());
        all.push(reference(PROCESS_CODE, "22.1", "Sprengning i linjen", first));
        all.push(reference(PROCESS_CODE, "25.3", "Jordmasser", first));
        Self(all)
    }

    /// Returns true if an external project number is allowed. Disabled values are allowed.
    pub(in crate::ditio::core) fn allows_project_number(&self, number: &str) -> bool {
        self.any(PROJECT_NUMBER, |reference| text(reference, "externalRefValue") == number)
    }

    /// Returns true if sub-project numbers are configured for an external project number.
    pub(in crate::ditio::core) fn has_sub_projects(&self, number: &str) -> bool {
        !number.is_empty() && self.any(SUB_PROJECT_NUMBER, |reference| text(reference, "projNumber") == number)
    }

    fn any(&self, kind: &str, is_match: impl Fn(&Record) -> bool) -> bool {
        self.0.iter().any(|reference| text(reference, "externalRefType") == kind && is_match(reference))
    }

    fn get(&mut self, id: &str) -> Result<&mut Record, ApiError> {
        self.0.iter_mut().find(|reference| text(reference, "id") == id).ok_or_else(ApiError::not_found)
    }
}

/// Returns the type in its canonical spelling.
fn known_type(kind: &str) -> Result<&'static str, ApiError> {
    let canonical = TYPES.into_iter().find(|canonical| canonical.eq_ignore_ascii_case(kind));
    canonical.ok_or_else(|| ApiError::field("externalRefType", format!("The value '{kind}' is not valid.")))
}

async fn create(State(core): State<Core>, Body(body): Body) -> Result<Json<Record>, ApiError> {
    let mut input = bind(&FIELDS, &body)?;
    require(&input, &["externalRefType", "externalRefValue", "name"])?;
    let kind = known_type(text(&input, "externalRefType"))?;
    if [SUB_PROJECT_NUMBER, PROCESS_CODE].contains(&kind) {
        require(&input, &["projNumber"])?;
    }
    input.insert("externalRefType".to_owned(), kind.into());
    input.insert("id".to_owned(), core.ids.next().into());
    input.insert("disabled".to_owned(), false.into());
    let mut reference = empty_record(&FIELDS);
    assign(&mut reference, input);
    let mut data = core.data();
    let is_same = |other: &Record| {
        ["externalRefType", "externalRefValue", "projNumber"]
            .iter()
            .all(|name| other.get(*name) == reference.get(*name))
    };
    if data.references.0.iter().any(is_same) {
        return Err(ApiError::rule("Verdien finnes allerede."));
    }
    data.references.0.push(reference.clone());
    Ok(Json(reference))
}

async fn list_by_type(State(core): State<Core>, Path(kind): Path<String>) -> Result<Json<Vec<Record>>, ApiError> {
    let kind = known_type(&kind)?;
    let data = core.data();
    let found = data.references.0.iter().filter(|reference| text(reference, "externalRefType") == kind);
    Ok(Json(found.cloned().collect()))
}

async fn list_by_project(
    State(core): State<Core>,
    Path((kind, number)): Path<(String, String)>,
) -> Result<Json<Vec<Record>>, ApiError> {
    let kind = known_type(&kind)?;
    let data = core.data();
    let found = data
        .references
        .0
        .iter()
        .filter(|reference| text(reference, "externalRefType") == kind && text(reference, "projNumber") == number);
    Ok(Json(found.cloned().collect()))
}

/// Disables a value, which hides it from users; checks still accept it.
async fn disable(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<Record>, ApiError> {
    let mut data = core.data();
    let reference = data.references.get(&id)?;
    reference.insert("disabled".to_owned(), true.into());
    Ok(Json(reference.clone()))
}

async fn remove(State(core): State<Core>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let mut data = core.data();
    let reference = data.references.get(&id)?.clone();
    if is_in_use(&data, &reference) {
        return Err(ApiError::forbidden("The value is in use by a project or a work order."));
    }
    data.references.0.retain(|other| text(other, "id") != id);
    Ok(StatusCode::NO_CONTENT)
}

fn is_in_use(data: &Data, reference: &Record) -> bool {
    let value = &reference["externalRefValue"];
    match text(reference, "externalRefType") {
        PROJECT_NUMBER => data.projects.iter().any(|project| project["externalProjectNumber"] == *value),
        SUB_PROJECT_NUMBER => value == USED_SUB_PROJECT,
        PROCESS_CODE => data.tasks.iter().any(|task| task["externalDim01"] == *value),
        _ => false,
    }
}
