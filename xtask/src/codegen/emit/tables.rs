//! Tables: items with one field or value a line, so that a new one changes no other line.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// Texts of the tables, which replace placeholders in the formatted code: prettyplease fills lines, and breaks long ones.
#[derive(Default)]
pub(super) struct Tables(Vec<String>);

impl Tables {
    /// Adds a call of a macro of `keyfob_client`, and returns its placeholder.
    pub(super) fn add(&mut self, name: &str, head: &str, rows: impl Iterator<Item = String>, end: &str) -> TokenStream {
        let rows: String = rows.map(|row| format!("            {row},\n")).collect();
        self.add_text(format!("    keyfob_client::{name}! {{\n        {head} {{\n{rows}        }}{end}\n    }}"))
    }

    /// Adds the text of an item in a module, and returns its placeholder.
    pub(super) fn add_text(&mut self, text: String) -> TokenStream {
        let index = Literal::usize_unsuffixed(self.0.len());
        self.0.push(text);
        quote!(table!(#index);)
    }

    /// Replaces the placeholders in the formatted code.
    pub(super) fn insert(&self, code: &str) -> String {
        let lines = code.lines().map(|line| {
            let index = line.strip_prefix("    table!(").and_then(|rest| rest.strip_suffix(");"));
            let table = index.and_then(|index| self.0.get(index.parse::<usize>().ok()?));
            table.map_or(line, String::as_str)
        });
        lines.map(|line| format!("{line}\n")).collect()
    }
}

/// Returns a text as a literal.
pub(super) fn literal(text: &str) -> String {
    Literal::string(text).to_string()
}
