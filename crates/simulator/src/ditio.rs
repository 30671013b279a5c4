//! Ditio: one identity server, and an API per module.

pub(crate) mod core;
pub(crate) mod identity;
pub(crate) mod world;
