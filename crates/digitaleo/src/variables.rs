//! Names of the variables that configure Digitaleo's client.

use keyfob_client::env::Variable;

/// `DIGITALEO_OAUTH_BASE`: base URL of the token host. Set together with the other three base URLs, or not at all.
pub const OAUTH_BASE: Variable = Variable::base_url("DIGITALEO_OAUTH_BASE", "oauth");
/// `DIGITALEO_CONTACTS_BASE`: base URL of contacts, lists, statistics and fields.
pub const CONTACTS_BASE: Variable = Variable::base_url("DIGITALEO_CONTACTS_BASE", "contacts");
/// `DIGITALEO_API_BASE`: base URL of campaigns and mailings.
pub const API_BASE: Variable = Variable::base_url("DIGITALEO_API_BASE", "api");
/// `DIGITALEO_SMS_BASE`: base URL of text messages.
pub const SMS_BASE: Variable = Variable::base_url("DIGITALEO_SMS_BASE", "sms");
/// `DIGITALEO_CLIENT_ID`: id of the application.
pub const CLIENT_ID: Variable = Variable::new("DIGITALEO_CLIENT_ID");
/// `DIGITALEO_CLIENT_SECRET`: secret of the application.
pub const CLIENT_SECRET: Variable = Variable::secret("DIGITALEO_CLIENT_SECRET");

/// All variables of Digitaleo.
pub const ALL: &[Variable] = &[OAUTH_BASE, CONTACTS_BASE, API_BASE, SMS_BASE, CLIENT_ID, CLIENT_SECRET];
/// Variables of each kind of credentials, the preferred kind first.
pub const CREDENTIALS: &[&[Variable]] = &[&[CLIENT_ID, CLIENT_SECRET]];
