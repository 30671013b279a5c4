//! Concurrent calls with a limit, each with its own result.

use std::{
    fmt,
    iter::Enumerate,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{FutureExt, Stream, StreamExt, future::BoxFuture, stream::FuturesUnordered};

use crate::error::Error;

/// Result of the call for one item; from [`Concurrent`].
#[derive(Debug)]
pub struct ItemResult<T, R> {
    /// Index of the item in the input, from 0.
    pub index: usize,
    /// The item.
    pub item: T,
    /// Result of the item's call.
    pub result: Result<R, Error>,
}

/// Calls in flight, as a stream of their results in order of completion; from [`concurrent`].
#[must_use = "streams do nothing unless polled"]
pub struct Concurrent<'a, I: Iterator, R> {
    /// Items whose calls have not started; `None` after the last, or after `stop`.
    pending: Option<Enumerate<I>>,
    call: Box<Call<'a, I::Item, R>>,
    limit: usize,
    running: FuturesUnordered<BoxFuture<'a, ItemResult<I::Item, R>>>,
}

/// Starts the call for an item.
type Call<'a, T, R> = dyn FnMut(&T) -> BoxFuture<'a, Result<R, Error>> + Send + 'a;

/// Makes a call for each item, at most `limit` at a time (0 counts as 1), and returns a stream of the results.
///
/// A failed call does not stop the others. To stop early, call [`Concurrent::stop`] and read the results of the calls
/// in flight. Dropping the stream cancels the calls in flight; the service may have processed them all the same.
///
/// ```
/// # async fn example(session: keyfob_client::Session, names: Vec<String>) {
/// use futures::StreamExt;
/// use keyfob_client::{Method, concurrent};
///
/// let mut results = concurrent(names, 8, |name| {
///     session.request(Method::POST, "/things").json(&serde_json::json!({"name": name})).send::<serde_json::Value>()
/// });
/// while let Some(created) = results.next().await {
///     if let Err(error) = created.result {
///         eprintln!("{} was not created: {error}", created.item);
///     }
/// }
/// # }
/// ```
pub fn concurrent<'a, I, F, C, R>(items: I, limit: usize, mut call: F) -> Concurrent<'a, I::IntoIter, R>
where
    I: IntoIterator,
    F: FnMut(&I::Item) -> C + Send + 'a,
    C: IntoFuture<Output = Result<R, Error>, IntoFuture: Send + 'a>,
{
    Concurrent {
        pending: Some(items.into_iter().enumerate()),
        call: Box::new(move |item| call(item).into_future().boxed()),
        limit: limit.max(1),
        running: FuturesUnordered::new(),
    }
}

impl<I: Iterator, R> Concurrent<'_, I, R> {
    /// Starts no further calls and returns the items whose calls have not started, each with its index. The stream ends
    /// after the results of the calls in flight.
    pub fn stop(&mut self) -> impl Iterator<Item = (usize, I::Item)> + use<I, R> {
        self.pending.take().into_iter().flatten()
    }

    /// Returns the number of calls in flight.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.running.len()
    }
}

// The calls are boxed, so no field is pinned structurally.
impl<I: Iterator, R> Unpin for Concurrent<'_, I, R> {}

impl<'a, I, R> Stream for Concurrent<'a, I, R>
where
    I: Iterator<Item: Send + 'a>,
    R: 'a,
{
    type Item = ItemResult<I::Item, R>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while self.running.len() < self.limit {
            let Some((index, item)) = self.pending.as_mut().and_then(Iterator::next) else {
                self.pending = None;
                break;
            };
            let call = (self.call)(&item);
            self.running.push(call.map(move |result| ItemResult { index, item, result }).boxed());
        }
        self.running.poll_next_unpin(context)
    }
}

impl<I: Iterator, R> fmt::Debug for Concurrent<'_, I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_flight = self.running.len();
        f.debug_struct("Concurrent").field("limit", &self.limit).field("in_flight", &in_flight).finish_non_exhaustive()
    }
}
