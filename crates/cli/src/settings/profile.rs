//! Profiles of `keyfob.toml`: the settings of one installation.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use keyfob::env::Variable;
use toml::{Table, Value};

use super::file;
use crate::args::Connection;
use crate::console::{WARNING, note, paint};
use crate::suggest::{did_you_mean, find, fold};
use crate::usage_error::UsageError;

/// A profile: values by the environment variables that they replace.
#[derive(Default)]
pub(crate) struct Profile {
    pub(crate) ca: Option<PathBuf>,
    pub(crate) allow_plain_http: bool,
    values: BTreeMap<&'static str, String>,
}

impl Profile {
    /// Loads the profile that `--profile` names. Profiles are opt-in, so that a file in another user's directory cannot
    /// redirect credentials of the environment.
    pub(crate) fn load(connection: &Connection, known: &[Variable]) -> Result<Self, UsageError> {
        let Some(name) = &connection.profile else { return Ok(Self::default()) };
        let path = file::locate(connection.config.as_deref())?;
        let text = std::fs::read_to_string(&path)
            .map_err(|error| UsageError::with_source(error, format!("cannot read {}", path.display())))?;
        let table: Table = toml::from_str(&text).map_err(|error| {
            // The error's `Display` shows the line, which may contain a secret.
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
            UsageError::new(format!(
                "{} line {line}: {}",
                path.display(),
                error.message().lines().next().unwrap_or_default()
            ))
        })?;
        let mut profile = Self::read(name, &table, known)
            .map_err(|problem| UsageError::new(format!("{}: {problem}", path.display())))?;
        profile.ca = profile.ca.map(|ca| path.parent().map(|folder| folder.join(&ca)).unwrap_or(ca));
        let holds_secrets = known.iter().any(|variable| variable.is_secret() && profile.get(variable.name()).is_some());
        if holds_secrets && file::is_open(&path) {
            note(format_args!(
                "{} {} contains secrets and can be read by other users: chmod 600 {0}",
                paint(WARNING, "warning:"),
                path.display()
            ));
        }
        Ok(profile)
    }

    pub(crate) fn get(&self, variable: &str) -> Option<String> {
        self.values.get(variable).cloned()
    }

    fn read(name: &str, table: &Table, known: &[Variable]) -> Result<Self, String> {
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
