//! Names of the variables that configure ItemPath's client.

use keyfob_client::env::Variable;

/// `ITEMPATH_BASE`: base URL of the installation.
pub const BASE: Variable = Variable::base_url("ITEMPATH_BASE", "api");
/// `ITEMPATH_USERNAME`: name of a user.
pub const USERNAME: Variable = Variable::new("ITEMPATH_USERNAME");
/// `ITEMPATH_PASSWORD`: password of the user.
pub const PASSWORD: Variable = Variable::secret("ITEMPATH_PASSWORD");
/// `ITEMPATH_TOKEN`: application token, used if [`USERNAME`] and [`PASSWORD`] are unset.
pub const TOKEN: Variable = Variable::secret("ITEMPATH_TOKEN");

/// All variables of ItemPath.
pub const ALL: &[Variable] = &[BASE, USERNAME, PASSWORD, TOKEN];
/// Variables of each kind of credentials, the preferred kind first.
pub const CREDENTIALS: &[&[Variable]] = &[&[USERNAME, PASSWORD], &[TOKEN]];
