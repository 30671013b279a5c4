//! API users and their permissions.

use crate::state::SharedState;
use crate::vendor::Vendor;
use crate::vendor::credentials::{
    DVINCI_CLIENT_ID, DVINCI_CLIENT_SECRET, DVINCI_LIMITED_CLIENT_ID, DVINCI_LIMITED_CLIENT_SECRET,
};

/// Identity and permissions of an API user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dvinci) struct Caller {
    /// Id of the user's row.
    pub(in crate::dvinci) user_id: i64,
    /// `true` if the role has every permission. Without it, a user cannot rate, place, delete or change users.
    pub(in crate::dvinci) has_all_permissions: bool,
}

/// An API user. Name and API token are also the client id and the client secret.
pub(in crate::dvinci) struct ApiUser {
    pub(in crate::dvinci) name: &'static str,
    pub(in crate::dvinci) secret: &'static str,
    pub(in crate::dvinci) caller: Caller,
}

/// The API users, which are the first and the second row of the users.
pub(in crate::dvinci) const API_USERS: [ApiUser; 2] = [
    ApiUser {
        name: DVINCI_CLIENT_ID,
        secret: DVINCI_CLIENT_SECRET,
        caller: Caller { user_id: 1, has_all_permissions: true },
    },
    ApiUser {
        name: DVINCI_LIMITED_CLIENT_ID,
        secret: DVINCI_LIMITED_CLIENT_SECRET,
        caller: Caller { user_id: 2, has_all_permissions: false },
    },
];

/// Returns the API user with a name and a token, unless the client is disabled.
pub(in crate::dvinci) fn find(shared: &SharedState, name: &str, secret: &str) -> Option<&'static ApiUser> {
    static USERS: [ApiUser; 2] = API_USERS;
    let user = USERS.iter().find(|user| user.name == name && user.secret == secret)?;
    (!shared.tokens.is_client_disabled(Vendor::Dvinci)).then_some(user)
}
