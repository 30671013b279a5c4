//! Configuration of the simulated tenant.

pub(super) mod countries;
pub(super) mod language;
pub(super) mod terms;

/// URL of the tenant's pages, which do not exist. A fixed host keeps responses independent of the port.
pub(super) const TENANT_URL: &str = "https://nordlicht.dvinci.example";
/// Domain of the tenant's e-mail addresses.
pub(super) const MAIL_DOMAIN: &str = "nordlicht.dvinci.example";
