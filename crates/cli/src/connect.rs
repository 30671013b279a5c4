//! Opens the client of an API from the settings.

use keyfob::{ApiClient, client::Session};

use crate::redact;
use crate::settings::Settings;
use crate::usage_error::UsageError;

/// Opens the client of any API and returns its session.
pub(crate) fn connect<C: ApiClient>(settings: &Settings) -> anyhow::Result<Session> {
    // Errors up to here are about variables, so the exit status is that of a usage error.
    let usage = |error: keyfob::Error| UsageError::new(error.to_string());
    let environment = C::environment(settings).map_err(usage)?;
    let credentials = C::credentials(settings).map_err(usage)?;
    let session = settings.build(C::builder(environment, credentials))?;
    session.authenticators().for_each(redact::watch);
    Ok(session)
}
