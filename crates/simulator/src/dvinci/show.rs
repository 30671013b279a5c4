//! How an answer looks at a row: in which form, in which language, with which rights.

use serde_json::Value;

use super::call::Caller;
use super::store::{Key, Store};
use super::table::Table;

/// The languages that the tenant is set up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    German,
    English,
}

impl Language {
    /// `de`, `de_DE`, `en-GB`; none for languages that the tenant lacks.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (language, region) = text.split_once(['_', '-']).unwrap_or((text, "XX"));
        let well_formed = region.len() == 2 && region.chars().all(|c| c.is_ascii_alphabetic());
        match language.to_ascii_lowercase().as_str() {
            "de" if well_formed => Some(Self::German),
            "en" if well_formed => Some(Self::English),
            _ => None,
        }
    }

    pub(super) fn pick<'a>(self, german: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::German => german,
            Self::English => english,
        }
    }
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// An element of a list.
    Element,
    /// An object of its own.
    Object,
    /// What a PUT gives back.
    Replaced,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) form: Form,
    pub(super) language: Language,
    pub(super) caller: Caller,
}

impl Look {
    /// In the language of the API users, which is German.
    pub(super) fn new(form: Form, caller: Caller) -> Self {
        Self { form, language: Language::German, caller }
    }

    pub(super) fn show(self, store: &Store, table: Table, key: &Key) -> Value {
        let row = store.row(table, key);
        row.map_or(Value::Null, |row| Value::Object(table.resource().show(store, row, self)))
    }
}
