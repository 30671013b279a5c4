//! Descriptions of tables: constants by which a tool copies listings, with one column a line.

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::tables::{Tables, literal};
use crate::codegen::model::api::Api;
use crate::codegen::model::operation::Operation;
use crate::codegen::model::paging::Scheme;
use crate::codegen::model::table::{Changes, Table, Window};
use crate::codegen::naming::pascal;

/// Returns the list of tables, and the module with their descriptions if there are any.
///
/// compile-time: statics, not constants or functions, so that a program compiles none of them again.
pub(super) fn module(api: &Api, tables: &mut Tables) -> TokenStream {
    let described = || api.operations.iter().filter_map(|one| Some((one, one.table.as_ref()?)));
    let names = described().map(|(operation, _)| format_ident!("{}", constant(operation)));
    let list = quote! {
        /// Every table: the listings that can be copied, in the order of the specification.
        pub static TABLES: &[&keyfob_client::table::Table] = &[#(&tables::#names),*];
    };
    let texts: Vec<_> = described().map(|(operation, table)| tables.add_text(text(api, operation, table))).collect();
    let module = (!texts.is_empty()).then(|| {
        quote! {
            /// Descriptions of the tables.
            mod tables {
                use super::operation;
                #[allow(unused_imports, reason = "an API may use one kind of paging only")]
                use keyfob_client::table::{
                    ChangeDetection, Column, ColumnType, DateWindow, PageSize, Table, TablePaging,
                };
                #(#texts)*
            }
        }
    });
    quote!(#list #module)
}

fn constant(operation: &Operation) -> String {
    operation.method_name.to_shouty_snake_case()
}

fn text(api: &Api, operation: &Operation, table: &Table) -> String {
    let parameters = table.parameters.iter().map(|(name, value)| format!("({}, {})", literal(name), literal(value)));
    let key = table.key.iter().map(|name| literal(name));
    let page_size = table
        .page_size
        .as_ref()
        .map(|(parameter, default)| format!("PageSize {{ parameter: {}, default: {default} }}", literal(parameter)));
    let columns: String = table
        .columns
        .iter()
        .map(|column| {
            let (name, description) = (literal(&column.name), literal(&column.description));
            let (kind, sensitive) = (column.kind, column.sensitive);
            format!(
                "            Column {{ name: {name}, kind: ColumnType::{kind:?}, description: {description}, sensitive: {sensitive} }},\n"
            )
        })
        .collect();
    let fields = [
        ("name", literal(&operation.method_name)),
        ("operation", format!("&operation::{}::OPERATION", pascal(&operation.id))),
        ("version", literal(&api.version)),
        ("paging", paging(operation)),
        ("rows", option(table.rows.as_deref().map(literal))),
        ("parameters", format!("&[{}]", parameters.collect::<Vec<_>>().join(", "))),
        ("page_size", option(page_size)),
        ("key", format!("&[{}]", key.collect::<Vec<_>>().join(", "))),
        ("changes", changes(&table.changes)),
        ("window", option(table.window.as_ref().map(window))),
        ("columns", format!("&[\n{columns}        ]")),
        ("extra_is_sensitive", table.extra_is_sensitive.to_string()),
    ];
    let fields: String = fields.iter().map(|(name, value)| format!("        {name}: {value},\n")).collect();
    format!("    pub(super) static {}: Table = Table {{\n{fields}    }};", constant(operation))
}

fn paging(operation: &Operation) -> String {
    let Some(paging) = &operation.paging else { return "TablePaging::Single".into() };
    let (parameter, total) = (literal(&paging.parameter), option(paging.total.as_deref().map(literal)));
    match paging.scheme {
        Scheme::Cursor => {
            let field = literal(paging.cursor.as_deref().unwrap_or_default());
            format!("TablePaging::Cursor {{ field: {field}, parameter: {parameter} }}")
        }
        Scheme::Page { first } => {
            format!("TablePaging::Page {{ parameter: {parameter}, first: {first}, total: {total} }}")
        }
        Scheme::Offset => format!("TablePaging::Offset {{ parameter: {parameter}, total: {total} }}"),
    }
}

fn changes(changes: &Changes) -> String {
    match changes {
        Changes::Snapshot => "ChangeDetection::Snapshot".into(),
        Changes::ModifiedSince { parameter, deleted, mode, overlap } => format!(
            "ChangeDetection::ModifiedSince {{ parameter: {}, deleted: {}, mode: {}, overlap: {overlap} }}",
            literal(parameter),
            literal(deleted),
            option(mode.as_deref().map(literal))
        ),
        Changes::Append { parameter, prefix, column, overlap } => format!(
            "ChangeDetection::Append {{ parameter: {}, prefix: {}, column: {}, overlap: {overlap} }}",
            literal(parameter),
            literal(prefix),
            literal(column)
        ),
    }
}

fn window(window: &Window) -> String {
    format!(
        "DateWindow {{ from: {}, to: {}, column: {}, max_days: {:?}, from_required: {}, to_requires_from: {} }}",
        literal(&window.from),
        literal(&window.to),
        option(window.column.as_deref().map(literal)),
        window.max_days,
        window.from_required,
        window.to_requires_from
    )
}

/// Returns the code of an optional value.
fn option(value: Option<String>) -> String {
    value.map_or_else(|| "None".into(), |value| format!("Some({value})"))
}
