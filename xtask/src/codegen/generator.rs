//! Calls progenitor, and says which operation or schema it cannot take.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use anyhow::{Context, Result, anyhow, bail};
use progenitor::{CrateVers, GenerationSettings, Generator, InterfaceStyle, TagStyle};

use crate::codegen::model::walk;
use crate::yaml::{Map, Yaml, YamlExt, map};

/// The generator's own output for a normalized document.
pub(crate) fn generate(document: &Yaml) -> Result<syn::File> {
    match attempt(document) {
        Ok(file) => Ok(file),
        Err(reason) => bail!("the generator refuses {}", culprits(document, &reason)),
    }
}

fn attempt(document: &Yaml) -> Result<syn::File> {
    let spec: openapiv3::OpenAPI = yaml_serde::from_value(document.clone()).context("not OpenAPI 3.0")?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_tag(TagStyle::Merged)
        .with_map_type("::std::collections::BTreeMap")
        .with_crate("keyfob_client", CrateVers::Any, None);
    let tokens = quietly(|| Generator::new(&settings).generate_tokens(&spec))?;
    syn::parse2(tokens?).context("the generated code is not Rust")
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Turns a panic of `work` into an error, without the usual print to the terminal.
fn quietly<T>(work: impl FnOnce() -> T) -> Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
    QUIET.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    result.map_err(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        let text = text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        anyhow!("it panicked: {}", text.unwrap_or_default())
    })
}

/// Generates piece by piece to find those that fail.
fn culprits(document: &Yaml, reason: &anyhow::Error) -> String {
    let mut found = Vec::new();
    let mut without = document.clone();
    without.set("paths", Map::new());
    if let Err(reason) = attempt(&without) {
        return format!("the component schemas: {reason:#}");
    }
    for one in walk::operations(document) {
        let path = map([(one.path, map([(one.method, one.operation.clone())]))]);
        without.set("paths", path);
        if let Err(reason) = attempt(&without) {
            let (path, id) = one.path.split_once('#').unwrap_or((one.path, ""));
            found.push(format!("{} {path} ({id}): {reason:#}", one.method.to_uppercase()));
        }
    }
    if found.is_empty() { format!("the document as a whole: {reason:#}") } else { found.join("\n  ") }
}
