//! Configuration from environment variables, or from any other map of names to values.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, Hash},
};

use keyfob_auth::SecretString;

use crate::error::{Error, ErrorKind};

/// File of root certificates (PEM) that [`from_env`](crate::ApiClient::from_env) trusts in addition to those of the
/// platform.
pub const CA: Variable = Variable::new("KEYFOB_CA");

/// A map of variable names to values.
///
/// Implemented for [`Process`], for maps, arrays and vectors of string pairs, and for closures:
///
/// ```
/// use keyfob_client::env::{Variable, Variables};
///
/// const REGION: Variable = Variable::new("EXAMPLE_REGION");
///
/// let pairs = [("EXAMPLE_REGION", "north")];
/// let closure = |name: &str| (name == "EXAMPLE_REGION").then(|| "south".to_owned());
/// assert_eq!(REGION.optional(&pairs).as_deref(), Some("north"));
/// assert_eq!(REGION.optional(&closure).as_deref(), Some("south"));
/// ```
pub trait Variables {
    /// Returns the value of the variable, if it is set.
    fn get(&self, name: &str) -> Option<String>;

    /// Returns the rank of the layer that sets the variable, for maps of several layers. Layers of lower rank take
    /// precedence.
    ///
    /// For example, a token in a layer of lower rank is used instead of a client id and secret in a layer of higher
    /// rank. Maps of a single layer return 0.
    fn rank(&self, _name: &str) -> usize {
        0
    }

    /// Returns advice for the user, with which the error message of an unset variable ends.
    fn advice(&self, _name: &str) -> String {
        "set it, or pass the value in code".to_owned()
    }
}

/// Variables of the process's environment. A value that is not UTF-8 counts as unset.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process;

