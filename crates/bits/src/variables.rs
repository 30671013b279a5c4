//! Names of the variables that configure the client of Bits.

use keyfob_client::env::Variable;

/// `BITS_BASE`: base URL, optional.
pub const BASE: Variable = Variable::base_url("BITS_BASE", "api");
/// `BITS_CLIENT_ID`: id of the API client.
pub const CLIENT_ID: Variable = Variable::new("BITS_CLIENT_ID");
/// `BITS_CLIENT_SECRET`: secret of the API client.
pub const CLIENT_SECRET: Variable = Variable::secret("BITS_CLIENT_SECRET");

/// `BITS_SCOPE`: scope of the tokens, optional: `application` or `application.read`.
pub const SCOPE: Variable = Variable::new("BITS_SCOPE");

/// All variables of Bits.
pub const ALL: &[Variable] = &[BASE, CLIENT_ID, CLIENT_SECRET, SCOPE];
/// Variables of each kind of credentials, the preferred kind first.
pub const CREDENTIALS: &[&[Variable]] = &[&[CLIENT_ID, CLIENT_SECRET]];
