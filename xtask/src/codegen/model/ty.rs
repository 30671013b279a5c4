//! Rust types of fields, parameters, bodies and responses.

/// A Rust type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    Unit,
    Text,
    Integer,
    Number,
    Boolean,
    Timestamp,
    Date,
    /// Any JSON.
    Json,
    /// A download.
    Bytes,
    /// Names and values of query parameters.
    Pairs,
    List(Box<Ty>),
    Map(Box<Ty>),
    /// A type that contains itself.
    Boxed(Box<Ty>),
    /// A type of `keyfob_client`.
    Runtime(String),
    /// A generated type, by its Rust name.
    Named(String),
}

impl Ty {
    /// Returns the type of `keyfob_client` with this name.
    pub(crate) fn runtime(name: &str) -> Self {
        if name == "Timestamp" { Self::Timestamp } else { Self::Runtime(name.to_owned()) }
    }

    /// Returns the generated type in this type, also as the element of lists and maps.
    pub(crate) fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::List(inner) | Self::Map(inner) | Self::Boxed(inner) => inner.named(),
            _ => None,
        }
    }
}
