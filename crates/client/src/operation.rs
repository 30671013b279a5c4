//! Descriptions of operations: constants in generated code.

use std::fmt;

/// Description of one operation of an API; every generated builder has one as a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Name of the API, for example `ditio-core`.
    pub api: &'static str,
    /// Name of the operation, which is also the name of the client's method.
    pub id: &'static str,
    /// Summary of the operation, in one line.
    pub summary: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// Path template relative to the base URL, for example `/api/projects/{id}`. The value of a parameter written as
    /// `{+id}` may contain slashes, which are not percent-encoded.
    pub path: &'static str,
    /// Names of the query parameters on the wire.
    pub query: &'static [&'static str],
    /// Query parameters with other names are accepted too: filters on fields that the description does not name.
    pub open_query: bool,
    /// Names of the query parameters whose values are sent in one pair, separated by commas. The pairs of other
    /// parameters are repeated.
    pub comma_separated: &'static [&'static str],
    /// Names of the header parameters.
    pub headers: &'static [&'static str],
    /// Names of the required query and header parameters, and of the token that the caller passes. Path parameters are
    /// always required.
    pub required: &'static [&'static str],
    /// Query parameters with a fixed value, which distinguish the operation from others on the same path.
    pub fixed_query: &'static [(&'static str, &'static str)],
    /// Media type of the request body; empty for an operation without a body.
    pub body: &'static str,
    /// The body is required.
    pub body_required: bool,
    /// Name of the host that serves the operation; empty for the default host.
    pub host: &'static str,
    /// Effect of sending the request twice.
    pub idempotency: Idempotency,
    /// Required OAuth scope, for APIs with scopes.
    pub scope: Option<&'static str>,
    /// Authorization of the requests.
    pub security: Security,
    /// Certainty of the description.
    pub confidence: Confidence,
    /// Source of the description, such as a page of the vendor's documentation.
    pub source: &'static str,
}

/// Authorization of an operation's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// The client's credentials.
    Client,
    /// No credentials, as for a login.
    Anonymous,
    /// A bearer token that the caller passes as the parameter of this name.
    Bearer(&'static str),
}

/// Effect of sending a request twice; decides which failed attempts are retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// The second request changes nothing: reads, replacements, deletions, documented upserts.
    Idempotent,
    /// The second request may create, book or send again.
    NotIdempotent,
}

impl Operation {
    /// Returns the name of the parameter for the token that authorizes the requests, if the caller passes it.
    #[must_use]
    pub fn token_parameter(&self) -> Option<&'static str> {
        match self.security {
            Security::Bearer(name) => Some(name),
            Security::Client | Security::Anonymous => None,
        }
    }
}

/// Certainty of an operation's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// The vendor documents the operation.
    Documented,
    /// The operation occurs in an example or in another client's code.
    Example,
    /// The operation is inferred from similar ones; it may not exist.
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
