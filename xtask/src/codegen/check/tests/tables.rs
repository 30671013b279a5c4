//! Violations of the rules of tables.

use super::{check_rejected, operation, problems, spec};

/// Returns a specification with a listing that has this `x-keyfob-table`.
fn table(table: &str) -> String {
    let parameters = "parameters: [{ name: since, in: query, schema: { type: string } }, { name: from, in: query, \
                      schema: { type: string } }, { name: size, in: query, schema: { type: integer } }]";
    let rows = "    Page: { type: object, properties: { mode: { type: string }, rows: { type: array, items: { $ref: \
                '#/components/schemas/Row' } } } }\n    Row: { type: object, properties: { id: { type: integer }, at: { \
                type: string, format: date-time }, gone: { type: boolean }, tags: { type: array, items: { type: string } } \
                } }";
    let more = format!("{parameters}\n      x-keyfob-table: {table}");
    spec(&format!("  /rows:\n{}", operation("rows", &more)).replace("schemas/Thing", "schemas/Page"), rows)
}

#[test]
fn a_key_is_enough_for_a_table() {
    assert_eq!(problems(table("{ key: [id] }")), "");
}

#[test]
fn every_key_of_a_table_is_accepted() {
    let modified = "changes: { modifiedSince: since, deleted: gone, mode: mode, overlap: 600 }";
    let window = "window: { from: from, to: since, column: at, maxDays: 7, fromRequired: true, toRequiresFrom: true }";
    let rest = "pageSize: { parameter: size, default: 5 }, parameters: { from: a }, columns: { at: timestamp }, \
                sensitive: [tags], extraIsSensitive: true, rows: rows";
    assert_eq!(problems(table(&format!("{{ key: [id], {modified}, {window}, {rest} }}"))), "");
    let append = "{ key: [id], changes: { append: id, parameter: since, prefix: '[gt]', overlap: 0 } }";
    assert_eq!(problems(table(append)), "");
}

#[test]
fn the_key_of_a_table_identifies_its_rows() {
    check_rejected(table("{}"), "specs/test/openapi.yaml:5: GET /rows: x-keyfob-table of rows has no key");
    check_rejected(table("{ key: id }"), "has a value of key that is not a list of names");
    check_rejected(table("{ key: [number] }"), "names number in key, which the rows do not have");
    check_rejected(table("{ key: [tags] }"), "names tags in key, which is of type Json");
    check_rejected(table("{ key: [id], sensitive: [id] }"), "names id in key and in sensitive");
}

#[test]
fn the_columns_of_a_table_are_fields_of_its_rows() {
    check_rejected(table("{ key: [id], columns: { day: date } }"), "names day in columns, which the rows do not have");
    check_rejected(table("{ key: [id], columns: { at: time } }"), "has the column type time: use one of text, integer");
    check_rejected(table("{ key: [id], sensitive: [birth] }"), "names birth in sensitive, which the rows do not have");
    check_rejected(table("{ key: [id], rows: list }"), "has no rows: name the field");
    check_rejected(
        table("{ key: [id] }").replace("mode: { type: string }", "mode: { type: array, items: {} }"),
        "has no rows",
    );
    let rows = "Row: { type: object, properties: { id: { type: integer }, at: { type: string, format: date-time }, gone: { \
                type: boolean }, tags: { type: array, items: { type: string } } } }";
    let text = table("{ key: [id] }");
    assert!(text.contains(rows), "{text}");
    check_rejected(text.replace(rows, "Row: { type: object }"), "is on a listing whose rows have no fields");
    let text = table("{ key: [id] }")
        .replace("content: { application/json: { schema: { $ref: '#/components/schemas/Page' } } }", "");
    check_rejected(text, "is on an operation whose response has no schema");
}

#[test]
fn a_table_can_be_listed_without_a_choice_of_parameters() {
    let required = table("{ key: [id] }").replace("name: since, in: query,", "name: since, in: query, required: true,");
    check_rejected(required, "is on an operation that requires since");
    check_rejected(table("{ key: [id] }").replace("    get:", "    post:"), "is on an operation that is not a GET");
    check_rejected(
        table("{ key: [id], parameters: { until: a } }"),
        "names \"until\" in parameters, which is not a query",
    );
}

#[test]
fn the_changes_of_a_table_name_what_exists() {
    let changes = |changes: &str| table(&format!("{{ key: [id], changes: {{ {changes} }} }}"));
    check_rejected(changes("modifiedSince: since, deleted: gone"), "has no overlap in changes");
    check_rejected(
        changes("modifiedSince: since, deleted: gone, overlap: -1"),
        "a value of overlap that is not a number",
    );
    check_rejected(changes("modifiedSince: after, deleted: gone, overlap: 0"), "names \"after\" as modifiedSince");
    check_rejected(changes("modifiedSince: since, overlap: 0"), "has no deleted in changes");
    check_rejected(
        changes("modifiedSince: since, deleted: at, overlap: 0"),
        "names at as deleted, which is of type Timestamp",
    );
    check_rejected(changes("modifiedSince: since, deleted: gone, mode: kind, overlap: 0"), "names kind as mode");
    check_rejected(changes("modifiedSince: since, deleted: gone, prefix: a, overlap: 0"), "has an unknown key prefix");
    check_rejected(
        changes("append: gone, parameter: since, overlap: 0"),
        "names gone as append, which is of type Boolean",
    );
    check_rejected(
        changes("append: time, parameter: since, overlap: 0"),
        "names time as append, which the rows do not",
    );
    check_rejected(changes("append: at, overlap: 0"), "names \"\" as parameter of changes");
    check_rejected(changes("overlap: 0"), "neither modifiedSince nor append");
}

#[test]
fn page_size_and_window_of_a_table_name_what_exists() {
    let with = |more: &str| table(&format!("{{ key: [id], {more} }}"));
    check_rejected(with("pageSize: 5"), "has a pageSize without a parameter");
    check_rejected(with("pageSize: { parameter: size }"), "has a pageSize without a default above 0");
    check_rejected(with("pageSize: { parameter: limit, default: 5 }"), "names \"limit\" in pageSize");
    check_rejected(with("pageSize: { parameter: size, default: 5, max: 9 }"), "has an unknown key max");
    check_rejected(with("window: { from: from }"), "names \"\" as to of window");
    check_rejected(
        with("window: { from: from, to: since, column: id }"),
        "names id as column, which is of type Integer",
    );
    check_rejected(with("window: { from: from, to: since, until: a }"), "has an unknown key until");
    check_rejected(with("keys: [id]"), "has an unknown key keys");
}

#[test]
fn the_rows_of_a_paged_table_are_those_of_its_paging() {
    let paged = |more: &str| {
        table(&format!(
            "{{ key: [id]{more} }}\n      x-keyfob-paging: {{ scheme: offset, parameter: size, size: size, items: rows }}"
        ))
    };
    assert_eq!(problems(paged(", pageSize: 5")), "");
    check_rejected(paged(", rows: rows"), "has rows, which is the same as items of x-keyfob-paging");
}

#[test]
fn a_variant_has_the_table_that_it_states() {
    let variant = |more: &str| {
        table(&format!(
            "{{ key: [id] }}\n      x-keyfob-variants: [{{ operationId: one, summary: Does., query: {{}}, parameters: [{{ \
             name: a, in: query, required: true, schema: {{ type: string }} }}]{more} }}]"
        ))
    };
    assert_eq!(problems(variant("")), "");
    check_rejected(
        variant(", x-keyfob-table: { key: [id] }"),
        "x-keyfob-table of one is on an operation that requires a",
    );
}
