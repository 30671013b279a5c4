//! Paging of listings, described by `x-keyfob-paging`.

use crate::yaml::{Yaml, YamlExt};

/// The parameters and fields by which a listing is paged; names are those on the wire.
#[derive(Debug)]
pub(crate) struct Paging {
    pub(crate) scheme: Scheme,
    /// Field of the response with the page's rows; `None` if the response is the list of rows.
    pub(crate) items: Option<String>,
    /// Query parameter that selects the page.
    pub(crate) parameter: String,
    /// Field of the response with the cursor of the next page.
    pub(crate) cursor: Option<String>,
    /// Query parameter with the number of rows per page.
    pub(crate) size: Option<String>,
    /// Field of the response with the number of rows in all pages.
    pub(crate) total: Option<String>,
}

/// Method of selecting a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Cursor,
    /// Pages are numbered from `first`.
    Page {
        first: i64,
    },
    Offset,
}

impl Scheme {
    /// Returns the name of the scheme in specifications.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cursor => "cursor",
            Self::Page { .. } => "page",
            Self::Offset => "offset",
        }
    }
}

/// Reads `x-keyfob-paging`.
pub(crate) fn read(node: &Yaml) -> Paging {
    let text = |key: &str| node.text(key).map(str::to_owned);
    let scheme = match node.text("scheme") {
        Some("cursor") => Scheme::Cursor,
        Some("page") => Scheme::Page { first: node.get("first").and_then(Yaml::as_i64).unwrap_or(1) },
        _ => Scheme::Offset,
    };
    Paging {
        scheme,
        items: text("items"),
        parameter: text("parameter").unwrap_or_default(),
        cursor: text("cursor"),
        size: text("size"),
        total: text("total"),
    }
}
