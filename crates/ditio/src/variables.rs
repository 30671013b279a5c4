//! Names of the variables that configure Ditio's clients.

use keyfob_client::env::Variable;

/// `DITIO_ENVIRONMENT`: `production` (the default) or `test`. Excludes [`IDENTITY_BASE`], [`API_BASE`] and
/// [`REPORTING_BASE`].
pub const ENVIRONMENT: Variable = Variable::new("DITIO_ENVIRONMENT");
/// `DITIO_IDENTITY_BASE`: base URL of the identity server. Set together with [`API_BASE`] and [`REPORTING_BASE`], or
/// not at all.
pub const IDENTITY_BASE: Variable = Variable::base_url("DITIO_IDENTITY_BASE", "identity");
/// `DITIO_API_BASE`: base URL of the core API.
pub const API_BASE: Variable = Variable::base_url("DITIO_API_BASE", "api");
/// `DITIO_REPORTING_BASE`: base URL of the reporting API.
pub const REPORTING_BASE: Variable = Variable::base_url("DITIO_REPORTING_BASE", "reporting");
/// `DITIO_MASSTRANSPORT_BASE`: base URL of the mass transport API, which Ditio provides at onboarding. Combines with
/// every environment.
pub const MASSTRANSPORT_BASE: Variable = Variable::base_url("DITIO_MASSTRANSPORT_BASE", "mass-transport");
/// `DITIO_CLIENT_ID`: id of the API client.
pub const CLIENT_ID: Variable = Variable::new("DITIO_CLIENT_ID");
/// `DITIO_CLIENT_SECRET`: secret of the API client.
pub const CLIENT_SECRET: Variable = Variable::secret("DITIO_CLIENT_SECRET");
/// `DITIO_ACCESS_TOKEN`: existing access token, used if [`CLIENT_ID`] and [`CLIENT_SECRET`] are unset.
pub const ACCESS_TOKEN: Variable = Variable::secret("DITIO_ACCESS_TOKEN");
/// `DITIO_COMPANY_ID`: id of the company that the credentials belong to; optional. See
/// [`Credentials::company_id`](crate::Credentials::company_id).
pub const COMPANY_ID: Variable = Variable::new("DITIO_COMPANY_ID");

/// All variables of Ditio.
pub const ALL: &[Variable] = &[
    ENVIRONMENT,
    IDENTITY_BASE,
    API_BASE,
    REPORTING_BASE,
    MASSTRANSPORT_BASE,
    CLIENT_ID,
    CLIENT_SECRET,
    ACCESS_TOKEN,
    COMPANY_ID,
];
/// Variables of each kind of credentials, the preferred kind first.
pub const CREDENTIALS: &[&[Variable]] = &[&[CLIENT_ID, CLIENT_SECRET], &[ACCESS_TOKEN]];
