//! Ditio: one identity server, and an API per module.

mod audience;
pub(crate) mod core;
pub(crate) mod identity;
pub(crate) mod mass_transport;
pub(crate) mod reporting;
pub(crate) mod world;
