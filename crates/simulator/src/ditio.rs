//! Ditio: an identity server and one module per API.

mod audience;
pub(crate) mod core;
pub(crate) mod identity;
pub(crate) mod mass_transport;
pub(crate) mod reporting;
pub(crate) mod world;
