//! The statements by which a builder builds its request: path, headers, body and query.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::codegen::model::body::{Body, BodyKind};
use crate::codegen::model::operation::Operation;
use crate::codegen::model::parameter::{Location, Parameter, Separator};
use crate::codegen::model::response::ResponseBody;
use crate::codegen::model::ty::Ty;
use crate::codegen::naming::snake;

/// Returns the statements that build the path: its literal parts, and the path parameters, which are encoded.
pub(super) fn path(operation: &Operation) -> TokenStream {
    let template = format!("{}{}", operation.path, encoded_query(operation));
    let mut parts = template.split('{');
    let first = literal(parts.next().unwrap_or_default());
    let rest = parts.flat_map(|part| {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let parameter = parameters(operation, Location::Path).find(|one| one.name == name);
        [parameter.map(segment), literal(rest)]
    });
    std::iter::once(first).chain(rest).flatten().collect()
}

/// Returns the statements that add headers, body and query.
pub(super) fn fill(operation: &Operation) -> TokenStream {
    let headers = sorted(operation, Location::Header).into_iter().map(|parameter| {
        let (name, field) = (&parameter.name, field(parameter));
        quote!(request.header(#name, &self.#field);)
    });
    let json = matches!(operation.response, ResponseBody::Json(_)).then(|| quote!(request.accept("application/json");));
    let body = operation.body.as_ref().map(body);
    let query = sorted(operation, Location::Query).into_iter().filter(|parameter| !parameter.is_open());
    let query = query.map(|parameter| {
        let (name, field) = (&parameter.name, field(parameter));
        match parameter.separator {
            None => quote!(request.query(#name, &self.#field);),
            Some(Separator::Comma) => quote!(request.query_joined(#name, &self.#field);),
            Some(separator) => {
                let separator = separator.character();
                quote!(request.query_separated(#name, &self.#field, #separator);)
            }
        }
    });
    let cookies = sorted(operation, Location::Cookie).into_iter().map(|parameter| {
        let (name, field) = (&parameter.name, field(parameter));
        quote!(request.cookie(#name, &self.#field);)
    });
    let text = match &operation.response {
        ResponseBody::Text(media) => Some(quote!(request.accept(#media);)),
        _ => None,
    };
    quote!(#(#headers)* #(#cookies)* #json #body #(#query)* #text)
}

/// Returns the builder's field for a parameter.
fn field(parameter: &Parameter) -> Ident {
    format_ident!("{}", parameter.rust)
}

/// Returns the statement that adds a path parameter.
fn segment(parameter: &Parameter) -> TokenStream {
    let (name, field) = (snake(&parameter.name), field(parameter));
    let add = match parameter.ty {
        Ty::List(_) => quote!(list),
        _ if parameter.raw => quote!(segments),
        _ => quote!(segment),
    };
    quote!(path.#add(#name, &self.#field);)
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

/// Returns the statement that adds the body; one that is optional may be absent.
fn body(body: &Body) -> TokenStream {
    let media = &body.media;
    let add = |value: &TokenStream, text: &TokenStream| match body.kind {
        BodyKind::Json => quote!(request.json(#value, #media);),
        BodyKind::Form => quote!(request.form(#value);),
        BodyKind::Text => quote!(request.bytes(#text.clone(), #media);),
        BodyKind::Binary => quote!(request.upload(#value, #media);),
        BodyKind::Multipart => quote!(request.multipart(#value);),
    };
    if body.required {
        return add(&quote!(&self.body), &quote!(self.body));
    }
    let add = add(&quote!(body), &quote!(body));
    quote! {
        if let Some(body) = &self.body {
            #add
        }
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
