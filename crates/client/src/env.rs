//! Settings from environment variables, with errors that name the variable and never its value.

use keyfob_auth::SecretString;

use crate::{Error, ErrorKind};

/// The variable's value; an empty one counts as not set.
#[must_use]
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// The variable's value, which has to be there.
///
/// # Errors
///
/// If it is not set, is empty, or is not UTF-8.
pub fn required(name: &str) -> Result<String, Error> {
    optional(name).ok_or_else(|| {
        Error::new(
            ErrorKind::Auth,
            format!("the environment variable {name} is not set: set it, or give the value in code"),
        )
    })
}

/// The variable's value as a secret, which has to be there.
///
/// # Errors
///
/// As [`required`].
pub fn secret(name: &str) -> Result<SecretString, Error> {
    required(name).map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let error = required("KEYFOB_TEST_NO_SUCH_VARIABLE").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth);
        assert!(error.to_string().contains("KEYFOB_TEST_NO_SUCH_VARIABLE is not set"), "{error}");
    }
}
