//! An operation with the Rust types of its arguments, from which documentation and code are emitted.

use anyhow::{Context, Result, ensure};
use proc_macro2::Ident;
use quote::format_ident;

use super::request::{self, Request};
use super::ty::Ty;
use crate::codegen::model::body::{Body, BodyKind};
use crate::codegen::model::operation::Operation;
use crate::codegen::model::parameter::{Location, Parameter};
use crate::codegen::model::security::Security;
use crate::codegen::model::walk::placeholders;
use crate::codegen::naming::{pascal, snake};

/// An operation with the Rust types of its arguments.
pub(super) struct Call<'o> {
    pub(super) operation: &'o Operation,
    pub(super) request: &'o Request,
    /// Required parameters in the order of the method's arguments, then the optional parameters, then the body.
    pub(super) arguments: Vec<Argument<'o>>,
}

/// A parameter, a token, or the body.
pub(super) struct Argument<'o> {
    /// Name of the argument, the builder's field and its setter.
    pub(super) field: Ident,
    pub(super) origin: Origin<'o>,
    pub(super) ty: Ty,
    pub(super) required: bool,
}

/// Part of the specification that an argument comes from.
pub(super) enum Origin<'o> {
    Parameter(&'o Parameter),
    /// A bearer token, by the name of its security scheme.
    Token(&'o str),
    Body(&'o Body),
}

impl<'o> Call<'o> {
    /// Combines an operation with the types that the generator chose.
    pub(super) fn new(operation: &'o Operation, request: &'o Request) -> Result<Self> {
        let mut arguments = Vec::new();
        for parameter in &operation.parameters {
            let rust = snake(&parameter.name);
            if parameter.open {
                let (field, origin) = (request::field(&rust), Origin::Parameter(parameter));
                arguments.push(Argument { field, origin, ty: Ty::Pairs, required: false });
                continue;
            }
            let ty = request.arguments.get(&rust).cloned();
            let ty = ty.with_context(|| {
                format!("{}: the generator left out the parameter {}", operation.id, parameter.name)
            })?;
            arguments.push(Argument {
                field: request::field(&rust),
                origin: Origin::Parameter(parameter),
                ty: ty.required(),
                required: parameter.required,
            });
        }
        ensure!(
            request.arguments.len()
                == arguments.iter().filter(|argument| argument.ty != Ty::Pairs).count()
                    + usize::from(operation.body.is_some()),
            "{}: the generator has {} arguments, which are not those of the specification",
            operation.id,
            request.arguments.len(),
        );
        if let Security::Bearer(name) = &operation.security {
            let (field, origin) = (request::field(&snake(name)), Origin::Token(name));
            arguments.push(Argument { field, origin, ty: Ty::Text, required: true });
        }
        arguments.sort_by_key(|argument| argument.position(operation));
        if let Some(body) = &operation.body {
            arguments.push(Argument {
                field: format_ident!("body"),
                origin: Origin::Body(body),
                ty: body_type(operation, body, request)?,
                required: body.required,
            });
        }
        Ok(Self { operation, request, arguments })
    }

    /// Returns the name of the builder.
    pub(super) fn name(&self) -> Ident {
        format_ident!("{}", pascal(&self.operation.id))
    }

    /// Returns the argument that takes query parameters with any names.
    pub(super) fn open(&self) -> Option<&Argument<'o>> {
        self.arguments.iter().find(|argument| argument.ty == Ty::Pairs)
    }

    /// Returns the names of the query parameters that are sent once.
    pub(super) fn single_parameters(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().filter(|argument| argument.is_single()).filter_map(Argument::wire_name)
    }

    /// Returns the field and the type of an optional query parameter.
    pub(super) fn query(&self, name: &str) -> Option<(&Ident, &Ty)> {
        let mut optional = self.arguments.iter().filter(|argument| !argument.required);
        let found = optional.find(|argument| argument.wire_name() == Some(name));
        found.map(|argument| (&argument.field, &argument.ty))
    }
}

impl Argument<'_> {
    /// Returns the name on the wire; a body has none.
    pub(super) fn wire_name(&self) -> Option<&str> {
        match self.origin {
            Origin::Parameter(parameter) => Some(&parameter.name),
            Origin::Token(name) => Some(name),
            Origin::Body(_) => None,
        }
    }

    /// Returns whether the argument is a parameter whose value `Debug` must not show. A body redacts its own fields.
    pub(super) fn is_secret(&self) -> bool {
        match self.origin {
            Origin::Parameter(parameter) => parameter.secret,
            Origin::Token(_) => true,
            Origin::Body(_) => false,
        }
    }

    /// Returns whether the argument is a list, which is empty unless set.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.ty, Ty::List(_) | Ty::Pairs)
    }

    /// Returns whether the argument is a query parameter that is sent once.
    fn is_single(&self) -> bool {
        let Origin::Parameter(parameter) = self.origin else { return false };
        parameter.location == Location::Query && (parameter.joined || !self.is_list())
    }

    /// Orders path parameters as in the path, then the other required parameters, then the optional ones.
    fn position(&self, operation: &Operation) -> (bool, usize) {
        let name = self.wire_name().unwrap_or_default();
        let in_path = placeholders(&operation.path).iter().position(|placeholder| *placeholder == name);
        (!self.required, in_path.unwrap_or(usize::MAX))
    }
}

fn body_type(operation: &Operation, body: &Body, request: &Request) -> Result<Ty> {
    match body.kind {
        BodyKind::Multipart => Ok(Ty::Runtime("Form".into())),
        BodyKind::Binary => Ok(Ty::Runtime("Upload".into())),
        _ => {
            let ty = request.arguments.get("body").cloned();
            ty.with_context(|| format!("{}: the generator left out the body", operation.id))
        }
    }
}
