//! `POST /_control/tokens`: commands on a vendor's tokens and the settings of its next tokens.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::server::site::Site;
use crate::state::tokens::ExpiresIn;
use crate::vendor::Vendor;

/// Body of the request.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Command {
    Expire {
        vendor: Vendor,
    },
    Revoke {
        vendor: Vendor,
    },
    Disable {
        vendor: Vendor,
    },
    Enable {
        vendor: Vendor,
    },
    /// Absent members keep their values.
    #[serde(rename_all = "camelCase")]
    Configure {
        vendor: Vendor,
        /// Lifetime of access tokens, in seconds.
        lifetime: Option<f64>,
        expires_in: Option<ExpiresIn>,
        /// Minimum length of access tokens, in characters.
        size: Option<usize>,
    },
}

/// Maximum `size`, in characters; longer than any header section that the server accepts.
const MAX_SIZE: usize = 1_000_000;

/// Runs a command and returns the state of the vendor's tokens.
pub(super) fn apply(site: &Site, command: &Command) -> Value {
    let shared = &site.shared;
    let vendor = match *command {
        Command::Expire { vendor } => {
            shared.tokens.expire(&shared.clock, vendor);
            vendor
        }
        Command::Revoke { vendor } => {
            shared.tokens.revoke(vendor);
            vendor
        }
        Command::Disable { vendor } => {
            shared.tokens.disable(vendor);
            vendor
        }
        Command::Enable { vendor } => {
            shared.tokens.enable(vendor);
            vendor
        }
        Command::Configure { vendor, lifetime, expires_in, size } => {
            shared.tokens.configure(vendor, |settings| {
                settings.lifetime = lifetime.and_then(|of| Duration::try_from_secs_f64(of).ok()).or(settings.lifetime);
                settings.expires_in = expires_in.unwrap_or(settings.expires_in);
                settings.size = size.map(|size| size.min(MAX_SIZE)).or(settings.size);
            });
            vendor
        }
    };
    json!({
        "vendor": vendor,
        "liveTokens": shared.tokens.live(&shared.clock, vendor),
        "clientDisabled": shared.tokens.is_client_disabled(vendor),
    })
}
