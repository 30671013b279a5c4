//! Paging: the implementation of the runtime's `Paged` for builders of listings.

use anyhow::{Context, Result, bail, ensure};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::call::Call;
use super::structs::Struct;
use crate::codegen::model::paging::{Paging, Scheme};
use crate::codegen::model::ty::Ty;

/// Returns the `impl Paged` for a builder, if its operation is paged.
pub(super) fn paged(call: &Call<'_>, structs: &[Struct<'_>]) -> Result<Option<TokenStream>> {
    let Some(paging) = &call.operation.paging else { return Ok(None) };
    let tokens = implementation(call, paging, structs);
    tokens.map(Some).with_context(|| format!("paging of {}", call.operation.id))
}

/// The page of a listing as code.
struct Page<'p, 's> {
    /// The object that has the rows; `None` if the page is the list of rows.
    object: Option<&'p Struct<'s>>,
    ty: TokenStream,
    item: TokenStream,
    /// Expression for the rows of `page`.
    rows: TokenStream,
    /// Function of the runtime that creates the request for a page.
    request: Ident,
}

impl<'p, 's> Page<'p, 's> {
    fn new(call: &Call<'_>, paging: &Paging, structs: &'p [Struct<'s>]) -> Result<Self> {
        let types = format_ident!("types");
        let response = call.operation.response.ty();
        let ty = response.tokens(Some(&types));
        let Some(items) = &paging.items else {
            let Ty::List(item) = response else { bail!("the response is not a list: name the field with the rows") };
            let (item, request) = (item.tokens(Some(&types)), format_ident!("list_page_request"));
            return Ok(Self { object: None, ty, item, rows: quote!(page), request });
        };
        let Ty::Named(name) = response else { bail!("the response is not an object") };
        let object = structs.iter().find(|item| item.name == *name).context("the response is not an object")?;
        let Some(Ty::List(item)) = object.field(items) else { bail!("the field {items} is not a list") };
        let (item, rows) = (item.tokens(Some(&types)), object.ident(items)?);
        let request = format_ident!("page_request");
        Ok(Self { object: Some(object), ty, item, rows: quote!(page.#rows), request })
    }

    /// Returns the expression for a value in a field of the page, or `None` without such a field.
    fn value(
        &self,
        field: Option<&String>,
        read: impl FnOnce(&Struct<'_>, &str) -> Result<TokenStream>,
    ) -> Result<TokenStream> {
        match (self.object, field) {
            (Some(object), Some(field)) => read(object, field),
            _ => Ok(quote!(None)),
        }
    }
}

fn implementation(call: &Call<'_>, paging: &Paging, structs: &[Struct<'_>]) -> Result<TokenStream> {
    let name = call.name();
    let found = Page::new(call, paging, structs)?;
    let Page { ty, item, rows, request, .. } = &found;
    let scheme = match paging.scheme {
        Scheme::Cursor => quote!(Scheme::Cursor),
        Scheme::Page { first } => {
            let first = proc_macro2::Literal::i64_unsuffixed(first);
            quote!(Scheme::Page { first: #first })
        }
        Scheme::Offset => quote!(Scheme::Offset),
    };
    let (seek, start) = position(call, paging)?;
    let size = paging.size.as_ref().map_or_else(|| Ok(quote!(None)), |size| number(call, size))?;
    let total = found.value(paging.total.as_ref(), count)?;
    let cursor = found.value(paging.cursor.as_ref(), text)?;
    let cursor_name = paging.cursor.as_ref().map_or_else(|| quote!(None), |cursor| quote!(Some(#cursor)));
    // An unused argument would be a warning.
    let page_argument = |body: &TokenStream| if body.to_string() == "None" { quote!(_) } else { quote!(page) };
    let (cursor_page, total_page) = (page_argument(&cursor), page_argument(&total));
    let taken = if found.object.is_some() { quote!(&mut #rows) } else { quote!(page) };
    Ok(quote! {
        impl Paged for #name {
            type Page = #ty;
            type Item = #item;
            const SCHEME: Scheme = #scheme;
            fn seek(&mut self, position: Position) { #seek }
            fn start(&self) -> Option<i64> { #start }
            fn page_size(&self) -> Option<i64> { #size }
            const CURSOR_FIELD: Option<&'static str> = #cursor_name;
            fn request(&self) -> keyfob_client::paging::PageRequest {
                keyfob_client::codegen::#request::<#ty>(
                    &self.session,
                    &Self::OPERATION,
                    self,
                    self.call.clone(),
                )
            }
            fn cursor(#cursor_page: &Self::Page) -> Option<String> { #cursor }
            fn total(#total_page: &Self::Page) -> Option<i64> { #total }
            fn items(page: &mut Self::Page) -> Vec<Self::Item> { std::mem::take(#taken) }
            fn len(page: &Self::Page) -> usize { #rows.len() }
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
