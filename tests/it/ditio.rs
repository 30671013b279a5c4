//! Where the simulated Ditio is, and who calls it.

use keyfob::ditio::{Credentials, Endpoints, Environment};
use keyfob_simulator::credentials;

/// Ditio below the address of a simulator, or of a proxy in front of one.
pub(crate) fn environment(url: &str) -> Environment {
    let base = |path: &str| format!("{url}/ditio/{path}");
    Environment::Custom(Endpoints {
        identity: base("identity"),
        core: base("core"),
        reporting: base("reporting"),
        mass_transport: Some(base("mass-transport")),
    })
}

pub(crate) fn known() -> Credentials {
    Credentials::new(credentials::DITIO_CLIENT_ID, credentials::DITIO_CLIENT_SECRET)
}
