//! CPU time of each run of the compiler. A crate that several programs build with the same features and flags counts
//! with the median of all its builds, so that a temporary slowdown of the machine does not affect only one program.

use std::collections::{BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use keyfob_bench::measure::Series;

use super::program::children;

/// Environment variable with the path of the log of compiler runs. If set, this program acts as `RUSTC_WRAPPER`.
pub(crate) const LOG: &str = "KEYFOB_BENCH_UNITS";

/// Compilation unit: the crate name, and its package, version, kind, profile and features. Cargo's hash is not used,
/// because it also differs between features of transitive dependencies.
pub(super) type Unit = (String, String);

/// CPU time of a build, in seconds.
pub(super) struct Build {
    /// CPU time of the whole build.
    pub(super) seconds: f64,
    /// CPU time of each run of the compiler. The rest of the build is cargo and build scripts.
    pub(super) units: HashMap<Unit, f64>,
}

/// CPU times of units over several builds.
#[derive(Default)]
pub(super) struct Units(HashMap<Unit, Series>);

impl Units {
    pub(super) fn add(&mut self, build: &Build) {
        for (unit, seconds) in &build.units {
            self.0.entry(unit.clone()).or_default().push(*seconds);
        }
    }

    /// Returns the CPU time of a build with each unit at its median.
    pub(super) fn normalized(&self, build: &Build) -> f64 {
        let differences = build.units.iter().map(|(unit, seconds)| self.0[unit].median() - seconds);
        build.seconds + differences.sum::<f64>()
    }

    /// Returns the CPU time of the crate with this name in a build.
    pub(super) fn of(&self, build: &Build, name: &str) -> f64 {
        let units = build.units.keys().filter(|(other, _)| other == name).map(|unit| self.0[unit].median());
        // `sum` of an empty iterator is -0.0.
        units.fold(0.0, |sum, seconds| sum + seconds)
    }
}

/// Runs the compiler with the arguments from cargo, and logs its CPU time.
pub(crate) fn wrap(log: &OsStr) -> Result<ExitCode> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let (compiler, arguments) = arguments.split_first().context("cargo passes the compiler as first argument")?;
    let status = Command::new(compiler).args(arguments).status().context("starting the compiler")?;
    let texts: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let value_of = |flag: &str| texts.iter().position(|text| text == flag).and_then(|at| texts.get(at + 1));
    if let (Some(name), Some(package)) = (value_of("--crate-name"), std::env::var_os("CARGO_PKG_NAME")) {
        let version = std::env::var_os("CARGO_PKG_VERSION").unwrap_or_default();
        let kind = value_of("--crate-type").map_or("bin", |kind| kind);
        let settings = texts.iter().filter(|text| text.starts_with("feature=") || text.starts_with("opt-level="));
        let settings: BTreeSet<_> = settings.map(AsRef::as_ref).collect();
        let unit = format!("{}:{}:{kind}:{settings:?}", package.display(), version.display()).replace(' ', "");
        // One write per line, so that lines of concurrent compilers do not mix.
        let line = format!("{name} {unit} {}\n", children()?);
        fs::OpenOptions::new().append(true).open(log).context("opening the log")?.write_all(line.as_bytes())?;
    }
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}

pub(super) fn read(log: &Path) -> Result<HashMap<Unit, f64>> {
    let text = fs::read_to_string(log).context("reading the log of compiler runs")?;
    let unit = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        let unit = words.next().zip(words.next()).context("a line has a crate name and a unit")?;
        Ok((unit, words.next().context("a line has CPU seconds")?.parse()?))
    };
    text.lines().map(unit).collect()
}
