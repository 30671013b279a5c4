//! The register: one line per API. A new API is its module, and its line here.

use axum::Router;

use crate::bits;
use crate::digitaleo;
use crate::ditio;
use crate::dvinci;
use crate::itempath;
use crate::shared::Shared;
use crate::vendor::Vendor;

/// An API under its prefix.
pub(crate) struct Mount {
    pub(crate) vendor: Vendor,
    /// For people.
    pub(crate) title: &'static str,
    /// The path that is taken off before the router sees the request; no slash at the end.
    pub(crate) prefix: &'static str,
    /// The token endpoints under the prefix: POSTs to them are counted.
    pub(crate) token_paths: &'static [&'static str],
    /// Builds the router over freshly seeded state; runs at the start and at each reset.
    pub(crate) router: fn(&Shared) -> Router,
}

#[rustfmt::skip]
pub(crate) const MOUNTS: &[Mount] = &[
    Mount { vendor: Vendor::Ditio, title: "Ditio identity", prefix: "/ditio/identity", token_paths: &["/connect/token"], router: ditio::identity::router },
    Mount { vendor: Vendor::Ditio, title: "Ditio core", prefix: "/ditio/core", token_paths: &[], router: ditio::core::router },
    Mount { vendor: Vendor::Ditio, title: "Ditio reporting", prefix: "/ditio/reporting", token_paths: &[], router: ditio::reporting::router },
    Mount { vendor: Vendor::Ditio, title: "Ditio mass transport", prefix: "/ditio/mass-transport", token_paths: &[], router: ditio::mass_transport::router },
    Mount { vendor: Vendor::Bits, title: "Bits", prefix: "/bits", token_paths: &["/v1/oauth2/token"], router: bits::router },
    Mount { vendor: Vendor::ItemPath, title: "ItemPath", prefix: "/itempath", token_paths: &["/api/users/login", "/api/users/refresh", "/api/users/application-token"], router: itempath::router },
    Mount { vendor: Vendor::Digitaleo, title: "Digitaleo", prefix: "/digitaleo", token_paths: &["/oauth/token"], router: digitaleo::router },
    Mount { vendor: Vendor::Dvinci, title: "d.vinci", prefix: "/dvinci", token_paths: &["/plt/oauth2/token"], router: dvinci::router },
];

/// The mount that a path belongs to, and its number.
pub(crate) fn find(path: &str) -> Option<(usize, &'static Mount)> {
    let under = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    MOUNTS.iter().enumerate().find(|(_, mount)| under(mount.prefix))
}
