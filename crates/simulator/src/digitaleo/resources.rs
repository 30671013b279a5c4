//! Operations by resource.

pub(super) mod campaigns;
pub(super) mod contacts;
pub(super) mod fields;
mod import;
pub(super) mod lists;
pub(super) mod messages;
pub(super) mod optouts;
pub(super) mod statistics;
