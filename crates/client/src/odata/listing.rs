//! The listing of an entity set: its pages and their next links.

use std::{fmt, marker::PhantomData, mem};

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    decode::body::{self, BodyDecoder},
    odata::{
        entity_set::EntitySet,
        request::{ENTITY_SET, get, next_url},
    },
    paging::{Items, PageRequest, Paged, Position, Scheme, items},
};

/// The listing of an entity set with rows of type `T`.
pub struct Listing<T> {
    entity_set: EntitySet,
    /// Next link of the page before; `None` for the first page.
    next: Option<String>,
    row: PhantomData<fn() -> T>,
}

/// A page of an entity set.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// Entities, in the service's order.
    pub value: Vec<T>,
    /// URL of the next page; `None` on the last page.
    #[serde(rename = "@odata.nextLink")]
    pub next_link: Option<String>,
}

impl EntitySet {
    /// Returns the entities of all pages as a stream, in the service's order.
    ///
    /// `T` is any type that can be deserialized; [`serde_json::Value`] accepts all entities. The stream follows the next
    /// links of the pages (`@odata.nextLink`), within the origin of the service URL.
    ///
    /// # Errors
    ///
    /// The stream ends with an error if a request fails, a page is not JSON of this type, a next link has another origin,
    /// or the pages make no progress: see [`paging`](crate::paging).
    pub fn stream<T: DeserializeOwned + Send + Sync + 'static>(self) -> Items<Listing<T>> {
        items(Listing { entity_set: self, next: None, row: PhantomData })
    }
}

impl<T: DeserializeOwned + Send + Sync + 'static> Paged for Listing<T> {
    type Page = Page<T>;
    type Item = T;
    const SCHEME: Scheme = Scheme::Cursor;
    const CURSOR_FIELD: Option<&'static str> = Some("@odata.nextLink");

    fn seek(&mut self, position: Position) {
        if let Position::Cursor(link) = position {
            self.next = Some(link);
        }
    }

    fn start(&self) -> Option<i64> {
        None
    }

    fn page_size(&self) -> Option<i64> {
        None
    }

    fn request(&self) -> PageRequest {
        let first = self.entity_set.url();
        let url = first.and_then(|first| self.next.as_ref().map_or(Ok(first.clone()), |link| next_url(&first, link)));
        PageRequest {
            session: self.entity_set.session.clone(),
            operation: &ENTITY_SET,
            request: url.and_then(|url| get(self.entity_set.host, url, "application/json")),
            options: self.entity_set.call.clone(),
            decoder: BodyDecoder::Custom(|response, max_bytes| {
                Ok(Box::new(body::json::<Page<T>>(response, max_bytes)?))
            }),
        }
    }

    fn cursor(page: &Page<T>) -> Option<String> {
        page.next_link.clone()
    }

    fn total(_: &Page<T>) -> Option<i64> {
        None
    }

    fn items(page: &mut Page<T>) -> Vec<T> {
        mem::take(&mut page.value)
    }

    fn len(page: &Page<T>) -> usize {
        page.value.len()
    }
}

impl<T> Clone for Listing<T> {
    fn clone(&self) -> Self {
        Self { entity_set: self.entity_set.clone(), next: self.next.clone(), row: PhantomData }
    }
}

impl<T> fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing").field("entity_set", &self.entity_set).finish_non_exhaustive()
    }
}
