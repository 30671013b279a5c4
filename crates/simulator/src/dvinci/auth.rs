//! Authentication: API users, the token endpoint, and credentials of requests.

pub(super) mod api_users;
pub(super) mod basic;
pub(super) mod guard;
pub(super) mod token;
