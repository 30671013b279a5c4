//! Authentication: the token endpoint, and bearer tokens of requests.

pub(super) mod guard;
pub(super) mod token;
