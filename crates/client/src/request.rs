//! Requests: assembly, and the builders of raw and dynamic calls.

pub(crate) mod builder;
pub(crate) mod dynamic;
mod params;
pub(crate) mod path;
pub(crate) mod prepared;
pub(crate) mod raw;
mod template;
