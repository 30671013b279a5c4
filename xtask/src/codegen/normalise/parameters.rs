//! Parameters keep their name, place and a plain schema; dates and times become one type that takes either.

use super::schemas::{Context, Losses, simplified};
use crate::tree::{Tree, TreeExt, map};

pub(super) fn pass(document: &mut Tree, log: &mut Vec<String>) {
    let whole = document.clone();
    super::each_operation(document, |id, operation| {
        let mut losses = Losses::default();
        let mut joined = Vec::new();
        let parameters = operation.list("parameters").iter().map(|parameter| {
            let name = parameter.text("name").unwrap_or_default();
            let place = parameter.text("in").unwrap_or_default();
            let schema = parameter.get("schema").unwrap_or(&Tree::Null);
            if parameter.get("explode").and_then(Tree::as_bool) == Some(false) {
                joined.push(name.to_owned());
            }
            map([
                ("name", name.into()),
                ("in", place.into()),
                ("required", parameter.flag("required").into()),
                ("schema", simplified(&whole, schema, Context::Parameter, name, &mut losses)),
            ])
        });
        let parameters: Vec<Tree> = parameters.collect();
        operation.set("parameters", parameters);
        losses.log(id, log);
        if !joined.is_empty() {
            log.push(format!("{id}: joined by commas, not repeated: {}", joined.join(", ")));
        }
    });
}
