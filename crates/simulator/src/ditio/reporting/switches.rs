//! Behaviour that is rare or differs between environments, controlled by tests.

use serde::{Deserialize, Serialize};

/// Behaviour of the reporting API that the vendor's documentation leaves open or mentions as possible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "the switches are independent")]
pub struct DitioSwitches {
    /// Sends an empty page (`data` null, with a continuation token) before each page but the first.
    pub empty_pages: bool,
    /// Repeats the deletions at the end of a page on the next page.
    pub repeated_deletions: bool,
    /// Treats the client's user as an administrator. If false, four tables respond with 403.
    pub administrator: bool,
    /// Serves the crew list. If false, it responds with 404.
    pub crew_list: bool,
    /// Limits machine registrations to windows of 7 days, and to changes of the last 3 days without a window. The vendor's
    /// request collection has these limits, its other documents do not.
    pub strict_machine_registrations: bool,
    /// Status for a token without the scope: 401 or 403.
    pub missing_scope_status: u16,
}

impl Default for DitioSwitches {
    fn default() -> Self {
        Self {
            empty_pages: false,
            repeated_deletions: false,
            administrator: true,
            crew_list: true,
            strict_machine_registrations: false,
            missing_scope_status: 401,
        }
    }
}
