//! Readers: the rows of a copy, typed, by means other than the mirror's.

pub(crate) mod files;
pub(crate) mod postgres;
pub(crate) mod sqlite;
