//! Makes the crate of an API that has a specification, and registers the API in the workspace.

mod access;
mod files;
mod identity;
mod manifests;
mod sources;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use self::files::Needs;
use self::identity::Identity;
use crate::cargo;
use crate::codegen::document::Document;
use crate::codegen::{self, Preview};
use crate::terminal::print;
use crate::yaml::YamlExt;

/// Arguments of `cargo xtask new-api`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Name of the API's folder in specs/, which `cargo xtask import` writes: lower-case words joined by hyphens
    name: String,
    /// Display name; the title of the specification by default
    #[arg(long)]
    title: Option<String>,
}

/// Writes the crate, registers it, generates its client, and lists what is left to do.
///
/// # Errors
///
/// If the specification is missing or rejected, the crate exists already, or a file cannot be written. Nothing is
/// written before the specification has been accepted.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let name = &arguments.name;
    let spec = format!("specs/{name}/openapi.yaml");
    Identity::new(name, "")?;
    ensure!(
        root.join(&spec).exists(),
        "there is no {spec}; `cargo xtask import {name} <file-or-url>` makes it from the vendor's own document"
    );
    let folder = format!("crates/{name}");
    // `cargo xtask codegen` writes `src/generated.rs` of a specification that has no crate yet.
    ensure!(!root.join(&folder).join("Cargo.toml").exists(), "{folder} exists already");
    let document = Document::load(root, &spec)?;
    let title = document.tree.at(&["info", "title"]).and_then(|title| title.as_str()).unwrap_or(name);
    let identity = Identity::new(name, arguments.title.as_deref().unwrap_or(title).trim())?;
    let connection = access::read(&document.tree);
    let Preview { code, counts, samples } = codegen::preview(root, name)?;
    let needs = Needs {
        files: ["keyfob_client::Upload", "keyfob_client::Form", "ByteStream"].iter().any(|it| code.contains(it)),
        dates: code.contains("chrono::"),
        values: code.contains("serde_json::"),
    };

    let mut changes = files::files(&identity, &connection, needs, &samples);
    for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
        changes.push((format!("{folder}/{license}"), read(root, license)?));
    }
    let edit = |path: &str, edit: &dyn Fn(&str) -> Result<String>| -> Result<(String, String)> {
        Ok((path.to_owned(), edit(&read(root, path)?).with_context(|| format!("registering {name} in {path}"))?))
    };
    changes.push(edit("Cargo.toml", &|text| manifests::workspace(text, &identity))?);
    changes.push(edit("crates/keyfob/Cargo.toml", &|text| manifests::umbrella(text, &identity, needs.files))?);
    changes.push(edit("crates/cli/Cargo.toml", &|text| manifests::command_line(text, &identity))?);
    changes.push(edit("crates/keyfob/src/lib.rs", &|text| sources::umbrella(text, &identity))?);
    changes.push(edit("crates/cli/src/registry.rs", &|text| sources::registry(text, &identity))?);
    let credentials = connection.access.name();
    changes.push(edit("README.md", &|text| sources::readme(text, &identity, counts, credentials))?);
    changes.push(edit("docs/book/src/SUMMARY.md", &|text| sources::summary(text, &identity))?);
    changes.push(edit("CHANGELOG.md", &|text| sources::changelog(text, &identity))?);
    for (path, text) in &changes {
        write(root, path, text)?;
        print(&format!("wrote {path}"));
    }
    codegen::run(root, &codegen::Arguments::all())?;
    // The lock file gets the new crate; cargo reads no registry, because the crate has no dependency that is not there.
    cargo::cargo(root, &["update", "--workspace", "--quiet"], &[])?;
    cargo::cargo(root, &["fmt", "--package", &format!("keyfob-{name}")], &[])?;
    for remark in &connection.remarks {
        print(&format!("note: {remark}"));
    }
    print(&format!("next: cargo test -p keyfob-{name}; then `cargo xtask ci`, and read {spec} and {folder}/README.md"));
    Ok(())
}

fn read(root: &Path, path: &str) -> Result<String> {
    fs::read_to_string(root.join(path)).with_context(|| format!("reading {path}"))
}

fn write(root: &Path, path: &str, text: &str) -> Result<()> {
    let target = root.join(path);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    }
    fs::write(target, text).with_context(|| format!("writing {path}"))
}
