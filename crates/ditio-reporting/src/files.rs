//! Files that rows link to, by the link itself.

use keyfob_client::{
    ByteStream, CallOptions, Error, Pending,
    codegen::{self, Outgoing},
};
use reqwest::Url;

use crate::{Client, operation::DownloadFile};

impl Client {
    /// Downloads what a row links to: its `pdf_url`, the `url` of an image or an attachment.
    ///
    /// Only links to the core API that the client was given are followed, with its token. Anything else is refused
    /// before a request is made: whoever can write a row could otherwise have the token sent to a host of their own.
    /// Redirects to a storage service are followed, without the token.
    ///
    /// # Errors
    ///
    /// As every call; and [`ErrorKind::Rejected`](crate::ErrorKind::Rejected) for a link that leads elsewhere.
    #[must_use = "nothing is sent before `.await`"]
    pub fn download_link(&self, link: &str) -> Pending<ByteStream> {
        self.session().clone().bytes(&DownloadFile::OPERATION, self.link(link), CallOptions::default())
    }

    fn link(&self, link: &str) -> Result<Outgoing, Error> {
        let base = self.session().url(&DownloadFile::OPERATION, "/")?;
        let url = Url::parse(link.trim()).ok().filter(|url| leads_into(&base, url)).ok_or_else(|| {
            codegen::rejected(
                &DownloadFile::OPERATION,
                "the link does not lead to the core API that the client was given: it is not followed with the token",
            )
        })?;
        Ok(Outgoing::get(url))
    }
}

/// Whether an address is below the base, and names nobody to be.
fn leads_into(base: &Url, url: &Url) -> bool {
    // The base ends in a slash, and both paths are without dot segments, as parsed URLs are.
    url.origin() == base.origin()
        && url.path().starts_with(base.path())
        && url.username().is_empty()
        && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_the_base_is_followed() {
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
            assert_eq!(leads_into(&base, &Url::parse(link).unwrap()), followed, "{link}");
        }
    }
}
