//! Checks that tables have a key, and name parameters and fields that exist.

use crate::codegen::model::notes::Notes;
use crate::codegen::model::problems::{Problems, Subject};
use crate::codegen::model::{table, variants};
use crate::yaml::{Yaml, YamlExt};

pub(super) fn check(document: &Yaml, problems: &mut Problems<'_>) {
    for expanded in variants::expand(document, &mut Notes::default()) {
        if let Err(reason) = table::read(document, &expanded) {
            let subject = Subject::Operation { path: &expanded.path, method: &expanded.method };
            let id = expanded.operation.text("operationId").unwrap_or_default();
            problems.push(subject, format!("x-keyfob-table of {id} {reason}"));
        }
    }
}
