//! Enumerations, which are open: a value that is not listed is retained and sent back unchanged.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::rustdoc::{doc, escaped, lower_first, one_line, sentence};
use crate::codegen::model::schema::Variant;

/// Returns the variant for values that are not listed: `Unknown`, or `Other` where the API itself has an `Unknown`.
fn open_name(variants: &[&Variant]) -> proc_macro2::Ident {
    let taken = variants.iter().any(|variant| variant.rust == "Unknown");
    format_ident!("{}", if taken { "Other" } else { "Unknown" })
}

/// Returns an enumeration of strings.
pub(super) fn strings(name: &str, docs: &TokenStream, variants: &[Variant]) -> TokenStream {
    let refs: Vec<&Variant> = variants.iter().collect();
    let (open, name) = (open_name(&refs), format_ident!("{name}"));
    let idents: Vec<_> = variants.iter().map(|variant| format_ident!("{}", variant.rust)).collect();
    let values: Vec<&str> = variants.iter().map(|variant| variant.value.as_str()).collect();
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
        keyfob_client::open_string_enum!(#name: #open { #(#idents #values),* });
    }
}

/// Returns an enumeration of integers.
pub(super) fn integers(name: &str, docs: &TokenStream, variants: &[(Variant, i64)]) -> TokenStream {
    let refs: Vec<&Variant> = variants.iter().map(|(variant, _)| variant).collect();
    let (open, name) = (open_name(&refs), format_ident!("{name}"));
    let idents: Vec<_> = variants.iter().map(|(variant, _)| format_ident!("{}", variant.rust)).collect();
    let values: Vec<_> = variants.iter().map(|(_, value)| proc_macro2::Literal::i64_unsuffixed(*value)).collect();
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
        keyfob_client::open_integer_enum!(#name: #open { #(#idents #values),* });
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
