//! `specs/<api>/openapi.yaml` to `crates/<api>/src/generated.rs`.

mod check;
mod docs;
pub(crate) mod document;
mod drift;
mod emit;
mod generator;
mod model;
mod naming;
mod normalize;
mod targets;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::thread;

use anyhow::{Context, Result, bail, ensure};

use self::document::Document;
use self::drift::Outputs;
use self::model::api::Api;
use self::targets::Target;

/// The page that lists every operation.
const APIS: &str = "docs/apis.md";

/// What `cargo xtask codegen` is told.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Writes nothing; fails if anything generated is out of date
    #[arg(long)]
    check: bool,
    /// Only these APIs; all, if none is named
    apis: Vec<String>,
}

impl Arguments {
    /// As `--check` of everything.
    pub(crate) fn check() -> Self {
        Self { check: true, apis: Vec::new() }
    }
}

/// Writes what is generated, or compares it with what is there.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let targets = targets::all(root)?;
    for name in &arguments.apis {
        ensure!(targets.iter().any(|target| target.name == *name), "there is no specs/{name}/openapi.yaml");
    }
    let chosen = |target: &Target| arguments.apis.is_empty() || arguments.apis.contains(&target.name);
    let mut outputs = outputs(root, &targets, &chosen)?;
    if arguments.check && !arguments.apis.is_empty() {
        // The page covers APIs that were not asked for.
        outputs.remove(APIS);
    }
    let orphans = targets::orphans(root, &targets)?;
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

/// Everything that is generated; code only for the chosen targets.
fn outputs(root: &Path, targets: &[Target], chosen: &(dyn Fn(&Target) -> bool + Sync)) -> Result<Outputs> {
    // The generator is slow in a debug build, and APIs have nothing to do with each other.
    let results = thread::scope(|scope| {
        let running: Vec<_> =
            targets.iter().map(|target| scope.spawn(|| generate_target(root, target, chosen(target)))).collect();
        running.into_iter().map(|thread| thread.join().expect("a pass does not panic")).collect::<Vec<_>>()
    });
    let mut outputs = Outputs::new();
    let mut apis = Vec::new();
    let mut refused = Vec::new();
    for (target, result) in targets.iter().zip(results) {
        match result {
            Ok((api, files)) => {
                outputs.extend(files);
                apis.extend((!target.canary).then_some(api));
            }
            Err(error) => refused.push(format!("{error:#}")),
        }
    }
    if !refused.is_empty() {
        bail!("{}", refused.join("\n"));
    }
    outputs.insert(APIS.into(), docs::page(&apis.iter().collect::<Vec<_>>()));
    Ok(outputs)
}

fn generate_target(root: &Path, target: &Target, chosen: bool) -> Result<(Api, Outputs)> {
    let document = Document::load(root, &target.spec)?;
    check::check(&document)?;
    let normalized = normalize::normalize(&target.name, &document.tree);
    let mut outputs = Outputs::new();
    if chosen {
        let raw = generator::generate(&normalized.document).with_context(|| target.spec.clone())?;
        let code = emit::emit(&raw, &normalized, &target.spec).with_context(|| target.spec.clone())?;
        outputs.insert(target.code.clone(), code);
        outputs.insert(target.log.clone(), normalized.log.join("\n") + "\n");
    }
    Ok((normalized.api, outputs))
}
