//! What is known of an operation before it is called: constants written by codegen.

use std::fmt;

/// Describes one operation of an API; every generated builder has one as a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The API's name, for example `ditio-core`.
    pub api: &'static str,
    /// The operation's name: the name of the client's method.
    pub id: &'static str,
    /// One line that says what it does.
    pub summary: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path template, relative to the base URL, for example `/api/projects/{id}`. A parameter written `{+id}` may
    /// have slashes, which stay.
    pub path: &'static str,
    /// The names of the query parameters it takes, as on the wire.
    pub query: &'static [&'static str],
    /// Those of them that are lists in one value, with commas; several values of another one are sent one by one.
    pub comma_separated: &'static [&'static str],
    /// The names of the header parameters it takes.
    pub headers: &'static [&'static str],
    /// The query and header parameters that it has to be given; path parameters always have to be.
    pub required: &'static [&'static str],
    /// Query parameters with a fixed value, which tell it from its siblings on the same path.
    pub fixed_query: &'static [(&'static str, &'static str)],
    /// The media type of the request's body; empty if it has none.
    pub body: &'static str,
    /// Whether it has to be given a body.
    pub body_required: bool,
    /// Which of the API's hosts serves it; empty for APIs that have one.
    pub host: &'static str,
    /// Whether sending it twice does what sending it once does.
    pub idempotency: Idempotency,
    /// The OAuth scope it needs, where the API has scopes.
    pub scope: Option<&'static str>,
    /// How sure we are that the API behaves as described.
    pub confidence: Confidence,
    /// Where the description comes from.
    pub source: &'static str,
}

/// Whether an operation may be sent again when it is not known whether the first was processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// A second time changes nothing: reads, replacements, deletions, documented upserts.
    Idempotent,
    /// A second time could create, book or send twice.
    NotIdempotent,
}

/// How sure we are of an operation's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// The vendor documents it.
    Documented,
    /// It was seen in an example or in a real client's code.
    Example,
    /// It is deduced from its siblings; it may not exist.
    Inferred,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documented => "documented",
            Self::Example => "example",
            Self::Inferred => "inferred",
        })
    }
}
