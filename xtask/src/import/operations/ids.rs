//! Operation ids: those of the document in lower camel case, and derived ones where it has none.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToLowerCamelCase;

use crate::codegen::naming::{RESERVED_OPERATIONS, snake};
use crate::import::pointer;
use crate::import::report::Effect;
use crate::import::types::{Types, singular};
use crate::yaml::{Yaml, YamlExt};

/// Words of a path that say nothing about its resource.
const PREFIXES: [&str; 3] = ["api", "rest", "public"];

/// The ids in use.
pub(super) struct Ids {
    taken: BTreeSet<String>,
    /// Number of operations with each id that frameworks derive from a function.
    functions: BTreeMap<String, usize>,
}

impl Ids {
    pub(super) fn new(document: &Yaml) -> Self {
        let mut functions = BTreeMap::new();
        for (path, item) in document.pairs("paths") {
            let Some(item) = pointer::resolve(document, item) else { continue };
            for (method, node) in item.entries() {
                if let Some(id) = node.text("operationId") {
                    *functions.entry(snake(&camel(function(id, method, path)))).or_default() += 1;
                }
            }
        }
        Self { taken: BTreeSet::new(), functions }
    }

    /// Returns the id of an operation.
    pub(super) fn next(
        &mut self,
        method: &str,
        path: &str,
        node: &Yaml,
        subject: &str,
        types: &mut Types<'_>,
    ) -> String {
        let given = node.text("operationId").map(str::trim).filter(|id| !camel(id).is_empty());
        let id = match given {
            None => {
                let id = derived(method, path);
                types.report.push(
                    Effect::Proposed,
                    subject,
                    format!("the operation id {id}, which the document does not have"),
                );
                id
            }
            Some(id) => {
                let short = camel(function(id, method, path));
                if self.functions.get(&snake(&short)) == Some(&1) { short } else { camel(id) }
            }
        };
        let id = if id.starts_with(|first: char| first.is_ascii_digit()) { format!("n{id}") } else { id };
        let full = format!("{id}{}", camel_tail(&by_parameters(path)));
        let numbered = (2..).map(|number| format!("{id}{number}"));
        let free = |id: &String| {
            !id.is_empty() && !RESERVED_OPERATIONS.contains(&snake(id).as_str()) && !self.taken.contains(&snake(id))
        };
        let verb = format!("{}{}", method.to_lowercase(), camel_tail(&id));
        let chosen = [id.clone(), verb, full].into_iter().chain(numbered).find(free).unwrap_or_default();
        // Only the case and the separators of most ids change, which loses nothing.
        if given.is_some_and(|given| snake(given) != snake(&chosen)) {
            types.report.push(
                Effect::Changed,
                subject,
                format!("the operation id {} becomes {chosen}", given.unwrap_or_default()),
            );
        }
        self.taken.insert(snake(&chosen));
        chosen
    }
}

/// Returns text in lower camel case, of ASCII letters and digits.
pub(crate) fn camel(text: &str) -> String {
    let words: String = text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { ' ' }).collect();
    words.to_lower_camel_case()
}

fn camel_tail(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// Returns the function from which a framework derives an operation id: `FastAPI` appends path and method, `NestJS`
/// prepends the controller.
fn function<'i>(id: &'i str, method: &str, path: &str) -> &'i str {
    let tail: String = path.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    if let Some(name) = id.strip_suffix(&format!("{tail}_{method}"))
        && !name.is_empty()
    {
        return name;
    }
    match id.split_once("Controller_") {
        Some((_, name)) if !name.is_empty() => name,
        _ => id,
    }
}

/// Returns the words of a path that are not parameters.
pub(super) fn words(path: &str) -> Vec<String> {
    let words = path.split('/').filter(|part| !part.is_empty() && !part.contains('{'));
    let words = words.filter(|part| {
        let version = part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
        !version
            && !PREFIXES.contains(&part.to_lowercase().as_str())
            && part.chars().any(|letter| letter.is_ascii_alphanumeric())
    });
    words.map(str::to_owned).collect()
}

/// Returns an id by method and path: `users`, `user`, `createUser`, `replaceUser`, `updateUser`, `deleteUser`.
fn derived(method: &str, path: &str) -> String {
    let words = words(path);
    let one = path.trim_end_matches('/').rsplit('/').next().is_some_and(|last| last.contains('{'));
    let Some((last, owners)) = words.split_last() else { return format!("{}Root", method.to_lowercase()) };
    let owners: String =
        owners.iter().map(|word| camel_tail(&camel(&singular(word).unwrap_or_else(|| word.clone())))).collect();
    let plural = singular(last);
    let single = camel_tail(&camel(plural.as_deref().unwrap_or(last)));
    let whole = camel_tail(&camel(last));
    let resource = |name: &str| format!("{owners}{name}");
    let verb = match method {
        "get" | "head" if one => return camel(&resource(&single)),
        "get" | "head" => return camel(&resource(&whole)),
        "post" if plural.is_none() && !one => return format!("{}{owners}", camel(last)),
        "post" => "create",
        "put" => "replace",
        "patch" => "update",
        _ => "delete",
    };
    let many = !one && method != "post";
    format!("{verb}{}", resource(if many { &whole } else { &single }))
}

/// Returns the parameters of a path as the end of an id.
fn by_parameters(path: &str) -> String {
    let names: String = path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .map(|name| camel_tail(&camel(name)))
        .collect();
    if names.is_empty() { "All".to_owned() } else { format!("By{names}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_derived_from_method_and_path() {
        for (method, path, id) in [
            ("get", "/api/v1/users", "users"),
            ("get", "/users/{id}", "user"),
            ("post", "/users", "createUser"),
            ("put", "/users/{id}", "replaceUser"),
            ("patch", "/users/{id}", "updateUser"),
            ("delete", "/users/{id}", "deleteUser"),
            ("delete", "/users", "deleteUsers"),
            ("get", "/users/{id}/blog-posts", "userBlogPosts"),
            ("post", "/users/{id}/activate", "activateUser"),
            ("get", "/", "getRoot"),
        ] {
            assert_eq!(derived(method, path), id, "{method} {path}");
        }
    }

    #[test]
    fn the_function_is_found_in_the_ids_of_frameworks() {
        assert_eq!(function("read_item_items__item_id__get", "get", "/items/{item_id}"), "read_item");
        assert_eq!(function("CatsController_findAll", "get", "/cats"), "findAll");
        assert_eq!(function("issues/list", "get", "/issues"), "issues/list");
    }
}
