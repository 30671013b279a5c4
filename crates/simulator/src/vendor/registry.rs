//! The registry of simulated APIs: one entry per API. A new API is a module and an entry here.

use axum::Router;
use axum::http::Method;
use serde_json::Value;

use super::Vendor;
use super::credentials as c;
use crate::bits;
use crate::control::ControlCall;
use crate::digitaleo;
use crate::ditio;
use crate::dvinci;
use crate::itempath;
use crate::state::SharedState;
use crate::webhook::{Webhook, WebhookRequest};

/// An API under its path prefix.
pub(crate) struct Mount {
    pub(crate) vendor: Vendor,
    /// Name shown to people.
    pub(crate) title: &'static str,
    /// Path prefix, removed before the router sees the request; no slash at the end.
    pub(crate) prefix: &'static str,
    /// Paths of the token endpoints under the prefix: POST requests to them are counted.
    pub(crate) token_paths: &'static [&'static str],
    /// Builds the router over freshly seeded state; called at the start and at each reset.
    pub(crate) router: fn(&SharedState) -> Router,
    /// The API's part of the control API.
    pub(crate) control: Option<Control>,
}

/// Control commands of one API, under `/_control` followed by the prefix.
pub(crate) struct Control {
    pub(crate) calls: &'static [ControlCall],
    pub(crate) handle: ControlHandler,
}

/// Runs a control command of one API. Arguments: state, method, path segments after the prefix, body. The error is a
/// message for the caller.
pub(crate) type ControlHandler = fn(&SharedState, &Method, &[&str], &[u8]) -> Result<Value, String>;

#[rustfmt::skip]
pub(crate) const MOUNTS: &[Mount] = &[
    Mount { vendor: Vendor::Ditio, title: "Ditio identity", prefix: "/ditio/identity", token_paths: &["/connect/token"], router: ditio::identity::router, control: None },
    Mount { vendor: Vendor::Ditio, title: "Ditio core", prefix: "/ditio/core", token_paths: &[], router: ditio::core::router, control: None },
    Mount { vendor: Vendor::Ditio, title: "Ditio reporting", prefix: "/ditio/reporting", token_paths: &[], router: ditio::reporting::router, control: Some(Control { calls: ditio::reporting::control::CALLS, handle: ditio::reporting::control::handle }) },
    Mount { vendor: Vendor::Ditio, title: "Ditio mass transport", prefix: "/ditio/mass-transport", token_paths: &[], router: ditio::mass_transport::router, control: None },
    Mount { vendor: Vendor::Bits, title: "Bits", prefix: "/bits", token_paths: &["/v1/oauth2/token"], router: bits::router, control: None },
    Mount { vendor: Vendor::ItemPath, title: "ItemPath", prefix: "/itempath", token_paths: &["/api/users/login", "/api/users/refresh", "/api/users/application-token"], router: itempath::router, control: None },
    Mount { vendor: Vendor::Digitaleo, title: "Digitaleo", prefix: "/digitaleo", token_paths: &["/oauth/token"], router: digitaleo::router, control: None },
    Mount { vendor: Vendor::Dvinci, title: "d.vinci", prefix: "/dvinci", token_paths: &["/plt/oauth2/token"], router: dvinci::router, control: None },
];

/// Returns the mount that a path belongs to, and its index in [`MOUNTS`].
pub(crate) fn find(path: &str) -> Option<(usize, &'static Mount)> {
    let under = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    MOUNTS.iter().enumerate().find(|(_, mount)| under(mount.prefix))
}

/// Returns the handler of a control command, by the path below `/_control`, and the rest of the path.
pub(crate) fn control<'a, 'p>(path: &'a [&'p str]) -> Option<(ControlHandler, &'a [&'p str])> {
    MOUNTS.iter().find_map(|mount| {
        let mut rest = path;
        for segment in mount.prefix.split('/').skip(1) {
            rest = rest.strip_prefix(&[segment])?;
        }
        Some((mount.control.as_ref()?.handle, rest))
    })
}

/// Builds the signed requests of a webhook; `None` if the vendor is not known to send webhooks.
pub(crate) fn webhook_requests(shared: &SharedState, webhook: &Webhook) -> Option<Vec<WebhookRequest>> {
    match webhook.vendor {
        Vendor::Bits => Some(bits::webhook_requests(shared, webhook)),
        Vendor::Digitaleo => Some(digitaleo::webhook_requests(shared, webhook)),
        Vendor::Ditio | Vendor::ItemPath | Vendor::Dvinci => None,
    }
}

/// Returns label and value of the test credentials and fixed ids that have no environment variable.
pub(crate) fn other_credentials(vendor: Vendor) -> &'static [(&'static str, &'static str)] {
    match vendor {
        Vendor::Ditio | Vendor::Bits => &[],
        Vendor::ItemPath => &[
            ("application user", c::ITEMPATH_APPLICATION_USERNAME),
            ("its password", c::ITEMPATH_APPLICATION_PASSWORD),
        ],
        Vendor::Dvinci => {
            &[("user with limits", c::DVINCI_LIMITED_CLIENT_ID), ("its API token", c::DVINCI_LIMITED_CLIENT_SECRET)]
        }
        Vendor::Digitaleo => &[
            ("person", c::DIGITALEO_USERNAME),
            ("password", c::DIGITALEO_PASSWORD),
            ("end user's token", c::DIGITALEO_FACEBOOK_TOKEN),
        ],
    }
}
