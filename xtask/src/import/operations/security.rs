//! Security schemes, and the credentials that fit them.

use crate::import::report::{Effect, Report};
use crate::yaml::{Map, Yaml, YamlExt, map};

/// Gives the document one `security`, which most operations have, and removes schemes that are not defined.
pub(crate) fn normalize(document: &mut Yaml, schemes: &Yaml, report: &mut Report) {
    let mut own: Vec<(String, Yaml)> = Vec::new();
    let global = document.get("security").map(|list| defined(list, schemes));
    for (path, item) in document.pairs("paths") {
        for (method, operation) in item.entries() {
            let Some(list) = operation.get("security") else { continue };
            let subject = format!("{} {path}", method.to_uppercase());
            let kept = defined(list, schemes);
            if kept != *list {
                report.push(Effect::Removed, subject, "a security scheme that the document does not define");
            }
            own.push((format!("{method} {path}"), kept));
        }
    }
    let common = global.clone().or_else(|| most_frequent(own.iter().map(|(_, list)| list)));
    if let Some(common) = &common {
        if global.is_none() {
            report.push(
                Effect::Proposed,
                "security",
                "the requirement of most operations becomes that of the document",
            );
        }
        document.set("security", common.clone());
    }
    let paths = document.get_mut("paths").and_then(Yaml::as_mapping_mut);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_mapping_mut().into_iter().flatten() {
            let key = format!("{} {}", method.as_str().unwrap_or_default(), path.as_str().unwrap_or_default());
            match own.iter().find(|(known, _)| *known == key) {
                Some((_, list)) if Some(list) == common.as_ref() => {
                    operation.take("security");
                }
                Some((_, list)) => operation.set("security", list.clone()),
                // Without a requirement for the document, an operation without one sends no credentials.
                None if global.is_none() && common.is_some() => operation.set("security", Vec::<Yaml>::new()),
                None => {}
            }
        }
    }
}

fn defined(list: &Yaml, schemes: &Yaml) -> Yaml {
    let requirements = list.as_sequence().into_iter().flatten();
    let kept =
        requirements.filter(|requirement| requirement.entries().iter().all(|(name, _)| schemes.get(name).is_some()));
    Yaml::Sequence(kept.cloned().collect())
}

fn most_frequent<'l>(lists: impl Iterator<Item = &'l Yaml>) -> Option<Yaml> {
    let mut counted: Vec<(&Yaml, usize)> = Vec::new();
    for list in lists.filter(|list| list.as_sequence().is_some_and(|list| !list.is_empty())) {
        match counted.iter_mut().find(|(known, _)| *known == list) {
            Some((_, count)) => *count += 1,
            None => counted.push((list, 1)),
        }
    }
    let best = counted.iter().map(|(_, count)| *count).max()?;
    counted.into_iter().find(|(_, count)| *count == best).map(|(list, _)| list.clone())
}

/// Returns the security schemes with absolute addresses, and reports the credentials that fit each.
pub(crate) fn credentials(schemes: &Yaml, base: Option<&str>, report: &mut Report) -> Yaml {
    let mut written = Map::new();
    for (name, scheme) in schemes.entries() {
        let subject = format!("components/securitySchemes/{name}");
        let kind = (scheme.text("type"), scheme.text("scheme").map(str::to_ascii_lowercase));
        let fit = match (kind.0, kind.1.as_deref()) {
            (Some("http"), Some("bearer")) => "a bearer token",
            (Some("http"), Some("basic")) => "a user name and a password",
            (Some("apiKey"), _) => "a key in a header or a query",
            (Some("oauth2"), _) if scheme.at(&["flows", "clientCredentials"]).is_some() => {
                "a client id and a client secret"
            }
            (Some("oauth2"), _) if scheme.at(&["flows", "password"]).is_some() => {
                "a user name and a password at the token endpoint"
            }
            (Some("oauth2" | "openIdConnect"), _) => "a token that a user obtained in a browser",
            (Some("mutualTLS"), _) => "a certificate, which OpenAPI 3.0 cannot state",
            _ => "none: its type is unknown",
        };
        if matches!(kind.0, Some("http" | "apiKey" | "oauth2" | "openIdConnect")) {
            report.push(Effect::Proposed, subject, format!("credentials: {fit}"));
            let mut scheme = without_extensions(scheme);
            absolute(&mut scheme, base);
            written.insert(name.into(), scheme);
        } else {
            report.push(Effect::Removed, subject, fit);
        }
    }
    Yaml::Mapping(written)
}

fn without_extensions(node: &Yaml) -> Yaml {
    Yaml::Mapping(
        node.entries()
            .into_iter()
            .filter(|(key, _)| !key.starts_with("x-"))
            .map(|(key, value)| (key.into(), value.clone()))
            .collect(),
    )
}

/// Makes the addresses of a scheme's flows absolute.
fn absolute(scheme: &mut Yaml, base: Option<&str>) {
    let Some(flows) = scheme.get_mut("flows").and_then(Yaml::as_mapping_mut) else { return };
    for (_, flow) in flows.iter_mut() {
        for key in ["authorizationUrl", "tokenUrl", "refreshUrl"] {
            if let (Some(address), Some(base)) = (flow.text(key).map(str::to_owned), base)
                && !address.contains("://")
            {
                flow.set(key, format!("{}/{}", base.trim_end_matches('/'), address.trim_start_matches('/')));
            }
        }
        if flow.get("scopes").is_none() {
            flow.set("scopes", map([]));
        }
    }
}
