//! Generates `crates/<api>/src/generated.rs` from `specs/<api>/openapi.yaml`, and the book's page `apis.md` from all of `specs`.

pub(crate) mod check;
mod docs;
pub(crate) mod document;
mod drift;
mod emit;
mod markdown;
pub(crate) mod model;
pub(crate) mod naming;
mod pages;
mod rust_types;
mod targets;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, bail, ensure};

use self::document::Document;
use self::drift::Outputs;
use self::emit::sample::Samples;
use self::model::api::{self, Api};
use self::model::operation::Confidence;
use self::targets::Target;

/// Page that lists every operation.
const APIS: &str = "docs/book/src/reference/apis.md";

/// Table of contents of the book.
const SUMMARY: &str = "docs/book/src/SUMMARY.md";

/// Arguments of `cargo xtask codegen`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing, and fail if a generated file is out of date
    #[arg(long)]
    check: bool,
    /// APIs to generate; all of them without arguments
    apis: Vec<String>,
}

impl Arguments {
    /// Returns the arguments of `cargo xtask codegen`, which generates everything.
    pub(crate) fn all() -> Self {
        Self { check: false, apis: Vec::new() }
    }

    /// Returns the arguments of `cargo xtask codegen --check`.
    pub(crate) fn check() -> Self {
        Self { check: true, apis: Vec::new() }
    }
}

/// Writes the generated files, or with `--check` compares them with those on disk.
///
/// # Errors
///
/// If a specification is rejected, a file cannot be read or written, or `--check` finds a difference.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let targets = targets::all(root)?;
    for name in &arguments.apis {
        ensure!(
            targets.iter().any(|target| target.name == *name),
            "there is no specs/{name}/openapi.yaml; the APIs are {}",
            names(&targets)
        );
    }
    let chosen = |target: &Target| arguments.apis.is_empty() || arguments.apis.contains(&target.name);
    let mut outputs = outputs(root, &targets, &chosen)?;
    if arguments.check && !arguments.apis.is_empty() {
        // `apis.md` covers all APIs, including APIs that were not requested.
        outputs.remove(APIS);
    }
    let mut orphans = targets::orphans(root, &targets)?;
    orphans.extend(pages::orphans(root, &outputs)?);
    if !arguments.check {
        return drift::write(root, &outputs, &orphans);
    }
    let differences = drift::differences(root, &outputs, &orphans);
    ensure!(
        differences.is_empty(),
        "generated files are out of date; run `cargo xtask codegen`\n  {}",
        differences.join("\n  ")
    );
    Ok(())
}

/// The client of one API, which is not written.
pub(crate) struct Preview {
    /// Text of `generated.rs`.
    pub(crate) code: String,
    /// Number of operations by confidence, the best first.
    pub(crate) counts: [usize; 3],
    /// Name of each operation's method, and a call with sample arguments.
    pub(crate) samples: Vec<(String, String)>,
}

/// Generates the client of one API without writing it.
///
/// # Errors
///
/// If the specification is rejected or cannot be read.
pub(crate) fn preview(root: &Path, name: &str) -> Result<Preview> {
    let target = targets::all(root)?.into_iter().find(|target| target.name == name && !target.canary);
    let target = target.with_context(|| format!("there is no specs/{name}/openapi.yaml"))?;
    let (api, mut files) = generate_target(root, &target, true)?;
    let samples = Samples::new(&api);
    let samples = api.operations.iter().map(|one| (one.method_name.clone(), samples.call(one))).collect();
    let count = |confidence| api.operations.iter().filter(|one| one.confidence == confidence).count();
    let counts = Confidence::ALL.map(count);
    Ok(Preview { code: files.remove(&target.code).unwrap_or_default(), counts, samples })
}

/// Generates all files; code only for the chosen targets.
fn outputs(root: &Path, targets: &[Target], chosen: &(dyn Fn(&Target) -> bool + Sync)) -> Result<Outputs> {
    // One thread per API: in a debug build the generator takes seconds for each.
    let results = thread::scope(|scope| {
        let running: Vec<_> =
            targets.iter().map(|target| scope.spawn(|| generate_target(root, target, chosen(target)))).collect();
        running.into_iter().map(|thread| thread.join().expect("no pass panics")).collect::<Vec<_>>()
    });
    let mut outputs = Outputs::new();
    let mut apis = Vec::new();
    let mut rejected = Vec::new();
    for (target, result) in targets.iter().zip(results) {
        match result {
            Ok((api, files)) => {
                outputs.extend(files);
                apis.extend((!target.canary).then_some(api));
            }
            Err(error) => rejected.push(format!("{error:#}")),
        }
    }
    if !rejected.is_empty() {
        bail!("{}", rejected.join("\n"));
    }
    let apis: Vec<&Api> = apis.iter().collect();
    outputs.insert(APIS.into(), docs::page(&apis));
    outputs.extend(apis.iter().flat_map(|api| pages::pages(api)));
    let summary = fs::read_to_string(root.join(SUMMARY)).with_context(|| format!("reading {SUMMARY}"))?;
    outputs.insert(SUMMARY.into(), pages::summary(&summary, &apis));
    Ok(outputs)
}

/// Generates the files of one target.
fn generate_target(root: &Path, target: &Target, chosen: bool) -> Result<(Api, Outputs)> {
    let document = Document::load(root, &target.spec)?;
    check::check(&document)?;
    let api = api::read(&target.name, &document.tree);
    let mut outputs = Outputs::new();
    if chosen {
        let types = rust_types::read(&api).with_context(|| target.spec.clone())?;
        let code = emit::emit(&api, &types, &target.spec).with_context(|| target.spec.clone())?;
        outputs.insert(target.code.clone(), code);
        outputs.insert(target.log.clone(), api.notes.text());
    }
    Ok((api, outputs))
}

/// Returns the names of the targets, as a list for messages.
fn names(targets: &[Target]) -> String {
    targets.iter().map(|target| target.name.as_str()).collect::<Vec<_>>().join(", ")
}
