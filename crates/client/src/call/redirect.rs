//! Redirects of reads, followed here so that credentials are never sent to another origin.

use reqwest::{Response, Url, header::LOCATION};

use crate::error::{Error, ErrorKind};

/// Maximum number of redirects of one attempt. Browsers allow 20; an API sends one or two.
const MAX_REDIRECTS: u8 = 5;

/// The redirects of one attempt.
pub(crate) struct RedirectChain {
    first: Url,
    current: Url,
    remaining: u8,
    /// All URLs so far have the origin of the first. Stays `false` once a redirect has left the origin, also after a
    /// redirect back to it.
    same_origin: bool,
}

/// Target of a redirect.
pub(crate) struct Target {
    pub(crate) url: Url,
    /// The request may carry the credentials.
    pub(crate) same_origin: bool,
}

impl RedirectChain {
    pub(crate) fn new(first: Url) -> Self {
        Self { current: first.clone(), first, remaining: MAX_REDIRECTS, same_origin: true }
    }

    /// Returns the target of the response's redirect, or `None` if the response is no redirect.
    pub(crate) fn next(&mut self, response: &Response) -> Result<Option<Target>, Error> {
        if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let error = |message| Error::new(ErrorKind::Unexpected, message).with_status(response.status());
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let Some(Ok(url)) = location.map(|location| self.current.join(location)) else {
            return Err(error("the service redirects to an invalid URL"));
        };
        if !matches!(url.scheme(), "https" | "http") || self.current.scheme() == "https" && url.scheme() == "http" {
            return Err(error("the service redirects from https to an unprotected URL"));
        }
        self.remaining =
            self.remaining.checked_sub(1).ok_or_else(|| error("the service redirects more than 5 times"))?;
        self.same_origin &= self.first.origin() == url.origin();
        self.current = url.clone();
        Ok(Some(Target { url, same_origin: self.same_origin }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirect(to: &str) -> Response {
        http::Response::builder().status(302).header(LOCATION, to).body("").unwrap().into()
    }

    #[test]
    fn a_redirect_from_https_to_http_is_not_followed() {
        let chain = |first| RedirectChain::new(Url::parse(first).unwrap());
        let mut secure = chain("https://api.test/a");
        assert!(secure.next(&redirect("https://storage.test/b")).unwrap().is_some());
        for unprotected in ["http://storage.test/c", "http://api.test/a", "HTTP://api.test", "file:///c"] {
            let Err(error) = secure.next(&redirect(unprotected)) else { panic!("{unprotected} is followed") };
            assert_eq!(error.kind(), ErrorKind::Unexpected);
            assert!(error.to_string().contains("from https to an unprotected URL"), "{error}");
        }
        let mut plain = chain("http://127.0.0.1/a");
        assert!(plain.next(&redirect("http://127.0.0.1/b")).unwrap().is_some());
        assert!(plain.next(&redirect("https://api.test/")).unwrap().is_some());
        assert!(plain.next(&redirect("http://127.0.0.1/c")).is_err(), "also after a redirect to https");
    }
}
