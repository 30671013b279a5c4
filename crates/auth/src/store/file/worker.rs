//! Thread for the blocking operations of a file store.
//!
//! Not tokio's blocking threads: a runtime that is dropped waits for them, and a file system that hangs would occupy
//! one of them for each fetch.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::error::Error;

/// Duration after which a running operation counts as hanging: the time limit of the store operations of a fetch.
pub(super) const HANGING_AFTER: Duration = Duration::from_secs(2);

type Job = Box<dyn FnOnce() + Send>;

/// Queue of operations and the thread that runs them one after another. The thread ends when the queue is empty.
#[derive(Clone, Default)]
pub(super) struct Worker(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    /// Start of the running operation; `None` if there is no thread.
    running_since: Option<Instant>,
}

impl Worker {
    /// Runs an operation on the thread, unless the caller stops waiting before it starts.
    ///
    /// Fails at once while an earlier operation hangs, so that at most one thread is blocked. There is no time limit
    /// for the operation itself; the caller sets one.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        if self.is_hanging() {
            return Err(no_response());
        }
        let (sender, receiver) = oneshot::channel();
        self.queue(Box::new(move || {
            if !sender.is_closed() {
                // If the caller has stopped waiting, the result is dropped here, where this may block.
                let _ = sender.send(operation());
            }
        }))?;
        receiver.await.unwrap_or_else(|_| Err(panicked()))
    }

    /// Runs an operation on the thread, and blocks the caller for at most `limit`.
    pub(super) fn run_blocking<T: Send + 'static>(
        &self,
        limit: Duration,
        operation: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (sender, receiver) = mpsc::channel();
        self.queue(Box::new(move || {
            // After the limit, nobody receives the result.
            let _ = sender.send(operation());
        }))?;
        match receiver.recv_timeout(limit) {
            Ok(result) => result,
            Err(mpsc::RecvTimeoutError::Timeout) => Err(no_response()),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(panicked()),
        }
    }

    /// Drops a value on the thread, because closing a file may block. The returned future waits for it and is optional.
    pub(super) fn dispose<T: Send + 'static>(&self, value: T) -> impl Future<Output = ()> + Send + use<T> {
        let (sender, receiver) = oneshot::channel();
        // Without a thread, the value is dropped by this call.
        let _ = self.queue(Box::new(move || {
            drop(value);
            let _ = sender.send(());
        }));
        async move {
            let _ = receiver.await;
        }
    }

    fn is_hanging(&self) -> bool {
        lock(&self.0).running_since.is_some_and(|since| since.elapsed() > HANGING_AFTER)
    }

    /// Appends a job, and starts the thread if there is none.
    fn queue(&self, job: Job) -> Result<(), Error> {
        let mut state = lock(&self.0);
        state.queue.push_back(job);
        if state.running_since.is_some() {
            return Ok(());
        }
        let shared = Arc::clone(&self.0);
        let thread = std::thread::Builder::new().name("keyfob-store".into()).spawn(move || run_queue(&shared));
        match thread {
            Ok(_) => state.running_since = Some(Instant::now()),
            Err(error) => {
                let jobs = std::mem::take(&mut state.queue);
                // Dropped without the lock, because a job may own a handle to this worker.
                drop(state);
                drop(jobs);
                return Err(Error::unavailable("no thread could be started for the token store").with_source(error));
            }
        }
        Ok(())
    }
}

fn no_response() -> Error {
    Error::unavailable("the file system of the token store does not respond")
}

fn panicked() -> Error {
    Error::unavailable("the operation of the token store panicked")
}

fn run_queue(state: &Mutex<State>) {
    while let Some(job) = next_job(state) {
        // Otherwise the state would describe a thread that no longer exists.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

fn next_job(state: &Mutex<State>) -> Option<Job> {
    let mut state = lock(state);
    let job = state.queue.pop_front();
    state.running_since = job.as_ref().map(|_| Instant::now());
    job
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
    }

    #[test]
    fn an_operation_that_hangs_blocks_one_thread_and_neither_later_operations_nor_the_end_of_the_runtime() {
        let worker = Worker::default();
        let (started, start) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let runtime = runtime();
        let hanging = worker.clone();
        runtime.spawn(async move {
            let operation = move || {
                started.send(()).expect("received");
                Ok(ended.recv().is_ok())
            };
            hanging.run(operation).await
        });
        start.recv().expect("the operation starts");
        // As if the operation had been running for longer than the limit.
        lock(&worker.0).running_since = Instant::now().checked_sub(2 * HANGING_AFTER);
        for _ in 0..10 {
            let error = runtime.block_on(worker.run(|| Ok(()))).expect_err("fails at once");
            assert!(error.to_string().contains("does not respond"), "{error}");
        }
        // Returns although the operation is still running.
        drop(runtime);
        end.send(()).expect("the thread waits");
        let runtime = self::runtime();
        // The hanging operation has ended, so the store recovers.
        while runtime.block_on(worker.run(|| Ok(()))).is_err() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn operations_run_one_at_a_time_and_a_panic_fails_only_its_own() {
        let (worker, runtime) = (Worker::default(), runtime());
        let running = Arc::new(Mutex::new(()));
        let operations = (0..50).map(|number| {
            let (worker, running) = (worker.clone(), Arc::clone(&running));
            async move {
                let operation = move || {
                    let _alone = running.try_lock().expect("no other operation runs");
                    Ok(number)
                };
                worker.run(operation).await
            }
        });
        let results = runtime.block_on(futures_util::future::join_all(operations));
        assert!(results.into_iter().map(|result| result.expect("ran")).eq(0..50));
        let panics = || -> Result<(), Error> { panic!("an operation panics on purpose") };
        assert!(runtime.block_on(worker.run(panics)).is_err());
        assert_eq!(runtime.block_on(worker.run(|| Ok(7))).expect("ran"), 7);
    }

    #[test]
    fn an_operation_whose_caller_has_gone_is_not_run() {
        let (worker, runtime) = (Worker::default(), runtime());
        let (started, start) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let (ran, run) = mpsc::channel();
        let first = runtime.spawn({
            let worker = worker.clone();
            let operation = move || {
                started.send(()).expect("received");
                Ok(ended.recv().is_ok())
            };
            async move { worker.run(operation).await }
        });
        start.recv().expect("the operation starts");
        runtime.block_on(async {
            let mut second = Box::pin(worker.run(move || {
                ran.send(()).expect("received");
                Ok(())
            }));
            assert!(futures_util::poll!(second.as_mut()).is_pending());
        });
        assert_eq!(lock(&worker.0).queue.len(), 1);
        end.send(()).expect("the thread waits");
        assert!(runtime.block_on(first).expect("no panic").expect("ran"));
        assert!(run.recv().is_err(), "the operation is dropped without being run");
    }
}
