//! Small programs whose builds are measured.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::units::{self, Build};

/// Unit of CPU time in `/proc/self/stat`: ticks per second.
const TICKS: f64 = 100.0;

/// Build profile.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    Dev,
    Release,
}

/// Program with some dependencies, in a separate directory.
pub(super) struct Program {
    folder: PathBuf,
    lock: PathBuf,
    dependencies: String,
    features: Vec<String>,
}

impl Program {
    /// Creates the program with the minimal dependencies of hand-written calls to an API.
    pub(super) fn base(root: &Path, default: bool) -> Self {
        let reqwest = if default {
            "reqwest = { version = \"0.13.5\", features = [\"json\"] }\n".to_owned()
        } else {
            "reqwest = { version = \"0.13.5\", default-features = false, features = [\"http2\", \"json\", \"rustls-no-provider\"] }\n\
             rustls = { version = \"0.23\", default-features = false, features = [\"ring\", \"std\", \"tls12\"] }\n"
                .to_owned()
        };
        let serde = "serde = { version = \"1.0\", features = [\"derive\"] }\nserde_json = \"1.0\"\n";
        Self::new(root, if default { "default" } else { "base" }, &format!("{reqwest}{serde}"), &[])
    }

    /// Creates a program with some of Keyfob's APIs.
    pub(super) fn keyfob(root: &Path, features: &[&str]) -> Self {
        let path = root.join("crates/keyfob");
        Self::new(
            root,
            &features.join("-"),
            &format!("keyfob = {{ path = '{}', features = {features:?} }}\n", path.display()),
            features,
        )
    }

    fn new(root: &Path, name: &str, dependencies: &str, features: &[&str]) -> Self {
        let tokio = "tokio = { version = \"1.48\", features = [\"macros\", \"rt-multi-thread\"] }\n";
        Self {
            folder: std::env::temp_dir().join(format!("keyfob-bench-{}", std::process::id())).join(name),
            lock: root.join("Cargo.lock"),
            dependencies: format!("{dependencies}{tokio}"),
            features: features.iter().map(ToString::to_string).collect(),
        }
    }

    pub(super) fn features(&self) -> &[String] {
        &self.features
    }

    /// Builds the program from nothing.
    pub(super) fn cold(&self, profile: Profile) -> Result<Build> {
        let manifest = format!(
            "[workspace]\n[package]\nname = \"program\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{}",
            self.dependencies
        );
        self.write("Cargo.toml", &manifest)?;
        self.write("src/main.rs", "#[tokio::main]\nasync fn main() {}\n")?;
        // Uses the versions of the workspace; cargo adds packages that its lock file lacks.
        fs::copy(&self.lock, self.folder.join("Cargo.lock")).context("copying the lock file")?;
        self.cargo(&["fetch"])?;
        self.remove("target")?;
        self.build(profile)
    }

    /// Rebuilds the program with these calls.
    pub(super) fn with_calls(&self, calls: &[String], profile: Profile) -> Result<Build> {
        let clients = self.features.iter().map(|api| {
            let module = api.replace('-', "_");
            // With an option, so that the program compiles the builder, as most programs do.
            format!(
                "let {module} = keyfob::{module}::Client::builder(keyfob::{module}::Environment::from_env()?, \
                 keyfob::{module}::Credentials::from_env()?).timeout(std::time::Duration::from_secs(30)).build()?;\n"
            )
        });
        let body = clients.chain(calls.iter().cloned()).collect::<String>();
        let text = format!("#[tokio::main]\nasync fn main() -> Result<(), keyfob::Error> {{ {body} Ok(()) }}\n");
        self.write("src/main.rs", &text)?;
        self.build(profile)
    }

    fn build(&self, profile: Profile) -> Result<Build> {
        let log = self.folder.join("units");
        fs::write(&log, "").context("creating the log of compiler runs")?;
        let before = children()?;
        self.cargo(if profile == Profile::Release { &["build", "--release"] } else { &["build"] })?;
        let seconds = children()? - before;
        Ok(Build { seconds, units: units::read(&log)? })
    }

    /// Returns the size of the release executable without symbols, in bytes.
    pub(super) fn stripped_size(&self) -> Result<u64> {
        let (program, stripped) = (self.folder.join("target/release/program"), self.folder.join("stripped"));
        let status = Command::new("strip").arg("-o").arg(&stripped).arg(program).status().context("starting strip")?;
        ensure!(status.success(), "strip failed");
        Ok(fs::metadata(stripped).context("reading the size of the program")?.len())
    }

    /// Returns the number of crates, including build dependencies and the program itself.
    pub(super) fn crates(&self) -> Result<usize> {
        let tree =
            self.cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--no-dedupe", "--format", "{p}"])?;
        let names: BTreeSet<_> = tree.lines().filter_map(|line| line.split(" (").next()).collect();
        Ok(names.len())
    }

    /// Removes the directory of the program.
    pub(super) fn clean(&self) -> Result<()> {
        fs::remove_dir_all(&self.folder).context("removing a program")
    }

    fn cargo(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.folder).args(arguments).arg("--quiet").env("CARGO_INCREMENTAL", "0");
        command.env("RUSTC_WRAPPER", std::env::current_exe().context("finding this program")?);
        command.env(units::LOG, self.folder.join("units"));
        let output = command.env("CARGO_TARGET_DIR", "target").output().context("starting cargo")?;
        ensure!(output.status.success(), "cargo failed: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).context("cargo prints UTF-8")
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().expect("the path has a directory")).context("creating a directory")?;
        fs::write(path, text).with_context(|| format!("writing {name}"))
    }

    fn remove(&self, name: &str) -> Result<()> {
        let path = self.folder.join(name);
        if path.exists() { fs::remove_dir_all(path).context("removing an old build") } else { Ok(()) }
    }
}

/// Returns the CPU seconds of all child processes that this process has waited for, from `/proc/self/stat`.
pub(super) fn children() -> Result<f64> {
    let text =
        fs::read_to_string("/proc/self/stat").context("reading /proc/self/stat; this benchmark requires Linux")?;
    // Fields 3 and later follow the name, which may contain spaces; 16 and 17 are `cutime` and `cstime`.
    let fields = text.rsplit_once(") ").context("parsing /proc/self/stat")?.1.split(' ').skip(13).take(2);
    let ticks = fields.map(str::parse::<f64>).sum::<Result<f64, _>>().context("parsing /proc/self/stat")?;
    Ok(ticks / TICKS)
}

/// Returns calls of operations without arguments, taken evenly from these APIs.
pub(super) fn operations(root: &Path, apis: &[&str], count: usize) -> Result<Vec<String>> {
    let mut calls = Vec::new();
    for api in apis {
        let path = root.join("crates").join(api).join("src/generated.rs");
        let text = fs::read_to_string(path).with_context(|| format!("reading the generated code of {api}"))?;
        let module = api.replace('-', "_");
        calls.extend(text.lines().filter_map(|line| {
            let name = line.trim().strip_prefix("pub fn ")?.split_once("(&self) -> operation::")?.0;
            Some(format!("drop({module}.{name}().await?);"))
        }));
    }
    ensure!(calls.len() >= count, "only {} operations have no arguments", calls.len());
    // Takes some operations of each API.
    let step = calls.len() / count;
    Ok(calls.into_iter().step_by(step.max(1)).take(count).collect())
}