impl Variables for Process {
    fn get(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

impl<F: Fn(&str) -> Option<String>> Variables for F {
    fn get(&self, name: &str) -> Option<String> {
        self(name)
    }
}

impl<K, V, S> Variables for HashMap<K, V, S>
where
    K: std::borrow::Borrow<str> + Hash + Eq,
    V: AsRef<str>,
    S: BuildHasher,
{
    fn get(&self, name: &str) -> Option<String> {
        HashMap::get(self, name).map(|value| value.as_ref().to_owned())
    }
}

impl<K: std::borrow::Borrow<str> + Ord, V: AsRef<str>> Variables for BTreeMap<K, V> {
    fn get(&self, name: &str) -> Option<String> {
        BTreeMap::get(self, name).map(|value| value.as_ref().to_owned())
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Variables for Vec<(K, V)> {
    fn get(&self, name: &str) -> Option<String> {
        find(self, name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>, const N: usize> Variables for [(K, V); N] {
    fn get(&self, name: &str) -> Option<String> {
        find(self, name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Variables for &[(K, V)] {
    fn get(&self, name: &str) -> Option<String> {
        find(self, name)
    }
}

fn find<K: AsRef<str>, V: AsRef<str>>(pairs: &[(K, V)], name: &str) -> Option<String> {
    pairs.iter().find(|(known, _)| known.as_ref() == name).map(|(_, value)| value.as_ref().to_owned())
}

/// Name of a variable, and the use of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    name: &'static str,
    usage: Usage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Usage {
    Plain,
    Secret,
    BaseUrl(&'static str),
}

impl Variable {
    /// Names a variable whose value is not a secret.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, usage: Usage::Plain }
    }

    /// Names a variable whose value is a secret.
    #[must_use]
    pub const fn secret(name: &'static str) -> Self {
        Self { name, usage: Usage::Secret }
    }

    /// Names a variable whose value is the base URL of `host`.
    #[must_use]
    pub const fn base_url(name: &'static str, host: &'static str) -> Self {
        Self { name, usage: Usage::BaseUrl(host) }
    }

    /// Returns the name of the variable.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns `true` if the value is a secret.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        matches!(self.usage, Usage::Secret)
    }

    /// Returns the name of the host, if the value is the base URL of a host.
    #[must_use]
    pub const fn host(&self) -> Option<&'static str> {
        match self.usage {
            Usage::BaseUrl(host) => Some(host),
            _ => None,
        }
    }

    /// Reads the value. A blank value counts as unset.
    #[must_use]
    pub fn optional(&self, vars: &dyn Variables) -> Option<String> {
        vars.get(self.name).filter(|value| !value.trim().is_empty())
    }

    /// Reads the value of a variable that must be set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Auth`] if the variable is unset or blank. The message names the variable.
    pub fn required(&self, vars: &dyn Variables) -> Result<String, Error> {
        self.optional(vars)
            .ok_or_else(|| Error::new(ErrorKind::Auth, format!("{} is not set: {}", self.name, vars.advice(self.name))))
    }

    /// Reads a secret that must be set.
    ///
    /// # Errors
    ///
    /// As [`required`](Self::required).
    pub fn required_secret(&self, vars: &dyn Variables) -> Result<SecretString, Error> {
        self.required(vars).map(Into::into)
    }
}

/// Reads variables that must be set together. Returns all values, or `None` if all are unset.
///
/// # Errors
///
/// [`ErrorKind::Auth`] if some are set and others are not. The message names the set and the unset variables.
pub fn all_or_none<const N: usize>(
    vars: &dyn Variables,
    variables: [Variable; N],
) -> Result<Option<[String; N]>, Error> {
    let values = variables.map(|variable| variable.optional(vars));
    let names = |set: bool| -> Vec<_> {
        let chosen = variables.iter().zip(&values).filter(|(_, value)| value.is_some() == set);
        chosen.map(|(variable, _)| variable.name).collect()
    };
    let (set, unset) = (names(true), names(false));
    if set.is_empty() {
        return Ok(None);
    }
    if unset.is_empty() {
        return Ok(Some(values.map(Option::unwrap_or_default)));
    }
    Err(Error::new(
        ErrorKind::Auth,
        format!(
            "{} {} set but {} {} not: set all of them, or none",
            set.join(", "),
            if set.len() == 1 { "is" } else { "are" },
            unset.join(", "),
            if unset.len() == 1 { "is" } else { "are" },
        ),
    ))
}

/// Returns `true` if the credentials in `alternative` are to be used instead of those in `preferred`.
///
/// This is the case if `alternative` is set and the variables of `preferred` are not all set, or if a layer of a lower
/// [`rank`](Variables::rank) sets `alternative`.
#[must_use]
pub fn uses_alternative(vars: &dyn Variables, alternative: Variable, preferred: [Variable; 2]) -> bool {
    choose(vars, &[&preferred, &[alternative]]) == Some(1)
}

/// Returns the index of the kind of credentials to use, of which all variables must be set, or `None` if no kind is
/// complete.
///
/// The complete kind from the layers of the lowest [`rank`](Variables::rank) is used, and of several the first.
#[must_use]
pub fn choose(vars: &dyn Variables, kinds: &[&[Variable]]) -> Option<usize> {
    let rank = |variable: &Variable| variable.optional(vars).map(|_| vars.rank(variable.name));
    let ranks = kinds.iter().map(|kind| kind.iter().map(rank).collect::<Option<Vec<_>>>()?.into_iter().max());
    let complete = ranks.enumerate().filter_map(|(index, rank)| Some((rank?, index)));
    complete.min().map(|(_, index)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Variable = Variable::new("KEYFOB_TEST_ID");
    const SECRET: Variable = Variable::secret("KEYFOB_TEST_SECRET");
    const TOKEN: Variable = Variable::secret("KEYFOB_TEST_TOKEN");

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let error = Variable::new("KEYFOB_TEST_NO_SUCH_VARIABLE").required(&Process).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth);
        assert!(error.to_string().contains("KEYFOB_TEST_NO_SUCH_VARIABLE is not set"), "{error}");
    }

    #[test]
    fn any_map_is_read_and_a_blank_value_counts_as_unset() {
        let pairs = [("KEYFOB_TEST_ID", "id"), ("KEYFOB_TEST_SECRET", " ")];
        let maps: [&dyn Variables; 6] =
            [&pairs, &pairs.to_vec(), &&pairs[..], &HashMap::from(pairs), &BTreeMap::from(pairs), &|name: &str| {
                find(&pairs, name)
            }];
        for vars in maps {
            assert_eq!(ID.optional(vars).as_deref(), Some("id"));
            assert_eq!(SECRET.optional(vars), None);
            assert!(SECRET.required(vars).unwrap_err().to_string().starts_with("KEYFOB_TEST_SECRET is not set"));
        }
    }

    #[test]
    fn variables_that_belong_together_are_all_set_or_none() {
        let read = |pairs: &[(&str, &str)]| all_or_none(&pairs, [ID, SECRET, TOKEN]);
        assert_eq!(read(&[]).unwrap(), None);
        let all = [("KEYFOB_TEST_ID", "1"), ("KEYFOB_TEST_SECRET", "2"), ("KEYFOB_TEST_TOKEN", "3")];
        assert_eq!(read(&all).unwrap(), Some(["1", "2", "3"].map(str::to_owned)));
        assert_eq!(
            read(&all[1..2]).unwrap_err().to_string(),
            "KEYFOB_TEST_SECRET is set but KEYFOB_TEST_ID, KEYFOB_TEST_TOKEN are not: set all of them, or none"
        );
        assert_eq!(
            read(&all[..2]).unwrap_err().to_string(),
            "KEYFOB_TEST_ID, KEYFOB_TEST_SECRET are set but KEYFOB_TEST_TOKEN is not: set all of them, or none"
        );
    }

    /// Variables, each with the rank of its layer.
    struct Ranked(&'static [(&'static str, usize)]);

    impl Variables for Ranked {
        fn get(&self, name: &str) -> Option<String> {
            self.0.iter().any(|(known, _)| *known == name).then(|| "value".to_owned())
        }

        fn rank(&self, name: &str) -> usize {
            self.0.iter().find(|(known, _)| *known == name).map_or(usize::MAX, |(_, rank)| *rank)
        }
    }

    #[track_caller]
    fn check(layers: &'static [(&'static str, usize)], alternative: bool) {
        assert_eq!(uses_alternative(&Ranked(layers), TOKEN, [ID, SECRET]), alternative);
    }

    #[test]
    fn a_token_is_used_without_a_complete_client_or_from_a_lower_ranking_layer() {
        check(&[], false);
        check(&[("KEYFOB_TEST_TOKEN", 0)], true);
        check(&[("KEYFOB_TEST_TOKEN", 0), ("KEYFOB_TEST_ID", 0)], true);
        check(&[("KEYFOB_TEST_TOKEN", 0), ("KEYFOB_TEST_ID", 0), ("KEYFOB_TEST_SECRET", 0)], false);
        check(&[("KEYFOB_TEST_TOKEN", 0), ("KEYFOB_TEST_ID", 0), ("KEYFOB_TEST_SECRET", 1)], true);
        check(&[("KEYFOB_TEST_TOKEN", 1), ("KEYFOB_TEST_ID", 0), ("KEYFOB_TEST_SECRET", 0)], false);
    }

    #[test]
    fn the_first_complete_kind_of_credentials_is_chosen() {
        let kinds: &[&[Variable]] = &[&[ID, SECRET], &[TOKEN], &[ID]];
        let choose = |names: &[&str]| super::choose(&names.iter().map(|name| (*name, "x")).collect::<Vec<_>>(), kinds);
        assert_eq!(choose(&[]), None);
        assert_eq!(choose(&["KEYFOB_TEST_SECRET"]), None);
        assert_eq!(choose(&["KEYFOB_TEST_ID"]), Some(2));
        assert_eq!(choose(&["KEYFOB_TEST_ID", "KEYFOB_TEST_TOKEN"]), Some(1));
        assert_eq!(choose(&["KEYFOB_TEST_ID", "KEYFOB_TEST_TOKEN", "KEYFOB_TEST_SECRET"]), Some(0));
    }
}
