//! Reads a method of the generator's output: the types of its arguments, and the statements for URL, headers, query and
//! body, which are rewritten to build a request from the fields of a builder.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, ExprMethodCall, FnArg, ImplItemFn, Lit, Local, Pat, Stmt, Token};

use super::ty::Ty;
use crate::codegen::model::body::{Body, BodyKind};
use crate::codegen::model::operation::Operation;
use crate::codegen::model::parameter::Location;
use crate::codegen::model::response::ResponseBody;
use crate::codegen::naming::{RESERVED_SETTERS, snake};

/// The generator's method for one operation.
pub(super) struct Request {
    /// `operationId`, from the fragment of the path.
    pub(super) id: String,
    /// Types of the arguments by their Rust names.
    pub(super) arguments: BTreeMap<String, Ty>,
    /// Type of the decoded response.
    pub(super) response: Ty,
    url: Url,
    headers: Vec<Header>,
    /// Calls on the HTTP client's request builder.
    chain: Vec<ExprMethodCall>,
}

/// Format string of the path, and the arguments for its `{}`.
struct Url {
    format: String,
    arguments: Vec<Ident>,
}

struct Header {
    name: String,
    argument: Ident,
}

/// Returns the builder's field for an argument.
pub(super) fn field(argument: &str) -> Ident {
    if RESERVED_SETTERS.contains(&argument) { format_ident!("{argument}_") } else { format_ident!("{argument}") }
}

