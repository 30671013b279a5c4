//! An OData service: its URL, and the credentials of its requests.

use std::fmt;

use reqwest::Url;

use crate::{
    call::{options::CallOptions, send},
    error::Error,
    odata::{
        entity_set::EntitySet,
        request::{METADATA, get},
    },
    request::path::Path,
    response::ResponseFuture,
    session::Session,
    settings::{base_url, check_protected},
};

/// An OData 4.0 service.
#[derive(Clone)]
pub struct Service {
    session: Session,
    host: &'static str,
    root: Url,
}

impl Service {
    /// Opens the service at this URL. Requests carry the credentials of the client's host of this name.
    ///
    /// # Errors
    ///
    /// If the client has no such host, or the URL is invalid or plain http without the client's permission.
    #[doc(hidden)]
    pub fn new(session: &Session, host: &'static str, service_url: &str) -> Result<Self, Error> {
        if !session.0.hosts.iter().any(|known| known.name == host) {
            return Err(Error::rejected("the client has no credentials for an OData service"));
        }
        let root = base_url("service URL", service_url)?;
        check_protected("service URL", &root, session.0.allows_plain_http)?;
        Ok(Self { session: session.clone(), host, root })
    }

    /// Starts a request for the entities of the set of this name, such as `JobOpenings`.
    pub fn entity_set(&self, name: impl Into<String>) -> EntitySet {
        EntitySet::new(self.session.clone(), self.host, self.root.clone(), name.into())
    }

    /// Returns the metadata document, in XML: the entity sets, and the properties of their entities.
    ///
    /// # Errors
    ///
    /// As [`RawRequest::text`](crate::RawRequest::text).
    pub fn metadata(&self) -> ResponseFuture<String> {
        let mut path = Path::new(&self.root);
        path.text("/$metadata");
        let request = path.url().and_then(|url| get(self.host, url, "application/xml"));
        send::text(self.session.clone(), &METADATA, request, CallOptions::default())
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("url", &self.root.as_str()).finish_non_exhaustive()
    }
}
