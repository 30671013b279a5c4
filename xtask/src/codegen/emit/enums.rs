//! Enumerations, which are open: a value that is not listed is retained and sent back unchanged.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::rustdoc::{doc, escaped, lower_first, sentence};
use super::tables::{Tables, literal};
use crate::codegen::markdown::one_line;
use crate::codegen::model::schema::Variant;

/// Returns the variant for values that are not listed: `Unknown`, or `Other` where the API itself has an `Unknown`.
fn open_name(variants: &[&Variant]) -> proc_macro2::Ident {
    let is_free = |name: &&str| variants.iter().all(|variant| variant.rust != **name);
    format_ident!("{}", ["Unknown", "Other", "Unlisted"].into_iter().find(is_free).unwrap_or("NotListed"))
}

/// Returns an enumeration of strings.
pub(super) fn strings(name: &str, docs: &TokenStream, variants: &[Variant], tables: &mut Tables) -> TokenStream {
    let refs: Vec<&Variant> = variants.iter().collect();
    let (open, name) = (open_name(&refs), format_ident!("{name}"));
    let idents: Vec<_> = variants.iter().map(|variant| format_ident!("{}", variant.rust)).collect();
    let rows = variants.iter().map(|variant| format!("{} {}", variant.rust, literal(&variant.value)));
    let table = tables.add("open_string_enum", &format!("{name}: {open}"), rows, "");
    let variant_docs = variants.iter().map(variant_doc);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variant_docs #idents,)*
            /// A value that the API's description does not list.
            #open(String),
        }
        #table
    }
}

/// Returns an enumeration of integers.
pub(super) fn integers(
    name: &str,
    docs: &TokenStream,
    variants: &[(Variant, i64)],
    tables: &mut Tables,
) -> TokenStream {
    let refs: Vec<&Variant> = variants.iter().map(|(variant, _)| variant).collect();
    let (open, name) = (open_name(&refs), format_ident!("{name}"));
    let idents: Vec<_> = variants.iter().map(|(variant, _)| format_ident!("{}", variant.rust)).collect();
    let rows = variants.iter().map(|(variant, value)| format!("{} {value}", variant.rust));
    let table = tables.add("open_integer_enum", &format!("{name}: {open}"), rows, "");
    let variant_docs = variants.iter().map(|(variant, _)| variant_doc(variant));
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variant_docs #idents,)*
            /// A value that the API's description does not list.
            #open(i64),
        }
        #table
    }
}

fn variant_doc(variant: &Variant) -> TokenStream {
    let description =
        variant.description.as_deref().map(|text| one_line(&sentence(&escaped(text)))).unwrap_or_default();
    if description.is_empty() {
        doc(&[format!("`{}` on the wire.", variant.value)])
    } else {
        doc(&[format!("`{}` on the wire: {}", variant.value, lower_first(&description))])
    }
}
