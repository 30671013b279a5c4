//! Author and time of a write.

use chrono::{DateTime, Utc};

use crate::dvinci::auth::api_users::Caller;

/// Author and time of a write.
#[derive(Clone, Copy, Debug)]
pub(in crate::dvinci) struct WriteContext {
    pub(in crate::dvinci) caller: Caller,
    pub(in crate::dvinci) at: DateTime<Utc>,
}
