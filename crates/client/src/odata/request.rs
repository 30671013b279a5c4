//! Requests to an OData service: their descriptions, headers and URLs.

use reqwest::{
    Method, Url,
    header::{HeaderName, HeaderValue},
};

use crate::{
    error::{Error, ErrorKind},
    operation::{Confidence, Operation},
    request::{builder::RequestBuilder, prepared::PreparedRequest, raw::IDEMPOTENT},
};

/// Description of the request for a page of an entity set.
pub(super) static ENTITY_SET: Operation = Operation {
    id: "odata_entity_set",
    summary: "Lists the entities of an OData entity set",
    path: "/{entity_set}",
    query: &["$select", "$filter", "$top"],
    confidence: Confidence::Documented,
    source: "OData 4.0",
    ..IDEMPOTENT
};

/// Description of the request for the metadata document.
pub(super) static METADATA: Operation = Operation {
    id: "odata_metadata",
    summary: "Returns the metadata document of an OData service",
    path: "/$metadata",
    query: &[],
    ..ENTITY_SET
};

/// Builds a GET request that carries the credentials of the host of this name.
///
/// A service of version 4.01 names control information differently, unless the request limits the version.
pub(super) fn get(host: &'static str, url: Url, accept: &'static str) -> Result<PreparedRequest, Error> {
    let mut request = RequestBuilder::new(Method::GET, url);
    request.accept(accept);
    request.parts.host = Some(host);
    let version = HeaderValue::from_static("4.0");
    request.parts.headers.insert(HeaderName::from_static("odata-maxversion"), version);
    request.finish()
}

/// Returns the URL of a next link, which may be relative to the URL of the first page.
///
/// # Errors
///
/// Fails if the link is not a URL or has another origin, to which the credentials must not be sent. The message does not
/// quote the link, because its query may contain personal data.
pub(super) fn next_url(first: &Url, link: &str) -> Result<Url, Error> {
    let unexpected = |message: &'static str| Error::new(ErrorKind::Unexpected, message);
    let url =
        first.join(link).map_err(|error| unexpected("the next link of a page is not a URL").with_source(error))?;
    if url.origin() != first.origin() || !url.username().is_empty() || url.password().is_some() {
        return Err(unexpected("the next link of a page leads to another origin, where credentials are not sent")
            .with_hint("use the origin of the service's own links in the service URL"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_link_is_absolute_or_relative_and_has_the_origin_of_the_first_page() {
        let first = Url::parse("https://host.test/odata/Rows?$top=5").unwrap();
        for (link, url) in [
            ("https://host.test/odata/Rows?$skiptoken=a%20b", "https://host.test/odata/Rows?$skiptoken=a%20b"),
            ("HTTPS://HOST.test:443/other", "https://host.test/other"),
            ("Rows?$skiptoken=1", "https://host.test/odata/Rows?$skiptoken=1"),
            ("?$skiptoken=1", "https://host.test/odata/Rows?$skiptoken=1"),
            ("/odata/Rows?$skiptoken=1", "https://host.test/odata/Rows?$skiptoken=1"),
        ] {
            assert_eq!(next_url(&first, link).unwrap().as_str(), url);
        }
        for link in [
            "https://other.test/odata/Rows",
            "http://host.test/odata/Rows",
            "https://host.test:8443/odata/Rows",
            "//other.test/odata/Rows",
            "https://host.test@other.test/",
            "https://canary@host.test/odata/Rows",
            "file:///etc/hosts",
            "https://",
        ] {
            let error = next_url(&first, link).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unexpected, "{link}");
            assert!(!format!("{error:?} {error}").contains("canary"), "{error:?}");
        }
    }
}
