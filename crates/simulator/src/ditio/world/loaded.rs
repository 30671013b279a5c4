//! Projects, machines and employees of a world, which replace the seeded ones.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{COMPANIES, Company};

/// An entry: the members of the API's create request, and optional ids.
pub(crate) type Entry = Map<String, Value>;

/// The section of a world. An absent list leaves the seeded data.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Loaded {
    pub(crate) projects: Option<Vec<Entry>>,
    pub(crate) machines: Option<Vec<Entry>>,
    pub(crate) employees: Option<Vec<Entry>>,
}

/// Returns the company of an entry: the client's own unless it has a `companyId`.
pub(super) fn company(entry: &Entry) -> Company {
    let id = entry.get("companyId").and_then(Value::as_str);
    id.and_then(|id| COMPANIES.into_iter().find(|company| company.id == id)).unwrap_or(COMPANIES[0])
}

/// Returns the entries with those of the client's own company first, as in the seeded data.
pub(super) fn by_company(entries: &[Entry]) -> Vec<&Entry> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by_key(|entry| COMPANIES.iter().position(|known| known.id == company(entry).id));
    sorted
}

/// Returns a text; `None` if it is absent or null.
pub(super) fn text(entry: &Entry, name: &str) -> Option<String> {
    match entry.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns a text, or a text created from the next id.
pub(super) fn text_or(entry: &Entry, name: &str, default: impl FnOnce() -> String) -> String {
    text(entry, name).unwrap_or_else(default)
}

/// Returns a whole number; 0 if it is absent.
pub(super) fn integer(entry: &Entry, name: &str) -> u64 {
    let value = entry.get(name);
    value.and_then(Value::as_u64).or_else(|| value?.as_str()?.parse().ok()).unwrap_or_default()
}
