//! Rules of work orders: template, parents, moves, sub-project numbers.

use axum::Json;
use serde_json::{Value, json};

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::record::{Record, assign, require, text};
use crate::ditio::core::resources::projects::visible as visible_project;
use crate::ditio::core::state::{Core, Data, in_scope};

/// Returns the values of the template work order of the first seeded project.
fn template_values() -> [(&'static str, Value); 6] {
    [
        ("safeJobAnalysisApprovalRequired", json!(true)),
        ("measureUnitQty", json!(true)),
        ("unitId", json!("m3")),
        ("costPrice", json!(450.0)),
        ("price", json!(690.0)),
        ("fixedResourcePrice", json!(1200.0)),
    ]
}

/// Sets the template's values in a new work order, for fields absent from the request.
pub(super) fn fill_from_template(core: &Core, project_id: &str, request: &Record, task: &mut Record) {
    let template = core.world.projects.first().filter(|project| project.entry.is_none());
    if template.is_none_or(|project| project.id != project_id) {
        return;
    }
    for (name, value) in template_values() {
        if request.get(name).is_none_or(Value::is_null) {
            task.insert(name.to_owned(), value);
        }
    }
}

/// Returns true if a work order is the parent of another.
pub(super) fn has_children(data: &Data, id: &str) -> bool {
    data.tasks.iter().any(|task| text(task, "parentActivityId") == id)
}

/// Checks that the parent is another work order of the same project.
pub(super) fn check_parent(data: &Data, parent: &str, project_id: &str, own_id: Option<&str>) -> Result<(), ApiError> {
    if parent.is_empty() {
        return Ok(());
    }
    let is_sibling = data.tasks.get(parent).is_some_and(|task| text(task, "projectId") == project_id);
    if is_sibling && own_id != Some(parent) { Ok(()) } else { Err(ApiError::not_found()) }
}

/// Replaces an empty parent by null.
pub(super) fn clear_empty_parent(task: &mut Record) {
    if text(task, "parentActivityId").is_empty() {
        task.insert("parentActivityId".to_owned(), Value::Null);
    }
}

/// Rejects work orders of projects with sub-project numbers: they require a number, and the API has no field for it.
pub(super) fn check_sub_project(data: &Data, project: &Record) -> Result<(), ApiError> {
    if data.references.has_sub_projects(text(project, "externalProjectNumber")) {
        return Err(ApiError::rule("Delprosjektnummer  er ikke en gyldig. Velg fra listen"));
    }
    Ok(())
}

/// Stores `base` with changes. The id does not change. A work order with children cannot move to another project.
pub(super) fn save(data: &mut Data, stored: &Record, base: Record, changes: Record) -> Result<Json<Record>, ApiError> {
    let mut task = base;
    assign(&mut task, changes);
    let id = text(stored, "id").to_owned();
    task.insert("id".to_owned(), id.clone().into());
    if !in_scope(text(&task, "companyId")) {
        task.insert("companyId".to_owned(), stored["companyId"].clone());
    }
    require(&task, &["projectId", "externalId"])?;
    let project_id = text(&task, "projectId").to_owned();
    if project_id != text(stored, "projectId") {
        visible_project(data, &project_id)?;
        if has_children(data, &id) {
            return Err(ApiError::not_found());
        }
    }
    check_parent(data, text(&task, "parentActivityId"), &project_id, Some(&id))?;
    let same_number = data.tasks.find(&project_id, text(&task, "externalId"));
    if same_number.is_some_and(|other| text(other, "id") != id) {
        return Err(ApiError::rule("Arbeidsordrenummeret er allerede i bruk på prosjektet."));
    }
    clear_empty_parent(&mut task);
    data.tasks.replace(task.clone());
    Ok(Json(crate::ditio::core::resources::tasks::view(data, &task)))
}
