//! Runs progenitor, and finds the operations or schemas that it rejects.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use anyhow::{Context, Result, anyhow, bail};
use progenitor::{CrateVers, GenerationSettings, Generator, InterfaceStyle, TagStyle};

use crate::codegen::model::walk;
use crate::yaml::{Map, Yaml, YamlExt, map};

/// Returns progenitor's output for a normalized document.
///
/// # Errors
///
/// If progenitor rejects the document or panics; the error names each rejected operation.
pub(crate) fn generate(document: &Yaml) -> Result<syn::File> {
    match attempt(document) {
        Ok(file) => Ok(file),
        Err(reason) => bail!("the generator rejects {}", rejected_operations(document, &reason)),
    }
}

fn attempt(document: &Yaml) -> Result<syn::File> {
    let spec: openapiv3::OpenAPI =
        yaml_serde::from_value(document.clone()).context("reading the document as OpenAPI 3.0")?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_tag(TagStyle::Merged)
        .with_map_type("::std::collections::BTreeMap")
        .with_crate("keyfob_client", CrateVers::Any, None);
    let tokens = without_panic_output(|| Generator::new(&settings).generate_tokens(&spec))?;
    syn::parse2(tokens?).context("parsing the generator's output")
}

thread_local! {
    /// True while panics of this thread are not printed. The panic hook is shared by all threads.
    static SUPPRESSED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; a panic becomes an error and is not printed.
fn without_panic_output<T>(work: impl FnOnce() -> T) -> Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let default_hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !SUPPRESSED.get() {
                default_hook(info);
            }
        }));
    });
    SUPPRESSED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    SUPPRESSED.set(false);
    result.map_err(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        let text = text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        anyhow!("it panicked: {}", text.unwrap_or_default())
    })
}

/// Runs the generator on each operation alone, and describes the rejected operations.
fn rejected_operations(document: &Yaml, reason: &anyhow::Error) -> String {
    let mut rejected = Vec::new();
    let mut reduced = document.clone();
    reduced.set("paths", Map::new());
    if let Err(reason) = attempt(&reduced) {
        return format!("the component schemas: {reason:#}");
    }
    for found in walk::operations(document) {
        let path = map([(found.path, map([(found.method, found.operation.clone())]))]);
        reduced.set("paths", path);
        if let Err(reason) = attempt(&reduced) {
            let (path, id) = found.path.split_once('#').unwrap_or((found.path, ""));
            rejected.push(format!("{} {path} ({id}): {reason:#}", found.method.to_uppercase()));
        }
    }
    if rejected.is_empty() { format!("the document as a whole: {reason:#}") } else { rejected.join("\n  ") }
}
