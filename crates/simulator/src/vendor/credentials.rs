//! Credentials of the simulated clients: constants that every run accepts, not secrets.

/// Ditio: the client's company.
pub const DITIO_COMPANY_ID: &str = "012345";
/// Ditio: `client_id`.
pub const DITIO_CLIENT_ID: &str = "keyfob-ditio";
/// Ditio: `client_secret`.
pub const DITIO_CLIENT_SECRET: &str = "ditio-simulated-secret";
/// Ditio: a client with the scope of the reporting API alone.
pub const DITIO_REPORTING_CLIENT_ID: &str = "keyfob-ditio-reporting";
/// Ditio: the secret of [`DITIO_REPORTING_CLIENT_ID`].
pub const DITIO_REPORTING_CLIENT_SECRET: &str = "ditio-simulated-reporting-secret";
/// Ditio: a client with the scope of the core API alone.
pub const DITIO_CORE_CLIENT_ID: &str = "keyfob-ditio-core";
/// Ditio: the secret of [`DITIO_CORE_CLIENT_ID`].
pub const DITIO_CORE_CLIENT_SECRET: &str = "ditio-simulated-core-secret";
/// Ditio: a static token with every scope that does not expire, as an administrator can issue.
pub const DITIO_ACCESS_TOKEN: &str = "ditio-simulated-static-token";

/// Bits: `client_id`.
pub const BITS_CLIENT_ID: &str = "keyfob-bits";
/// Bits: `client_secret`. It contains a colon and a plus sign, to test raw HTTP Basic.
pub const BITS_CLIENT_SECRET: &str = "bits+simulated:secret";
/// Bits: a client with the scope to read alone.
pub const BITS_READ_CLIENT_ID: &str = "keyfob-bits-read";
/// Bits: the secret of [`BITS_READ_CLIENT_ID`].
pub const BITS_READ_CLIENT_SECRET: &str = "bits-simulated-read-secret";
/// Bits: a workflow that exists for every seed.
pub const BITS_WORKFLOW_ID: &str = "bits:workflow::8abe317f-6d54-4949-8ecd-245efb4fa05d";

/// `ItemPath`: a person's user name.
pub const ITEMPATH_USERNAME: &str = "keyfob";
/// `ItemPath`: a person's password.
pub const ITEMPATH_PASSWORD: &str = "itempath-simulated-password";
/// `ItemPath`: an application user's user name. Only application users can obtain application tokens.
pub const ITEMPATH_APPLICATION_USERNAME: &str = "keyfob-machine";
/// `ItemPath`: the application user's password.
pub const ITEMPATH_APPLICATION_PASSWORD: &str = "itempath-simulated-machine";
/// `ItemPath`: an application token that never expires, in the format of a JWT without `exp`.
pub const ITEMPATH_TOKEN: &str =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZGVudGl0eSI6MiwidHlwZSI6ImFjY2VzcyIsImZyZXNoIjpmYWxzZX0.c2ltdWxhdGVk";

/// d.vinci: the API user's name, which is also the `client_id`.
pub const DVINCI_CLIENT_ID: &str = "keyfob-api";
/// d.vinci: the API token, which is also the `client_secret`.
pub const DVINCI_CLIENT_SECRET: &str = "Simulated0dvinci0API0token0of0forty0char";
/// d.vinci: an API user without the rights to rate, place, delete and change users. The name contains a space.
pub const DVINCI_LIMITED_CLIENT_ID: &str = "keyfob begrenzt";
/// d.vinci: the API token of [`DVINCI_LIMITED_CLIENT_ID`].
pub const DVINCI_LIMITED_CLIENT_SECRET: &str = "Simulated0dvinci0API0token0with0limits00";
/// d.vinci: the user name for protected portals (HTTP Basic).
pub const DVINCI_PORTAL_USERNAME: &str = "keyfob-portal";
/// d.vinci: the password for protected portals.
pub const DVINCI_PORTAL_PASSWORD: &str = "dvinci-simulated-portal-password";

/// Digitaleo: `client_id`.
pub const DIGITALEO_CLIENT_ID: &str = "keyfob-digitaleo";
/// Digitaleo: `client_secret`.
pub const DIGITALEO_CLIENT_SECRET: &str = "digitaleo-simulated-secret";
/// Digitaleo: a person's user name, for the user and end-user grants.
pub const DIGITALEO_USERNAME: &str = "zoe.lefevre@exemple.fr";
/// Digitaleo: the person's password.
pub const DIGITALEO_PASSWORD: &str = "digitaleo-simulated-password";
/// Digitaleo: a social network's token of an end user.
pub const DIGITALEO_FACEBOOK_TOKEN: &str = "digitaleo-simulated-facebook-token";

/// The secrets above, redacted in the request log.
pub(crate) const SECRETS: [&str; 15] = [
    DITIO_CLIENT_SECRET,
    DITIO_REPORTING_CLIENT_SECRET,
    DITIO_CORE_CLIENT_SECRET,
    DITIO_ACCESS_TOKEN,
    BITS_CLIENT_SECRET,
    BITS_READ_CLIENT_SECRET,
    ITEMPATH_PASSWORD,
    ITEMPATH_APPLICATION_PASSWORD,
    ITEMPATH_TOKEN,
    DVINCI_CLIENT_SECRET,
    DVINCI_LIMITED_CLIENT_SECRET,
    DVINCI_PORTAL_PASSWORD,
    DIGITALEO_CLIENT_SECRET,
    DIGITALEO_PASSWORD,
    DIGITALEO_FACEBOOK_TOKEN,
];

/// Names of headers, members and parameters whose values are redacted in the request log: in lower case, without `-` and
/// `_`.
pub(crate) const SECRET_NAMES: [&str; 22] = [
    "accesstoken",
    "apikey",
    "apitoken",
    "assertion",
    "authorization",
    "clientassertion",
    "clientsecret",
    "code",
    "codeverifier",
    "cookie",
    "dvinciapitoken",
    "idtoken",
    "jwt",
    "password",
    "proxyauthorization",
    "refreshtoken",
    "secret",
    "sessiontoken",
    "socialsecurityid",
    "token",
    "xapikey",
    "xauthtoken",
];
