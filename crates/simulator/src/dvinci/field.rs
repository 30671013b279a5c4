//! What can be said about one field of a resource: its kind, who must send it, and what its absence means.

use serde_json::{Value, json};

use super::answers::Question;
use super::table::Table;
use super::terms::Term;

/// What a value has to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Up to 255 characters.
    Text,
    /// Any number of characters, HTML or plain.
    Long,
    /// The caller's own key: unique, or null.
    External,
    Number,
    Positive,
    Boolean,
    /// `yyyy-MM-dd`.
    Date,
    /// A date that is not in the future.
    PastDate,
    /// An instant; it comes back in UTC with milliseconds.
    Instant,
    /// An instant with milliseconds and offset, which comes back as it was sent.
    OffsetInstant,
    Url,
    Email,
    OneOf(&'static [&'static str]),
    SomeOf(&'static [&'static str]),
    /// The internal name of something that the tenant configured.
    Term(&'static [Term]),
    Terms(&'static [Term]),
    /// The id of a row.
    Row(Table),
    Rows(Table),
    /// `{"id": …}` or `{"externalId": …}`.
    Reference(Table),
    /// Texts by language.
    Messages,
    /// `label`, `url`, `faIcon`.
    Links,
    /// `field`, `value`.
    Pairs,
    /// Answers to questions that the tenant configured.
    Answers(&'static [Question]),
    /// Where a publication is shown: channel, start, end.
    Showings,
}

impl Kind {
    fn is_list(self) -> bool {
        matches!(
            self,
            Self::SomeOf(_)
                | Self::Terms(_)
                | Self::Rows(_)
                | Self::Links
                | Self::Pairs
                | Self::Answers(_)
                | Self::Showings
        )
    }
}

/// Whether a field belongs into a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    /// The member must be there, null is fine.
    Present,
    Optional,
    /// What is sent makes no difference.
    Ignored,
    /// May be sent as it is stored; another value is this error.
    Fixed(&'static str),
}

#[derive(Clone, Copy, Debug)]
enum Absent {
    Null,
    Boolean(bool),
    Text(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) create: Need,
    pub(super) update: Need,
    /// An update without the field leaves the stored value alone; otherwise it clears it.
    pub(super) kept: bool,
    /// The reference ends with the row it aims at, instead of protecting it.
    pub(super) weak: bool,
    absent: Absent,
}

impl Field {
    /// An optional field.
    pub(super) const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            create: Need::Optional,
            update: Need::Optional,
            kept: false,
            weak: false,
            absent: Absent::Null,
        }
    }

    pub(super) const fn required(self) -> Self {
        Self { create: Need::Required, update: Need::Required, ..self }
    }

    pub(super) const fn on_update(self, update: Need) -> Self {
        Self { update, ..self }
    }

    pub(super) const fn kept(self) -> Self {
        Self { kept: true, ..self }
    }

    pub(super) const fn weak(self) -> Self {
        Self { weak: true, ..self }
    }

    /// What a flag is when it is not sent.
    pub(super) const fn or(self, flag: bool) -> Self {
        Self { absent: Absent::Boolean(flag), ..self }
    }

    /// What a text is when it is not sent.
    pub(super) const fn or_text(self, text: &'static str) -> Self {
        Self { absent: Absent::Text(text), ..self }
    }

    /// The value of a field that was not sent, or sent as null.
    pub(super) fn default(&self) -> Value {
        match self.absent {
            Absent::Boolean(flag) => json!(flag),
            Absent::Text(text) => json!(text),
            Absent::Null if self.kind.is_list() => json!([]),
            Absent::Null => Value::Null,
        }
    }
}
