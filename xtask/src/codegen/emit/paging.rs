//! Paging: the implementation of the runtime's `Paged` for builders of listings.

use anyhow::{Context, Result, bail, ensure};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::call::Call;
use super::structs::Struct;
use crate::codegen::model::paging::{Paging, Scheme};
use crate::codegen::model::ty::Ty;
use crate::codegen::naming::pascal;

/// Returns the `impl Paged` for a builder, if its operation is paged.
pub(super) fn paged(call: &Call<'_>, structs: &[Struct<'_>]) -> Result<Option<TokenStream>> {
    let Some(paging) = &call.operation.paging else { return Ok(None) };
    let tokens = implementation(call, paging, structs);
    tokens.map(Some).with_context(|| format!("paging of {}", call.operation.id))
}

fn implementation(call: &Call<'_>, paging: &Paging, structs: &[Struct<'_>]) -> Result<TokenStream> {
    let name = format_ident!("{}", pascal(&call.operation.id));
    let types = format_ident!("types");
    let Ty::Named(page_name) = call.operation.response.ty() else { bail!("the response is not a named schema") };
    let page = structs.iter().find(|item| item.name == *page_name).context("the response is not an object")?;
    let Some(Ty::List(item)) = page.field(&paging.items) else { bail!("the field {} is not a list", paging.items) };
    let item = item.tokens(Some(&types));
    let page_type = format_ident!("{page_name}");
    let items = page.ident(&paging.items)?;
    let scheme = match paging.scheme {
        Scheme::Cursor => quote!(Scheme::Cursor),
        Scheme::Page { first } => {
            let first = proc_macro2::Literal::i64_unsuffixed(first);
            quote!(Scheme::Page { first: #first })
        }
        Scheme::Offset => quote!(Scheme::Offset),
    };
    let (seek, start) = position(call, paging)?;
    let or_none = |tokens: Option<Result<TokenStream>>| tokens.unwrap_or_else(|| Ok(quote!(None)));
    let size = or_none(paging.size.as_ref().map(|size| number(call, size)))?;
    let total = or_none(paging.total.as_ref().map(|total| count(page, total)))?;
    let cursor = or_none(paging.cursor.as_ref().map(|cursor| text(page, cursor)))?;
    let cursor_name = paging.cursor.as_ref().map_or_else(|| quote!(None), |cursor| quote!(Some(#cursor)));
    // An unused argument would be a warning.
    let page_argument = |body: &TokenStream| if body.to_string() == "None" { quote!(_) } else { quote!(page) };
    let (cursor_page, total_page) = (page_argument(&cursor), page_argument(&total));
    Ok(quote! {
        impl Paged for #name {
            type Page = types::#page_type;
            type Item = #item;
            const SCHEME: Scheme = #scheme;
            fn seek(&mut self, position: Position) { #seek }
            fn start(&self) -> Option<i64> { #start }
            fn page_size(&self) -> Option<i64> { #size }
            const CURSOR_FIELD: Option<&'static str> = #cursor_name;
            fn request(&self) -> keyfob_client::paging::PageRequest {
                keyfob_client::codegen::page_request::<types::#page_type>(
                    &self.session,
                    &Self::OPERATION,
                    self,
                    self.call.clone(),
                )
            }
            fn cursor(#cursor_page: &Self::Page) -> Option<String> { #cursor }
            fn total(#total_page: &Self::Page) -> Option<i64> { #total }
            fn items(page: &mut Self::Page) -> Vec<Self::Item> { std::mem::take(&mut page.#items) }
            fn len(page: &Self::Page) -> usize { page.#items.len() }
        }
    })
}

/// Returns the statement that selects a page in the builder, and the expression for the page that is selected.
fn position(call: &Call<'_>, paging: &Paging) -> Result<(TokenStream, TokenStream)> {
    let (field, ty) = call
        .query(&paging.parameter)
        .with_context(|| format!("there is no optional query parameter {}", paging.parameter))?;
    if paging.scheme == Scheme::Cursor {
        ensure!(*ty == Ty::Text, "the cursor parameter is not text");
        return Ok((quote!(if let Position::Cursor(cursor) = position { self.#field = Some(cursor); }), quote!(None)));
    }
    ensure!(*ty == Ty::Integer, "the parameter {} is not an integer", paging.parameter);
    Ok((quote!(if let Position::Number(number) = position { self.#field = Some(number); }), quote!(self.#field)))
}

/// Returns the expression for the value of an integer parameter.
fn number(call: &Call<'_>, parameter: &str) -> Result<TokenStream> {
    let (field, ty) =
        call.query(parameter).with_context(|| format!("there is no optional query parameter {parameter}"))?;
    ensure!(*ty == Ty::Integer, "the parameter {parameter} is not an integer");
    Ok(quote!(self.#field))
}

/// Returns the expression for an integer field of the page, which may be sent as text.
fn count(page: &Struct<'_>, property: &str) -> Result<TokenStream> {
    let field = page.ident(property)?;
    Ok(match page.field(property) {
        Some(Ty::Integer) => quote!(page.#field),
        Some(Ty::Text) => quote!(page.#field.as_deref().and_then(|total| total.parse().ok())),
        _ => bail!("the field {property} is neither an integer nor a string"),
    })
}

/// Returns the expression for a text field of the page, which may be sent as an integer.
fn text(page: &Struct<'_>, property: &str) -> Result<TokenStream> {
    let field = page.ident(property)?;
    Ok(match page.field(property) {
        Some(Ty::Text) => quote!(page.#field.clone()),
        Some(Ty::Integer) => quote!(page.#field.map(|cursor| cursor.to_string())),
        _ => bail!("the field {property} is neither a string nor an integer"),
    })
}
