//! Base URLs of Digitaleo: one host for tokens, three for the APIs.

use keyfob_client::{
    Error,
    env::{self, Process, Variables},
};

use crate::variables::{API_BASE, CONTACTS_BASE, OAUTH_BASE, SMS_BASE};

/// Digitaleo's environment. No test environment is known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Environment {
    /// Production, on the public hosts of `messengeo.net`.
    Production,
    /// Other base URLs, such as a simulator's.
    Custom(Endpoints),
}

/// Base URLs of Digitaleo's hosts. Those of the APIs end in `/rest`. A slash at the end makes no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Base URL of the token host, which issues tokens at `/token`.
    pub oauth: String,
    /// Base URL of contacts, lists, statistics and fields.
    pub contacts: String,
    /// Base URL of campaigns and mailings.
    pub api: String,
    /// Base URL of text messages.
    pub sms: String,
}

impl Environment {
    /// Reads `DIGITALEO_OAUTH_BASE`, `DIGITALEO_CONTACTS_BASE`, `DIGITALEO_API_BASE` and `DIGITALEO_SMS_BASE`. If all
    /// of them are unset, the environment is production.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Auth`](keyfob_client::ErrorKind::Auth) if some of the variables are set and others are not. The
    /// message names the variables.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(&Process)
    }

    /// Reads the environment as [`from_env`](Self::from_env) does, from any map of variables.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(vars: &dyn Variables) -> Result<Self, Error> {
        let base_urls = env::all_or_none(vars, [OAUTH_BASE, CONTACTS_BASE, API_BASE, SMS_BASE])?;
        Ok(match base_urls {
            Some([oauth, contacts, api, sms]) => Self::Custom(Endpoints { oauth, contacts, api, sms }),
            None => Self::Production,
        })
    }

    /// Returns the base URLs.
    #[must_use]
    pub fn endpoints(&self) -> Endpoints {
        match self {
            Self::Production => Endpoints {
                oauth: "https://oauth.messengeo.net".into(),
                contacts: "https://contacts.messengeo.net/rest".into(),
                api: "https://api.messengeo.net/rest".into(),
                sms: "https://sms.messengeo.net/rest".into(),
            },
            Self::Custom(endpoints) => endpoints.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_base_urls_are_set_or_the_environment_is_production() {
        let all = [
            ("DIGITALEO_OAUTH_BASE", "https://a"),
            ("DIGITALEO_CONTACTS_BASE", "https://b/rest"),
            ("DIGITALEO_API_BASE", "https://c/rest"),
            ("DIGITALEO_SMS_BASE", "https://d/rest"),
        ];
        assert_eq!(Environment::from_vars(&&all[..0]).unwrap(), Environment::Production);
        let custom = Environment::from_vars(&all).unwrap().endpoints();
        assert_eq!([custom.oauth, custom.contacts, custom.api, custom.sms], all.map(|(_, url)| url.to_owned()));
        let error = Environment::from_vars(&&all[1..]).unwrap_err().to_string();
        assert!(all.iter().all(|(name, _)| error.contains(name)), "{error}");
    }
}
