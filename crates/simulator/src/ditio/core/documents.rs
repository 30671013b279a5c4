//! Documents of projects and work orders: a folder per owner, a page per section, files on the pages.

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

use super::body::Body;
use super::problem::Problem;
use super::record::text;
use super::state::{Core, Data};
use super::{projects, tasks};
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

/// What hangs on one project or work order.
#[derive(Default)]
struct Folder {
    description: Option<String>,
    pages: Vec<Page>,
}

/// Every folder, and where each file is.
#[derive(Default)]
pub(super) struct Documents {
    folders: HashMap<String, Folder>,
    owners: HashMap<String, String>,
}

/// What a document hangs on.
#[derive(Clone, Copy)]
enum Owner {
    Project,
    Task,
}

/// Longer descriptions are refused, in characters.
const MAX_DESCRIPTION: usize = 10_000;
/// And so are longer bodies around them, in bytes.
const MAX_DESCRIPTION_BODY: usize = 64 * 1024;

pub(super) fn routes() -> Routes<Core> {
    let project = owner_routes::<true>(
        "/api/v4/integration/projects/{id}/documents",
        "/api/v4/integration/projects/{id}/documents/{file}",
    )
    .route("/api/v4/integration/projects/{id}/documents/description", put(describe));
    // The older names of the same feature.
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
    fn of(is_project: bool) -> Self {
        if is_project { Self::Project } else { Self::Task }
    }

    /// The section that is meant when none is named; fails when the owner is not there.
    fn default_section(self, data: &Data, id: &str) -> Result<String, Problem> {
        match self {
            Self::Project => projects::visible(data, id).map(|_| "Documents".to_owned()),
            Self::Task => tasks::visible(data, id).map(|task| {
                let title = format!("{} {}", text(task, "externalId"), text(task, "workDescriptionShort"));
                title.trim().to_owned()
            }),
        }
    }

    /// The name that a page or a folder has outside.
    fn external_id(self, id: &str, section: Option<&str>) -> String {
        let kind = match self {
            Self::Project => "int-projdocs",
            Self::Task => "int-taskdocs",
        };
        section.map_or_else(|| format!("{kind}:{id}"), |section| format!("{kind}:{id}:{}", section.to_lowercase()))
    }
}

impl Documents {
    /// Drops everything that hangs on an owner.
    pub(super) fn forget_owner(&mut self, owner: &str) {
        self.folders.remove(owner);
        self.owners.retain(|_, of| of != owner);
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
        let at = self.pages.iter().position(|page| page.external_id == external_id).unwrap_or_else(|| {
            self.pages.push(Page { section: section.to_owned(), external_id, description: None, files: Vec::new() });
            self.pages.len() - 1
        });
        &mut self.pages[at]
    }
}

async fn list<const PROJECT: bool>(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let data = core.data();
    Owner::of(PROJECT).default_section(&data, &id)?;
    let pages = data.documents.folders.get(&id).map(|folder| folder.pages.as_slice()).unwrap_or_default();
    let shown = pages.iter().map(
        |page| json!({ "section": page.section, "pageExternalId": page.external_id, "files": references(&page.files) }),
    );
    Ok(Json(shown.collect()))
}

/// Files as pages list them.
fn references(files: &[File]) -> Value {
    files.iter().map(|file| json!({ "fileReferenceId": file.id, "name": file.name })).collect()
}

async fn download<const PROJECT: bool>(
    State(core): State<Core>,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let data = core.data();
    Owner::of(PROJECT).default_section(&data, &id)?;
    let file = data.documents.file(&id, &file).ok_or_else(Problem::not_found)?;
    Ok(files::response(file, "application/octet-stream", "attachment"))
}

async fn remove<const PROJECT: bool>(
    State(core): State<Core>,
    Path((id, file)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let mut data = core.data();
    Owner::of(PROJECT).default_section(&data, &id)?;
    data.documents.file(&id, &file).ok_or_else(Problem::not_found)?;
    data.documents.remove_file(&file);
    Ok(StatusCode::NO_CONTENT)
}

/// Describes the folder, or with `section` one page; neither exists before the first upload.
async fn describe(
    State(core): State<Core>,
    Path(id): Path<String>,
    query: Query,
    Body(body): Body,
) -> Result<Json<Value>, Problem> {
    let members = body.as_object().ok_or_else(|| Problem::field("$", "The body has to be a JSON object."))?;
    let sent = members.iter().find(|(name, _)| name.eq_ignore_ascii_case("description")).map(|(_, value)| value);
    let description = match sent {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.is_empty() => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => return Err(Problem::field("description", "The value of description is not valid.")),
    };
    let length = description.as_ref().map_or(0, |text| text.chars().count());
    if length > MAX_DESCRIPTION || body.to_string().len() > MAX_DESCRIPTION_BODY {
        return Err(Problem::field("description", "The description is too long: 10,000 characters at most."));
    }
    let mut data = core.data();
    let project = projects::visible(&data, &id)?;
    let title = [text(project, "name"), text(project, "projectNumber")].into_iter().find(|text| !text.is_empty());
    let title = title.unwrap_or_default().to_owned();
    let folder = data.documents.folders.get_mut(&id).ok_or_else(Problem::not_found)?;
    let section = query.non_blank("section");
    let external_id = Owner::Project.external_id(&id, section);
    let title = if section.is_some() {
        let page = folder.pages.iter_mut().find(|page| page.external_id == external_id);
        let page = page.ok_or_else(Problem::not_found)?;
        page.description.clone_from(&description);
        page.section.clone()
    } else {
        folder.description.clone_from(&description);
        title
    };
    Ok(Json(json!({ "externalId": external_id, "title": title, "description": description })))
}
