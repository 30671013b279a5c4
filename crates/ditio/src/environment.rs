//! Where Ditio is.

use keyfob_client::env;

/// One of Ditio's environments. Credentials of one are unknown in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Environment {
    /// Production.
    Production,
    /// Test. Its data is copied over from production from time to time, so what exists only there can vanish.
    Test,
    /// Other addresses: a simulator, a proxy, production under its other name.
    Custom(Endpoints),
}

/// The base URLs of Ditio's identity server and APIs. They may end in a path prefix, with or without a slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// The identity server, which issues tokens at `/connect/token`.
    pub identity: String,
    /// The core API.
    pub core: String,
    /// The reporting API.
    pub reporting: String,
    /// The mass transport API. It has no public address: Ditio hands it over at onboarding.
    pub mass_transport: Option<String>,
}

impl Environment {
    /// Reads `DITIO_IDENTITY_BASE`, `DITIO_API_BASE`, `DITIO_REPORTING_BASE` and `DITIO_MASSTRANSPORT_BASE`; what is not
    /// set is production's.
    #[must_use]
    pub fn from_env() -> Self {
        let production = Self::Production.endpoints();
        Self::Custom(Endpoints {
            identity: env::optional("DITIO_IDENTITY_BASE").unwrap_or(production.identity),
            core: env::optional("DITIO_API_BASE").unwrap_or(production.core),
            reporting: env::optional("DITIO_REPORTING_BASE").unwrap_or(production.reporting),
            mass_transport: env::optional("DITIO_MASSTRANSPORT_BASE"),
        })
    }

    /// The base URLs.
    #[must_use]
    pub fn endpoints(self) -> Endpoints {
        let hosted = |top: &str| Endpoints {
            identity: format!("https://identity.ditio.{top}"),
            core: format!("https://core-api.ditio.{top}/core"),
            reporting: format!("https://core-api.ditio.{top}/reporting"),
            mass_transport: None,
        };
        match self {
            Self::Production => hosted("app"),
            Self::Test => hosted("dev"),
            Self::Custom(endpoints) => endpoints,
        }
    }

    /// The address of the token endpoint.
    pub(crate) fn token_url(&self) -> String {
        format!("{}/connect/token", self.clone().endpoints().identity.trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_and_test_are_told_apart_by_their_top_level_domain() {
        assert_eq!(Environment::Production.endpoints().core, "https://core-api.ditio.app/core");
        assert_eq!(Environment::Test.endpoints().reporting, "https://core-api.ditio.dev/reporting");
        assert_eq!(Environment::Test.token_url(), "https://identity.ditio.dev/connect/token");
    }
}
