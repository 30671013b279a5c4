//! An operation with its arguments, from which documentation and code are emitted.

use proc_macro2::Ident;
use quote::format_ident;

use crate::codegen::model::body::Body;
use crate::codegen::model::operation::Operation;
use crate::codegen::model::parameter::{Location, Parameter};
use crate::codegen::model::security::Security;
use crate::codegen::model::ty::Ty;
use crate::codegen::model::walk::placeholders;
use crate::codegen::naming::{Names, argument, pascal};

/// An operation with its arguments.
pub(super) struct Call<'o> {
    pub(super) operation: &'o Operation,
    /// Required parameters in the order of the method's arguments, then the optional parameters, then the body.
    pub(super) arguments: Vec<Argument<'o>>,
}

/// A parameter, a token, or the body.
pub(super) struct Argument<'o> {
    /// Name of the argument, the builder's field and its setter.
    pub(super) field: Ident,
    pub(super) origin: Origin<'o>,
    pub(super) ty: &'o Ty,
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
    /// Orders the arguments of an operation.
    pub(super) fn new(operation: &'o Operation) -> Self {
        let parameters = operation.parameters.iter().map(|parameter| Argument {
            field: format_ident!("{}", parameter.rust),
            origin: Origin::Parameter(parameter),
            ty: &parameter.ty,
            required: parameter.required,
        });
        let mut arguments: Vec<_> = parameters.collect();
        if let Security::Bearer(name) = &operation.security {
            let mut names = Names::default();
            for parameter in &operation.parameters {
                names.give(parameter.rust.clone());
            }
            let (field, origin) = (format_ident!("{}", names.give(argument(name))), Origin::Token(name));
            arguments.push(Argument { field, origin, ty: &Ty::Text, required: true });
        }
        arguments.sort_by_key(|argument| argument.position(operation));
        if let Some(body) = &operation.body {
            let (field, origin) = (format_ident!("body"), Origin::Body(body));
            arguments.push(Argument { field, origin, ty: &body.ty, required: body.required });
        }
        Self { operation, arguments }
    }

    /// Returns the name of the builder.
    pub(super) fn name(&self) -> Ident {
        format_ident!("{}", pascal(&self.operation.id))
    }

    /// Returns the argument that takes query parameters with any names.
    pub(super) fn open(&self) -> Option<&Argument<'o>> {
        self.arguments.iter().find(|argument| *argument.ty == Ty::Pairs)
    }

    /// Returns the names of the query parameters that are sent once.
    pub(super) fn single_parameters(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().filter(|argument| argument.is_single()).filter_map(Argument::wire_name)
    }

    /// Returns the field and the type of an optional query parameter.
    pub(super) fn query(&self, name: &str) -> Option<(&Ident, &Ty)> {
        let mut optional = self.arguments.iter().filter(|argument| !argument.required);
        let found = optional.find(|argument| argument.wire_name() == Some(name));
        found.map(|argument| (&argument.field, argument.ty))
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
        parameter.location == Location::Query && (parameter.separator.is_some() || !self.is_list())
    }

    /// Orders path parameters as in the path, then the other required parameters, then the optional ones.
    fn position(&self, operation: &Operation) -> (bool, usize) {
        let name = self.wire_name().unwrap_or_default();
        let in_path = placeholders(&operation.path).iter().position(|placeholder| *placeholder == name);
        (!self.required, in_path.unwrap_or(usize::MAX))
    }
}
