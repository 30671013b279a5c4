//! Address and credentials of an API, read from its specification.

use crate::yaml::{Yaml, YamlExt};

/// Kind of the credentials that the crate of an API takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Client credentials grant of OAuth 2.0.
    OAuth {
        token_url: String,
        scopes: Vec<String>,
    },
    Basic,
    /// An API key in this header.
    Header(String),
    /// A token that the vendor has issued.
    Bearer,
}

impl Access {
    /// Returns the name of the kind.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::OAuth { .. } => "OAuth 2.0 client",
            Self::Basic => "HTTP Basic",
            Self::Header(_) => "API key",
            Self::Bearer => "token",
        }
    }
}

/// Credentials and address that a specification states, with remarks for the maintainer.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) access: Access,
    /// Base URL; `None` if each customer has another.
    pub(crate) server: Option<String>,
    pub(crate) remarks: Vec<String>,
}

/// Reads the address and the credentials of a specification.
pub(crate) fn read(document: &Yaml) -> Connection {
    let mut remarks = Vec::new();
    let first = document.list("servers").first().and_then(|server| server.text("url")).unwrap_or_default();
    let server = is_absolute(first).then(|| first.trim_end_matches('/').to_owned());
    if server.is_none() {
        remarks.push("the document has no absolute server URL: the base URL is a required variable".to_owned());
    }
    let schemes = schemes(document);
    let supported: Vec<Access> = schemes.iter().filter_map(|(_, scheme)| access(scheme, first)).collect();
    // A token can be replaced by a request, so credentials that fetch one are preferred.
    let rank = |access: &&Access| match access {
        Access::OAuth { .. } => 0,
        Access::Header(_) => 1,
        Access::Basic => 2,
        Access::Bearer => 3,
    };
    let chosen = supported.iter().min_by_key(rank).cloned();
    for (name, scheme) in &schemes {
        if access(scheme, first).is_none() {
            let kind = scheme.text("type").unwrap_or("unknown");
            remarks
                .push(format!("the security scheme {name} ({kind}) is not generated: extend credentials.rs by hand"));
        }
    }
    if schemes.is_empty() {
        remarks.push("the document names no credentials: the client takes a bearer token".to_owned());
    }
    Connection { access: chosen.unwrap_or(Access::Bearer), server, remarks }
}

/// Returns the schemes that the document requires, or all of them if it requires none.
fn schemes(document: &Yaml) -> Vec<(&str, &Yaml)> {
    let all = document.at(&["components", "securitySchemes"]).map(YamlExt::entries).unwrap_or_default();
    let required: Vec<&str> =
        document.list("security").iter().flat_map(YamlExt::entries).map(|(name, _)| name).collect();
    let chosen: Vec<_> = all.iter().copied().filter(|(name, _)| required.contains(name)).collect();
    if chosen.is_empty() { all } else { chosen }
}

/// Returns the credentials of a scheme; `None` if no template supports it.
fn access(scheme: &Yaml, server: &str) -> Option<Access> {
    match (scheme.text("type")?, scheme.text("scheme").unwrap_or_default()) {
        ("http", name) if name.eq_ignore_ascii_case("bearer") => Some(Access::Bearer),
        ("http", name) if name.eq_ignore_ascii_case("basic") => Some(Access::Basic),
        ("apiKey", _) if scheme.text("in") == Some("header") => {
            let header = scheme.text("name")?;
            // The prefix of the value is not in the document, but `Bearer` is usual for this header.
            Some(if header.eq_ignore_ascii_case("authorization") {
                Access::Bearer
            } else {
                Access::Header(header.to_owned())
            })
        }
        ("oauth2", _) => {
            let flow = scheme.at(&["flows", "clientCredentials"])?;
            let token_url = absolute(flow.text("tokenUrl")?, server)?;
            let scopes = flow.pairs("scopes").into_iter().map(|(scope, _)| scope.to_owned()).collect();
            Some(Access::OAuth { token_url, scopes })
        }
        // Tokens of the other flows, and of OpenID Connect, are obtained by a person in a browser.
        ("openIdConnect", _) => Some(Access::Bearer),
        _ => None,
    }
}

fn is_absolute(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://")) && !url.contains('{')
}

fn absolute(url: &str, server: &str) -> Option<String> {
    if is_absolute(url) {
        return Some(url.to_owned());
    }
    let origin = server.split('/').take(3).collect::<Vec<_>>().join("/");
    (is_absolute(server) && url.starts_with('/')).then(|| format!("{origin}{url}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schemes: &str, expected: &Access) {
        let text =
            format!("servers: [{{url: 'https://a.example/v1/'}}]\ncomponents: {{securitySchemes: {{{schemes}}}}}");
        let connection = read(&yaml_serde::from_str(&text).unwrap());
        assert_eq!(connection.access, *expected, "{schemes}");
        assert_eq!(connection.server.as_deref(), Some("https://a.example/v1"));
    }

    #[test]
    fn credentials_follow_the_security_schemes() {
        let oauth = Access::OAuth { token_url: "https://a.example/token".into(), scopes: vec!["read".into()] };
        let flow = "{type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {read: Reads}}}}";
        check(&format!("o: {flow}"), &oauth);
        check(&format!("b: {{type: http, scheme: Bearer}}, o: {flow}"), &oauth);
        check("b: {type: http, scheme: basic}", &Access::Basic);
        check("k: {type: apiKey, in: header, name: X-Key}", &Access::Header("X-Key".into()));
        check("k: {type: apiKey, in: header, name: Authorization}", &Access::Bearer);
        check("k: {type: apiKey, in: query, name: key}", &Access::Bearer);
        check("", &Access::Bearer);
    }

    #[test]
    fn a_scheme_without_a_template_is_reported() {
        let text = "components: {securitySchemes: {k: {type: apiKey, in: query, name: key}}}";
        let connection = read(&yaml_serde::from_str(text).unwrap());
        assert!(connection.remarks.iter().any(|remark| remark.contains("scheme k (apiKey)")), "{connection:?}");
        assert_eq!(connection.server, None);
    }
}
