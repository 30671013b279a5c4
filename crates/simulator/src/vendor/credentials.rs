//! The credentials of the simulated clients: no secrets, constants that every run accepts.

/// Ditio: the company of the client.
pub const DITIO_COMPANY_ID: &str = "012345";
/// Ditio: `client_id`.
pub const DITIO_CLIENT_ID: &str = "keyfob-ditio";
/// Ditio: `client_secret`.
pub const DITIO_CLIENT_SECRET: &str = "ditio-simulated-secret";
/// Ditio: a token that does not expire by itself, with every scope, as an administrator may issue one.
pub const DITIO_ACCESS_TOKEN: &str = "ditio-simulated-static-token";

/// Bits: `client_id`.
pub const BITS_CLIENT_ID: &str = "keyfob-bits";
/// Bits: `client_secret`; it has a colon and a plus sign, which raw HTTP Basic has to survive.
pub const BITS_CLIENT_SECRET: &str = "bits+simulated:secret";
/// Bits: a workflow that every simulator has, whatever its seed.
pub const BITS_WORKFLOW_ID: &str = "bits:workflow::8abe317f-6d54-4949-8ecd-245efb4fa05d";

/// `ItemPath`: a person's user name.
pub const ITEMPATH_USERNAME: &str = "keyfob";
/// `ItemPath`: a person's password.
pub const ITEMPATH_PASSWORD: &str = "itempath-simulated-password";
/// `ItemPath`: an application user's user name; only such a user gets application tokens.
pub const ITEMPATH_APPLICATION_USERNAME: &str = "keyfob-machine";
/// `ItemPath`: the application user's password.
pub const ITEMPATH_APPLICATION_PASSWORD: &str = "itempath-simulated-machine";
/// `ItemPath`: an application token that never expires (the shape of a JWT without `exp`).
pub const ITEMPATH_TOKEN: &str =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZGVudGl0eSI6MiwidHlwZSI6ImFjY2VzcyIsImZyZXNoIjpmYWxzZX0.c2ltdWxhdGVk";

/// d.vinci: the API user's name, which is also the `client_id`.
pub const DVINCI_CLIENT_ID: &str = "keyfob-api";
/// d.vinci: the API token, which is also the `client_secret`.
pub const DVINCI_CLIENT_SECRET: &str = "Simulated0dvinci0API0token0of0forty0char";
/// d.vinci: an API user who may not rate, place, delete, or change users; the name has a blank.
pub const DVINCI_LIMITED_CLIENT_ID: &str = "keyfob begrenzt";
/// d.vinci: that user's API token.
pub const DVINCI_LIMITED_CLIENT_SECRET: &str = "Simulated0dvinci0API0token0with0limits00";
/// d.vinci: the user name of the portals' own interface (HTTP Basic).
pub const DVINCI_PORTAL_USERNAME: &str = "keyfob-portal";
/// d.vinci: the password of the portals' own interface.
pub const DVINCI_PORTAL_PASSWORD: &str = "dvinci-simulated-portal-password";

/// Digitaleo: `client_id`.
pub const DIGITALEO_CLIENT_ID: &str = "keyfob-digitaleo";
/// Digitaleo: `client_secret`.
pub const DIGITALEO_CLIENT_SECRET: &str = "digitaleo-simulated-secret";
/// Digitaleo: a person's user name, for the grants of users and of end users.
pub const DIGITALEO_USERNAME: &str = "zoe.lefevre@exemple.fr";
/// Digitaleo: the person's password.
pub const DIGITALEO_PASSWORD: &str = "digitaleo-simulated-password";
/// Digitaleo: the token that an end user of a social network brings.
pub const DIGITALEO_FACEBOOK_TOKEN: &str = "digitaleo-simulated-facebook-token";

/// Every secret above, for redaction.
pub(crate) const SECRETS: [&str; 12] = [
    DITIO_CLIENT_SECRET,
    DITIO_ACCESS_TOKEN,
    BITS_CLIENT_SECRET,
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
