//! `docs/apis.md`: every operation of every API, how sure it is, and where that is known from.

use crate::codegen::model::api::Api;
use crate::codegen::model::operation::{Confidence, Operation};

const HEAD: &str = "\
# APIs

Written by `cargo xtask codegen` from `specs/*/openapi.yaml`. Do not edit.

Each operation is as sure as the word beside it:

| Word | Means |
|---|---|
| documented | the vendor describes it |
| example | seen in a sample, or in a working client's code |
| inferred | follows from the rest; it may be wrong or not exist, so try it in a test environment first |

*Known only* are operations of which the name is known but too little else to generate them; a client's `session().request(…)` reaches
them all the same. *Repeated* says whether an operation is sent again when it is not known whether the first time worked.
";

/// The whole file.
pub(crate) fn page(apis: &[&Api]) -> String {
    let mut page = HEAD.to_owned();
    page += "\n| API | Read on | Operations | Documented | Example | Inferred | Known only |\n|---|---|--:|--:|--:|--:|--:|\n";
    let mut sums = [0; 5];
    for api in apis {
        let counts = counts(api);
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        page += &format!("| [{}](#{}) | {} | {} |\n", api.name, api.name, api.version, numbers(counts));
    }
    page += &format!("| all | | {} |\n", numbers(sums));
    for api in apis {
        section(&mut page, api);
    }
    page
}

fn counts(api: &Api) -> [usize; 5] {
    let of = |confidence| api.operations.iter().filter(|operation| operation.confidence == confidence).count();
    let [documented, example, inferred] = Confidence::ALL.map(of);
    [api.operations.len(), documented, example, inferred, api.known_only.len()]
}

fn numbers(counts: [usize; 5]) -> String {
    counts.map(|count| count.to_string()).join(" | ")
}

fn section(page: &mut String, api: &Api) {
    let first = api.description.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    *page += &format!("\n## {}\n\n**{}.** {}\n\n", api.name, api.title.trim_end_matches('.'), first.trim());
    *page +=
        "| Rust | Method and path | Confidence | Scope | Repeated | Paging | Source |\n|---|---|---|---|---|---|---|\n";
    for operation in &api.operations {
        let repeated = if operation.idempotent { "yes" } else { "no" };
        let paging = operation.paging.as_ref().map_or("", |paging| paging.scheme.name());
        let cells = [
            format!("`{}`", operation.method_name),
            format!("`{} {}`", operation.http_method, path(operation)),
            operation.confidence.word().to_owned(),
            operation.scope.as_ref().map(|scope| format!("`{scope}`")).unwrap_or_default(),
            repeated.to_owned(),
            paging.to_owned(),
            source(&operation.source),
        ];
        *page += &row(&cells);
    }
    if !api.known_only.is_empty() {
        *page += "\nKnown only:\n\n| Method and path | Source | Note |\n|---|---|---|\n";
        for known in &api.known_only {
            *page += &row(&[
                format!("`{} {}`", known.http_method, known.path),
                source(&known.source),
                known.note.replace('\n', " "),
            ]);
        }
    }
}

fn path(operation: &Operation) -> String {
    let host = if operation.server.is_empty() { String::new() } else { format!("{{{}}}", operation.server) };
    format!("{host}{}{}", operation.path, operation.fixed_query_text())
}

fn source(doc: &str) -> String {
    if doc.starts_with("http") && !doc.contains([' ', '{']) { format!("<{doc}>") } else { doc.to_owned() }
}

fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.trim().replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}
