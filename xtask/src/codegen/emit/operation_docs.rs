//! Documentation of operations: the client's methods, the builders and their setters.

use super::call::{Argument, Call, Origin};
use super::rustdoc::{escaped, lower_first, sentence};
use crate::codegen::markdown::one_line;
use crate::codegen::model::api::Api;
use crate::codegen::model::body::{Body, BodyKind};
use crate::codegen::model::operation::{Confidence, Operation, is_idempotent};
use crate::codegen::model::parameter::{Location, Parameter};
use crate::codegen::model::response::{ResponseBody, Status};
use crate::codegen::model::security::Security;

/// Returns the paragraphs about a call that the client's method and the builder share.
///
/// `root` is the path of the generated module from the documentation: empty, or `super::`.
fn common_paragraphs(call: &Call<'_>, api: &Api, root: &str) -> Vec<String> {
    let operation = call.operation;
    let mut paragraphs = vec![operation.description.as_deref().map(|text| linked(text, api, root)).unwrap_or_default()];
    if operation.deprecated {
        paragraphs.push("**Deprecated by the vendor.**".to_owned());
    }
    paragraphs.push(returns(call, root));
    paragraphs
}

/// Returns the text as documentation, with a link to the method in place of each operation id in backticks.
pub(super) fn linked(text: &str, api: &Api, root: &str) -> String {
    api.operations.iter().fold(escaped(text), |text, operation| {
        let method = &operation.method_name;
        text.replace(&format!("`{}`", operation.id), &format!("[`{method}`]({root}Client::{method})"))
    })
}

/// Returns the documentation of the client's method.
pub(super) fn method(call: &Call<'_>, api: &Api) -> Vec<String> {
    let operation = call.operation;
    let mut paragraphs = vec![sentence(&escaped(&operation.summary))];
    paragraphs.extend(common_paragraphs(call, api, ""));
    let (required, optional): (Vec<_>, Vec<_>) = call.arguments.iter().partition(|argument| argument.required);
    let required: Vec<String> = required.into_iter().map(argument_line).collect();
    if !required.is_empty() {
        paragraphs.push(format!("Arguments:\n{}", required.join("\n")));
    }
    if !optional.is_empty() {
        let links = optional.iter().map(|argument| setter_link(call, argument)).collect::<Vec<_>>();
        paragraphs.push(format!("Optional parameters: {}.", links.join(", ")));
    }
    paragraphs.push(statuses(operation, api));
    paragraphs.push(request(operation));
    paragraphs
}

/// Returns the documentation of the builder.
pub(super) fn builder(call: &Call<'_>, api: &Api) -> Vec<String> {
    let operation = call.operation;
    let method = &operation.method_name;
    let summary = lower_first(&sentence(&escaped(&operation.summary)));
    let mut paragraphs = vec![format!("Builder of [`Client::{method}`](super::Client::{method}): {summary}")];
    paragraphs.extend(common_paragraphs(call, api, "super::"));
    paragraphs.push(request(operation));
    paragraphs
}

/// Returns the documentation of the setter of an optional argument.
pub(super) fn setter(argument: &Argument<'_>) -> Vec<String> {
    let (target, values, description, inferred) = match argument.origin {
        Origin::Parameter(parameter) if parameter.is_open() => {
            let target = "Adds the query parameter with this name.".to_owned();
            (target, open_note(parameter), &parameter.description, parameter.inferred)
        }
        Origin::Parameter(parameter) => {
            let values = if argument.is_list() { list_note(parameter) } else { String::new() };
            (setter_target(parameter), values, &parameter.description, parameter.inferred)
        }
        Origin::Body(body) => {
            (format!("Sets the request body ({}).", body_kind(body)), String::new(), &body.description, false)
        }
        Origin::Token(_) => unreachable!("a token is required and has no setter"),
    };
    let description = description.as_deref().map(|text| sentence(&escaped(text))).unwrap_or_default();
    let note = if inferred { INFERRED } else { "" };
    vec![target, values, description, note.to_owned()]
}

