//! The statements by which a builder builds its request: path, headers, body and query.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::codegen::model::body::{Body, BodyKind};
use crate::codegen::model::operation::Operation;
use crate::codegen::model::parameter::{Location, Parameter};
use crate::codegen::model::response::ResponseBody;
use crate::codegen::naming::{RESERVED_SETTERS, snake};

/// Returns the builder's field for an argument.
pub(super) fn field(argument: &str) -> Ident {
    if RESERVED_SETTERS.contains(&argument) { format_ident!("{argument}_") } else { format_ident!("{argument}") }
}

/// Returns the statements that build the path: its literal parts, and the path parameters, which are encoded.
pub(super) fn path(operation: &Operation) -> TokenStream {
    let template = format!("{}{}", operation.path, encoded_query(operation));
    let mut parts = template.split('{');
    let first = literal(parts.next().unwrap_or_default());
    let rest = parts.flat_map(|part| {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let raw = parameters(operation, Location::Path).any(|one| one.raw && one.name == name);
        let (name, add) = (snake(name), if raw { quote!(segments) } else { quote!(segment) });
        let field = field(&name);
        [Some(quote!(path.#add(#name, &self.#field);)), literal(rest)]
    });
    std::iter::once(first).chain(rest).flatten().collect()
}

/// Returns the statements that add headers, body and query.
pub(super) fn fill(operation: &Operation) -> TokenStream {
    let headers = sorted(operation, Location::Header).into_iter().map(|parameter| {
        let (name, field) = (&parameter.name, field(&snake(&parameter.name)));
        quote!(request.header(#name, &self.#field);)
    });
    let json = matches!(operation.response, ResponseBody::Json(_)).then(|| quote!(request.accept("application/json");));
    let body = operation.body.as_ref().map(body);
    let query = sorted(operation, Location::Query).into_iter().filter(|parameter| !parameter.is_open());
    let query = query.map(|parameter| {
        let (name, field) = (&parameter.name, field(&snake(&parameter.name)));
        let add = if parameter.joined { quote!(query_joined) } else { quote!(query) };
        quote!(request.#add(#name, &self.#field);)
    });
    let text = match &operation.response {
        ResponseBody::Text(media) => Some(quote!(request.accept(#media);)),
        _ => None,
    };
    quote!(#(#headers)* #json #body #(#query)* #text)
}

fn parameters(operation: &Operation, location: Location) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().filter(move |parameter| parameter.location == location)
}

/// Returns the parameters in the order of their names: a parameter that moves in the document changes no request.
fn sorted(operation: &Operation, location: Location) -> Vec<&Parameter> {
    let mut all: Vec<&Parameter> = parameters(operation, location).collect();
    all.sort_by_key(|parameter| &parameter.name);
    all
}

/// Returns the statement that adds a literal part of the path.
fn literal(text: &str) -> Option<TokenStream> {
    (!text.is_empty()).then(|| quote!(path.text(#text);))
}

/// Returns the statement that adds the body.
fn body(body: &Body) -> TokenStream {
    let media = &body.media;
    match body.kind {
        BodyKind::Json if body.required => quote!(request.json(&self.body, #media);),
        BodyKind::Json => quote! {
            if let Some(body) = &self.body {
                request.json(body, #media);
            }
        },
        BodyKind::Form => quote!(request.form(&self.body);),
        BodyKind::Text => quote!(request.bytes(self.body.clone(), #media);),
        BodyKind::Binary => quote!(request.upload(&self.body, #media);),
        BodyKind::Multipart => quote!(request.multipart(&self.body);),
    }
}

/// Returns the fixed query, percent-encoded, with its question mark; empty without one.
fn encoded_query(operation: &Operation) -> String {
    let pairs = operation.fixed_query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    let pairs: Vec<String> = pairs.collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// Percent-encodes a name or value of a query.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
