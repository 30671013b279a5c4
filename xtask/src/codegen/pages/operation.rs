//! The page of one operation.

use super::{calls, fields};
use crate::codegen::emit::sample::Samples;
use crate::codegen::markdown::{linked, one_line, request_path, row, source};
use crate::codegen::model::api::Api;
use crate::codegen::model::body::BodyKind;
use crate::codegen::model::operation::{Confidence, Operation};
use crate::codegen::model::parameter::{Location, Parameter};
use crate::codegen::model::response::ResponseBody;
use crate::codegen::model::security::Security;
use crate::codegen::model::table::{Changes, Table};

/// Returns the page.
pub(super) fn page(api: &Api, operation: &Operation, samples: &Samples<'_>) -> String {
    let mut page = format!("# {}\n\n{}\n", operation.method_name, one_line(&operation.summary));
    if let Some(description) = &operation.description {
        page += &format!("\n{}\n", linked(description.trim(), api, ""));
    }
    if operation.deprecated {
        page += "\n**Deprecated by the vendor.**\n";
    }
    page += &overview(api, operation);
    page += &parameters(operation);
    page += &body(api, operation);
    page += &response(api, operation);
    page += "\n## Statuses\n\n| Status | Meaning |\n|---|---|\n";
    for status in &operation.statuses {
        page += &row(&[status.code.clone(), one_line(&status.meaning)]);
    }
    page += &format!(
        "\n## Call\n\nValues of arguments are placeholders.\n\n```rust,no_run\n{}```\n\n```sh,no_run\n{}\n```\n\nWith the base \
         URL in `BASE` and a token in `TOKEN` (`keyfob token {} --show` prints one):\n\n```sh,no_run\n{}\n```\n",
        calls::rust(api, operation, samples),
        calls::shell(api, operation),
        api.name,
        calls::curl(api, operation)
    );
    page
}

fn overview(api: &Api, operation: &Operation) -> String {
    let mut text = "\n| Property | Value |\n|---|---|\n".to_owned();
    let mut fact = |name: &str, value: String| text += &row(&[name.to_owned(), value]);
    fact("API", format!("[{}](../{}.md)", api.name, api.name));
    fact("Request", format!("`{} {}`", operation.http_method, request_path(operation)));
    if !operation.server.is_empty() {
        fact("Host", format!("`{}`, which has a base URL of its own", operation.server));
    }
    fact(
        "Credentials",
        match &operation.security {
            Security::Client => "those of the client".to_owned(),
            Security::Anonymous => "none".to_owned(),
            Security::Bearer(name) => format!("the token that is passed as `{name}`"),
        },
    );
    if let Some(scope) = &operation.scope {
        fact("Scope", format!("`{scope}`"));
    }
    fact(
        "Retried",
        if operation.idempotent {
            "yes: a second request has no further effect".to_owned()
        } else {
            "only if the service cannot have processed the request".to_owned()
        },
    );
    if let Some(paging) = &operation.paging {
        let size = paging.size.as_ref().map(|size| format!(", `{size}` sets the page size")).unwrap_or_default();
        fact(
            "Paging",
            format!(
                "{}, by `{}`{size}; `stream()` returns the rows of all pages",
                paging.scheme.name(),
                paging.parameter
            ),
        );
    }
    if let Some(table) = &operation.table {
        fact("Table", table_fact(table));
    }
    fact(
        "Confidence",
        match operation.confidence {
            Confidence::Documented => "documented by the vendor",
            Confidence::Example => "seen in an example or in the code of a working client",
            Confidence::Inferred => "inferred from the rest of the API; try it in a test environment first",
        }
        .to_owned(),
    );
    fact("Source", source(&operation.source));
    text
}

fn table_fact(table: &Table) -> String {
    let names = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let changes = match &table.changes {
        Changes::Snapshot => "all rows are compared".to_owned(),
        Changes::ModifiedSince { parameter, .. } => format!("changes by `{parameter}`"),
        Changes::Append { column, .. } => format!("rows are only added, by `{column}`"),
    };
    let mut text = format!("key {}; {changes}", names(table.key.iter().map(String::as_str).collect()));
    let sensitive = table.columns.iter().filter(|column| column.sensitive).map(|column| column.name.as_str());
    let sensitive = names(sensitive.collect());
    if !sensitive.is_empty() {
        text += &format!("; copied only on request: {sensitive}");
    }
    text
}

fn parameters(operation: &Operation) -> String {
    if operation.parameters.is_empty() {
        return String::new();
    }
    let mut text =
        "\n## Parameters\n\n| Name | In | Type | Required | Description |\n|---|---|---|---|---|\n".to_owned();
    for parameter in &operation.parameters {
        text += &row(&[
            format!("`{}`", parameter.name),
            location(parameter).to_owned(),
            fields::name(&parameter.ty),
            if parameter.required { "yes" } else { "" }.to_owned(),
            description(parameter),
        ]);
    }
    text
}

fn location(parameter: &Parameter) -> &'static str {
    match parameter.location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
    }
}

fn description(parameter: &Parameter) -> String {
    let mut parts: Vec<String> = parameter.description.as_deref().map(one_line).into_iter().collect();
    if let Some(separator) = parameter.separator {
        parts.push(format!("Several values are sent as one, separated by {}.", separator.plural()));
    }
    if parameter.inferred {
        parts.push("Inferred.".to_owned());
    }
    parts.join(" ")
}

fn body(api: &Api, operation: &Operation) -> String {
    let Some(body) = &operation.body else { return String::new() };
    let required = if body.required { "required" } else { "optional" };
    let mut text = format!("\n## Body\n\n`{}`, {required}: {}.\n", body.media, fields::name(&body.ty));
    if let Some(description) = &body.description {
        text += &format!("\n{}\n", description.trim());
    }
    if body.kind == BodyKind::Multipart {
        text += "\n| Part | Required | Description |\n|---|---|---|\n";
        for part in &body.parts {
            let required = if part.required { "yes" } else { "" }.to_owned();
            text += &row(&[format!("`{}`", part.name), required, one_line(&part.description)]);
        }
    }
    text + &fields::tables(api, &body.ty, true)
}

fn response(api: &Api, operation: &Operation) -> String {
    match &operation.response {
        ResponseBody::Empty => "\n## Response\n\nNo body is documented.\n".to_owned(),
        ResponseBody::Text(media) => format!("\n## Response\n\n`{media}`: text.\n"),
        ResponseBody::Bytes => "\n## Response\n\nA file.\n".to_owned(),
        ResponseBody::Json(ty) => {
            format!("\n## Response\n\nJSON: {}.\n{}", fields::name(ty), fields::tables(api, ty, false))
        }
    }
}