fn setter_target(parameter: &Parameter) -> String {
    let name = &parameter.name;
    match parameter.location {
        Location::Header => format!("Sets the header `{name}`."),
        Location::Cookie => format!("Sets the cookie `{name}`."),
        _ => format!("Sets the query parameter `{name}`."),
    }
}

/// Returns the sentences about the values of a list parameter.
fn list_note(parameter: &Parameter) -> String {
    let sent = match parameter.separator {
        Some(separator) => format!("they are sent as one parameter, separated by {}", separator.plural()),
        None if parameter.location == Location::Header => "each is sent as a header of its own".to_owned(),
        None => "each is sent as a parameter of its own".to_owned(),
    };
    match &parameter.value_builder {
        Some(ty) => format!(
            "Takes one [`{ty}`](crate::{ty}), or several values in an array; {sent}. Plain text is passed in an array \
             too: `[\"text\"]`."
        ),
        None => format!("Pass the values in an array; {sent}."),
    }
}

/// Returns the sentences about the values of query parameters with any names.
fn open_note(parameter: &Parameter) -> String {
    let value = match &parameter.value_builder {
        Some(ty) => format!("The value is text or a [`{ty}`](crate::{ty})."),
        None => "The value is text.".to_owned(),
    };
    format!("{value} Further calls add further parameters, also with the same name.")
}

/// Note on a field or parameter that is less certain than its operation.
pub(super) const INFERRED: &str = "Inferred, not documented by the vendor.";

/// Returns the description of a parameter for the list of arguments, with its location and name on the wire.
fn parameter_line(parameter: &Parameter, rust: &str) -> String {
    let location = match parameter.location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
    };
    let wire = if parameter.name == rust { String::new() } else { format!(" `{}`", parameter.name) };
    let mut line = format!(" ({location}{wire})");
    if let Some(description) = &parameter.description {
        line += &format!(": {}", one_line(&sentence(&escaped(description))));
    }
    if parameter.inferred {
        line += if parameter.description.is_some() { " " } else { ": " };
        line += INFERRED;
    }
    line
}

/// Returns the description of a body for the list of arguments, with the parts of a multipart form.
fn body_line(body: &Body) -> String {
    let description = body.description.as_deref().map(|text| one_line(&sentence(&escaped(text))));
    let description = description.map(|text| format!(": {text}")).unwrap_or_default();
    let mut lines = vec![format!(" ({}){description}", body_kind(body))];
    lines.extend(body.parts.iter().map(|part| {
        let optional = if part.required { "" } else { ", optional" };
        let description = one_line(&sentence(&escaped(&part.description)));
        let description = if description.is_empty() { description } else { format!(": {description}") };
        format!("  * part `{}`{optional}{description}", part.name)
    }));
    lines.join("\n")
}

fn body_kind(body: &Body) -> String {
    match body.kind {
        BodyKind::Json if body.media == "application/json" => "JSON".to_owned(),
        BodyKind::Json => format!("JSON as `{}`", body.media),
        BodyKind::Form => "form".to_owned(),
        BodyKind::Multipart => "multipart form".to_owned(),
        BodyKind::Text | BodyKind::Binary => format!("`{}`", body.media),
    }
}

fn argument_line(argument: &Argument<'_>) -> String {
    let rust = argument.field.to_string();
    let line = match argument.origin {
        Origin::Parameter(parameter) => parameter_line(parameter, &rust),
        Origin::Token(_) => " (bearer token): authorizes the request, in place of the client's credentials.".to_owned(),
        Origin::Body(body) => body_line(body),
    };
    format!("* `{rust}`{line}")
}

/// Returns a link to a setter, with the name on the wire where it differs.
fn setter_link(call: &Call<'_>, argument: &Argument<'_>) -> String {
    let field = argument.field.to_string();
    let link = format!("[`{field}`](operation::{}::{field})", call.name());
    match argument.wire_name() {
        Some(name) if name != field => format!("{link} (`{name}`)"),
        _ => link,
    }
}

