//! Operations in the form of the specification.

mod bodies;
mod ids;
mod parameters;
mod responses;
mod security;
mod texts;

use super::pointer;
use super::report::Effect;
use super::types::Types;
use crate::yaml::{Map, Yaml, YamlExt, map};

pub(super) use self::ids::camel;
pub(super) use self::security::{credentials, normalize as normalize_security};
pub(super) use self::texts::one_line;

/// HTTP methods of operations that a client can send.
const METHODS: [&str; 6] = ["get", "put", "post", "delete", "patch", "head"];

/// Operations of a document.
#[derive(Default)]
pub(super) struct Operations {
    pub(super) paths: Map,
    /// Operations that are listed by name only.
    pub(super) known_only: Vec<Yaml>,
    /// Operations of the document, of every method.
    pub(super) found: usize,
}

/// Writes the operations; `doc` is the source of operations that do not name one.
pub(super) fn write(document: &Yaml, doc: &str, types: &mut Types<'_>) -> Operations {
    let mut operations = Operations::default();
    let mut ids = ids::Ids::new(document);
    let tagged = document
        .pairs("paths")
        .iter()
        .any(|(_, item)| item.entries().iter().any(|(_, operation)| !operation.list("tags").is_empty()));
    for (template, item) in document.pairs("paths") {
        if template.starts_with("x-") {
            continue;
        }
        let Some(item) = pointer::resolve(document, item) else {
            types.report.push(Effect::Removed, template, "the path item is a reference without a target");
            continue;
        };
        let path = parameters::path(template);
        if path.template != template {
            types.report.push(Effect::Changed, template, format!("the path becomes {}", path.template));
        }
        for (method, node) in item.entries() {
            let subject = format!("{} {}", method.to_uppercase(), path.template);
            if matches!(method, "options" | "trace") {
                operations.found += 1;
                operations.known_only(method, &path.template, doc, "A method that clients do not send.");
                types.report.push(Effect::Removed, subject, "clients do not send this method");
                continue;
            }
            if !METHODS.contains(&method) || !node.is_mapping() {
                continue;
            }
            operations.found += 1;
            if node.get("x-dropshot-websocket").is_some() || responses::is_websocket(node) {
                operations.known_only(method, &path.template, doc, "A WebSocket.");
                types.report.push(Effect::Removed, subject, "a WebSocket is not a request with a response");
                continue;
            }
            let duplicate = operations.paths.get(path.template.as_str()).is_some_and(|item| item.get(method).is_some());
            if duplicate {
                types.report.push(Effect::Removed, subject, "another operation has this method and path");
                continue;
            }
            let id = ids.next(method, template, node, &subject, types);
            let operation = operation(
                document,
                types,
                &Context { subject: &subject, id: &id, method, item, path: &path, doc, tagged },
                node,
                method,
            );
            let entry = operations.paths.entry(path.template.as_str().into()).or_insert_with(|| map([]));
            entry.set(method, operation);
        }
    }
    operations
}

impl Operations {
    fn known_only(&mut self, method: &str, path: &str, doc: &str, note: &str) {
        self.known_only.push(map([
            ("method", method.to_uppercase().into()),
            ("path", path.into()),
            ("doc", doc.into()),
            ("note", note.into()),
        ]));
    }
}

/// Position of an operation.
struct Context<'a> {
    subject: &'a str,
    id: &'a str,
    method: &'a str,
    item: &'a Yaml,
    path: &'a parameters::Path,
    /// Source of the operation if it does not name one.
    doc: &'a str,
    /// Some operation of the document has a tag.
    tagged: bool,
}

fn operation(document: &Yaml, types: &mut Types<'_>, context: &Context<'_>, node: &Yaml, method: &str) -> Yaml {
    let mut operation = map([("operationId", context.id.into())]);
    if let Some(tag) = tag(node, context) {
        operation.set("tags", vec![Yaml::from(tag)]);
    }
    let (summary, description) = texts::of(node, context.subject);
    operation.set("summary", summary);
    if let Some(description) = description {
        operation.set("description", description);
    }
    if node.flag("deprecated") {
        operation.set("deprecated", true);
    }
    let link = node.at(&["externalDocs", "url"]).and_then(Yaml::as_str).filter(|url| url.starts_with("http"));
    let source = map([("doc", link.unwrap_or(context.doc).into()), ("confidence", "documented".into())]);
    operation.set("x-keyfob-source", source);
    for (key, value) in node.entries() {
        let known = ["x-keyfob-source", "x-keyfob-scope", "x-keyfob-retry", "x-keyfob-paging", "x-keyfob-variants"];
        if known.contains(&key) {
            operation.set(key, value.clone());
        }
    }
    if let Some(security) = node.get("security") {
        operation.set("security", security.clone());
    }
    if let Some(servers) = node.get("servers").or(context.item.get("servers")) {
        operation.set("servers", servers.clone());
    }
    let parameters = parameters::write(document, types, context, node);
    if !parameters.is_empty() {
        operation.set("parameters", parameters);
    }
    if let Some(body) = node.get("requestBody") {
        if matches!(method, "get" | "head") {
            types.report.push(
                Effect::Removed,
                context.subject,
                format!("the body of a {} request", method.to_uppercase()),
            );
        } else if let Some(body) = bodies::write(document, types, context, body) {
            operation.set("requestBody", body);
        }
    }
    operation.set("responses", responses::write(document, types, context, node));
    for (name, _) in node.pairs("callbacks") {
        types.report.push(Effect::Removed, context.subject, format!("the callback {name}"));
    }
    operation
}

/// Returns the resource of an operation: its first tag, or in a document without tags the first word of its path.
fn tag(node: &Yaml, context: &Context<'_>) -> Option<String> {
    if let Some(tag) = node.list("tags").iter().find_map(Yaml::as_str) {
        return Some(tag.trim().to_owned()).filter(|tag| !tag.is_empty());
    }
    if context.tagged {
        return None;
    }
    ids::words(&context.path.template).into_iter().next().map(|word| word.to_lowercase())
}
