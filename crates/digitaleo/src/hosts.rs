//! Where Digitaleo is: one host for tokens, three for its APIs.

use keyfob_client::env;

/// The base URLs of Digitaleo's hosts. Those of the APIs end in `/rest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    /// Issues tokens at `/token`.
    pub oauth: String,
    /// Contacts, lists, statistics, fields.
    pub contacts: String,
    /// Campaigns and mailings.
    pub api: String,
    /// Text messages.
    pub sms: String,
}

impl Default for Hosts {
    /// The public hosts.
    fn default() -> Self {
        Self {
            oauth: "https://oauth.messengeo.net".into(),
            contacts: "https://contacts.messengeo.net/rest".into(),
            api: "https://api.messengeo.net/rest".into(),
            sms: "https://sms.messengeo.net/rest".into(),
        }
    }
}

impl Hosts {
    /// Reads `DIGITALEO_OAUTH_BASE`, `DIGITALEO_CONTACTS_BASE`, `DIGITALEO_API_BASE` and `DIGITALEO_SMS_BASE`; what is not
    /// set is the public host.
    #[must_use]
    pub fn from_env() -> Self {
        let public = Self::default();
        Self {
            oauth: env::optional("DIGITALEO_OAUTH_BASE").unwrap_or(public.oauth),
            contacts: env::optional("DIGITALEO_CONTACTS_BASE").unwrap_or(public.contacts),
            api: env::optional("DIGITALEO_API_BASE").unwrap_or(public.api),
            sms: env::optional("DIGITALEO_SMS_BASE").unwrap_or(public.sms),
        }
    }
}
