//! Profiles of `keyfob.toml`: the settings of one installation.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use keyfob::env::Variable;
use toml::{Table, Value};

use super::file::{self, Origin};
use super::trusted;
use crate::args::connection::Connection;
use crate::console::{FAINT, WARNING, note, paint};
use crate::suggest::{did_you_mean, find, fold};
use crate::usage_error::UsageError;

/// A profile: values by the environment variables that they replace.
#[derive(Default)]
pub(crate) struct Profile {
    /// Path of a certificate, as in the file.
    pub(crate) ca: Option<PathBuf>,
    pub(crate) allow_plain_http: bool,
    values: BTreeMap<&'static str, String>,
    /// Path and contents of the certificate, unless the command line names another.
    pub(super) certificate: Option<(PathBuf, Vec<u8>)>,
}

impl Profile {
    /// Loads the profile that `--profile` names.
    ///
    /// Profiles are opt-in, and a file that was found in this or a parent directory must be trusted, so that a file
    /// that somebody else has put there can neither redirect credentials nor supply them.
    pub(crate) fn load(connection: &Connection, known: &[Variable]) -> Result<Self, UsageError> {
        let Some(name) = &connection.profile else { return Ok(Self::default()) };
        let (path, origin) = file::locate(connection.config.as_deref())?;
        let (contents, metadata) = file::read(&path)?;
        if origin == Origin::Found {
            file::check_owner(&path, &metadata)?;
            trusted::check(&path, &contents, &path)?;
        }
        let mut profile = Self::read(name, &parse(&path, &contents)?, known)
            .map_err(|problem| UsageError::new(format!("{}: {problem}", path.display())))?;
        if let Some(ca) = profile.ca.as_ref().filter(|_| connection.ca.is_none()) {
            let ca = beside(&path, ca);
            let (pem, _) = file::read(&ca)?;
            if origin == Origin::Found {
                trusted::check(&ca, &pem, &path)?;
            }
            profile.certificate = Some((ca, pem));
        }
        let holds_secrets = known.iter().any(|variable| variable.is_secret() && profile.get(variable.name()).is_some());
        if holds_secrets && file::is_open(&metadata) {
            note(format_args!(
                "{} {} contains secrets and can be read by other users: chmod 600 {0}",
                paint(WARNING, "warning:"),
                path.display()
            ));
        }
        if origin != Origin::Named {
            note(paint(FAINT, format_args!("profile {name} of {}", path.display())));
        }
        Ok(profile)
    }

    /// Returns the values by the variables that they replace.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.values.iter().map(|(name, value)| (*name, value.as_str()))
    }

    pub(crate) fn get(&self, variable: &str) -> Option<String> {
        self.values.get(variable).cloned()
    }

    /// Reads a profile from the configuration file. The path of its certificate is as in the file.
    pub(crate) fn read(name: &str, table: &Table, known: &[Variable]) -> Result<Self, String> {
        if let Some(unknown) = table.keys().find(|key| *key != "profiles") {
            return Err(format!("{unknown} is not a known top-level key: write [profiles.NAME.VENDOR]"));
        }
        let none = Table::new();
        let profiles = table.get("profiles").and_then(Value::as_table).unwrap_or(&none);
        let Some(found) = profiles.get(name).and_then(Value::as_table) else {
            let names: Vec<_> = profiles.keys().map(String::as_str).collect();
            let names = if names.is_empty() {
                "the file has none".to_owned()
            } else {
                format!("the file has {}", names.join(", "))
            };
            return Err(format!("there is no profile {name}: {names}"));
        };
        let mut profile = Self::default();
        for (key, value) in found {
            match (fold(key).as_str(), value) {
                ("ca", Value::String(path)) => profile.ca = Some(path.into()),
                ("allowplainhttp", Value::Boolean(allow)) => profile.allow_plain_http = *allow,
                (_, Value::Table(section)) => profile.section(name, key, section, known)?,
                _ => {
                    return Err(format!(
                        "{key} is not a key of [profiles.{name}]: use ca, allow-plain-http or a vendor"
                    ));
                }
            }
        }
        Ok(profile)
    }

    fn section(&mut self, name: &str, vendor: &str, section: &Table, known: &[Variable]) -> Result<(), String> {
        let vendors: BTreeSet<_> = known.iter().map(|variable| self::key(variable.name()).0).collect();
        let vendors = || vendors.iter().map(String::as_str);
        let Some(vendor) = find(vendor, vendors()).map(str::to_owned) else {
            return Err(format!("there is no vendor {vendor}{}", did_you_mean(vendor, vendors())));
        };
        let keys: Vec<_> = known.iter().map(|variable| (self::key(variable.name()), variable.name())).collect();
        let keys: Vec<_> = keys.into_iter().filter(|((owner, _), _)| *owner == vendor).collect();
        for (key, value) in section {
            let Some((_, variable)) = keys.iter().find(|((_, known), _)| fold(known) == fold(key)) else {
                let known = keys.iter().map(|((_, known), _)| known.as_str());
                return Err(format!("{key} is not a key of [profiles.{name}.{vendor}]{}", did_you_mean(key, known)));
            };
            let Value::String(value) = value else {
                return Err(format!("{key} in [profiles.{name}.{vendor}] must be a string in quotes"));
            };
            self.values.insert(variable, value.clone());
        }
        Ok(())
    }
}

