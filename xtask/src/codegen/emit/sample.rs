//! A call of each operation with sample arguments, for tests and documentation.

use std::collections::BTreeMap;

use super::call::{Argument, Call, Origin};
use crate::codegen::model::api::Api;
use crate::codegen::model::body::Body;
use crate::codegen::model::operation::Operation;
use crate::codegen::model::schema::{Property, Schema, Shape};
use crate::codegen::model::ty::Ty;

/// Depth of required objects in objects, from which a sample is a default: a type that requires itself has no value.
const MAX_DEPTH: usize = 8;

/// Writes sample calls of the operations of an API.
pub(crate) struct Samples<'a> {
    schemas: BTreeMap<&'a str, &'a Schema>,
}

impl<'a> Samples<'a> {
    /// Prepares samples of the operations of `api`.
    pub(crate) fn new(api: &'a Api) -> Self {
        Self { schemas: api.schemas.iter().map(|schema| (schema.rust.as_str(), schema)).collect() }
    }

    /// Returns the call as code, with the required arguments: `client.project("text")`.
    pub(crate) fn call(&self, operation: &Operation) -> String {
        let call = Call::new(operation);
        let required = call.arguments.iter().filter(|argument| argument.required);
        let arguments: Vec<String> = required.map(|argument| self.argument(argument)).collect();
        format!("client.{}({})", operation.method_name, arguments.join(", "))
    }

    fn argument(&self, argument: &Argument<'_>) -> String {
        match argument.origin {
            Origin::Body(Body { parts, .. }) if *argument.ty == Ty::Runtime("Form".into()) => {
                let required = parts.iter().filter(|part| part.required);
                let parts: String = required.map(|part| format!(".text({:?}, \"text\")", part.name)).collect();
                format!("keyfob_client::Form::new(){parts}")
            }
            Origin::Parameter(parameter) => self.value(argument.ty, parameter.sample, 0),
            _ => self.value(argument.ty, "text", 0),
        }
    }

    /// Returns a value of the type, in the form in which methods take it; a string, or each of a list, is `text`.
    fn value(&self, ty: &Ty, text: &str, depth: usize) -> String {
        match ty {
            Ty::Unit | Ty::Bytes => "()".to_owned(),
            Ty::Text => format!("{text:?}"),
            Ty::Integer => "1".to_owned(),
            Ty::Number => "1.5".to_owned(),
            Ty::Boolean => "true".to_owned(),
            Ty::Timestamp => "std::time::SystemTime::UNIX_EPOCH".to_owned(),
            Ty::Date => "chrono::NaiveDate::default()".to_owned(),
            Ty::Json => "serde_json::json!({})".to_owned(),
            Ty::Pairs => "Vec::new()".to_owned(),
            Ty::List(inner) => format!("[{}]", self.value(inner, text, depth)),
            Ty::Map(_) => "std::collections::BTreeMap::new()".to_owned(),
            Ty::Boxed(inner) => self.value(inner, text, depth),
            Ty::Runtime(name) => match name.as_str() {
                "Upload" => "b\"text\".to_vec()".to_owned(),
                "Form" => "keyfob_client::Form::new()".to_owned(),
                _ => "\"2026-01-31\"".to_owned(),
            },
            Ty::Named(name) => self.named(name, depth),
        }
    }

    fn named(&self, name: &str, depth: usize) -> String {
        let first = |variant: Option<&str>| match variant {
            Some(variant) => format!("types::{name}::{variant}"),
            None => "\"text\"".to_owned(),
        };
        match self.schemas.get(name).map(|schema| &schema.shape) {
            Some(Shape::Strings(variants)) => first(variants.first().map(|variant| variant.rust.as_str())),
            Some(Shape::Integers(variants)) => first(variants.first().map(|(variant, _)| variant.rust.as_str())),
            Some(Shape::Object { properties, patch, .. }) if depth < MAX_DEPTH => {
                let required = properties.iter().filter(|property| property.required && !(*patch && property.nullable));
                let values: Vec<String> = required.map(|property| self.property(property, depth + 1)).collect();
                format!("types::{name}::new({})", values.join(", "))
            }
            Some(Shape::Object { .. }) | None => "Default::default()".to_owned(),
        }
    }

    fn property(&self, property: &Property, depth: usize) -> String {
        if property.nullable { "None".to_owned() } else { self.value(&property.ty, property.sample, depth) }
    }
}