/// Returns the sentence about the response.
fn returns(call: &Call<'_>, root: &str) -> String {
    let ty = call.operation.response.ty().link();
    let name = call.name();
    let builder = if root.is_empty() { format!("operation::{name}") } else { name.to_string() };
    match &call.operation.response {
        ResponseBody::Empty => "Returns `()`; a body of the response is ignored.".to_owned(),
        ResponseBody::Text(media) => format!("Returns the text of the response (`{media}`) as [`String`]."),
        ResponseBody::Bytes => {
            "Returns [`ByteStream`](keyfob_client::ByteStream), the bytes of the response.".to_owned()
        }
        ResponseBody::Json(_) if call.operation.paging.is_some() => format!(
            "Returns {ty}, one page; [`stream`]({builder}::stream) lists the items of all pages, and \
             [`pages`]({builder}::pages) the pages."
        ),
        ResponseBody::Json(_) => format!("Returns {ty}."),
    }
}

/// Returns the documented statuses; those of every operation of the API refer to the client's documentation.
fn statuses(operation: &Operation, api: &Api) -> String {
    let shared = shared_statuses(api);
    let own = operation.statuses.iter().filter(|status| !shared.contains(status));
    let mut lines: Vec<String> = own.map(status_line).collect();
    let of_operation = shared.iter().filter(|status| operation.statuses.contains(status));
    let codes = of_operation.map(|status| status_code(status)).collect::<Vec<_>>();
    if !codes.is_empty() {
        lines.push(format!("* {}: see [`Client`](Client#statuses-of-every-operation).", codes.join(", ")));
    }
    if lines.is_empty() { String::new() } else { format!("Statuses:\n{}", lines.join("\n")) }
}

fn status_code(status: &Status) -> &str {
    if status.code == "default" { "others" } else { &status.code }
}

/// Returns one line of a list of statuses.
pub(super) fn status_line(status: &Status) -> String {
    format!("* {}: {}", status_code(status), one_line(&sentence(&escaped(&status.meaning))))
}

/// Returns the error statuses that every operation of an API documents with the same meaning, except those operations
/// that the client's credentials do not authorize.
///
/// Empty for an API with a single operation.
pub(super) fn shared_statuses(api: &Api) -> Vec<&Status> {
    let mut authorized = api.operations.iter().filter(|operation| operation.security == Security::Client);
    let Some(first) = authorized.next() else { return Vec::new() };
    let others: Vec<_> = authorized.collect();
    let shared = first.statuses.iter().filter(|status| !status.is_success());
    let shared = shared.filter(|status| others.iter().all(|operation| operation.statuses.contains(status)));
    if others.is_empty() { Vec::new() } else { shared.collect() }
}

/// Returns the sentences about the request: method, path, host, scope, repetition and source.
fn request(operation: &Operation) -> String {
    let mut text = format!("Sends `{} {}{}`", operation.http_method, operation.path, operation.fixed_query_text());
    if !operation.server.is_empty() {
        text += &format!(" to the host `{}`", operation.server);
    }
    text += ".";
    if let Some(scope) = &operation.scope {
        text += &format!(" Requires the scope `{scope}`.");
    }
    text += match operation.security {
        Security::Client => "",
        Security::Anonymous => " Carries no credentials.",
        Security::Bearer(_) => " Carries the token that is passed, not the client's credentials.",
    };
    if operation.idempotent != is_idempotent(&operation.http_method) {
        text += if operation.idempotent { " Retried like a read." } else { " Never retried." };
    }
    // A path in a repository is code; an address is a link, and prose is text.
    let is_path = !operation.source.contains(' ') && !operation.source.contains("://");
    let source = if is_path { format!("`{}`.", operation.source) } else { sentence(&escaped(&operation.source)) };
    text += &match operation.confidence {
        Confidence::Documented => format!(" Documented by the vendor: {source}"),
        Confidence::Example => format!(" Known from an example: {source}"),
        Confidence::Inferred => {
            format!(" Inferred, not documented: try it in a test environment first. Inferred from {source}")
        }
    };
    text
}
