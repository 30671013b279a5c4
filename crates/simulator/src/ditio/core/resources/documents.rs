//! Documents of projects and work orders: a folder per owner, a page per section, files per page.

mod content;
mod files;
mod upload;

use std::collections::HashMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, get, post, put};
use serde_json::{Value, json};

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::body::Body;
use crate::ditio::core::record::text;
use crate::ditio::core::state::{Core, Data};
use crate::ditio::core::{projects, tasks};
use crate::web::{Query, Routes};

/// A stored file.
#[derive(Clone)]
struct File {
    id: String,
    name: String,
    bytes: Bytes,
    created: String,
}

/// The files of one section.
struct Page {
    section: String,
    external_id: String,
    description: Option<String>,
    files: Vec<File>,
}

/// The documents of a project or work order.
#[derive(Default)]
struct Folder {
    description: Option<String>,
    pages: Vec<Page>,
}

/// All folders by owner id, and the owner id of each file.
#[derive(Default)]
pub(in crate::ditio::core) struct Documents {
    folders: HashMap<String, Folder>,
    owners: HashMap<String, String>,
}

/// Kind of owner of a document.
#[derive(Clone, Copy)]
enum Owner {
    Project,
    Task,
}

/// Maximum length of a description, in characters.
const MAX_DESCRIPTION: usize = 10_000;
/// Maximum size of the body of a description, in bytes.
const MAX_DESCRIPTION_BODY: usize = 64 * 1024;

pub(in crate::ditio::core) fn routes() -> Routes<Core> {
    let project = owner_routes::<true>(
        "/api/v4/integration/projects/{id}/documents",
        "/api/v4/integration/projects/{id}/documents/{file}",
    )
    .route("/api/v4/integration/projects/{id}/documents/description", put(describe));
    // Older paths of the same operations.
    let old_project = owner_routes::<true>(
        "/api/v4/integration/projects/{id}/files",
        "/api/v4/integration/projects/{id}/files/{file}",
    );
    let task = owner_routes::<false>(
        "/api/v4/integration/tasks/{id}/documents",
        "/api/v4/integration/tasks/{id}/documents/{file}",
    );
    let old_task =
        owner_routes::<false>("/api/v4/integration/tasks/{id}/files", "/api/v4/integration/tasks/{id}/files/{file}");
    project
        .merge(old_project)
        .merge(task)
        .merge(old_task)
        .route("/api/file/{file}", get(files::stream).delete(files::delete))
        .route("/api/filereference/{file}", delete(files::delete))
}

fn owner_routes<const PROJECT: bool>(folder: &'static str, file: &'static str) -> Routes<Core> {
    Routes::new()
        .route(folder, post(upload::upload::<PROJECT>).get(list::<PROJECT>))
        .route(file, get(download::<PROJECT>).delete(remove::<PROJECT>))
}

impl Owner {
    fn new(is_project: bool) -> Self {
        if is_project { Self::Project } else { Self::Task }
    }

    /// Returns the default section; a 404 if the owner is missing or foreign.
    fn default_section(self, data: &Data, id: &str) -> Result<String, ApiError> {
        match self {
            Self::Project => projects::visible(data, id).map(|_| "Documents".to_owned()),
            Self::Task => tasks::visible(data, id).map(|task| {
                let title = format!("{} {}", text(task, "externalId"), text(task, "workDescriptionShort"));
                title.trim().to_owned()
            }),
        }
    }

    /// Returns the external id of a page, or of the folder without a section.
    fn external_id(self, id: &str, section: Option<&str>) -> String {
        let kind = match self {
            Self::Project => "int-projdocs",
            Self::Task => "int-taskdocs",
        };
        section.map_or_else(|| format!("{kind}:{id}"), |section| format!("{kind}:{id}:{}", section.to_lowercase()))
    }
}

impl Documents {
    /// Removes the documents of an owner.
    pub(in crate::ditio::core) fn remove_owner(&mut self, owner: &str) {
        self.folders.remove(owner);
        self.owners.retain(|_, file_owner| file_owner != owner);
    }

