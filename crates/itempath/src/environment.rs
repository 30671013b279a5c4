//! Address of an ItemPath installation.

use keyfob_client::{
    Error,
    env::{Process, Variables},
};

use crate::variables::BASE;

/// Address of an ItemPath installation, in the cloud or on premise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    base_url: String,
}

impl Environment {
    /// Creates the environment of a cloud tenant from its host name, `your-company.itempath.com`, with https. A base URL
    /// with a scheme is used unchanged.
    #[must_use]
    pub fn tenant(host: impl AsRef<str>) -> Self {
        let host = host.as_ref().trim();
        Self::at(if host.contains("://") { host.to_owned() } else { format!("https://{host}") })
    }

    /// Creates an environment with this base URL, which may have a path prefix. A slash at the end makes no difference.
    #[must_use]
    pub fn at(base_url: impl Into<String>) -> Self {
        Self { base_url: base_url.into() }
    }

    /// Reads the base URL from `ITEMPATH_BASE`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Auth`](keyfob_client::ErrorKind::Auth) if the variable is unset.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(&Process)
    }

    /// Reads the base URL as [`from_env`](Self::from_env) does, from any map of variables.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(vars: &dyn Variables) -> Result<Self, Error> {
        BASE.required(vars).map(Self::at)
    }

    /// Returns the base URL.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_a_host_name_or_a_base_url() {
        assert_eq!(Environment::tenant("your-company.itempath.com").base_url(), "https://your-company.itempath.com");
        assert_eq!(Environment::tenant("http://localhost:8080"), Environment::at("http://localhost:8080"));
        assert_eq!(
            Environment::from_vars(&[("ITEMPATH_BASE", "https://localhost")]).unwrap(),
            Environment::tenant("localhost")
        );
        let error = Environment::from_vars(&[("ITEMPATH_BASE", "")]).unwrap_err();
        assert!(error.to_string().starts_with("ITEMPATH_BASE is not set"), "{error}");
    }
}
