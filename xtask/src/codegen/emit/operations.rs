//! One builder per operation: required parameters and the body are arguments, optional parameters are setters.

use anyhow::{Context, Result, ensure};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::docs::{doc, escaped, sentence};
use super::request::{self, Request};
use super::ty::Ty;
use crate::codegen::model::body::{Body, BodyKind};
use crate::codegen::model::operation::{Operation, is_idempotent};
use crate::codegen::model::parameter::{Location, Parameter};
use crate::codegen::model::response::ResponseBody;
use crate::codegen::model::walk::placeholders;
use crate::codegen::naming::{pascal, snake};

/// One operation, ready to be written.
pub(super) struct Call<'o> {
    pub(super) operation: &'o Operation,
    pub(super) request: &'o Request,
    fields: Vec<Argument>,
}

/// One parameter, or the body.
pub(super) struct Argument {
    field: Ident,
    /// Its name on the wire.
    name: String,
    ty: Ty,
    required: bool,
    docs: TokenStream,
    line: String,
}

impl<'o> Call<'o> {
    pub(super) fn new(operation: &'o Operation, request: &'o Request) -> Result<Self> {
        let mut fields = Vec::new();
        for parameter in &operation.parameters {
            let rust = snake(&parameter.name);
            let ty = request.arguments.get(&rust).cloned();
            let ty =
                ty.with_context(|| format!("{}: the generator left {} out", operation.id, parameter.name))?.required();
            let text = parameter.description.as_deref().map(|text| sentence(&escaped(text)));
            let text = text.unwrap_or_else(|| format!("`{}`.", parameter.name));
            let note = if parameter.inferred { "Inferred, not documented." } else { "" };
            fields.push(Argument {
                field: request::field(&rust),
                name: parameter.name.clone(),
                // A list outside a required place is empty when it is not set.
                required: parameter.required,
                ty,
                docs: doc(&[&text, note]),
                line: text.replace('\n', " "),
            });
        }
        fields.sort_by_key(|argument| position(operation, &argument.name, argument.required));
        if let Some(body) = &operation.body {
            fields.push(body_argument(operation, body, request)?);
        }
        ensure!(
            request.arguments.len() == fields.len(),
            "{}: the generator has {} arguments, the specification {}",
            operation.id,
            request.arguments.len(),
            fields.len()
        );
        Ok(Self { operation, request, fields })
    }

    fn name(&self) -> Ident {
        format_ident!("{}", pascal(&self.operation.id))
    }

    /// The argument for a query parameter.
    pub(super) fn query(&self, name: &str) -> Option<(&Ident, &Ty)> {
        let found = self.fields.iter().find(|argument| argument.name == name && !argument.required);
        found.map(|argument| (&argument.field, &argument.ty))
    }

