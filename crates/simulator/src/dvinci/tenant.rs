//! Configuration of the simulated tenant.

pub(super) mod countries;
pub(super) mod language;
pub(super) mod terms;

/// URL of the tenant's pages. It does not depend on the port, so that responses are reproducible; no server listens.
pub(super) const TENANT_URL: &str = "https://nordlicht.dvinci.example";
/// Domain of the tenant's e-mail addresses.
pub(super) const MAIL_DOMAIN: &str = "nordlicht.dvinci.example";
