//! A request for the entities of a set, and its query.

use std::fmt;

use reqwest::Url;

use crate::{
    call::options::CallOptions,
    error::Error,
    request::path::{Path, encode_path},
    session::Session,
};

/// A request for the entities of a set; returned by [`Service::entity_set`](super::Service::entity_set).
#[derive(Clone)]
#[must_use = "a request does nothing until its stream is polled"]
pub struct EntitySet {
    pub(super) session: Session,
    pub(super) host: &'static str,
    /// URL of the service.
    root: Url,
    name: String,
    select: Vec<String>,
    filter: Option<String>,
    top: Option<u64>,
    pub(super) call: CallOptions,
}

impl EntitySet {
    pub(super) fn new(session: Session, host: &'static str, root: Url, name: String) -> Self {
        Self { session, host, root, name, select: Vec::new(), filter: None, top: None, call: CallOptions::default() }
    }

    /// Requests these properties only (`$select`).
    pub fn select<N: Into<String>>(mut self, properties: impl IntoIterator<Item = N>) -> Self {
        self.select = properties.into_iter().map(Into::into).collect();
        self
    }

    /// Requests the entities for which this expression is true (`$filter`), such as `orgUnitId eq 7`.
    ///
    /// The expression is percent-encoded, but not quoted: in a string literal, write each apostrophe twice
    /// (`lastName eq 'O''Neill'`).
    pub fn filter(mut self, expression: impl Into<String>) -> Self {
        self.filter = Some(expression.into());
        self
    }

    /// Requests at most this number of entities (`$top`). The service limits the number; it may still send them in
    /// several pages.
    pub fn top(mut self, count: u64) -> Self {
        self.top = Some(count);
        self
    }

    crate::call_setters!();

    /// Returns the URL of the first page.
    ///
    /// Spaces are `%20` and not `+`, which OData does not define as a space.
    pub(super) fn url(&self) -> Result<Url, Error> {
        let mut path = Path::new(&self.root);
        path.text("/");
        path.segment("entity set", &self.name);
        let mut url = path.url()?;
        let mut query = Vec::new();
        if !self.select.is_empty() {
            let names: Vec<_> = self.select.iter().map(|name| encode_path(name)).collect();
            query.push(format!("$select={}", names.join(",")));
        }
        query.extend(self.filter.as_ref().map(|filter| format!("$filter={}", encode_path(filter))));
        query.extend(self.top.map(|top| format!("$top={top}")));
        url.set_query((!query.is_empty()).then(|| query.join("&")).as_deref());
        Ok(url)
    }
}

/// Shows neither the filter nor the URL: values in a filter may be personal data.
impl fmt::Debug for EntitySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntitySet").field("name", &self.name).field("call", &self.call).finish_non_exhaustive()
    }
}