    /// The method of the client.
    pub(super) fn method(&self, enums: &dyn Fn(&str) -> bool) -> TokenStream {
        let (name, method) = (self.name(), format_ident!("{}", self.operation.method_name));
        let types = format_ident!("types");
        let given = self.fields.iter().filter(|argument| argument.required);
        let (arguments, values): (Vec<_>, Vec<_>) = given
            .map(|argument| {
                let (ty, value) = argument.ty.argument(Some(&types), enums, &argument.field);
                let field = &argument.field;
                (quote!(#field: #ty), value)
            })
            .unzip();
        let docs = self.docs();
        quote! {
            #docs
            pub fn #method(&self, #(#arguments),*) -> operation::#name {
                operation::#name::new(self.session.clone(), #(#values),*)
            }
        }
    }

    fn docs(&self) -> TokenStream {
        let operation = self.operation;
        let summary = sentence(&escaped(&operation.summary));
        let description = operation.description.as_deref().map(escaped).unwrap_or_default();
        let arguments = self.fields.iter().filter(|argument| argument.required && !argument.line.is_empty());
        let arguments: Vec<String> =
            arguments.map(|argument| format!("* `{}`: {}", argument.field, argument.line)).collect();
        let fixed = operation.fixed_query_text();
        let mut facts =
            format!("`{} {}{fixed}` · {}", operation.http_method, operation.path, operation.confidence.word());
        if let Some(scope) = &operation.scope {
            facts += &format!(" · scope `{scope}`");
        }
        if !operation.server.is_empty() {
            facts += &format!(" · host `{}`", operation.server);
        }
        if operation.idempotent != is_idempotent(&operation.http_method) {
            facts += if operation.idempotent { " · may be repeated" } else { " · never repeated" };
        }
        facts += &format!(" · source: {}", escaped(&operation.source));
        let deprecated = if operation.deprecated { "Deprecated by the vendor." } else { "" };
        doc(&[&summary, &description, deprecated, &arguments.join("\n"), &facts])
    }

    /// The builder and what it can do. It is put together out of line: small as that is, it would else be compiled again
    /// in every program.
    pub(super) fn item(&self, enums: &dyn Fn(&str) -> bool) -> Result<TokenStream> {
        let name = self.name();
        let types = format_ident!("types");
        let docs = doc(&[&format!(
            "Call of [`Client::{}`](super::Client::{}).",
            self.operation.method_name, self.operation.method_name
        )]);
        let fields = self.fields.iter().map(|argument| {
            let (field, ty) = (&argument.field, argument.stored(&types));
            quote!(#field: #ty)
        });
        let given = self.fields.iter().filter(|argument| argument.required);
        let arguments = given.clone().map(|argument| {
            let (field, ty) = (&argument.field, argument.stored(&types));
            quote!(#field: #ty)
        });
        let given = given.map(|argument| &argument.field);
        let unset = self.fields.iter().filter(|argument| !argument.required).map(|argument| {
            let (field, empty) = (&argument.field, if argument.is_list() { quote!(Vec::new()) } else { quote!(None) });
            quote!(#field: #empty)
        });
        let operation = self.constant();
        let setters =
            self.fields.iter().filter(|argument| !argument.required).map(|argument| argument.setter(&types, enums));
        let (path, fill) = (self.request.path(self.operation), self.request.fill(self.operation)?);
        let draft = if fill.is_empty() { quote!(_) } else { quote!(draft) };
        let (answer, send) = self.answer(&types, enums);
        let paging = self.operation.paging.as_ref().map(|_| {
            quote! {
                /// All pages, from the one that is set here, or the first. The next is fetched while one is being used.
                pub fn pages(self) -> keyfob_client::paging::Pages<Self> {
                    keyfob_client::paging::pages(self)
                }
                /// All items of all pages.
                pub fn stream(self) -> keyfob_client::paging::Items<Self> {
                    keyfob_client::paging::items(self)
                }
            }
        });
        Ok(quote! {
            #docs
            #[derive(Clone, Debug)]
            #[must_use = "nothing is sent before `send` or `.await`"]
            pub struct #name {
                session: Session,
                call: CallOptions,
                #(#fields,)*
            }
            impl #name {
                /// What is known of this operation.
                pub const OPERATION: Operation = #operation;
                #[inline(never)]
                pub(super) fn new(session: Session, #(#arguments),*) -> Self {
                    Self { session, call: CallOptions::default(), #(#given,)* #(#unset,)* }
                }
                #(#setters)*
                #paging
            }
            impl Fill for #name {
                fn path(&self, path: &mut Path<'_>) { #path }
                fn fill(&self, #draft: &mut Draft) { #fill }
            }
            keyfob_client::operation!(#name, #answer, #send);
        })
    }

    /// The answer's type, and the session's function that reads it.
    fn answer(&self, types: &Ident, enums: &dyn Fn(&str) -> bool) -> (TokenStream, Ident) {
        let (ty, send) = match (&self.operation.response, &self.request.answer) {
            (ResponseBody::Text(_), _) => (Ty::Text, "text"),
            (ResponseBody::Bytes, _) => (Ty::Bytes, "bytes"),
            (ResponseBody::Empty, _) => (Ty::Unit, "empty"),
            (ResponseBody::Json, ty @ Ty::Named(name)) if !enums(name) => (ty.clone(), "record"),
            (ResponseBody::Json, ty) => (ty.clone(), "value"),
        };
        (ty.tokens(Some(types)), format_ident!("{send}"))
    }

    fn constant(&self) -> TokenStream {
        let Operation { method_name, http_method, server, summary, source, .. } = self.operation;
        let names = |chosen: &dyn Fn(&Parameter) -> bool| -> Vec<&str> {
            let parameters = self.operation.parameters.iter().filter(|parameter| chosen(parameter));
            parameters.map(|parameter| parameter.name.as_str()).collect()
        };
        let (query, headers) =
            (names(&|it| it.location == Location::Query), names(&|it| it.location == Location::Header));
        let joined = names(&|it| it.location == Location::Query && it.joined);
        let required = names(&|it| it.location != Location::Path && it.required);
        let rest = names(&|it| it.location == Location::Path && it.raw);
        let path = rest.iter().fold(self.operation.path.clone(), |path, name| {
            path.replace(&format!("{{{name}}}"), &format!("{{+{name}}}"))
        });
        let fixed = self.operation.fixed_query.iter().map(|(name, value)| quote!((#name, #value)));
        let body = self.operation.body.as_ref().map_or("", |body| &body.media);
        let body_required = self.operation.body.as_ref().is_some_and(|body| body.required);
        let repeat = if self.operation.idempotent { quote!(Safe) } else { quote!(Never) };
        let scope = self.operation.scope.as_ref().map_or_else(|| quote!(None), |scope| quote!(Some(#scope)));
        let confidence = format_ident!("{}", pascal(self.operation.confidence.word()));
        quote! {
            Operation {
                api: super::API,
                id: #method_name,
                summary: #summary,
                method: #http_method,
                path: #path,
                query: &[#(#query),*],
                joined: &[#(#joined),*],
                headers: &[#(#headers),*],
                required: &[#(#required),*],
                fixed_query: &[#(#fixed),*],
                body: #body,
                body_required: #body_required,
                server: #server,
                repeat: Repeat::#repeat,
                scope: #scope,
                confidence: Confidence::#confidence,
                source: #source,
            }
        }
    }
}

impl Argument {
    fn is_list(&self) -> bool {
        matches!(self.ty, Ty::List(_))
    }

    fn stored(&self, types: &Ident) -> TokenStream {
        let ty = self.ty.tokens(Some(types));
        if self.required || self.is_list() { ty } else { quote!(Option<#ty>) }
    }

    fn setter(&self, types: &Ident, enums: &dyn Fn(&str) -> bool) -> TokenStream {
        let (field, docs) = (&self.field, &self.docs);
        let (ty, value) = self.ty.argument(Some(types), enums, &format_ident!("value"));
        let value = if self.is_list() { value } else { quote!(Some(#value)) };
        quote! {
            #docs
            pub fn #field(mut self, value: #ty) -> Self {
                self.#field = #value;
                self
            }
        }
    }
}

fn body_argument(operation: &Operation, body: &Body, request: &Request) -> Result<Argument> {
    let ty = match body.kind {
        BodyKind::Multipart => Ty::Runtime("Form".into()),
        BodyKind::Binary => Ty::Runtime("Upload".into()),
        _ => request.arguments.get("body").cloned().with_context(|| format!("{}: no body", operation.id))?,
    };
    let text = body.description.as_deref().map(|text| sentence(&escaped(text))).unwrap_or_default();
    let parts = body.parts.iter().map(|part| {
        let needed = if part.required { "" } else { " (optional)" };
        format!("  * part `{}`{needed}: {}", part.name, sentence(&escaped(&part.description)).replace('\n', " "))
    });
    let line =
        std::iter::once(text.replace('\n', " ")).chain(parts).filter(|line| !line.is_empty()).collect::<Vec<_>>();
    let what = if text.is_empty() { "The body.".to_owned() } else { text };
    Ok(Argument {
        field: format_ident!("body"),
        name: String::new(),
        ty,
        required: body.required,
        docs: doc(&[&what]),
        line: line.join("\n"),
    })
}

/// Path parameters in the path's order, then what is required elsewhere, then what is optional.
fn position(operation: &Operation, name: &str, required: bool) -> (bool, usize) {
    let in_path =
        crate::codegen::model::walk::placeholders(&operation.path).iter().position(|placeholder| *placeholder == name);
    (!required, in_path.unwrap_or(usize::MAX))
}
