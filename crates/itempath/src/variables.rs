//! Names of the variables that configure ItemPath's client.

use keyfob_client::env::Variable;

/// `ITEMPATH_BASE`: base URL of the installation.
pub const BASE: Variable = Variable::base_url("ITEMPATH_BASE", "api");
/// `ITEMPATH_USERNAME`: name of a user.
pub const USERNAME: Variable = Variable::new("ITEMPATH_USERNAME");
/// `ITEMPATH_PASSWORD`: password of the user.
pub const PASSWORD: Variable = Variable::secret("ITEMPATH_PASSWORD");
/// `ITEMPATH_APPLICATION_USERNAME`: name of an application user.
pub const APPLICATION_USERNAME: Variable = Variable::new("ITEMPATH_APPLICATION_USERNAME");
/// `ITEMPATH_APPLICATION_PASSWORD`: password of the application user.
pub const APPLICATION_PASSWORD: Variable = Variable::secret("ITEMPATH_APPLICATION_PASSWORD");
/// `ITEMPATH_REFRESH_TOKEN`: refresh token of a login.
pub const REFRESH_TOKEN: Variable = Variable::secret("ITEMPATH_REFRESH_TOKEN");
/// `ITEMPATH_TOKEN`: application token.
pub const TOKEN: Variable = Variable::secret("ITEMPATH_TOKEN");

/// All variables of ItemPath.
pub const ALL: &[Variable] =
    &[BASE, USERNAME, PASSWORD, APPLICATION_USERNAME, APPLICATION_PASSWORD, REFRESH_TOKEN, TOKEN];
/// Variables of each kind of credentials, the preferred kind first.
pub const CREDENTIALS: &[&[Variable]] =
    &[&[USERNAME, PASSWORD], &[APPLICATION_USERNAME, APPLICATION_PASSWORD], &[REFRESH_TOKEN], &[TOKEN]];
