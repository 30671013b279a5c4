//! The static binary of the command line.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::cargo::cargo;

/// Target of the binary: its standard library links statically by default.
const TARGET: &str = "x86_64-unknown-linux-musl";

/// C compiler for the target, of which `ring` needs one.
const C_COMPILER: &str = "musl-gcc";

/// Variable that selects another C compiler.
const CC: &str = "CC_x86_64_unknown_linux_musl";

/// Checks that the target and a C compiler for it are installed.
///
/// # Errors
///
/// If one is missing. The message has the command that installs it.
pub(super) fn check_tools(root: &Path) -> Result<()> {
    let mut rustc = Command::new("rustc");
    let rustc = rustc.current_dir(root).args(["--print", "target-libdir", "--target", TARGET]);
    let output = rustc.output().context("starting rustc")?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    ensure!(
        Path::new(&folder).is_dir(),
        "the standard library for {TARGET} is not installed: run `rustup target add {TARGET}`"
    );
    if env::var_os(CC).is_none() {
        let version = Command::new(C_COMPILER).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        ensure!(
            version.is_ok(),
            "{C_COMPILER}, a C compiler for {TARGET}, is not installed: run `apt-get install musl-tools`, or set {CC}"
        );
    }
    Ok(())
}

/// Builds the binary without symbols, and returns its path.
///
/// # Errors
///
/// If the build fails, or the binary needs a dynamic linker.
pub(super) fn build(root: &Path) -> Result<PathBuf> {
    let package = ["--package", "keyfob-cli", "--bin", "keyfob", "--features", "databases"];
    let options = [&["build", "--locked", "--release", "--target", TARGET], &package[..]].concat();
    let compiler = env::var(CC).unwrap_or_else(|_| C_COMPILER.to_owned());
    cargo(root, &options, &[(CC, &compiler), ("CARGO_PROFILE_RELEASE_STRIP", "symbols")])?;
    let path = root.join("target").join(TARGET).join("release/keyfob");
    let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    ensure!(!needs_dynamic_linker(&bytes), "{} is not static: it names a dynamic linker", path.display());
    Ok(path)
}

/// Returns whether a 64-bit ELF file has a program header of the type `PT_INTERP`.
fn needs_dynamic_linker(elf: &[u8]) -> bool {
    const PT_INTERP: u64 = 3;
    let number = |offset: usize, size: usize| {
        let bytes = elf.get(offset..offset + size).unwrap_or_default();
        bytes.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
    };
    // Fields of the ELF header: offset, size and number of the program headers.
    let (offset, size, count) = (number(0x20, 8), number(0x36, 2), number(0x38, 2));
    (0..count).any(|index| usize::try_from(offset + index * size).is_ok_and(|start| number(start, 4) == PT_INTERP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_program_with_a_dynamic_linker_is_detected() {
        let own = fs::read(env::current_exe().unwrap()).unwrap();
        assert!(needs_dynamic_linker(&own));
        let mut without = own;
        let header = usize::from(without[0x20]);
        let count = usize::from(without[0x38]);
        for index in 0..count {
            without[header + index * 56] = 1;
        }
        assert!(!needs_dynamic_linker(&without));
    }
}
