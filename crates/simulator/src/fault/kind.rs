//! Kinds of fault.

use serde::{Deserialize, Serialize};

/// The failure of a fault, with its parameters. Member names are those of the control API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Kind {
    Status {
        status: u16,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
        /// Seconds after the real time of the response.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_date: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    Delay,
    Drip {
        bytes: usize,
        pause_ms: u64,
    },
    ResetBefore,
    ResetAfter,
    Truncated,
    Html {
        status: u16,
    },
    ContentType {
        value: String,
    },
    DuplicateHeader {
        name: String,
        value: String,
    },
    Oversized {
        bytes: u64,
    },
    EmptyBody,
}

/// Names of the kinds in the control API, with their members.
pub(super) const KINDS: [(&str, &[&str]); 11] = [
    ("status", &["status", "retryAfter", "retryAfterDate", "body"]),
    ("html", &["status"]),
    ("delay", &[]),
    ("drip", &["bytes", "pauseMs"]),
    ("resetBefore", &[]),
    ("resetAfter", &[]),
    ("truncated", &[]),
    ("contentType", &["value"]),
    ("duplicateHeader", &["name", "value"]),
    ("oversized", &["bytes"]),
    ("emptyBody", &[]),
];

impl Kind {
    /// Returns the name in the control API and in the request log.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Delay => "delay",
            Self::Drip { .. } => "drip",
            Self::ResetBefore => "resetBefore",
            Self::ResetAfter => "resetAfter",
            Self::Truncated => "truncated",
            Self::Html { .. } => "html",
            Self::ContentType { .. } => "contentType",
            Self::DuplicateHeader { .. } => "duplicateHeader",
            Self::Oversized { .. } => "oversized",
            Self::EmptyBody => "emptyBody",
        }
    }
}
