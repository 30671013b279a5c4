//! What the parts about Ditio's three APIs share.

use keyfob::ditio::{Credentials, Endpoints, Environment};

use super::place::Place;

/// Where the simulated Ditio is.
pub(super) fn environment(place: &Place<'_>) -> Environment {
    Environment::Custom(Endpoints {
        identity: place.get("DITIO_IDENTITY_BASE"),
        core: place.get("DITIO_API_BASE"),
        reporting: place.get("DITIO_REPORTING_BASE"),
        mass_transport: Some(place.get("DITIO_MASSTRANSPORT_BASE")),
    })
}

pub(super) fn credentials(place: &Place<'_>) -> Credentials {
    Credentials::new(place.get("DITIO_CLIENT_ID"), place.get("DITIO_CLIENT_SECRET"))
}
