//! Ditio's environments and their base URLs.

use keyfob_client::{
    Error, codegen,
    env::{self, Process, Variables},
};

use crate::variables::{API_BASE, ENVIRONMENT, IDENTITY_BASE, MASSTRANSPORT_BASE, REPORTING_BASE};

/// One of Ditio's environments. Credentials are valid in one environment only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Environment {
    /// Production.
    Production,
    /// Test. Ditio overwrites the data with a copy of the production data from time to time.
    Test,
    /// Custom base URLs: of a simulator, of a proxy, or of an environment above combined with the mass transport API.
    Custom(Endpoints),
}

/// Base URLs of Ditio's identity server and APIs, with an optional path prefix. A slash at the end makes no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Base URL of the identity server, which issues tokens at `/connect/token`.
    pub identity: String,
    /// Base URL of the core API.
    pub core: String,
    /// Base URL of the reporting API.
    pub reporting: String,
    /// Base URL of the mass transport API, which is not public: Ditio provides it at onboarding.
    pub mass_transport: Option<String>,
}

impl Environment {
    /// Reads the environment from the variables of the process's environment.
    ///
    /// * `DITIO_ENVIRONMENT` is `production` or `test`.
    /// * `DITIO_IDENTITY_BASE`, `DITIO_API_BASE` and `DITIO_REPORTING_BASE` set the base URLs instead. All three are
    ///   required, so that a client never mixes environments.
    /// * If none of these variables is set, the environment is production. A program whose variables for the test
    ///   environment are missing cannot change production data, because its credentials are not valid there.
    /// * `DITIO_MASSTRANSPORT_BASE` adds the mass transport API to the environment.
    ///
    /// # Errors
    ///
    /// If `DITIO_ENVIRONMENT` has another value, if some of the three base URLs are set and others are not, or if
    /// `DITIO_ENVIRONMENT` is set as well. The message names the variables.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(&Process)
    }

    /// Reads the environment as [`from_env`](Self::from_env) does, from any map of variables.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(vars: &dyn Variables) -> Result<Self, Error> {
        let named = ENVIRONMENT.optional(vars);
        let mass_transport = MASSTRANSPORT_BASE.optional(vars);
        let base_urls = env::all_or_none(vars, [IDENTITY_BASE, API_BASE, REPORTING_BASE])?;
        let environment = match (named, base_urls) {
            (Some(_), Some(_)) => {
                return Err(codegen::invalid(format!(
                    "{} and the base URLs ({}, {}, {}) are both set: unset the former or the latter",
                    ENVIRONMENT.name(),
                    IDENTITY_BASE.name(),
                    API_BASE.name(),
                    REPORTING_BASE.name(),
                )));
            }
            (None, Some([identity, core, reporting])) => {
                Self::Custom(Endpoints { identity, core, reporting, mass_transport: None })
            }
            (Some(name), None) => Self::named(&name)?,
            (None, None) => Self::Production,
        };
        Ok(match mass_transport {
            Some(url) => environment.with_mass_transport(url),
            None => environment,
        })
    }

    fn named(name: &str) -> Result<Self, Error> {
        match name.trim().to_ascii_lowercase().as_str() {
            "production" => Ok(Self::Production),
            "test" => Ok(Self::Test),
            _ => Err(codegen::invalid(format!(
                "{} is neither `production` nor `test`: set one of them",
                ENVIRONMENT.name()
            ))),
        }
    }

    /// Adds the base URL of the mass transport API, which Ditio provides at onboarding.
    #[must_use]
    pub fn with_mass_transport(self, base_url: impl Into<String>) -> Self {
        Self::Custom(Endpoints { mass_transport: Some(base_url.into()), ..self.endpoints() })
    }

    /// Returns the base URLs.
    #[must_use]
    pub fn endpoints(&self) -> Endpoints {
        let hosted = |top: &str| Endpoints {
            identity: format!("https://identity.ditio.{top}"),
            core: format!("https://core-api.ditio.{top}/core"),
            reporting: format!("https://core-api.ditio.{top}/reporting"),
            mass_transport: None,
        };
        match self {
            Self::Production => hosted("app"),
            Self::Test => hosted("dev"),
            Self::Custom(endpoints) => endpoints.clone(),
        }
    }

    /// Returns the URL of the token endpoint.
    pub(crate) fn token_url(&self) -> String {
        format!("{}/connect/token", self.endpoints().identity.trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URLS: [(&str, &str); 3] = [
        ("DITIO_IDENTITY_BASE", "https://identity.example"),
        ("DITIO_API_BASE", "https://api.example/core"),
        ("DITIO_REPORTING_BASE", "https://api.example/reporting"),
    ];

    #[test]
    fn production_and_test_differ_in_their_top_level_domain() {
        assert_eq!(Environment::Production.endpoints().core, "https://core-api.ditio.app/core");
        assert_eq!(Environment::Test.endpoints().reporting, "https://core-api.ditio.dev/reporting");
        assert_eq!(Environment::Test.token_url(), "https://identity.ditio.dev/connect/token");
    }

    #[track_caller]
    fn check(vars: &[(&str, &str)], expected: &Environment) {
        assert_eq!(&Environment::from_vars(&vars).unwrap(), expected);
    }

    #[test]
    fn the_environment_is_named_or_all_of_its_base_urls_are_set() {
        check(&[], &Environment::Production);
        check(&[("DITIO_ENVIRONMENT", "production")], &Environment::Production);
        check(&[("DITIO_ENVIRONMENT", " Test ")], &Environment::Test);
        check(&[("DITIO_ENVIRONMENT", "")], &Environment::Production);
        let custom = Endpoints {
            identity: "https://identity.example".into(),
            core: "https://api.example/core".into(),
            reporting: "https://api.example/reporting".into(),
            mass_transport: None,
        };
        check(&URLS, &Environment::Custom(custom));
        let mass_transport = ("DITIO_MASSTRANSPORT_BASE", "https://mass.example");
        let test = Environment::Test.with_mass_transport("https://mass.example");
        check(&[("DITIO_ENVIRONMENT", "test"), mass_transport], &test);
        assert_eq!(test.endpoints().core, Environment::Test.endpoints().core);
        check(&[mass_transport], &Environment::Production.with_mass_transport("https://mass.example"));
    }

    #[track_caller]
    fn check_error(vars: &[(&str, &str)], words: &[&str]) {
        let error = Environment::from_vars(&vars).unwrap_err().to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
        assert!(!error.contains("example"), "{error}");
    }

    #[test]
    fn a_partly_set_or_ambiguous_environment_is_an_error_that_names_the_variables() {
        for (index, _) in URLS.iter().enumerate() {
            let names = URLS.map(|(name, _)| name);
            check_error(&URLS[index..=index], &names);
            let mut two = URLS.to_vec();
            two.remove(index);
            check_error(&two, &names);
            check_error(&[URLS[index], ("DITIO_ENVIRONMENT", "test")], &names);
        }
        let both = [&URLS[..], &[("DITIO_ENVIRONMENT", "test")]].concat();
        check_error(&both, &["DITIO_ENVIRONMENT", "DITIO_API_BASE", "both set"]);
        check_error(&[("DITIO_ENVIRONMENT", "staging")], &["DITIO_ENVIRONMENT", "`production`", "`test`"]);
    }
}
