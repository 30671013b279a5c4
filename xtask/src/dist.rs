//! Builds the files of a release: a static binary of the command line, completions, man pages, checksums.

mod binary;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::cargo;
use crate::terminal::print;

/// Folder of the files, below the root. `Containerfile` copies the binary from it.
const FOLDER: &str = "target/dist";

/// Shells and the names under which they look for completions of `keyfob`.
const COMPLETIONS: [(&str, &str); 5] = [
    ("bash", "keyfob"),
    ("elvish", "keyfob.elv"),
    ("fish", "keyfob.fish"),
    ("powershell", "_keyfob.ps1"),
    ("zsh", "_keyfob"),
];

/// Builds all files and writes them to `target/dist`.
///
/// # Errors
///
/// If the target or its C compiler is not installed, the build fails, or the binary is not static.
pub(crate) fn run(root: &Path) -> Result<()> {
    binary::check_tools(root)?;
    let folder = root.join(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("removing {FOLDER}"))?;
    }
    fs::create_dir_all(folder.join("completions")).with_context(|| format!("creating {FOLDER}"))?;
    print("== binary");
    let binary = binary::build(root)?;
    fs::copy(&binary, folder.join("keyfob")).with_context(|| format!("copying {}", binary.display()))?;
    print("== completions and man pages");
    // A build for this machine: the binary may be for another, and has no man pages.
    let keyfob = ["run", "--quiet", "--locked", "--package", "keyfob-cli", "--features", "man-pages,databases", "--"];
    let man = folder.join("man");
    let man = man.to_str().context("the path of the workspace is not UTF-8")?;
    cargo::cargo(root, &[&keyfob[..], &["man-pages", man]].concat(), &[])?;
    for (shell, name) in COMPLETIONS {
        let script = cargo::output(root, &[&keyfob[..], &["completions", shell]].concat())?;
        fs::write(folder.join("completions").join(name), script).with_context(|| format!("writing {name}"))?;
    }
    let sums = checksums(&folder)?;
    fs::write(folder.join("SHA256SUMS"), &sums).context("writing SHA256SUMS")?;
    let size = fs::metadata(folder.join("keyfob"))?.len();
    print(&format!("== {FOLDER}: keyfob ({} kB), {} files", size / 1000, sums.lines().count() + 1));
    Ok(())
}

/// Returns the checksums of all files in the format of `sha256sum`, in the order of their names.
fn checksums(folder: &Path) -> Result<String> {
    let mut paths = files(folder)?;
    paths.sort();
    let mut lines = String::new();
    for path in paths {
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        lines.push_str(&format!("{digest}  {name}\n"));
    }
    Ok(lines)
}

/// Returns the files of a folder and of the folders in it.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_that_sha256sum_verifies() {
        let folder = std::env::temp_dir().join(format!("keyfob-dist-{}", std::process::id()));
        fs::create_dir_all(folder.join("man")).unwrap();
        fs::write(folder.join("keyfob"), "abc").unwrap();
        fs::write(folder.join("man/keyfob.1"), "").unwrap();
        let sums = checksums(&folder);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            sums.unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  keyfob\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  man/keyfob.1\n"
        );
    }
}
