//! Reduces a document to the subset of `OpenAPI` that the generator supports. The changes are listed in `normalized.log`.

mod bodies;
mod merge;
mod parameters;
mod prune;
mod responses;
mod schemas;

use std::collections::BTreeMap;

use crate::codegen::model::api::{self, Api};
use crate::codegen::model::schema::{self, Schema};
use crate::codegen::model::variants::expand;
use crate::yaml::Yaml;

/// A document for the generator, with the data that was extracted from the specification before.
pub(crate) struct Normalized {
    pub(crate) document: Yaml,
    pub(crate) api: Api,
    pub(crate) schemas: BTreeMap<String, Schema>,
    pub(crate) log: Vec<String>,
}

/// Runs every pass over a document that [`check`](super::check::check) has accepted.
pub(crate) fn normalize(name: &str, document: &Yaml) -> Normalized {
    let mut log = Vec::new();
    let mut document = expand(document, &mut log);
    let api = api::read(name, &document);
    prune::error_schemas(&mut document, &mut log);
    responses::pass(&mut document, &mut log);
    bodies::pass(&mut document, &mut log);
    merge::pass(&mut document, &mut log);
    let schemas = schema::read(&document);
    parameters::pass(&mut document, &mut log);
    schemas::pass(&mut document, &mut log);
    Normalized { document, api, schemas, log }
}
