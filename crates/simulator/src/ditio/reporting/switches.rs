//! Behaviour that depends on the environment or is rare: set by tests.

use serde::{Deserialize, Serialize};

/// How the reporting API behaves; what the documentation leaves open or calls possible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "switches that have nothing to do with each other")]
pub struct DitioSwitches {
    /// Each page but the first is preceded by an empty one, `data` null, with a token to go on.
    pub empty_pages: bool,
    /// The deletions at the end of a page come again on the next one.
    pub repeated_deletions: bool,
    /// The user behind the client is an administrator; else four tables answer 403.
    pub administrator: bool,
    /// The crew list is rolled out; else 404.
    pub crew_list: bool,
    /// What a token without the scope gets: 401, or 403.
    pub missing_scope_status: u16,
}

impl Default for DitioSwitches {
    fn default() -> Self {
        Self {
            empty_pages: false,
            repeated_deletions: false,
            administrator: true,
            crew_list: true,
            missing_scope_status: 401,
        }
    }
}
