//! Tables of the fields of bodies and responses.

use std::collections::BTreeSet;

use crate::codegen::markdown::{one_line, row};
use crate::codegen::model::api::Api;
use crate::codegen::model::schema::{Schema, Shape};
use crate::codegen::model::ty::Ty;

/// Returns a type as users of JSON know it.
pub(super) fn name(ty: &Ty) -> String {
    match ty {
        Ty::Unit => "nothing".to_owned(),
        Ty::Text => "string".to_owned(),
        Ty::Integer => "integer".to_owned(),
        Ty::Number => "number".to_owned(),
        Ty::Boolean => "boolean".to_owned(),
        Ty::Timestamp => "time".to_owned(),
        Ty::Date => "date, `YYYY-MM-DD`".to_owned(),
        Ty::Json => "any JSON".to_owned(),
        Ty::Bytes => "file".to_owned(),
        Ty::Pairs => "any names and values".to_owned(),
        Ty::List(inner) => format!("list of {}", name(inner)),
        Ty::Map(inner) => format!("map to {}", name(inner)),
        Ty::Boxed(inner) => name(inner),
        Ty::Runtime(ty) => match ty.as_str() {
            "TimeParam" => "date or time".to_owned(),
            "NumberOrString" => "number or string".to_owned(),
            "Upload" => "file".to_owned(),
            "Form" => "multipart form".to_owned(),
            other => other.to_owned(),
        },
        Ty::Named(ty) => format!("`{ty}`"),
    }
}

/// Returns a table of the fields of each type that `ty` contains, the outermost first; empty for a type without fields.
pub(super) fn tables(api: &Api, ty: &Ty, request: bool) -> String {
    let mut text = String::new();
    let mut seen = BTreeSet::new();
    let mut next: Vec<&str> = ty.named().into_iter().collect();
    while !next.is_empty() {
        let mut found = Vec::new();
        for name in next {
            if !seen.insert(name) {
                continue;
            }
            let Some(schema) = api.schemas.iter().find(|schema| schema.rust == name) else { continue };
            text += &table(schema, request);
            if let Shape::Object { properties, .. } = &schema.shape {
                found.extend(properties.iter().filter_map(|property| property.ty.named()));
            }
        }
        next = found;
    }
    text
}

fn table(schema: &Schema, request: bool) -> String {
    let mut text = format!("\n### {}\n\n", schema.rust);
    if let Some(description) = &schema.description {
        text += &format!("{}\n\n", one_line(description));
    }
    match &schema.shape {
        Shape::Object { properties, .. } if properties.is_empty() => text += "No fields are known.\n",
        Shape::Object { properties, .. } => {
            text += if request {
                "| Field | Type | Required | Description |\n|---|---|---|---|\n"
            } else {
                "| Field | Type | Description |\n|---|---|---|\n"
            };
            for property in properties {
                let null = if property.nullable { ", or null" } else { "" };
                let mut cells = vec![format!("`{}`", property.name), format!("{}{null}", name(&property.ty))];
                if request {
                    cells.push(if property.required { "yes" } else { "" }.to_owned());
                }
                let inferred = if property.inferred { " Inferred." } else { "" };
                let description = property.description.as_deref().map(one_line).unwrap_or_default();
                cells.push(format!("{description}{inferred}"));
                text += &row(&cells);
            }
        }
        Shape::Strings(variants) => {
            let values = variants.iter().map(|variant| (variant.value.clone(), variant.description.as_deref()));
            text += &enumeration(&values.collect::<Vec<_>>());
        }
        Shape::Integers(variants) => {
            let values = variants.iter().map(|(variant, value)| {
                (value.to_string(), variant.description.as_deref().or(Some(variant.rust.as_str())))
            });
            text += &enumeration(&values.collect::<Vec<_>>());
        }
    }
    text
}

fn enumeration(values: &[(String, Option<&str>)]) -> String {
    let mut text = "| Value | Meaning |\n|---|---|\n".to_owned();
    for (value, description) in values {
        text += &row(&[format!("`{value}`"), description.map(one_line).unwrap_or_default()]);
    }
    text + "\nA value that is not listed is preserved.\n"
}
