//! The vendors' public host names, for clients whose base URLs cannot be changed.

/// A host name of a vendor, and the simulator's path for its URLs.
struct HostRoute {
    /// Name in lower case; `*.` stands for one label, the name of a customer.
    host: &'static str,
    /// Beginning of the path at the vendor's host, replaced by `to`; no slash at the end.
    path: &'static str,
    /// Path at the simulator; no slash at the end.
    to: &'static str,
}

const fn route(host: &'static str, path: &'static str, to: &'static str) -> HostRoute {
    HostRoute { host, path, to }
}

const ROUTES: [HostRoute; 22] = [
    route("identity.ditio.app", "", "/ditio/identity"),
    route("identity.ditio.dev", "", "/ditio/identity"),
    route("core-api.ditio.app", "/core", "/ditio/core"),
    route("core-api.ditio.dev", "/core", "/ditio/core"),
    route("core-api.ditio.app", "/reporting", "/ditio/reporting"),
    route("core-api.ditio.dev", "/reporting", "/ditio/reporting"),
    route("integration.ditio.no", "", "/ditio/core"),
    // Older names, which public clients still use.
    route("identity.ditio.no", "", "/ditio/identity"),
    route("ditio-ids-we-test.azurewebsites.net", "", "/ditio/identity"),
    route("ditio-api-v3.azurewebsites.net", "", "/ditio/core"),
    route("ditio-api-test.azurewebsites.net", "", "/ditio/core"),
    route("ditio-report-api.azurewebsites.net", "", "/ditio/mass-transport"),
    route("ditio-report-api-test.azurewebsites.net", "", "/ditio/mass-transport"),
    route("api.bits.bi", "", "/bits"),
    route("*.itempath.com", "", "/itempath"),
    route("*.dvinci.de", "", "/dvinci"),
    route("*.dvinci-hr.com", "", "/dvinci"),
    route("*.dvinci-easy.com", "", "/dvinci"),
    route("oauth.messengeo.net", "", "/digitaleo/oauth"),
    route("contacts.messengeo.net", "", "/digitaleo/contacts"),
    route("api.messengeo.net", "", "/digitaleo/api"),
    route("sms.messengeo.net", "", "/digitaleo/sms"),
];

impl HostRoute {
    fn matches(&self, host: &str) -> bool {
        match self.host.strip_prefix('*') {
            Some(suffix) => host.strip_suffix(suffix).is_some_and(|label| !label.is_empty() && !label.contains('.')),
            None => host == self.host,
        }
    }
}

/// Returns true if a vendor has this host name. The name is in lower case, without a port.
pub(crate) fn is_known(host: &str) -> bool {
    ROUTES.iter().any(|route| route.matches(host))
}

/// Returns the simulator's path for a path at a vendor's host. `None` for other hosts, and for other paths of the host.
pub(crate) fn local_path(host: &str, path: &str) -> Option<String> {
    let routes = ROUTES.iter().filter(|route| route.matches(host));
    let found = routes.filter_map(|route| {
        let rest = path.strip_prefix(route.path)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", route.to))
    });
    found.into_iter().next()
}

/// Returns the host names, for a certificate; `*.` stands for one label.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ROUTES.iter().map(|route| route.host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, path: &str, expected: Option<&str>) {
        assert_eq!(local_path(host, path).as_deref(), expected, "{host}{path}");
    }

    #[test]
    fn a_url_of_a_vendor_has_a_path_at_the_simulator() {
        check("identity.ditio.app", "/connect/token", Some("/ditio/identity/connect/token"));
        check(
            "core-api.ditio.dev",
            "/core/api/v4/integration/projects",
            Some("/ditio/core/api/v4/integration/projects"),
        );
        check("core-api.ditio.dev", "/reporting/v1/project", Some("/ditio/reporting/v1/project"));
        check("core-api.ditio.dev", "/corex", None);
        check("plant.itempath.com", "/api/materials", Some("/itempath/api/materials"));
        check("contacts.messengeo.net", "/rest/contacts", Some("/digitaleo/contacts/rest/contacts"));
        check("itempath.com", "/api/materials", None);
        check("a.b.itempath.com", "/api/materials", None);
        check("localhost", "/bits/v1", None);
    }
}
