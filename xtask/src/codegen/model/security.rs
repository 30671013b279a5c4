//! Authorization of operations, from their `security`.

use crate::yaml::{Yaml, YamlExt};

/// Authorization of an operation's requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Security {
    /// The credentials of the client.
    Client,
    /// No credentials.
    Anonymous,
    /// A bearer token that the caller passes as the argument of this name.
    Bearer(String),
}

/// Reads the `security` of an operation.
///
/// An empty list means no credentials. A single bearer scheme that is not one of the document's own is a token that the
/// caller passes. Everything else, also a choice of schemes, means the credentials of the client.
pub(crate) fn read(document: &Yaml, operation: &Yaml) -> Security {
    let Some(requirements) = operation.get("security").and_then(Yaml::as_sequence) else { return Security::Client };
    let [requirement] = requirements.as_slice() else {
        return if requirements.is_empty() { Security::Anonymous } else { Security::Client };
    };
    match requirement.entries().as_slice() {
        [(scheme, _)] if is_bearer(document, scheme) && !is_own(document, scheme) => {
            Security::Bearer((*scheme).to_owned())
        }
        _ => Security::Client,
    }
}

/// Returns the names of the schemes in the `security` of an operation.
pub(crate) fn schemes(operation: &Yaml) -> impl Iterator<Item = &str> {
    operation.list("security").iter().flat_map(YamlExt::entries).map(|(scheme, _)| scheme)
}

fn is_bearer(document: &Yaml, scheme: &str) -> bool {
    let text = |key| document.at(&["components", "securitySchemes", scheme, key]).and_then(Yaml::as_str);
    text("type") == Some("http") && text("scheme").is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
}

fn is_own(document: &Yaml, scheme: &str) -> bool {
    document.list("security").iter().any(|requirement| requirement.get(scheme).is_some())
}
