//! Passes the commit, its time and the target to the crate, for `keyfob --version`.

use std::{env, fs, path::Path, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
    let variable = |name: &str| env::var(name).unwrap_or_default();
    pass("KEYFOB_TARGET", Some(variable("TARGET")));
    // compile-time: a development build names no commit, so that a commit does not cause a build.
    if variable("PROFILE") == "release" {
        let folder = variable("CARGO_MANIFEST_DIR");
        let folder = Path::new(&folder);
        let packaged = commit_of_package(folder);
        let repository = packaged.is_none() && is_repository(folder);
        let commit = packaged.or_else(|| repository.then(|| git(folder, &["rev-parse", "HEAD"])).flatten());
        pass("KEYFOB_COMMIT", commit);
        let time = env::var("SOURCE_DATE_EPOCH").ok();
        let commit_time = || repository.then(|| git(folder, &["show", "--no-patch", "--format=%ct", "HEAD"])).flatten();
        pass("KEYFOB_TIME", time.or_else(commit_time));
    }
}

/// Sets a variable of the compilation, unless the value is unknown.
fn pass(name: &str, value: Option<String>) {
    if let Some(value) = value {
        println!("cargo::rustc-env={name}={value}");
    }
}

/// Returns the commit that `cargo package` has written into the package.
fn commit_of_package(folder: &Path) -> Option<String> {
    let text = fs::read_to_string(folder.join(".cargo_vcs_info.json")).ok()?;
    let (_, rest) = text.split_once("\"sha1\"")?;
    rest.split('"').nth(1).map(str::to_owned)
}

/// Returns whether the folder is that of this crate in its own repository, and has git report changes of its commit.
///
/// Another repository may contain the folder, for example one of a home directory with cargo's registry.
fn is_repository(folder: &Path) -> bool {
    let own = git(folder, &["rev-parse", "--show-prefix"]).is_some_and(|prefix| prefix == "crates/cli/");
    let log = git(folder, &["rev-parse", "--git-path", "logs/HEAD"]).map(|path| folder.join(path));
    if let Some(log) = log.filter(|log| own && log.exists()) {
        println!("cargo::rerun-if-changed={}", log.display());
    }
    own
}

/// Runs git, and returns its output without the end of the line; `None` if git is missing or fails.
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").current_dir(folder).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(text.trim_end().to_owned())
}
