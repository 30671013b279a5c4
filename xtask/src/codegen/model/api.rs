//! An API: its title, its resources and its operations.

use crate::codegen::model::notes::Notes;
use crate::codegen::model::operation::{self, Operation};
use crate::codegen::model::reader::Reader;
use crate::codegen::model::response;
use crate::codegen::model::schema::Schema;
use crate::codegen::model::variants;
use crate::yaml::{Yaml, YamlExt};

/// An API.
#[derive(Debug)]
pub(crate) struct Api {
    /// Name of the folder in `specs`, of the feature and of the crate after the prefix `keyfob-`.
    pub(crate) name: String,
    pub(crate) title: String,
    /// Day on which the vendor's sources were read.
    pub(crate) version: String,
    pub(crate) description: String,
    /// Groups of operations, in the order of the document's `tags`.
    pub(crate) resources: Vec<Resource>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) known_only: Vec<KnownOnly>,
    /// Types of bodies and responses.
    pub(crate) schemas: Vec<Schema>,
    /// Facts of the specification that the generated code does not have.
    pub(crate) notes: Notes,
}

/// A group of operations: one of the document's `tags`.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) description: String,
}

/// An operation whose description is too incomplete to generate a method.
#[derive(Debug)]
pub(crate) struct KnownOnly {
    pub(crate) http_method: String,
    pub(crate) path: String,
    /// Source that mentions the operation.
    pub(crate) source: String,
    pub(crate) note: String,
}

/// A resource and its operations; `None` has the operations without a resource.
pub(crate) type Group<'a, T> = (Option<&'a Resource>, Vec<&'a T>);

impl Api {
    /// Groups `items`, one for each operation, by resource: in the order of the resources, then those without one.
    pub(crate) fn groups<'a, T>(&'a self, items: &'a [T], operation: impl Fn(&T) -> &Operation) -> Vec<Group<'a, T>> {
        let resource = |item: &T| {
            let name = &operation(item).resource;
            self.resources.iter().position(|resource| resource.name == *name)
        };
        let all = self.resources.iter().enumerate().map(|(index, resource)| (Some(index), Some(resource)));
        let groups = all
            .chain([(None, None)])
            .map(|(index, found)| (found, items.iter().filter(|item| resource(item) == index).collect::<Vec<_>>()));
        groups.filter(|(_, items)| !items.is_empty()).collect()
    }
}

/// Reads an API from a document that [`check`](crate::codegen::check::check) has accepted.
pub(crate) fn read(name: &str, document: &Yaml) -> Api {
    let info = |key: &str| document.at(&["info", key]).and_then(Yaml::as_str).unwrap_or_default().trim().to_owned();
    let trimmed = |node: &Yaml, key: &str| node.text(key).unwrap_or_default().trim().to_owned();
    let resources = document.list("tags").iter();
    let known_only = document.list("x-keyfob-known-only").iter();
    let mut notes = Notes::default();
    let expanded = variants::expand(document, &mut notes);
    let mut reader = Reader::new(document, notes);
    let operations: Vec<Operation> = expanded.iter().map(|one| operation::read(&mut reader, one)).collect();
    let (schemas, mut notes) = reader.finish();
    let is_error = |status: &&response::Status| !status.is_success();
    let errors: usize = operations.iter().map(|one| one.statuses.iter().filter(is_error).count()).sum();
    if errors > 0 {
        notes.push(format!(
            "{errors} error responses are decoded by the runtime; the success stands for every 2xx status"
        ));
    }
    Api {
        name: name.to_owned(),
        title: info("title"),
        version: info("version"),
        description: info("description"),
        resources: resources
            .map(|tag| Resource { name: trimmed(tag, "name"), description: trimmed(tag, "description") })
            .collect(),
        operations,
        known_only: known_only
            .map(|entry| KnownOnly {
                http_method: trimmed(entry, "method"),
                path: trimmed(entry, "path"),
                source: trimmed(entry, "doc"),
                note: trimmed(entry, "note"),
            })
            .collect(),
        schemas,
        notes,
    }
}
