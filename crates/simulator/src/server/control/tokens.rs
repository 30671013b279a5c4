//! `POST /_control/tokens`: commands on a vendor's tokens and the settings of its next tokens.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::server::site::Site;
use crate::state::tokens::{ExpiresIn, TokenSettings};
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

/// Runs a command and returns the state of the vendor's tokens.
pub(super) fn apply(site: &Site, command: &Command) -> Result<Value, String> {
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
            let lifetime = lifetime.map(checked_lifetime).transpose()?;
            if size.is_some_and(|size| size > TokenSettings::MAX_SIZE) {
                return Err(format!("`size` must be at most {} characters", TokenSettings::MAX_SIZE));
            }
            shared.tokens.configure(vendor, |settings| {
                settings.lifetime = lifetime.or(settings.lifetime);
                settings.expires_in = expires_in.unwrap_or(settings.expires_in);
                settings.size = size.or(settings.size);
            });
            vendor
        }
    };
    Ok(json!({
        "vendor": vendor,
        "liveTokens": shared.tokens.live(&shared.clock, vendor),
        "clientDisabled": shared.tokens.is_client_disabled(vendor),
    }))
}

/// Returns a lifetime of this number of seconds.
fn checked_lifetime(seconds: f64) -> Result<Duration, String> {
    let lifetime = Duration::try_from_secs_f64(seconds).ok().filter(|of| *of <= TokenSettings::MAX_LIFETIME);
    lifetime.ok_or_else(|| "`lifetime` must be a number of seconds, from zero to 1,000 years".to_owned())
}
