//! Redirects of reads: followed by us, so that no credential ever leaves the origin it belongs to.

use reqwest::{Response, Url, header::LOCATION};

use crate::{Error, ErrorKind, execute::same_origin};

/// How many redirects in a row are followed.
const MOST: u8 = 5;

/// The way from a first address to the last.
pub(crate) struct Hops {
    first: Url,
    current: Url,
    left: u8,
    /// Once outside, credentials are not sent again, not even on the way back.
    inside: bool,
}

/// Where to go next.
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) same_origin: bool,
}

impl Hops {
    pub(crate) fn new(first: Url) -> Self {
        Self { current: first.clone(), first, left: MOST, inside: true }
    }

    /// The next address, or `None` if the response is no redirect.
    pub(crate) fn next(&mut self, response: &Response) -> Result<Option<Target>, Error> {
        if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let refused = |what| Error::new(ErrorKind::Unexpected, what).with_status(response.status());
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let Some(Ok(url)) = location.map(|location| self.current.join(location)) else {
            return Err(refused("the service redirects to an address that cannot be read"));
        };
        if !matches!(url.scheme(), "https" | "http") || self.current.scheme() == "https" && url.scheme() == "http" {
            return Err(refused("the service redirects from https to an unprotected address"));
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| refused("the service redirects in circles"))?;
        self.inside &= same_origin(&self.first, &url);
        self.current = url.clone();
        Ok(Some(Target { url, same_origin: self.inside }))
    }
}
