//! What each run of the compiler took. Programs have most of their crates in common; what such a crate takes, with the
//! same features and flags, is the median of all its builds, so that a slow minute of the machine is not one program's.

use std::collections::{BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use keyfob_bench::measure::Series;

use super::program::children;

/// Names the file that the compiler's runs are written down in, and with it makes this program the compiler's wrapper.
pub(crate) const LOG: &str = "KEYFOB_BENCH_UNITS";

/// A crate as cargo has it built: its name, and its package, version, kind, profile and features. Cargo's own hash would
/// tell apart what differs in the features of a dependency's dependency alone.
pub(super) type Unit = (String, String);

/// Processor time of a build, in seconds.
pub(super) struct Build {
    /// All of it.
    pub(super) seconds: f64,
    /// What of it are runs of the compiler; the rest is cargo and the scripts of crates.
    pub(super) units: HashMap<Unit, f64>,
}

/// What units took in several builds.
#[derive(Default)]
pub(super) struct Units(HashMap<Unit, Series>);

impl Units {
    pub(super) fn add(&mut self, build: &Build) {
        for (unit, seconds) in &build.units {
            self.0.entry(unit.clone()).or_default().push(*seconds);
        }
    }

    /// What a build took, with each unit at its median.
    pub(super) fn steady(&self, build: &Build) -> f64 {
        let differences = build.units.iter().map(|(unit, seconds)| self.0[unit].median() - seconds);
        build.seconds + differences.sum::<f64>()
    }

    /// What the crate of this name takes in a build.
    pub(super) fn of(&self, build: &Build, name: &str) -> f64 {
        let units = build.units.keys().filter(|(other, _)| other == name).map(|unit| self.0[unit].median());
        // `sum` makes -0.0 of nothing.
        units.fold(0.0, |sum, seconds| sum + seconds)
    }
}

/// Runs the compiler as cargo asks for it, and writes down what it took.
pub(crate) fn wrap(log: &OsStr) -> Result<ExitCode> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let (compiler, arguments) = arguments.split_first().context("cargo names the compiler")?;
    let status = Command::new(compiler).args(arguments).status().context("starting the compiler")?;
    let texts: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let behind = |flag: &str| texts.iter().position(|text| text == flag).and_then(|at| texts.get(at + 1));
    if let (Some(name), Some(package)) = (behind("--crate-name"), std::env::var_os("CARGO_PKG_NAME")) {
        let version = std::env::var_os("CARGO_PKG_VERSION").unwrap_or_default();
        let kind = behind("--crate-type").map_or("bin", |kind| kind);
        let settings = texts.iter().filter(|text| text.starts_with("feature=") || text.starts_with("opt-level="));
        let settings: BTreeSet<_> = settings.map(AsRef::as_ref).collect();
        let unit = format!("{}:{}:{kind}:{settings:?}", package.display(), version.display()).replace(' ', "");
        // One write each, so that compilers that end at the same time do not mix their lines.
        let line = format!("{name} {unit} {}\n", children()?);
        fs::OpenOptions::new().append(true).open(log).context("opening the log")?.write_all(line.as_bytes())?;
    }
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}

pub(super) fn read(log: &Path) -> Result<HashMap<Unit, f64>> {
    let text = fs::read_to_string(log).context("reading the log of the compiler's runs")?;
    let unit = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        let unit = words.next().zip(words.next()).context("a unit has a name and a hash")?;
        Ok((unit, words.next().context("a unit took something")?.parse()?))
    };
    text.lines().map(unit).collect()
}
