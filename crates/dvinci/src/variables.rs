//! Names of the variables that configure d.vinci's client.

use keyfob_client::env::Variable;

/// `DVINCI_BASE`: base URL of the tenant.
pub const BASE: Variable = Variable::base_url("DVINCI_BASE", "api");
/// `DVINCI_CLIENT_ID`: name of an API user with OAuth 2.0 enabled.
pub const CLIENT_ID: Variable = Variable::new("DVINCI_CLIENT_ID");
/// `DVINCI_CLIENT_SECRET`: API token of the user that [`CLIENT_ID`] names.
pub const CLIENT_SECRET: Variable = Variable::secret("DVINCI_CLIENT_SECRET");
/// `DVINCI_API_USER`: name of an API user without OAuth 2.0, used if [`CLIENT_ID`] and [`CLIENT_SECRET`] are unset.
pub const API_USER: Variable = Variable::new("DVINCI_API_USER");
/// `DVINCI_API_TOKEN`: API token of the user that [`API_USER`] names.
pub const API_TOKEN: Variable = Variable::secret("DVINCI_API_TOKEN");
/// `DVINCI_PORTAL`: name of the career portal; the default portal if unset.
pub const PORTAL: Variable = Variable::new("DVINCI_PORTAL");
/// `DVINCI_PORTAL_USER`: user of the career portal.
pub const PORTAL_USER: Variable = Variable::new("DVINCI_PORTAL_USER");
/// `DVINCI_PORTAL_PASSWORD`: password of the user that [`PORTAL_USER`] names.
pub const PORTAL_PASSWORD: Variable = Variable::secret("DVINCI_PORTAL_PASSWORD");

/// All variables of d.vinci.
pub const ALL: &[Variable] =
    &[BASE, CLIENT_ID, CLIENT_SECRET, API_USER, API_TOKEN, PORTAL, PORTAL_USER, PORTAL_PASSWORD];
/// Variables of each kind of credentials of an API user, the preferred kind first.
pub const CREDENTIALS: &[&[Variable]] = &[&[CLIENT_ID, CLIENT_SECRET], &[API_USER, API_TOKEN]];
