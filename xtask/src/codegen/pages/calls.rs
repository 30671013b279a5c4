//! A call of an operation in Rust, in a shell with the command line tool, and with curl.

use heck::ToKebabCase;
use serde_json::{Value, json};

use crate::codegen::emit::sample::Samples;
use crate::codegen::markdown::request_path;
use crate::codegen::model::api::Api;
use crate::codegen::model::body::{Body, BodyKind};
use crate::codegen::model::operation::Operation;
use crate::codegen::model::parameter::{Location, Parameter};
use crate::codegen::model::response::ResponseBody;
use crate::codegen::model::schema::Shape;
use crate::codegen::model::security::Security;
use crate::codegen::model::ty::Ty;

/// Depth of objects in a sample body.
const MAX_DEPTH: usize = 4;

/// Returns a program that calls the operation.
pub(super) fn rust(api: &Api, operation: &Operation, samples: &Samples<'_>) -> String {
    let module = api.name.replace('-', "_");
    let call = samples.call(operation).replace("keyfob_client::", "keyfob::client::");
    let types = if call.contains("types::") { "{Client, types}" } else { "Client" };
    let response = match operation.response {
        ResponseBody::Empty => format!("    {call}.await?;\n"),
        ResponseBody::Bytes => {
            format!("    let file = {call}.await?.into_inner().bytes().await?;\n    std::fs::write(\"file\", file)?;\n")
        }
        _ => format!("    let response = {call}.await?;\n    println!(\"{{response:?}}\");\n"),
    };
    format!(
        "use keyfob::{module}::{types};\n\n#[tokio::main]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {{\n    \
         let client = Client::from_env()?;\n{response}    Ok(())\n}}\n"
    )
}

/// Returns a command that calls the operation with the command line tool.
pub(super) fn shell(api: &Api, operation: &Operation) -> String {
    let mut words = vec![format!("keyfob call {} {}", api.name, operation.method_name)];
    for parameter in required(operation) {
        words.push(format!("--{} {}", parameter.name.to_kebab_case(), quoted(&text(api, &parameter.ty))));
    }
    if let Security::Bearer(name) = &operation.security {
        words.push(format!("--{} @token.txt", name.to_kebab_case()));
    }
    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        words.push(match body.kind {
            BodyKind::Multipart | BodyKind::Form => form(api, body, "--form"),
            BodyKind::Json => format!("--body {}", quoted(&sample(api, &body.ty, 0).to_string())),
            BodyKind::Text | BodyKind::Binary => "--body @file".to_owned(),
        });
    }
    if operation.response == ResponseBody::Bytes {
        words.push("--output file".to_owned());
    }
    words.join(" ")
}

/// Returns a curl command that sends the same request. `BASE` and `TOKEN` are shell variables.
pub(super) fn curl(api: &Api, operation: &Operation) -> String {
    let mut words = vec!["curl --fail-with-body".to_owned()];
    if operation.http_method != "GET" {
        words.push(format!("--request {}", operation.http_method));
    }
    if operation.security != Security::Anonymous {
        words.push("--header \"Authorization: Bearer $TOKEN\"".to_owned());
    }
    for header in required(operation).filter(|one| one.location == Location::Header) {
        words.push(format!("--header {}", quoted(&format!("{}: {}", header.name, text(api, &header.ty)))));
    }
    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        words.push(match body.kind {
            BodyKind::Multipart => form(api, body, "--form"),
            BodyKind::Form => form(api, body, "--data-urlencode"),
            BodyKind::Json => {
                let content = quoted(&sample(api, &body.ty, 0).to_string());
                format!("--header 'Content-Type: {}' --data {content}", body.media)
            }
            BodyKind::Text | BodyKind::Binary => {
                format!("--header 'Content-Type: {}' --data-binary @file", body.media)
            }
        });
    }
    if operation.response == ResponseBody::Bytes {
        words.push("--output file".to_owned());
    }
    let mut path = request_path(operation);
    for parameter in required(operation) {
        match parameter.location {
            Location::Path => {
                path = path.replace(&format!("{{{}}}", parameter.name), &text(api, &parameter.ty));
            }
            Location::Query => {
                let separator = if path.contains('?') { '&' } else { '?' };
                path += &format!("{separator}{}={}", parameter.name, text(api, &parameter.ty));
            }
            _ => {}
        }
    }
    words.push(format!("\"$BASE{path}\""));
    words.join(" \\\n  ")
}

fn required(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().filter(|parameter| parameter.required)
}

fn form(api: &Api, body: &Body, flag: &str) -> String {
    let pairs: Vec<String> = match (body.kind, sample(api, &body.ty, 0)) {
        (BodyKind::Multipart, _) => {
            let parts = body.parts.iter().filter(|part| part.required);
            parts.map(|part| format!("{flag} {}", quoted(&format!("{}=@file", part.name)))).collect()
        }
        (_, Value::Object(fields)) => {
            let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            fields
                .iter()
                .map(|(name, value)| format!("{flag} {}", quoted(&format!("{name}={}", plain(value)))))
                .collect()
        }
        _ => Vec::new(),
    };
    if pairs.is_empty() { format!("{flag} name=value") } else { pairs.join(" ") }
}

/// Returns a value as the text of a parameter.
fn text(api: &Api, ty: &Ty) -> String {
    let value = match ty {
        Ty::List(inner) => sample(api, inner, 0),
        _ => sample(api, ty, 0),
    };
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns a value of the type, with the required fields.
fn sample(api: &Api, ty: &Ty, depth: usize) -> Value {
    match ty {
        Ty::Integer => json!(1),
        Ty::Number => json!(1.5),
        Ty::Boolean => json!(true),
        Ty::Timestamp => json!("2026-01-31T12:00:00Z"),
        Ty::Date | Ty::Runtime(_) => json!("2026-01-31"),
        Ty::Json | Ty::Map(_) => json!({}),
        Ty::List(inner) => json!([sample(api, inner, depth + 1)]),
        Ty::Boxed(inner) => sample(api, inner, depth),
        Ty::Named(name) => match api.schemas.iter().find(|schema| schema.rust == *name).map(|schema| &schema.shape) {
            Some(Shape::Object { properties, .. }) if depth < MAX_DEPTH => {
                let required = properties.iter().filter(|property| property.required);
                let fields = required.map(|property| {
                    let value = if property.nullable { Value::Null } else { sample(api, &property.ty, depth + 1) };
                    (property.name.clone(), value)
                });
                Value::Object(fields.collect())
            }
            Some(Shape::Strings(variants)) => variants.first().map_or(Value::Null, |one| json!(one.value)),
            Some(Shape::Integers(variants)) => variants.first().map_or(Value::Null, |(_, value)| json!(value)),
            _ => json!({}),
        },
        Ty::Text | Ty::Unit | Ty::Bytes | Ty::Pairs => json!("text"),
    }
}

/// Quotes a word of a shell command where it needs quotes.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.:/@=,+".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
