//! Fields of a resource: kind, requirement, and the meaning of their absence.

use serde_json::{Value, json};

use crate::dvinci::schema::answers::Question;
use crate::dvinci::store::table::Table;
use crate::dvinci::tenant::terms::Term;

/// Kind of a field's value.
#[derive(Clone, Copy, Debug)]
pub(in crate::dvinci) enum Kind {
    /// Up to 255 characters.
    Text,
    /// Any number of characters, HTML or plain.
    LongText,
    /// A key chosen by the client: unique or null.
    ExternalId,
    Number,
    Positive,
    Boolean,
    /// `yyyy-MM-dd`.
    Date,
    /// A date that is not in the future.
    PastDate,
    /// A timestamp, returned in UTC with milliseconds.
    Timestamp,
    /// A timestamp with milliseconds and offset, returned with the same offset.
    OffsetTimestamp,
    Url,
    Email,
    OneOf(&'static [&'static str]),
    SomeOf(&'static [&'static str]),
    /// Internal name of a term configured by the tenant.
    Term(&'static [Term]),
    Terms(&'static [Term]),
    /// The id of a row.
    Id(Table),
    Ids(Table),
    /// A reference: `{"id": …}` or `{"externalId": …}`.
    Reference(Table),
    /// Texts by language.
    Messages,
    /// Objects with `label`, `url` and `faIcon`.
    Links,
    /// Objects with `field` and `value`.
    FieldValues,
    /// Answers to questions configured by the tenant.
    Answers(&'static [Question]),
    /// Channels of a job publication, with start and end.
    Published,
}

impl Kind {
    fn is_list(self) -> bool {
        matches!(
            self,
            Self::SomeOf(_)
                | Self::Terms(_)
                | Self::Ids(_)
                | Self::Links
                | Self::FieldValues
                | Self::Answers(_)
                | Self::Published
        )
    }
}

/// Requirement on a field in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dvinci) enum Requirement {
    Required,
    /// The member must be present and may be null.
    Present,
    Optional,
    /// The value is ignored.
    Ignored,
    /// The stored value is accepted; another value is an error with this code.
    Fixed(&'static str),
}

/// Value of an absent field.
#[derive(Clone, Copy, Debug)]
enum DefaultValue {
    Null,
    Boolean(bool),
    Text(&'static str),
}

/// A field of a resource.
#[derive(Clone, Copy, Debug)]
pub(in crate::dvinci) struct Field {
    pub(in crate::dvinci) name: &'static str,
    pub(in crate::dvinci) kind: Kind,
    pub(in crate::dvinci) create: Requirement,
    pub(in crate::dvinci) update: Requirement,
    /// `true` if an update without the field retains the stored value instead of clearing it.
    pub(in crate::dvinci) keep_if_omitted: bool,
    /// `true` if deletion of the referenced row clears the reference instead of failing.
    pub(in crate::dvinci) weak: bool,
    default: DefaultValue,
}

impl Field {
    /// Returns an optional field.
    pub(in crate::dvinci) const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            create: Requirement::Optional,
            update: Requirement::Optional,
            keep_if_omitted: false,
            weak: false,
            default: DefaultValue::Null,
        }
    }

    pub(in crate::dvinci) const fn required(self) -> Self {
        Self { create: Requirement::Required, update: Requirement::Required, ..self }
    }

    pub(in crate::dvinci) const fn on_update(self, update: Requirement) -> Self {
        Self { update, ..self }
    }

    pub(in crate::dvinci) const fn keep_if_omitted(self) -> Self {
        Self { keep_if_omitted: true, ..self }
    }

    pub(in crate::dvinci) const fn weak(self) -> Self {
        Self { weak: true, ..self }
    }

    /// Sets the default of a boolean.
    pub(in crate::dvinci) const fn default_flag(self, flag: bool) -> Self {
        Self { default: DefaultValue::Boolean(flag), ..self }
    }

    /// Sets the default of a text.
    pub(in crate::dvinci) const fn default_text(self, text: &'static str) -> Self {
        Self { default: DefaultValue::Text(text), ..self }
    }

    /// Returns the value of an absent or null field.
    pub(in crate::dvinci) fn default_value(&self) -> Value {
        match self.default {
            DefaultValue::Boolean(flag) => json!(flag),
            DefaultValue::Text(text) => json!(text),
            DefaultValue::Null if self.kind.is_list() => json!([]),
            DefaultValue::Null => Value::Null,
        }
    }
}
