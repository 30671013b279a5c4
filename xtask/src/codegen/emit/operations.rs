//! The code of one operation: the client's method and the builder with its setters.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::call::{Argument, Call, Origin};
use super::rustdoc::doc;
use super::{operation_docs, request};
use crate::codegen::model::api::Api;
use crate::codegen::model::operation::Operation;
use crate::codegen::model::parameter::{Location, Parameter, Separator};
use crate::codegen::model::response::ResponseBody;
use crate::codegen::model::security::Security;
use crate::codegen::model::ty::Ty;
use crate::codegen::naming::pascal;

impl Call<'_> {
    /// Returns the method of the client.
    pub(super) fn method(&self, docs: &TokenStream, enums: &dyn Fn(&str) -> bool) -> TokenStream {
        let (name, method) = (self.name(), format_ident!("{}", self.operation.method_name));
        let types = format_ident!("types");
        let given = self.arguments.iter().filter(|argument| argument.required);
        let (arguments, values): (Vec<_>, Vec<_>) = given
            .map(|argument| {
                let (ty, value) = argument.ty.argument(Some(&types), enums, &argument.field);
                let field = &argument.field;
                (quote!(#field: #ty), value)
            })
            .unzip();
        quote! {
            #docs
            pub fn #method(&self, #(#arguments),*) -> operation::#name {
                operation::#name::new(self.session.clone(), #(#values),*)
            }
        }
    }

    /// Returns the builder with its setters.
    ///
    /// compile-time: its constructor is not inlined, because otherwise every program would compile it again.
    pub(super) fn item(&self, api: &Api, enums: &dyn Fn(&str) -> bool) -> TokenStream {
        let name = self.name();
        let types = format_ident!("types");
        let docs = doc(&operation_docs::builder(self, api));
        let fields = self.arguments.iter().map(|argument| {
            let (field, ty) = (&argument.field, argument.stored(&types));
            quote!(#field: #ty)
        });
        let given = self.arguments.iter().filter(|argument| argument.required);
        let arguments = given.clone().map(|argument| {
            let (field, ty) = (&argument.field, argument.stored(&types));
            quote!(#field: #ty)
        });
        let given = given.map(|argument| &argument.field);
        let unset = self.arguments.iter().filter(|argument| !argument.required).map(|argument| {
            let (field, empty) = (&argument.field, if argument.is_list() { quote!(Vec::new()) } else { quote!(None) });
            quote!(#field: #empty)
        });
        let operation = self.constant();
        let setters =
            self.arguments.iter().filter(|argument| !argument.required).map(|argument| argument.setter(&types, enums));
        let (path, mut fill) = (request::path(self.operation), request::fill(self.operation));
        fill.extend(self.authorize());
        fill.extend(self.fill_open());
        let request = if fill.is_empty() { quote!(_) } else { quote!(request) };
        let (response, send) = self.response(&types, enums);
        let paging = self.operation.paging.as_ref().map(|_| {
            quote! {
                /// Returns a stream of the pages, from the page that is set here or else the first.
                ///
                /// The next page is fetched while the current one is consumed.
                pub fn pages(self) -> keyfob_client::paging::Pages<Self> {
                    keyfob_client::paging::pages(self)
                }
                /// Returns a stream of the items of all pages.
                pub fn stream(self) -> keyfob_client::paging::Items<Self> {
                    keyfob_client::paging::items(self)
                }
            }
        });
        let (derive, debug) = self.debug();
        quote! {
            #docs
            #derive
            #[must_use = "nothing is sent before `send` or `.await`"]
            pub struct #name {
                session: Session,
                call: CallOptions,
                #(#fields,)*
            }
            impl #name {
                /// Method, path, parameters, confidence and source of this operation.
                pub const OPERATION: Operation = #operation;
                #[inline(never)]
                pub(super) fn new(session: Session, #(#arguments),*) -> Self {
                    Self { session, call: CallOptions::default(), #(#given,)* #(#unset,)* }
                }
                #(#setters)*
                #paging
            }
            #[doc(hidden)]
            impl BuildRequest for #name {
                fn path(&self, path: &mut Path<'_>) { #path }
                fn build(&self, #request: &mut RequestBuilder) { #fill }
            }
            keyfob_client::operation!(#name, #response, #send);
            #debug
        }
    }

    /// Returns the statement that adds the token that the caller passes.
    fn authorize(&self) -> Option<TokenStream> {
        let token = self.arguments.iter().find(|argument| matches!(argument.origin, Origin::Token(_)))?;
        let field = &token.field;
        Some(quote!(request.bearer(&self.#field);))
    }

    /// Returns the statement that adds the query parameters with any names.
    fn fill_open(&self) -> Option<TokenStream> {
        let field = &self.open()?.field;
        let single = self.single_parameters();
        Some(quote!(request.open_query(&self.#field, &[#(#single),*]);))
    }

    /// Returns the attribute that derives the builder's traits, and its `Debug` if that redacts a parameter.
    fn debug(&self) -> (TokenStream, Option<TokenStream>) {
        if self.arguments.iter().all(|argument| !argument.is_secret()) {
            return (quote!(#[derive(Clone, Debug)]), None);
        }
        let name = self.name();
        let fields = self.arguments.iter().map(|argument| {
            let field = &argument.field;
            let value =
                if argument.is_secret() { quote!(&keyfob_client::macros::Redacted) } else { quote!(&self.#field) };
            quote!((stringify!(#field), #value))
        });
        let debug = quote! {
            impl std::fmt::Debug for #name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    let fields: &[(&str, &dyn std::fmt::Debug)] =
                        &[("session", &self.session), ("call", &self.call), #(#fields),*];
                    keyfob_client::macros::debug_struct(f, stringify!(#name), fields)
                }
            }
        };
        (quote!(#[derive(Clone)]), Some(debug))
    }

    /// Returns the type of the response, and the session's function that decodes it.
    fn response(&self, types: &Ident, enums: &dyn Fn(&str) -> bool) -> (TokenStream, Ident) {
        let response = &self.operation.response;
        let send = match response {
            ResponseBody::Text(_) => "text",
            ResponseBody::Bytes => "bytes",
            ResponseBody::Empty => "empty",
            ResponseBody::Json(Ty::Named(name)) if !enums(name) => "record",
            ResponseBody::Json(_) => "value",
        };
        (response.ty().tokens(Some(types)), format_ident!("{send}"))
    }

    /// Returns the value of the builder's `OPERATION`.
    fn constant(&self) -> TokenStream {
        let Operation { method_name, http_method, server, summary, source, .. } = self.operation;
        let names = |chosen: &dyn Fn(&Parameter) -> bool| -> Vec<&str> {
            let parameters = self.operation.parameters.iter().filter(|parameter| chosen(parameter));
            parameters.map(|parameter| parameter.name.as_str()).collect()
        };
        let (query, headers) = (
            names(&|it| it.location == Location::Query && !it.is_open()),
            names(&|it| it.location == Location::Header),
        );
        let open = self.open().is_some();
        let joined = names(&|it| it.separator == Some(Separator::Comma));
        let mut required = names(&|it| matches!(it.location, Location::Query | Location::Header) && it.required);
        let security = match &self.operation.security {
            Security::Client => quote!(Client),
            Security::Anonymous => quote!(Anonymous),
            Security::Bearer(name) => {
                required.push(name);
                quote!(Bearer(#name))
            }
        };
        let rest = names(&|it| it.location == Location::Path && it.raw);
        let path = rest.iter().fold(self.operation.path.clone(), |path, name| {
            path.replace(&format!("{{{name}}}"), &format!("{{+{name}}}"))
        });
        let fixed = self.operation.fixed_query.iter().map(|(name, value)| quote!((#name, #value)));
        let body = self.operation.body.as_ref().map_or("", |body| &body.media);
        let body_required = self.operation.body.as_ref().is_some_and(|body| body.required);
        let idempotency = if self.operation.idempotent { quote!(Idempotent) } else { quote!(NotIdempotent) };
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
                open_query: #open,
                comma_separated: &[#(#joined),*],
                headers: &[#(#headers),*],
                required: &[#(#required),*],
                fixed_query: &[#(#fixed),*],
                body: #body,
                body_required: #body_required,
                host: #server,
                idempotency: Idempotency::#idempotency,
                scope: #scope,
                security: Security::#security,
                confidence: Confidence::#confidence,
                source: #source,
            }
        }
    }
}

impl Argument<'_> {
    /// Returns the type of the builder's field.
    fn stored(&self, types: &Ident) -> TokenStream {
        let ty = self.ty.tokens(Some(types));
        if self.required || self.is_list() { ty } else { quote!(Option<#ty>) }
    }

    fn setter(&self, types: &Ident, enums: &dyn Fn(&str) -> bool) -> TokenStream {
        let field = &self.field;
        let docs = doc(&operation_docs::setter(self));
        if *self.ty == Ty::Pairs {
            return quote! {
                #docs
                pub fn #field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                    self.#field.push((name.into(), value.into()));
                    self
                }
            };
        }
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
