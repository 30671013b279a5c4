//! `keyfob apis`: lists the operations with confidence and source.

use std::io::IsTerminal;

use keyfob::{Operation, client::Confidence};
use serde_json::{Value, json};

use crate::args::Apis;
use crate::console::{FAINT, GOOD, TITLE, WARNING, json as print_json, line, paint};
use crate::registry::{self, APIS, Api};

pub(crate) fn run(args: &Apis) -> anyhow::Result<()> {
    let chosen: Vec<&Api> = match &args.api {
        Some(name) => vec![registry::api(name)?],
        None => APIS.iter().collect(),
    };
    if args.json || !std::io::stdout().is_terminal() {
        let operations = chosen.iter().flat_map(|api| api.operations.iter().map(|operation| to_json(operation)));
        return Ok(print_json(&operations.collect::<Vec<_>>())?);
    }
    for (number, api) in chosen.iter().enumerate() {
        if number > 0 {
            line("")?;
        }
        let counts = counts(api);
        line(format_args!("{}  {}  {}", paint(TITLE, api.name), api.title, paint(FAINT, counts)))?;
        let width = api.operations.iter().map(|operation| operation.id.len()).max().unwrap_or_default();
        for operation in api.operations {
            let (style, confidence) = match operation.confidence {
                Confidence::Documented => (GOOD, "documented"),
                Confidence::Example => (WARNING, "example"),
                Confidence::Inferred => (WARNING, "inferred"),
            };
            line(format_args!(
                "  {:<width$}  {}  {:<6} {}",
                operation.id,
                paint(style, format_args!("{confidence:<10}")),
                operation.method,
                operation.path,
            ))?;
            let indent = 2 + width + 2;
            line(format_args!(
                "{:indent$}{}",
                "",
                paint(FAINT, format_args!("{} {}", operation.summary, operation.source))
            ))?;
        }
    }
    Ok(())
}

/// Returns the number of operations by confidence, as text.
fn counts(api: &Api) -> String {
    let count = |confidence| api.operations.iter().filter(|operation| operation.confidence == confidence).count();
    let parts = [
        (count(Confidence::Documented), "documented"),
        (count(Confidence::Example), "from examples"),
        (count(Confidence::Inferred), "inferred"),
    ];
    let parts: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, label)| format!("{count} {label}")).collect();
    format!("{} operations: {}", api.operations.len(), parts.join(", "))
}

/// Returns an operation as the object printed with `--json`.
fn to_json(operation: &'static Operation) -> Value {
    json!({
        "api": operation.api,
        "operation": operation.id,
        "summary": operation.summary,
        "method": operation.method,
        "path": operation.path,
        "pathParameters": operation.path_parameters().collect::<Vec<_>>(),
        "queryParameters": operation.query,
        "otherQueryParameters": operation.open_query,
        "headerParameters": operation.headers,
        "tokenParameter": operation.token_parameter(),
        "requiredParameters": operation.required,
        "body": Some(operation.body).filter(|body| !body.is_empty()),
        "bodyRequired": operation.body_required,
        "scope": operation.scope,
        "repeatable": operation.idempotency == keyfob::client::Idempotency::Idempotent,
        "confidence": operation.confidence.to_string(),
        "source": operation.source,
    })
}
