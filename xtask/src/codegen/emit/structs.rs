//! Structs: public fields for users, with a table by which the runtime decodes and encodes them.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use heck::{ToLowerCamelCase, ToUpperCamelCase};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::operation_docs::INFERRED;
use super::rustdoc::{doc, escaped, sentence};
use super::tables::{Tables, literal};
use super::usage::Usage;
use crate::codegen::model::schema::{Property, Schema, Shape};
use crate::codegen::model::ty::Ty;
use crate::codegen::rust_types::RustTypes;

/// Note on a field that is redacted.
const REDACTED: &str = "`Debug` shows `[redacted]`.";

/// Number of fields among which required and strict fields can be, because the runtime stores them in one word.
pub(super) const FIELDS: usize = u64::BITS as usize;

/// A field: its property in the specification, and its Rust type.
pub(super) struct Field<'s> {
    property: &'s Property,
    /// Type of a value that is present.
    pub(super) base: Ty,
    presence: Presence,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// Always present.
    Required,
    /// Present or null; null is sent.
    Nullable,
    /// Present or absent.
    Optional,
    /// Absent, null or present: `Patch`.
    Patch,
    /// A list or map, empty if absent.
    Collection,
}

/// A struct with its fields.
pub(super) struct Struct<'s> {
    pub(super) name: &'s str,
    schema: &'s Schema,
    pub(super) fields: Vec<Field<'s>>,
    extra: bool,
    /// Indices of the fields whose values must have their types.
    pub(super) strict: BTreeSet<usize>,
}

impl<'s> Struct<'s> {
    /// Combines the Rust types of the fields with the presence that the schema defines; none if it is no object.
    pub(super) fn new(schema: &'s Schema, types: &RustTypes) -> Option<Self> {
        let Shape::Object { properties, patch, extra } = &schema.shape else { return None };
        let fields = properties.iter().enumerate().map(|(index, property)| {
            let base = types.field(&schema.rust, index).unwrap_or(&property.ty).clone();
            let collection = matches!(base, Ty::List(_) | Ty::Map(_));
            let presence = match (property.required, property.nullable) {
                (_, true) if *patch => Presence::Patch,
                (true, false) => Presence::Required,
                (true, true) => Presence::Nullable,
                (false, _) if collection && !*patch => Presence::Collection,
                (false, _) => Presence::Optional,
            };
            Field { property, base, presence }
        });
        let fields = fields.collect();
        let marked = properties.iter().enumerate().filter(|(_, property)| property.strict);
        let strict = marked.map(|(index, _)| index).collect();
        Some(Self { name: &schema.rust, schema, fields, extra: *extra, strict })
    }

    /// Returns the type of the field with this name on the wire.
    pub(super) fn field(&self, wire: &str) -> Option<&Ty> {
        self.index(wire).map(|index| &self.fields[index].base)
    }

    /// Returns the Rust name of the field with this name on the wire.
    pub(super) fn ident(&self, wire: &str) -> Result<Ident> {
        let field = self.index(wire).and_then(|index| self.fields.get(index));
        let field = field.with_context(|| format!("there is no field {wire}"))?;
        Ok(format_ident!("{}", field.property.rust))
    }

