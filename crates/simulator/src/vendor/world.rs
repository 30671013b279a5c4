//! Data of a tenant that replace seeded data.

use std::str::FromStr;

use serde::Deserialize;
use serde_json::Value;

use crate::bits;
use crate::ditio;
use crate::itempath;
use crate::state::SharedState;

/// Members of a world, for the description of the control API.
pub(crate) const WORLD_SECTIONS: &[(&str, &str)] = &[
    ("ditio", "object with the arrays projects, machines, employees"),
    ("bits", "object with the array workflows"),
    ("itempath", "object with the arrays storageUnits, bins, roles"),
];

/// Data of a tenant that replace the seeded data of the same kind, such as the projects of an integration's own tests.
///
/// A world is parsed from JSON; the README describes its members. The default world is empty and leaves the seeded data.
///
/// ```
/// use keyfob_simulator::World;
///
/// let world: World = r#"{"ditio": {"machines": [{"machineNumber": "M-001", "name": "Volvo EC220E"}]}}"#.parse()?;
/// let error = r#"{"ditio": {"trucks": []}}"#.parse::<World>().unwrap_err();
/// assert!(error.starts_with("unknown field `trucks`, expected one of `projects`, `machines`, `employees`"));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct World {
    /// JSON that the world was parsed from; null for the default world.
    source: Value,
    sections: Sections,
}

/// The data of each vendor.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Sections {
    ditio: ditio::world::loaded::Loaded,
    bits: bits::loaded::Loaded,
    itempath: itempath::loaded::Loaded,
}

impl World {
    /// Stores the data of each vendor in the shared state, from which new routers read them.
    pub(crate) fn install(&self, shared: &SharedState) {
        let sections = self.sections.clone();
        shared.extensions.insert(sections.ditio.into());
        shared.extensions.insert(sections.bits.into());
        shared.extensions.insert(sections.itempath.into());
    }

    /// Returns the JSON that the world was parsed from, or an empty object.
    pub(crate) fn to_json(&self) -> Value {
        if self.source.is_null() { Value::Object(serde_json::Map::new()) } else { self.source.clone() }
    }
}

impl FromStr for World {
    type Err = String;

    /// Parses and checks a world. The error names the invalid entry, and the known members if one is unknown.
    fn from_str(json: &str) -> Result<Self, String> {
        let sections: Sections = serde_json::from_str(json).map_err(|error| error.to_string())?;
        ditio::core::loaded::check(&sections.ditio)?;
        bits::loaded::check(&sections.bits)?;
        itempath::loaded::check(&sections.itempath)?;
        let source = serde_json::from_str(json).map_err(|error| error.to_string())?;
        Ok(Self { source, sections })
    }
}
