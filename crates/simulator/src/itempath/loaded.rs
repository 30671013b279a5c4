//! Storage units, bins and roles of a world, which replace the seeded ones.

use serde::Deserialize;

use crate::control::{known_members, not_empty};
use crate::itempath::body;
use crate::itempath::resources::storage::{BINS, STORAGE_UNITS};
use crate::itempath::schema::Resource;
use crate::itempath::seed::storage::WAREHOUSES;
use crate::itempath::store::Store;
use crate::itempath::store::row::{Row, text};

/// The section of a world. An absent list leaves the seeded data.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Loaded {
    storage_units: Option<Vec<Row>>,
    bins: Option<Vec<Row>>,
    roles: Option<Vec<Role>>,
}

/// A role of users.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    pub(super) id: String,
    pub(super) name: String,
}

impl Loaded {
    /// Returns the storage units, as rows of the table without `warehouseId`, and the indexes of their warehouses.
    pub(super) fn storage_units(&self) -> Option<Vec<(Row, usize)>> {
        let rows = decoded(&STORAGE_UNITS, self.storage_units.as_ref()?);
        let with_warehouse = |mut row: Row| {
            let warehouse = row.remove("warehouse").unwrap_or_default();
            (row, WAREHOUSES.iter().position(|name| warehouse == *name).unwrap_or_default())
        };
        Some(rows.into_iter().map(with_warehouse).collect())
    }

    /// Returns the roles, that of administrators first.
    pub(super) fn roles(&self) -> Option<Vec<Role>> {
        let upper_case = |role: &Role| Role { id: role.id.to_uppercase(), name: role.name.clone() };
        Some(self.roles.as_ref()?.iter().map(upper_case).collect())
    }

    /// Returns the bins, as rows of the table.
    pub(super) fn bins(&self) -> Option<Vec<Row>> {
        Some(decoded(&BINS, self.bins.as_ref()?))
    }
}

/// Checks a section.
pub(crate) fn check(loaded: &Loaded) -> Result<(), String> {
    if let Some(roles) = &loaded.roles {
        not_empty("itempath.roles", roles)?;
    }
    for (name, resource, entries) in
        [("storageUnits", &STORAGE_UNITS, &loaded.storage_units), ("bins", &BINS, &loaded.bins)]
    {
        let Some(entries) = entries else { continue };
        not_empty(&format!("itempath.{name}"), entries)?;
        let mut names = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let at = format!("itempath.{name}[{index}]");
            check_entry(&at, resource, entry)?;
            for member in ["name", "id"] {
                let value = (member, text(entry, member).to_uppercase());
                if !value.1.is_empty() && names.contains(&value) {
                    return Err(format!("`{at}.{member}` is the {member} of another entry"));
                }
                names.push(value);
            }
        }
    }
    Ok(())
}

fn check_entry(at: &str, resource: &'static Resource, entry: &Row) -> Result<(), String> {
    let is_unit = resource.path == STORAGE_UNITS.path;
    let fields = resource.fields.iter().map(|field| field.name).filter(|name| *name != "warehouseId");
    let known: Vec<&str> = fields.chain(is_unit.then_some("warehouse")).collect();
    known_members(entry, &known, &format!("`{at}`"))?;
    if text(entry, "name").is_empty() {
        return Err(format!("`{at}` has no `name`: it is required"));
    }
    if is_unit && entry.get("warehouse").is_some_and(|name| !WAREHOUSES.iter().any(|known| name == known)) {
        return Err(format!("`{at}.warehouse` is unknown: the warehouses are {}", WAREHOUSES.join(", ")));
    }
    let store = Store::new(0);
    for field in resource.fields {
        let Some(value) = entry.get(field.name) else { continue };
        body::decode_value(field, &store, value).map_err(|message| format!("`{at}.{}`: {message}", field.name))?;
    }
    Ok(())
}

/// Converts the values of checked entries to the stored form.
fn decoded(resource: &'static Resource, entries: &[Row]) -> Vec<Row> {
    let store = Store::new(0);
    let row = |entry: &Row| {
        let members = entry.iter().map(|(name, value)| {
            let stored = resource.field(name).and_then(|field| body::decode_value(field, &store, value).ok());
            (name.clone(), stored.unwrap_or_else(|| value.clone()))
        });
        members.collect()
    };
    entries.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn check_error(section: Value, expected: &str) {
        let loaded: Loaded = serde_json::from_value(section).unwrap();
        let error = check(&loaded).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn an_invalid_entry_is_refused_by_its_position() {
        check_error(json!({ "bins": [] }), "`itempath.bins` must not be empty");
        check_error(
            json!({ "bins": [{ "name": "A" }, { "label": "B" }] }),
            "unknown member `label`: the members of `itempath.bins[1]`",
        );
        check_error(json!({ "bins": [{ "name": "A", "depth": "deep" }] }), "`itempath.bins[0].depth`");
        check_error(
            json!({ "bins": [{ "name": "A" }, { "name": "a" }] }),
            "`itempath.bins[1].name` is the name of another",
        );
        check_error(
            json!({ "storageUnits": [{ "name": "A", "warehouse": "Lager" }] }),
            "the warehouses are Hauptlager Köln",
        );
    }
}
