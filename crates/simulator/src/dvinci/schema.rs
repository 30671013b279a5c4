//! Fields of entities, and decoding of requests by them.

pub(super) mod answers;
pub(super) mod decode;
pub(super) mod field;
pub(super) mod published;