    /// Returns the index of the field with this name on the wire.
    pub(super) fn index(&self, wire: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.property.name == wire)
    }

    /// Returns the struct, with constructor and setters if it is part of requests.
    pub(super) fn tokens(
        &self,
        in_requests: bool,
        usage: &Usage,
        enums: &dyn Fn(&str) -> bool,
        tables: &mut Tables,
    ) -> TokenStream {
        let has_default = self.fields.iter().all(|field| !field.is_required());
        let item = self.item(has_default, usage, tables);
        let methods = in_requests.then(|| self.methods(has_default, enums));
        quote!(#item #methods)
    }

    /// Returns the struct and its table of fields.
    ///
    /// compile-time: the runtime decodes and encodes by the table; serde's derives take several times as long to compile.
    fn item(&self, has_default: bool, usage: &Usage, tables: &mut Tables) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let docs = doc(&usage.type_docs(self.name, self.schema));
        let fields = self.fields.iter().map(Field::item);
        let extra = self.extra();
        let (default, variant) =
            if has_default { (Some(quote!(Default,)), "with_default") } else { (None, "without_default") };
        let rows = self.fields.iter().enumerate().map(|(index, field)| field.row(index, self.strict.contains(&index)));
        let end = if self.extra { " extra" } else { "" };
        let table = tables.add("wire_struct", &format!("{variant} {name}"), rows, end);
        quote! {
            #docs
            #[derive(Clone, #default PartialEq)]
            #[non_exhaustive]
            pub struct #name {
                #(#fields)*
                #extra
                wire: keyfob_client::wire_form::WireForms<{ #name::WIRE_WORDS }>,
            }
            #table
        }
    }

    fn extra(&self) -> Option<TokenStream> {
        self.extra.then(|| {
            quote! {
                /// Fields that this version does not know; they are sent back with the object.
                pub extra: keyfob_client::Extra,
            }
        })
    }

    fn methods(&self, has_default: bool, enums: &dyn Fn(&str) -> bool) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let required_fields: Vec<_> = self.fields.iter().filter(|field| field.is_required()).collect();
        let mut arguments = Vec::new();
        let mut values = Vec::new();
        for field in &required_fields {
            let ident = format_ident!("{}", field.property.rust);
            let (ty, value) = field.base.argument(None, enums, &ident);
            if field.presence == Presence::Nullable {
                // The type of an `impl Into` could not be inferred from `None`.
                let ty = field.base.tokens(None);
                arguments.push(quote!(#ident: Option<#ty>));
                values.push(quote!(#ident));
            } else {
                arguments.push(quote!(#ident: #ty));
                values.push(if quote!(#ident).to_string() == value.to_string() {
                    quote!(#ident)
                } else {
                    quote!(#ident: #value)
                });
            }
        }
        let unset = self
            .fields
            .iter()
            .filter(|field| !field.is_required())
            .map(|field| format_ident!("{}", field.property.rust));
        let unset = unset.chain(self.extra.then(|| format_ident!("extra"))).chain([format_ident!("wire")]);
        let body = if has_default {
            // A setter may have the name of the constructor.
            let is_hidden = self.fields.iter().any(|field| field.property.rust == "default");
            if is_hidden { quote!(Default::default()) } else { quote!(Self::default()) }
        } else {
            quote!(Self { #(#values,)* #(#unset: Default::default(),)* })
        };
        let setters = self.fields.iter().filter(|field| !field.is_required()).map(|field| field.setter(enums));
        let new = if has_default {
            "Creates a value without any field."
        } else {
            "Creates a value with the required fields."
        };
        let new = doc(&[new]);
        quote! {
            impl #name {
                #new
                pub fn new(#(#arguments),*) -> Self {
                    #body
                }
                #(#setters)*
            }
        }
    }
}

impl Field<'_> {
    /// Returns whether the constructor takes the field.
    fn is_required(&self) -> bool {
        matches!(self.presence, Presence::Required | Presence::Nullable)
    }

    /// Returns the field of the struct.
    fn item(&self) -> TokenStream {
        let (docs, ident, ty) = (self.docs(), format_ident!("{}", self.property.rust), self.ty());
        quote!(#docs pub #ident: #ty,)
    }

    fn docs(&self) -> TokenStream {
        let Property { name, rust, description, secret, .. } = self.property;
        let described = description.as_deref().map(|text| sentence(&escaped(text)));
        let own = described.unwrap_or_else(|| {
            // Only a wire name that differs from the usual spelling is documented.
            let regular = [rust.clone(), rust.to_lower_camel_case(), rust.to_upper_camel_case()].contains(name);
            if regular { String::new() } else { format!("Named `{name}` on the wire.") }
        });
        doc(&[own.as_str(), self.note(), if *secret { REDACTED } else { "" }])
    }

    fn setter_docs(&self) -> TokenStream {
        let description = self.property.description.as_deref().map(|text| sentence(&escaped(text)));
        let target = format!("Sets `{}`.", self.property.name);
        doc(&[target.as_str(), description.as_deref().unwrap_or_default(), self.note()])
    }

    /// Returns the note on a field that is less certain than its type.
    fn note(&self) -> &'static str {
        if self.property.inferred { INFERRED } else { "" }
    }

    fn ty(&self) -> TokenStream {
        let base = self.base.tokens(None);
        match self.presence {
            Presence::Required | Presence::Collection => base,
            Presence::Nullable | Presence::Optional => quote!(Option<#base>),
            Presence::Patch => quote!(keyfob_client::Patch<#base>),
        }
    }

    /// Returns the field's row of the table: name, name on the wire, kind and marks.
    fn row(&self, index: usize, strict: bool) -> String {
        let marks = [("strict", strict), ("secret", self.property.secret)];
        let marks: Vec<&str> = marks.into_iter().filter(|(_, has)| *has).map(|(mark, _)| mark).collect();
        let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
        let kind = self.kind(index).map(|kind| format!(" {kind}")).unwrap_or_default();
        format!("{} {}{kind}{marks}", self.property.rust, literal(&self.property.name))
    }

    /// Returns the kind of the field in the table; a field that is present or absent has none.
    fn kind(&self, index: usize) -> Option<&'static str> {
        match (self.presence, self.property.json_string) {
            (Presence::Required, true) => Some("json_text"),
            (Presence::Nullable | Presence::Optional, true) => Some("optional_json_text"),
            // The runtime requires only fields among the first 64 to be present, because it stores them in one word.
            (Presence::Required, false) if self.has_empty_value() || index >= FIELDS => Some("required_or_default"),
            (Presence::Required, false) => Some("required"),
            (Presence::Nullable, false) => Some("nullable"),
            (Presence::Optional | Presence::Patch | Presence::Collection, _) => None,
        }
    }

    /// Returns whether the type has an empty value, which stands for an absent field.
    fn has_empty_value(&self) -> bool {
        matches!(self.base, Ty::Text | Ty::Integer | Ty::Number | Ty::Boolean | Ty::List(_) | Ty::Map(_) | Ty::Json)
    }

    fn setter(&self, enums: &dyn Fn(&str) -> bool) -> TokenStream {
        let field = format_ident!("{}", self.property.rust);
        let method = format_ident!("{}", if self.property.rust == "new" { "new_" } else { &self.property.rust });
        let docs = self.setter_docs();
        let value = format_ident!("value");
        let (ty, value) = match self.presence {
            Presence::Patch => {
                let base = self.base.tokens(None);
                (quote!(impl Into<keyfob_client::Patch<#base>>), quote!(value.into()))
            }
            Presence::Collection => self.base.argument(None, enums, &value),
            _ => {
                let (ty, value) = self.base.argument(None, enums, &value);
                (ty, quote!(Some(#value)))
            }
        };
        quote! {
            #docs
            pub fn #method(mut self, value: #ty) -> Self {
                self.#field = #value;
                self
            }
        }
    }
}