    fn file(&self, owner: &str, id: &str) -> Option<&File> {
        self.folders.get(owner)?.pages.iter().flat_map(|page| &page.files).find(|file| file.id == id)
    }

    fn remove_file(&mut self, id: &str) -> Option<()> {
        let owner = self.owners.remove(id)?;
        for page in &mut self.folders.get_mut(&owner)?.pages {
            page.files.retain(|file| file.id != id);
        }
        Some(())
    }
}

impl Folder {
    fn page(&mut self, owner: Owner, id: &str, section: &str) -> &mut Page {
        let external_id = owner.external_id(id, Some(section));
        let index = self.pages.iter().position(|page| page.external_id == external_id).unwrap_or_else(|| {
            self.pages.push(Page { section: section.to_owned(), external_id, description: None, files: Vec::new() });
            self.pages.len() - 1
        });
        &mut self.pages[index]
    }
}

async fn list<const PROJECT: bool>(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let data = core.data();
    Owner::new(PROJECT).default_section(&data, &id)?;
    let pages = data.documents.folders.get(&id).map(|folder| folder.pages.as_slice()).unwrap_or_default();
    let view = pages.iter().map(
        |page| json!({ "section": page.section, "pageExternalId": page.external_id, "files": file_references(&page.files) }),
    );
    Ok(Json(view.collect()))
}

/// Returns the references to files that a page lists.
fn file_references(files: &[File]) -> Value {
    files.iter().map(|file| json!({ "fileReferenceId": file.id, "name": file.name })).collect()
}

async fn download<const PROJECT: bool>(
    State(core): State<Core>,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let data = core.data();
    Owner::new(PROJECT).default_section(&data, &id)?;
    let file = data.documents.file(&id, &file).ok_or_else(ApiError::not_found)?;
    Ok(files::response(file, "application/octet-stream", "attachment"))
}

async fn remove<const PROJECT: bool>(
    State(core): State<Core>,
    Path((id, file)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let mut data = core.data();
    Owner::new(PROJECT).default_section(&data, &id)?;
    data.documents.file(&id, &file).ok_or_else(ApiError::not_found)?;
    data.documents.remove_file(&file);
    Ok(StatusCode::NO_CONTENT)
}

/// Sets the description of the folder, or of one page with `section`. Both exist after the first upload only.
async fn describe(
    State(core): State<Core>,
    Path(id): Path<String>,
    query: Query,
    Body(body): Body,
) -> Result<Json<Value>, ApiError> {
    let members = body.as_object().ok_or_else(|| ApiError::field("$", "The body has to be a JSON object."))?;
    let value = members.iter().find(|(name, _)| name.eq_ignore_ascii_case("description")).map(|(_, value)| value);
    let description = match value {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.is_empty() => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => return Err(ApiError::field("description", "The value of description is not valid.")),
    };
    let length = description.as_ref().map_or(0, |text| text.chars().count());
    if length > MAX_DESCRIPTION || body.to_string().len() > MAX_DESCRIPTION_BODY {
        return Err(ApiError::field("description", "The description is too long: 10,000 characters at most."));
    }
    let mut data = core.data();
    let project = projects::visible(&data, &id)?;
    let title = [text(project, "name"), text(project, "projectNumber")].into_iter().find(|text| !text.is_empty());
    let title = title.unwrap_or_default().to_owned();
    let folder = data.documents.folders.get_mut(&id).ok_or_else(ApiError::not_found)?;
    let section = query.non_blank("section");
    let external_id = Owner::Project.external_id(&id, section);
    let title = if section.is_some() {
        let page = folder.pages.iter_mut().find(|page| page.external_id == external_id);
        let page = page.ok_or_else(ApiError::not_found)?;
        page.description.clone_from(&description);
        page.section.clone()
    } else {
        folder.description.clone_from(&description);
        title
    };
    Ok(Json(json!({ "externalId": external_id, "title": title, "description": description })))
}