/// Parses a configuration file.
pub(crate) fn parse(path: &Path, contents: &[u8]) -> Result<Table, UsageError> {
    let text = std::str::from_utf8(contents)
        .map_err(|error| UsageError::with_source(error, format!("{} is not a text", path.display())))?;
    toml::from_str(text).map_err(|error| {
        // The error's `Display` shows the line, which may contain a secret.
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        let problem = error.message().lines().next().unwrap_or_default();
        UsageError::new(format!("{} line {line}: {problem}", path.display()))
    })
}

/// Returns the names of the profiles of a configuration file.
pub(crate) fn names(table: &Table) -> impl Iterator<Item = &str> {
    table.get("profiles").and_then(Value::as_table).into_iter().flat_map(|profiles| profiles.keys().map(String::as_str))
}

/// Returns the path of a file that the configuration file names, relative to its own directory.
pub(crate) fn beside(config: &Path, path: &Path) -> PathBuf {
    config.parent().unwrap_or(Path::new("")).join(path)
}

/// Returns the section and the key of a variable in the file: `DITIO_CLIENT_ID` is `client-id` of `ditio`.
pub(crate) fn key(variable: &str) -> (String, String) {
    let (vendor, key) = variable.split_once('_').unwrap_or((variable, ""));
    (vendor.to_lowercase(), key.to_lowercase().replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;

    fn read(name: &str, text: &str) -> Result<Profile, String> {
        Profile::read(name, &toml::from_str(text).unwrap(), &registry::variables())
    }

    const FILE: &str = "
        [profiles.plant]
        ca = 'plant.pem'
        allow-plain-http = true
        [profiles.plant.itempath]
        base = 'https://itempath.plant'
        username = 'kari'
        [profiles.test.ditio]
        client_id = 'id'
        clientSecret = 'secret'
    ";

    #[test]
    fn keys_are_the_variables_in_lower_case() {
        let plant = read("plant", FILE).unwrap();
        assert_eq!(plant.get("ITEMPATH_BASE").unwrap(), "https://itempath.plant");
        assert_eq!(plant.get("ITEMPATH_USERNAME").unwrap(), "kari");
        assert_eq!((plant.ca.unwrap(), plant.allow_plain_http), (PathBuf::from("plant.pem"), true));
        let test = read("test", FILE).unwrap();
        assert_eq!(test.get("DITIO_CLIENT_ID").unwrap(), "id");
        assert_eq!(test.get("DITIO_CLIENT_SECRET").unwrap(), "secret");
        assert_eq!(test.get("ITEMPATH_BASE"), None);
    }

    #[test]
    fn a_typo_is_named_and_its_value_is_not() {
        for (name, text, wrong) in [
            ("plannt", FILE, "there is no profile plannt: the file has plant, test"),
            (
                "a",
                "[profiles.a.ditio]\nclient-secrte = 'canary'",
                "client-secrte is not a key of [profiles.a.ditio]: did you mean client-secret",
            ),
            ("a", "[profiles.a.itmepath]\nbase = 'canary'", "there is no vendor itmepath: did you mean itempath?"),
            ("a", "[profiles.a.bits]\nclient-id = 7", "must be a string in quotes"),
            ("a", "[profiles.a]\nclient-id = 'canary'", "client-id is not a key of [profiles.a]: use ca"),
            ("a", "[ditio]\nclient-id = 'canary'", "ditio is not a known top-level key: write [profiles.NAME.VENDOR]"),
        ] {
            let error = read(name, text).err().expect("an error");
            assert!(error.contains(wrong), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
