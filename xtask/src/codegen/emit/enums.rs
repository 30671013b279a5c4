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
            /// A value that this version does not know.
            #open(String),
        }
        impl #name {
            /// Returns the value on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#idents => #values,)*
                    Self::#open(value) => value,
                }
            }
        }
        impl From<&str> for #name {
            fn from(value: &str) -> Self {
                match value {
                    #(#values => Self::#idents,)*
                    other => Self::#open(other.to_owned()),
                }
            }
        }
        keyfob_client::open_string_enum!(#name);
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
            /// A value that this version does not know.
            #open(i64),
        }
        impl #name {
            /// Returns the value on the wire.
            pub fn value(&self) -> i64 {
                match self {
                    #(Self::#idents => #values,)*
                    Self::#open(value) => *value,
                }
            }
        }
        impl From<i64> for #name {
            fn from(value: i64) -> Self {
                match value {
                    #(#values => Self::#idents,)*
                    other => Self::#open(other),
                }
            }
        }
        keyfob_client::open_integer_enum!(#name);
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
