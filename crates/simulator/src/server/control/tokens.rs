//! `POST /_control/tokens`: what happens to a vendor's tokens, and how the next ones come out.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::server::site::Site;
use crate::state::tokens::ExpiresIn;
use crate::vendor::Vendor;

/// A command about the tokens of one vendor.
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
    /// What is not named stays as it is.
    #[serde(rename_all = "camelCase")]
    Configure {
        vendor: Vendor,
        /// Seconds.
        lifetime: Option<f64>,
        expires_in: Option<ExpiresIn>,
        /// Characters.
        size: Option<usize>,
    },
}

/// Longer tokens than any header may be are of no use.
const MAX_SIZE: usize = 1_000_000;

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
