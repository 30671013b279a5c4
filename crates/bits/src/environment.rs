//! Address of the Bits API.

use keyfob_client::{
    Error,
    env::{Process, Variables},
};

use crate::variables::BASE;

/// Address of the Bits API. Bits documents no test environment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Environment {
    /// Production, `https://api.bits.bi`.
    Production,
    /// Another base URL, such as a simulator's. See [`at`](Self::at).
    Custom(String),
}

impl Environment {
    /// Creates an environment with this base URL, which may have a path prefix. A slash at the end makes no difference.
    #[must_use]
    pub fn at(base_url: impl Into<String>) -> Self {
        Self::Custom(base_url.into())
    }

    /// Reads the base URL from `BITS_BASE`. If it is unset, the environment is production.
    ///
    /// # Errors
    ///
    /// Currently never: an unusable URL is an error of the client's `build`.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(&Process)
    }

    /// Reads the base URL as [`from_env`](Self::from_env) does, from any map of variables.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(vars: &dyn Variables) -> Result<Self, Error> {
        Ok(BASE.optional(vars).map_or(Self::Production, Self::at))
    }

    /// Returns the base URL.
    #[must_use]
    pub fn base_url(&self) -> &str {
        match self {
            Self::Production => "https://api.bits.bi",
            Self::Custom(base_url) => base_url,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_production_unless_a_base_url_is_set() {
        assert_eq!(Environment::from_vars(&[("BITS_BASE", " ")]).unwrap(), Environment::Production);
        let custom = Environment::from_vars(&[("BITS_BASE", "http://localhost:1")]).unwrap();
        assert_eq!(custom.base_url(), "http://localhost:1");
    }
}
