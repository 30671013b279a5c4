//! Rust types as code and as prose.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::codegen::model::ty::Ty;

impl Ty {
    /// Returns the type as code; generated types are in `module`.
    pub(super) fn tokens(&self, module: Option<&Ident>) -> TokenStream {
        let of = |inner: &Self| inner.tokens(module);
        match self {
            Self::Unit => quote!(()),
            Self::Text => quote!(String),
            Self::Integer => quote!(i64),
            Self::Number => quote!(f64),
            Self::Boolean => quote!(bool),
            Self::Timestamp => quote!(keyfob_client::Timestamp),
            Self::Date => quote!(chrono::NaiveDate),
            Self::Json => quote!(serde_json::Value),
            Self::Bytes => quote!(keyfob_client::ByteStream),
            Self::Pairs => quote!(Vec<(String, String)>),
            Self::List(inner) => {
                let inner = of(inner);
                quote!(Vec<#inner>)
            }
            Self::Map(inner) => {
                let inner = of(inner);
                quote!(std::collections::BTreeMap<String, #inner>)
            }
            Self::Boxed(inner) => {
                let inner = of(inner);
                quote!(Box<#inner>)
            }
            Self::Runtime(name) => {
                let name = format_ident!("{name}");
                quote!(keyfob_client::#name)
            }
            Self::Named(name) => {
                let name = format_ident!("{name}");
                module.map_or_else(|| quote!(#name), |module| quote!(#module::#name))
            }
        }
    }

    /// Returns the type as prose with links.
    pub(super) fn link(&self) -> String {
        match self {
            Self::Unit => "`()`".to_owned(),
            Self::Text => "a [`String`]".to_owned(),
            Self::Integer => "an [`i64`]".to_owned(),
            Self::Number => "an [`f64`]".to_owned(),
            Self::Boolean => "a [`bool`]".to_owned(),
            Self::Timestamp => "a [`Timestamp`](keyfob_client::Timestamp)".to_owned(),
            Self::Date => "a [`NaiveDate`](chrono::NaiveDate)".to_owned(),
            Self::Json => "any JSON as [`Value`](serde_json::Value)".to_owned(),
            Self::Bytes => "a [`ByteStream`](keyfob_client::ByteStream)".to_owned(),
            Self::Pairs => "a list of pairs".to_owned(),
            Self::List(inner) => format!("a list of {}", inner.link_plural()),
            Self::Map(inner) => format!("a map from strings to {}", inner.link_plural()),
            Self::Boxed(inner) => inner.link(),
            Self::Runtime(name) => format!("[`{name}`](keyfob_client::{name})"),
            // An operation may have the name of the type, so the text has the module, which `operation` imports.
            Self::Named(name) => format!("[`types::{name}`]"),
        }
    }

    /// Returns the type as prose without an article, for the items of a list or map.
    fn link_plural(&self) -> String {
        let link = self.link();
        link.strip_prefix("an ").or(link.strip_prefix("a ")).unwrap_or(&link).to_owned()
    }

    /// Returns the type of a method's argument for a value of this type, and the expression that converts `argument`.
    pub(super) fn argument(
        &self,
        module: Option<&Ident>,
        enums: &dyn Fn(&str) -> bool,
        argument: &Ident,
    ) -> (TokenStream, TokenStream) {
        let ty = self.tokens(module);
        if self.is_converted(enums) {
            return (quote!(impl Into<#ty>), quote!(#argument.into()));
        }
        match self {
            Self::List(inner) => {
                let item = inner.tokens(module);
                if inner.is_converted(enums) {
                    (
                        quote!(impl IntoIterator<Item = impl Into<#item>>),
                        quote!(#argument.into_iter().map(Into::into).collect()),
                    )
                } else {
                    (quote!(impl IntoIterator<Item = #item>), quote!(#argument.into_iter().collect()))
                }
            }
            Self::Boxed(inner) => {
                let inner = inner.tokens(module);
                (inner, quote!(Box::new(#argument)))
            }
            _ => (ty, quote!(#argument)),
        }
    }

    /// Returns whether methods take `impl Into` of this type.
    fn is_converted(&self, enums: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Text | Self::Timestamp | Self::Json => true,
            Self::Runtime(name) => name != "Form",
            Self::Named(name) => enums(name),
            _ => false,
        }
    }
}
