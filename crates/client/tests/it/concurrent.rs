//! Concurrent calls with a limit.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use futures::{FutureExt, StreamExt, channel::oneshot, poll};
use keyfob_client::{Error, ErrorKind, Method, concurrent};
use serde_json::Value;

use crate::script::{Server, json, status};

/// Calls that complete when the test calls `end`, with the item in upper case.
struct Calls {
    running: Arc<AtomicUsize>,
    open: Mutex<Vec<(char, oneshot::Sender<char>)>>,
}

impl Calls {
    fn new() -> Self {
        Self { running: Arc::default(), open: Mutex::default() }
    }

    fn call(&self, item: char) -> impl Future<Output = Result<char, Error>> + use<> {
        struct Running(Arc<AtomicUsize>);
        impl Drop for Running {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        self.running.fetch_add(1, Ordering::SeqCst);
        let running = Running(Arc::clone(&self.running));
        let (end, ended) = oneshot::channel();
        self.open.lock().unwrap().push((item, end));
        async move {
            let _running = running;
            Ok(ended.await.unwrap())
        }
    }

    fn end(&self, item: char) {
        let at = self.open.lock().unwrap().iter().position(|(open, _)| *open == item).unwrap();
        self.open.lock().unwrap().remove(at).1.send(item.to_ascii_uppercase()).unwrap();
    }

    fn begun(&self) -> String {
        self.open.lock().unwrap().iter().map(|(item, _)| *item).collect()
    }
}

#[tokio::test]
async fn concurrency_is_limited_and_each_result_has_its_item() {
    let calls = Calls::new();
    let mut concurrent = concurrent("abcde".chars(), 2, |item| calls.call(*item));
    assert_eq!(calls.begun(), "", "no call before the first poll");
    assert!(poll!(concurrent.next()).is_pending());
    assert_eq!((calls.begun().as_str(), concurrent.in_flight()), ("ab", 2));
    calls.end('b');
    let outcome = concurrent.next().await.unwrap();
    assert_eq!((outcome.index, outcome.item, outcome.result.unwrap()), (1, 'b', 'B'));
    assert!(poll!(concurrent.next()).is_pending());
    assert_eq!(calls.begun(), "ac", "the next call takes the free slot");
    for (item, index) in [('c', 2), ('d', 3), ('a', 0), ('e', 4)] {
        let _ = concurrent.next().now_or_never();
        calls.end(item);
        assert_eq!(concurrent.next().await.unwrap().index, index);
        assert!(calls.running.load(Ordering::SeqCst) <= 2);
    }
    assert!(concurrent.next().await.is_none());
}

#[tokio::test]
async fn stop_returns_unstarted_items_and_running_calls_finish() {
    let calls = Calls::new();
    let mut concurrent = concurrent("abcd".chars(), 2, |item| calls.call(*item));
    assert!(poll!(concurrent.next()).is_pending());
    calls.end('a');
    assert_eq!(concurrent.next().await.unwrap().item, 'a');
    assert_eq!(concurrent.stop().collect::<Vec<_>>(), [(2, 'c'), (3, 'd')]);
    calls.end('b');
    assert_eq!(concurrent.next().await.unwrap().item, 'b');
    assert!(concurrent.next().await.is_none());
    assert_eq!(calls.begun(), "");
}

#[tokio::test]
async fn dropping_the_stream_cancels_its_calls() {
    let calls = Calls::new();
    let mut concurrent = concurrent("abcd".chars(), 3, |item| calls.call(*item));
    assert!(poll!(concurrent.next()).is_pending());
    assert_eq!(calls.running.load(Ordering::SeqCst), 3);
    drop(concurrent);
    assert_eq!((calls.running.load(Ordering::SeqCst), calls.begun().as_str()), (0, "abc"));
}

#[tokio::test]
async fn a_failed_call_does_not_affect_the_others() {
    let server = Server::start([json("1"), status(409), json("3")]).await;
    let session = server.session();
    let create = |number: &i64| session.request(Method::POST, "/things").json(number).send::<Value>();
    // A limit of 0 counts as 1.
    let outcomes: Vec<_> = concurrent([10, 20, 30], 0, create).collect().await;
    let results: Vec<_> =
        outcomes.iter().map(|outcome| outcome.result.as_ref().map_err(Error::kind).map(|v| v.as_i64())).collect();
    assert_eq!(results, [Ok(Some(1)), Err(ErrorKind::Conflict), Ok(Some(3))]);
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.result.is_err()).map(|o| (o.index, o.item)).collect();
    assert_eq!(failed, [(1, 20)]);
    let bodies: Vec<_> =
        server.requests().into_iter().map(|request| String::from_utf8(request.body).unwrap()).collect();
    assert_eq!(bodies, ["10", "20", "30"], "each is sent once");
}

#[tokio::test]
async fn the_stream_can_be_moved_to_another_task() {
    let server = Server::start([json("1"), json("2")]).await;
    let session = server.session();
    let task = tokio::spawn(async move {
        let create = move |number: &i64| session.request(Method::POST, "/things").json(number).send::<Value>();
        concurrent(vec![1, 2], 2, create).count().await
    });
    assert_eq!(task.await.unwrap(), 2);
}
