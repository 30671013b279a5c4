//! The tables: rows computed from the seed, with an overlay of changes.

pub(super) mod layout;
pub(super) mod overlay;
pub(in crate::ditio) mod row;
pub(in crate::ditio) mod rows;
pub(in crate::ditio) mod store;
pub(super) mod table;
pub(super) mod writes;
