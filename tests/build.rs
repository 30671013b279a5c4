//! Extracts the first program of the root README, so that a test can run it verbatim.

use std::{env, error::Error, fs, path::Path};

const START: &str = "```rust,no_run\n";

fn main() -> Result<(), Box<dyn Error>> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    println!("cargo::rerun-if-changed={}", readme.display());
    let text = fs::read_to_string(&readme)?;
    let start = text.find(START).ok_or("the README has no program")? + START.len();
    let program = text[start..].split("```").next().unwrap_or_default();
    fs::write(Path::new(&env::var("OUT_DIR")?).join("readme_program.rs"), program)?;
    Ok(())
}