impl Request {
    /// Reads a method.
    pub(super) fn read(method: &ImplItemFn) -> Result<Self> {
        let mut arguments = BTreeMap::new();
        for input in &method.sig.inputs {
            if let FnArg::Typed(input) = input {
                let Pat::Ident(pattern) = &*input.pat else { bail!("an argument without a name") };
                arguments.insert(pattern.ident.to_string(), Ty::read(&input.ty)?);
            }
        }
        let mut url = None;
        let mut headers = Vec::new();
        let mut chain = Vec::new();
        for statement in &method.block.stmts {
            match statement {
                Stmt::Local(local) if url.is_none() => url = Some(read_url(local)?),
                Stmt::Local(local) if is_request(local) => {
                    chain = calls(local)?;
                    break;
                }
                Stmt::Local(_) => {}
                Stmt::Expr(expression, _) => headers.extend(read_header(expression)?),
                _ => bail!("a statement of unknown form: {}", quote!(#statement)),
            }
        }
        let (url, id) = url.context("no url statement")?;
        ensure!(!chain.is_empty(), "no request statement");
        Ok(Self { id, arguments, response: response(method)?, url, headers, chain })
    }

    /// Returns the statements that build the path from the fields of a builder.
    pub(super) fn path(&self, operation: &Operation) -> TokenStream {
        let parts = self.url.parts(operation);
        quote!(#(#parts)*)
    }

    /// Returns the statements that add headers, query and body.
    pub(super) fn fill(&self, operation: &Operation) -> Result<TokenStream> {
        let mut parts = Vec::new();
        for call in &self.chain {
            match call.method.to_string().as_str() {
                // The only header here is Accept; Content-Type is set with the body.
                "header" if is_accept(call) => parts.push(quote!(request.accept("application/json");)),
                "query" => {
                    let (name, argument) = query(call)?;
                    let field = field(&argument.to_string());
                    let joined = operation
                        .parameters
                        .iter()
                        .any(|one| one.location == Location::Query && one.name == name && one.joined);
                    let add = if joined { quote!(query_joined) } else { quote!(query) };
                    parts.push(quote!(request.#add(#name, &self.#field);));
                }
                "json" | "form_urlencoded" | "body" => {
                    let body = operation.body.as_ref().context("a body that the specification does not have")?;
                    parts.push(send_body(body));
                }
                "get" | "put" | "post" | "delete" | "head" | "patch" | "header" | "headers" | "build" => {}
                other => bail!("a call of unknown form: {other}"),
            }
        }
        if let ResponseBody::Text(media) = &operation.response {
            parts.push(quote!(request.accept(#media);));
        }
        let headers = self.headers.iter().map(Header::tokens);
        Ok(quote!(#(#headers)* #(#parts)*))
    }
}

impl Url {
    /// Returns the statements for the parts of the path: literals and encoded arguments.
    fn parts(&self, operation: &Operation) -> Vec<TokenStream> {
        let mut literals = self.format.split("{}").map(|text| (!text.is_empty()).then(|| quote!(path.text(#text);)));
        let first = literals.next().flatten();
        let rest = self.arguments.iter().zip(literals).flat_map(|(argument, literal)| {
            let (name, field) = (argument.to_string(), field(&argument.to_string()));
            let raw = operation
                .parameters
                .iter()
                .any(|one| one.location == Location::Path && one.raw && snake(&one.name) == name);
            let add = if raw { quote!(segments) } else { quote!(segment) };
            [Some(quote!(path.#add(#name, &self.#field);)), literal]
        });
        std::iter::once(first).chain(rest).flatten().collect()
    }
}

impl Header {
    fn tokens(&self) -> TokenStream {
        let (name, field) = (&self.name, field(&self.argument.to_string()));
        quote!(request.header(#name, &self.#field);)
    }
}

/// Returns the statement that adds the body.
fn send_body(body: &Body) -> TokenStream {
    let media = &body.media;
    match body.kind {
        BodyKind::Json if body.required => quote!(request.json(&self.body, #media);),
        BodyKind::Json => quote! {
            if let Some(body) = &self.body {
                request.json(body, #media);
            }
        },
        BodyKind::Form => quote!(request.form(&self.body);),
        BodyKind::Text => quote!(request.bytes(self.body.clone(), #media);),
        BodyKind::Binary => quote!(request.upload(&self.body, #media);),
        BodyKind::Multipart => quote!(request.multipart(&self.body);),
    }
}

/// Reads `let url = format!("{}/path#id", self.baseurl, encode_path(&argument.to_string()), …);`
fn read_url(local: &Local) -> Result<(Url, String)> {
    let init = local.init.as_ref().context("no value")?;
    let Expr::Macro(format) = &*init.expr else { bail!("the url is not made by format!") };
    let parts = format.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)?;
    let mut parts = parts.into_iter();
    let Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) = parts.next() else { bail!("no format text") };
    let text = text.value();
    let (path, id) = text.split_once('#').context("no operation in the url")?;
    let path = path.strip_prefix("{}").context("no base in the url")?;
    let arguments = parts.skip(1).map(|part| {
        let Expr::Call(call) = &part else { bail!("a path argument that is not encoded") };
        call.args.first().and_then(innermost).context("a path argument of unknown form")
    });
    Ok((Url { format: path.to_owned(), arguments: arguments.collect::<Result<_>>()? }, id.to_owned()))
}

/// Reads `header_map.append("name", argument.to_string().try_into()?)`, or the same inside `if let Some(value) = argument`.
fn read_header(expression: &Expr) -> Result<Option<Header>> {
    let (call, optional) = match expression {
        Expr::MethodCall(call) => (call, None),
        Expr::If(condition) => {
            let Expr::Let(binding) = &*condition.cond else { bail!("a condition of unknown form") };
            let Some(Stmt::Expr(Expr::MethodCall(call), _)) = condition.then_branch.stmts.first() else {
                bail!("a conditional header of unknown form")
            };
            (call, Some(innermost(&binding.expr).context("a header argument of unknown form")?))
        }
        _ => return Ok(None),
    };
    // The only header whose name is not a literal is `api-version`, which the generator adds. It is dropped.
    let Some(Expr::Lit(ExprLit { lit: Lit::Str(name), .. })) = call.args.first() else { return Ok(None) };
    let argument = match optional {
        Some(argument) => argument,
        None => call.args.last().and_then(innermost).context("a header argument of unknown form")?,
    };
    Ok(Some(Header { name: name.value(), argument }))
}

fn is_request(local: &Local) -> bool {
    let init = local.init.as_ref().map(|init| &*init.expr);
    matches!(init, Some(Expr::Try(tried)) if matches!(&*tried.expr, Expr::MethodCall(call) if call.method == "build"))
}

/// Returns the calls on `self.client` in their order.
fn calls(local: &Local) -> Result<Vec<ExprMethodCall>> {
    let mut calls = Vec::new();
    let mut next = local.init.as_ref().map(|init| &*init.expr);
    while let Some(expression) = next {
        next = match expression {
            Expr::Try(tried) => Some(&tried.expr),
            Expr::MethodCall(call) => {
                calls.push(call.clone());
                Some(&call.receiver)
            }
            Expr::Field(_) => None,
            _ => bail!("a request of unknown form: {}", quote!(#expression)),
        };
    }
    calls.reverse();
    Ok(calls)
}

fn is_accept(call: &ExprMethodCall) -> bool {
    let first = call.args.first();
    matches!(first, Some(Expr::Path(path)) if path.path.segments.last().is_some_and(|last| last.ident == "ACCEPT"))
}

/// Reads `.query(&QueryParam::new("name", &argument))`
fn query(call: &ExprMethodCall) -> Result<(String, Ident)> {
    let Some(Expr::Reference(reference)) = call.args.first() else { bail!("a query of unknown form") };
    let Expr::Call(constructor) = &*reference.expr else { bail!("a query of unknown form") };
    let Some(Expr::Lit(ExprLit { lit: Lit::Str(name), .. })) = constructor.args.first() else {
        bail!("a query without a name")
    };
    let argument = constructor.args.last().and_then(innermost).context("a query without an argument")?;
    Ok((name.value(), argument))
}

/// Returns the variable inside references, method calls and `?`.
fn innermost(expression: &Expr) -> Option<Ident> {
    match expression {
        Expr::Path(path) => path.path.get_ident().cloned(),
        Expr::Reference(reference) => innermost(&reference.expr),
        Expr::MethodCall(call) => innermost(&call.receiver),
        Expr::Try(tried) => innermost(&tried.expr),
        _ => None,
    }
}

/// Returns the `T` of `Result<ResponseValue<T>, Error<()>>`.
fn response(method: &ImplItemFn) -> Result<Ty> {
    let syn::ReturnType::Type(_, ty) = &method.sig.output else { bail!("a method without a result") };
    let mut ty = ty.as_ref();
    for _ in 0..2 {
        let syn::Type::Path(path) = ty else { bail!("a result of unknown form") };
        let last = path.path.segments.last().context("an empty path")?;
        let syn::PathArguments::AngleBracketed(list) = &last.arguments else { bail!("a result of unknown form") };
        let Some(syn::GenericArgument::Type(inner)) = list.args.first() else { bail!("a result of unknown form") };
        ty = inner;
    }
    Ty::read(ty)
}
