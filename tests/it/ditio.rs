//! The simulated Ditio's environment and valid credentials.

use keyfob::ditio::{Credentials, Endpoints, Environment};
use keyfob_simulator::credentials;

/// Returns the environment of a simulated Ditio at the base URL of a simulator, or of a proxy in front of one.
pub(crate) fn environment(url: &str) -> Environment {
    let base = |path: &str| format!("{url}/ditio/{path}");
    Environment::Custom(Endpoints {
        identity: base("identity"),
        core: base("core"),
        reporting: base("reporting"),
        mass_transport: Some(base("mass-transport")),
    })
}

/// Returns credentials that the simulator accepts for all scopes.
pub(crate) fn valid_credentials() -> Credentials {
    Credentials::new(credentials::DITIO_CLIENT_ID, credentials::DITIO_CLIENT_SECRET)
}
