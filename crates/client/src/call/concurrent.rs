//! Many calls at a time: as many as allowed, each with an outcome of its own.

use std::{
    fmt,
    iter::Enumerate,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{FutureExt, Stream, StreamExt, future::BoxFuture, stream::FuturesUnordered};

use crate::error::Error;

/// What became of one item of a [`concurrent`].
#[derive(Debug)]
pub struct ItemResult<T, R> {
    /// The item's place in what was given, from 0.
    pub index: usize,
    /// The item.
    pub item: T,
    /// What its call gave.
    pub result: Result<R, Error>,
}

/// Calls under way; from [`concurrent`]. A stream of outcomes, in the order in which the calls end.
#[must_use = "streams do nothing unless polled"]
pub struct Concurrent<'a, I: Iterator, R> {
    waiting: Option<Enumerate<I>>,
    call: Box<Call<'a, I::Item, R>>,
    limit: usize,
    running: FuturesUnordered<BoxFuture<'a, ItemResult<I::Item, R>>>,
}

/// Makes the call for an item.
type Call<'a, T, R> = dyn FnMut(&T) -> BoxFuture<'a, Result<R, Error>> + Send + 'a;

/// Makes a call for each item, at most `limit` of them at a time (0 counts as 1), and gives each one's outcome.
///
/// One that fails does not keep the others from being made: a write of many rows then knows which of them are left. To
/// end early instead, call [`Concurrent::stop`] and take the outcomes of those that are under way. Whoever drops the stream
/// makes no further call, but cannot know whether the service has processed those under way.
///
/// ```
/// # async fn example(session: keyfob_client::Session, names: Vec<String>) {
/// use futures::StreamExt;
/// use keyfob_client::{Method, concurrent};
///
/// let mut outcomes = concurrent(names, 8, |name| {
///     session.request(Method::POST, "/things").json(&serde_json::json!({"name": name})).send::<serde_json::Value>()
/// });
/// while let Some(outcome) = outcomes.next().await {
///     if let Err(error) = outcome.result {
///         eprintln!("number {} was not created: {error}", outcome.index);
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
        waiting: Some(items.into_iter().enumerate()),
        call: Box::new(move |item| call(item).into_future().boxed()),
        limit: limit.max(1),
        running: FuturesUnordered::new(),
    }
}

impl<I: Iterator, R> Concurrent<'_, I, R> {
    /// Begins no further call, and gives the items back for which none was made, each with its place. The stream ends
    /// with the outcomes of the calls under way.
    pub fn stop(&mut self) -> impl Iterator<Item = (usize, I::Item)> + use<I, R> {
        self.waiting.take().into_iter().flatten()
    }

    /// How many calls are under way.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.running.len()
    }
}

// Nothing in it is pinned in place.
impl<I: Iterator, R> Unpin for Concurrent<'_, I, R> {}

impl<'a, I, R> Stream for Concurrent<'a, I, R>
where
    I: Iterator<Item: Send + 'a>,
    R: 'a,
{
    type Item = ItemResult<I::Item, R>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while self.running.len() < self.limit {
            let Some((index, item)) = self.waiting.as_mut().and_then(Iterator::next) else {
                self.waiting = None;
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
        let under_way = self.running.len();
        f.debug_struct("Concurrent").field("limit", &self.limit).field("under_way", &under_way).finish_non_exhaustive()
    }
}
