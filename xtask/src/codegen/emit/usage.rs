//! The operations and types that use a generated type, for the documentation of the type.

use std::collections::BTreeMap;

use super::call::{Call, Origin};
use super::rustdoc::{escaped, sentence};
use crate::codegen::model::schema::Schema;
use crate::codegen::model::ty::Ty;

/// Maximum number of links for each kind of use; more would hide the description.
const MAX_LINKS: usize = 6;

/// Links to the uses of types, by the name of the type.
#[derive(Default)]
pub(super) struct Usage {
    responses: BTreeMap<String, Vec<String>>,
    bodies: BTreeMap<String, Vec<String>>,
    fields: BTreeMap<String, Vec<String>>,
}

impl Usage {
    /// Collects the types of responses, of bodies and of `fields`, which are given with the name of their struct.
    pub(super) fn of<'s>(calls: &[Call<'_>], fields: impl Iterator<Item = (&'s str, &'s Ty)>) -> Self {
        let mut usage = Self::default();
        for call in calls {
            let method = &call.operation.method_name;
            let method = format!("[`Client::{method}`](super::Client::{method})");
            if let Some(name) = call.operation.response.ty().named() {
                usage.responses.entry(name.to_owned()).or_default().push(method.clone());
            }
            let body = call.arguments.iter().find(|argument| matches!(argument.origin, Origin::Body(_)));
            if let Some(name) = body.and_then(|body| body.ty.named()) {
                usage.bodies.entry(name.to_owned()).or_default().push(method);
            }
        }
        for (owner, ty) in fields {
            let link = format!("[`{owner}`]");
            if let Some(name) = ty.named()
                && name != owner
            {
                let owners = usage.fields.entry(name.to_owned()).or_default();
                if !owners.contains(&link) {
                    owners.push(link);
                }
            }
        }
        usage
    }

    /// Returns the documentation of a type: its description and its uses.
    pub(super) fn type_docs(&self, name: &str, schema: &Schema) -> Vec<String> {
        let description = schema.description.as_deref().map(|text| sentence(&escaped(text))).unwrap_or_default();
        let uses = [("Returned by", &self.responses), ("Request body of", &self.bodies), ("Part of", &self.fields)];
        let uses = uses.into_iter().filter_map(|(verb, uses)| Some(format!("{verb} {}.", enumerated(uses.get(name)?))));
        std::iter::once(description).chain(uses).collect()
    }
}

fn enumerated(links: &[String]) -> String {
    let mut shown: Vec<String> = links.iter().take(MAX_LINKS).cloned().collect();
    match links.len().saturating_sub(MAX_LINKS) {
        0 => {}
        1 => shown.push("one other".to_owned()),
        more => shown.push(format!("{more} others")),
    }
    match shown.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => shown.concat(),
    }
}
