//! Downloads of the files that rows link to.

use keyfob_client::{
    ByteStream, CallOptions, Error, ResponseFuture,
    codegen::{self, PreparedRequest},
};
use reqwest::Url;

use crate::{Client, operation::DownloadFile};

impl Client {
    /// Downloads the file that a row links to: its `pdf_url`, or the `url` of an image or an attachment.
    ///
    /// The token has the scopes of the core API and of the reporting API, unless the client was built with an
    /// authenticator. The first download fetches it.
    ///
    /// Accepts only links to the core API of the client's environment. Other links are rejected before a request is
    /// sent; otherwise a user who can write a row could have the token sent to another host. Redirects to a storage
    /// service are followed without the token.
    ///
    /// # Errors
    ///
    /// As every call; and [`ErrorKind::Rejected`](crate::ErrorKind::Rejected) for a link to another host or path.
    #[must_use = "nothing is sent before `.await`"]
    pub fn download_link(&self, link: &str) -> ResponseFuture<ByteStream> {
        codegen::bytes(self.session().clone(), &DownloadFile::OPERATION, self.link(link), CallOptions::default())
    }

    fn link(&self, link: &str) -> Result<PreparedRequest, Error> {
        let base = self.session().url(&DownloadFile::OPERATION, "/")?;
        let url = Url::parse(link.trim()).ok().filter(|url| is_below(&base, url)).ok_or_else(|| {
            codegen::rejected(
                &DownloadFile::OPERATION,
                "the link does not lead to the core API of the environment, so the token is not sent: use a link from a row",
            )
        })?;
        Ok(PreparedRequest::get(url))
    }
}

/// Returns true if the URL is below the base URL and has no user name or password.
fn is_below(base: &Url, url: &Url) -> bool {
    // The base path ends in a slash, and the parser has removed dot segments from both paths.
    url.origin() == base.origin()
        && url.path().starts_with(base.path())
        && url.username().is_empty()
        && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_below_the_base_url_are_followed() {
        let base = Url::parse("https://core-api.ditio.app/core/").unwrap();
        for (link, followed) in [
            ("https://core-api.ditio.app/core/api/file/6610f1a3c5000000000000aa", true),
            ("https://CORE-API.ditio.app:443/core/api/file/1?size=lg", true),
            ("http://core-api.ditio.app/core/api/file/1", false),
            ("https://core-api.ditio.app:8443/core/api/file/1", false),
            ("https://core-api.ditio.app.evil.example/core/api/file/1", false),
            ("https://core-api.ditio.app@evil.example/core/api/file/1", false),
            ("https://somebody@core-api.ditio.app/core/api/file/1", false),
            ("https://:secret@core-api.ditio.app/core/api/file/1", false),
            ("https://core-api.ditio.app/core/../other/file", false),
            ("https://core-api.ditio.app/core/%2e%2e/other/file", false),
            ("https://core-api.ditio.app/corevil/api/file/1", false),
            ("file:///core/api/file/1", false),
        ] {
            assert_eq!(is_below(&base, &Url::parse(link).unwrap()), followed, "{link}");
        }
    }
}
