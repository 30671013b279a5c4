//! What is measured: Keyfob, what users write by hand, and public crates, all behind one small interface.

mod by_hand;
mod ours;

use std::hint::black_box;

use futures::FutureExt as _;
use futures::future::BoxFuture;

pub(crate) use by_hand::{SharedHeader, StdRwLock, TokioMutex, TokioRwLock};
pub(crate) use ours::Ours;

/// Something that hands out tokens. A clone shares the token with the original.
pub(crate) trait Source: Clone + Send + Sync + 'static {
    /// A token in whatever form this crate hands it to its users.
    fn token(&self) -> impl Future<Output = Result<impl Send, String>> + Send;
}

/// A source, whichever it is.
pub(crate) trait AnySource: Send + Sync {
    /// One call.
    fn once(&self) -> BoxFuture<'static, Result<(), String>>;

    /// So many calls, one after the other, with nothing but a loop around them.
    fn many(&self, calls: u64) -> BoxFuture<'static, ()>;
}

impl<S: Source> AnySource for S {
    fn once(&self) -> BoxFuture<'static, Result<(), String>> {
        let source = self.clone();
        async move { source.token().await.map(drop) }.boxed()
    }

    fn many(&self, calls: u64) -> BoxFuture<'static, ()> {
        let source = self.clone();
        async move {
            for _ in 0..calls {
                drop(black_box(source.token().await));
            }
        }
        .boxed()
    }
}
