//! Peers in Python, from pinned packages in a virtual environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// Sources of the peers.
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/mirror");
/// Folder of a virtual environment that exists already and has the packages.
const VENV: &str = "KEYFOB_BENCH_VENV";

/// A Python interpreter that has the packages.
pub(super) struct Python {
    program: PathBuf,
    /// Folder for the files that dlt writes beside its copies.
    data: PathBuf,
}

impl Python {
    /// Installs the packages below a folder, or takes the environment that `KEYFOB_BENCH_VENV` names.
    pub(super) fn install(folder: &Path) -> Result<Self> {
        let data = folder.join("dlt");
        if let Some(existing) = std::env::var_os(VENV) {
            return Ok(Self { program: Path::new(&existing).join("bin/python"), data });
        }
        let venv = folder.join("venv");
        let run = |command: &mut Command| -> Result<()> {
            let output = command.output().context("starting Python; install python3 with venv")?;
            ensure!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
            Ok(())
        };
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        let requirements = format!("{SOURCES}/requirements.txt");
        run(Command::new(venv.join("bin/pip")).args(["install", "--quiet", "--requirement", &requirements]))?;
        Ok(Self { program: venv.join("bin/python"), data })
    }

    /// Returns the command of a peer.
    pub(super) fn command<'a>(&self, script: &str, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(format!("{SOURCES}/{script}")).args(arguments);
        // dlt reports its use to its makers unless it is told not to.
        command.env("RUNTIME__DLTHUB_TELEMETRY", "false").env("NO_PROXY", "127.0.0.1");
        command.env("DLT_DATA_DIR", &self.data).current_dir(std::env::temp_dir());
        command
    }
}
