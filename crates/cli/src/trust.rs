//! `keyfob trust`: records that the user trusts a configuration file, and shows the settings of the file.

use std::path::Path;

use anyhow::Context;
use keyfob::env::Variable;

use crate::args::Trust;
use crate::console::{FAINT, TITLE, line, paint, printable};
use crate::registry;
use crate::settings::file;
use crate::settings::profile::{self, Profile};
use crate::settings::trusted::TrustedFiles;
use crate::usage_error::UsageError;

pub(crate) fn run(args: &Trust) -> anyhow::Result<()> {
    let path = if args.path.is_dir() { args.path.join(file::NAME) } else { args.path.clone() };
    let path = std::path::absolute(&path).with_context(|| format!("{} is not a path", path.display()))?;
    let mut trusted = TrustedFiles::load()?;
    if args.remove {
        if !trusted.remove(&path) {
            return Err(UsageError::new(format!("{} is not trusted", path.display())).into());
        }
        trusted.save()?;
        return Ok(line(format_args!("no longer trusted: {}", path.display()))?);
    }
    let table = profile::parse(&path, &trusted.insert(&path)?)?;
    let known = registry::variables();
    let profiles = profile::names(&table).map(|name| Ok((name, Profile::read(name, &table, &known)?)));
    let profiles: Vec<(&str, Profile)> = profiles
        .collect::<Result<_, String>>()
        .map_err(|problem| UsageError::new(format!("{}: {problem}", path.display())))?;
    for ca in profiles.iter().filter_map(|(_, profile)| profile.ca.as_deref()) {
        trusted.insert_named(&profile::beside(&path, ca))?;
    }
    trusted.save()?;
    line(format_args!("{} {}", paint(TITLE, "trusted:"), path.display()))?;
    for (name, profile) in &profiles {
        print_profile(name, profile, &path, &known)?;
    }
    Ok(())
}

/// Prints what a profile sets. Secrets are not shown.
fn print_profile(name: &str, profile: &Profile, path: &Path, known: &[Variable]) -> anyhow::Result<()> {
    line(format_args!("  profile {}", printable(name)))?;
    let row = |name: &str, value: &str| {
        line(format_args!("    {} {}", paint(FAINT, format_args!("{name:<24}")), printable(value)))
    };
    for (variable, value) in profile.values() {
        let secret = known.iter().any(|known| known.name() == variable && known.is_secret());
        row(variable, if secret { "(secret)" } else { value })?;
    }
    if let Some(ca) = &profile.ca {
        row("ca", &profile::beside(path, ca).display().to_string())?;
    }
    if profile.allow_plain_http {
        row("allow-plain-http", "true")?;
    }
    Ok(())
}
