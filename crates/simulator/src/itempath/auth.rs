//! Authentication: the token endpoints, and bearer tokens of requests.

pub(super) mod guard;
pub(super) mod tokens;
