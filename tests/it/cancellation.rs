//! Cancellation: futures dropped at any await point leak no task, memory or file, and block no other call.

use std::{
    fs,
    future::poll_fn,
    path::PathBuf,
    pin::pin,
    task::Poll,
    time::{Duration, SystemTime},
};

use futures::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture, future::join, stream};
use keyfob::{
    Form, Part, RetryPolicy, Upload,
    auth::{Clock, FakeClock},
    client::concurrent,
    ditio::{self, Environment, Scope},
    ditio_core::{self, types},
    ditio_reporting,
};
use keyfob_simulator::{Fault, Simulator, Vendor, credentials};
use tokio::runtime::{Builder, Runtime};

use crate::ditio::{environment, valid_credentials};

/// Number of futures dropped in one round.
const DROPS: usize = 150;
/// Maximum growth of the heap over one client lifecycle, in bytes: about a hundred per dropped future, because the
/// simulator frees some of the memory allocated here on its own thread, which is not counted.
const MAX_GROWTH: i64 = 45_000;
/// Time after which a call counts as hanging.
const HANG_TIMEOUT: Duration = Duration::from_secs(60);

/// Deterministic random number generator.
struct Rng(u64);

impl Rng {
    /// Returns a number below `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Polls a future at most `polls` times and drops it. Returns `true` if the future completed.
async fn poll_and_drop(polls: u64, future: BoxFuture<'static, ()>) -> bool {
    let mut future = Some(future);
    let mut remaining = polls;
    poll_fn(move |context| {
        let Some(running) = future.as_mut().filter(|_| remaining > 0) else {
            future = None;
            return Poll::Ready(false);
        };
        remaining -= 1;
        let completed = running.poll_unpin(context).is_ready();
        if completed || remaining == 0 {
            future = None;
            return Poll::Ready(completed);
        }
        Poll::Pending
    })
    .await
}

/// Returns a builder of an authenticator for both APIs.
fn authenticator(environment: &Environment) -> keyfob::auth::AuthenticatorBuilder {
    ditio::authenticator(environment, valid_credentials(), &[Scope::Core, Scope::Reporting])
}

/// Clients, the objects to call them with, and a directory for downloads.
struct Fixture {
    core: ditio_core::Client,
    reporting: ditio_reporting::Client,
    environment: Environment,
    clock: Clock,
    fake: FakeClock,
    project: String,
    file: String,
    directory: PathBuf,
}

impl Fixture {
    async fn new(simulator: &Simulator) -> Self {
        let (clock, fake) = Clock::fake();
        fake.set_wall(SystemTime::from(simulator.now()));
        fake.auto_advance(true);
        let environment = environment(simulator.url());
        let shared = authenticator(&environment).clock(clock.clone()).build().unwrap();
        let policy = RetryPolicy::default();
        let core = ditio_core::Client::builder(environment.clone(), shared.clone());
        let core = core.clock(clock.clone()).retry(policy.clone()).build().unwrap();
        let reporting = ditio_reporting::Client::builder(environment.clone(), shared);
        let reporting = reporting.clock(clock.clone()).retry(policy).build().unwrap();
        let project = types::ProjectCreate::new(credentials::DITIO_COMPANY_ID, "P-1").name("Bru");
        let project = core.create_project(project).await.unwrap().id.clone().unwrap();
        let form = Form::new().file("a.bin", vec![7; 300_000]);
        let uploaded = core.upload_project_documents(&project, form).await.unwrap();
        let file = uploaded.files[0].file_reference.clone().unwrap().id.unwrap();
        let directory = std::env::temp_dir().join(format!(
            "keyfob-cancellation-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        ));
        fs::create_dir_all(&directory).unwrap();
        Self { core, reporting, environment, clock, fake, project, file, directory }
    }

    /// Returns a random operation of several await points; its result is ignored.
    fn operation(&self, rng: &mut Rng) -> BoxFuture<'static, ()> {
        let (core, reporting) = (self.core.clone(), self.reporting.clone());
        let (project, file) = (self.project.clone(), self.file.clone());
        match rng.below(9) {
            0 => async move { drop(core.project(project).await) }.boxed(),
            1 => {
                let machine = types::MachineCreate::new(credentials::DITIO_COMPANY_ID, format!("M-{}", rng.below(50)));
                async move { drop(core.create_machine(machine).await) }.boxed()
            }
            2 => {
                let pieces = stream::iter(0..20).then(|_| async {
                    tokio::task::yield_now().await;
                    Ok(vec![1_u8; 500])
                });
                let part = Part::new(Upload::stream(pieces, None)).file_name("s.bin");
                let form = Form::new().part("file", part);
                async move { drop(core.upload_project_documents(project, form).await) }.boxed()
            }
            3 => async move {
                if let Ok(download) = core.download_file(file).await {
                    drop(download.into_inner().copy_to(&mut tokio::io::sink()).await);
                }
            }
            .boxed(),
            4 => reporting.time_registrations().chunk_limit(10).stream().count().map(|_| ()).boxed(),
            5 => async move {
                let changes = reporting.sync(reporting.projects().chunk_limit(5), None);
                drop(changes.try_for_each(|_| futures::future::ok(())).await);
            }
            .boxed(),
            6 => {
                // A separate authenticator, so that the complete token fetch runs.
                let own = authenticator(&self.environment).clock(self.clock.clone()).build().unwrap();
                async move { drop(own.authorization().await) }.boxed()
            }
            7 => async move {
                let reads = concurrent(0..10, 4, move |_| core.project(project.clone()));
                reads.for_each(|_| futures::future::ready(())).await;
            }
            .boxed(),
            _ => async move { drop(reporting.item_registrations().rows().await) }.boxed(),
        }
    }

    /// Returns a random operation that reads or writes files. Files use other threads, whose memory is not counted.
    fn file_operation(&self, rng: &mut Rng) -> BoxFuture<'static, ()> {
        let (core, project, file) = (self.core.clone(), self.project.clone(), self.file.clone());
        let directory = self.directory.clone();
        match rng.below(3) {
            0 => async move {
                if let Ok(download) = core.download_file(file).await {
                    drop(download.into_inner().save_in(&directory, "file").await);
                }
            }
            .boxed(),
            1 => async move {
                if let Ok(download) = core.download_file(file).await {
                    drop(download.into_inner().save_as(directory.join("saved")).await);
                }
            }
            .boxed(),
            _ => {
                let source = directory.join("source");
                fs::write(&source, vec![5; 100_000]).unwrap();
                let form = Form::new().part("file", Part::file_at(source));
                async move { drop(core.upload_project_documents(project, form).await) }.boxed()
            }
        }
    }

    /// Injects a random fault and drops an operation midway, while another call runs and before a further one.
    /// Returns `true` if the operation completed.
    async fn drop_one(&self, simulator: &Simulator, rng: &mut Rng, operation: BoxFuture<'static, ()>) -> bool {
        match rng.below(8) {
            0 => simulator.revoke_tokens(Vendor::Ditio),
            1 => drop(simulator.inject(Fault::status(503).on(Vendor::Ditio).times(1))),
            2 => drop(simulator.inject(Fault::truncated().on(Vendor::Ditio).times(1))),
            _ => {}
        }
        let polls = if rng.below(3) == 0 { rng.below(60) } else { rng.below(8) };
        let concurrent = self.core.project(&self.project).send();
        let (completed, concurrent) = join(poll_and_drop(polls, operation), concurrent).await;
        concurrent.expect("a call concurrent with a dropped one");
        simulator.clear_faults();
        self.core.project(&self.project).await.expect("a call after a dropped one");
        self.end_fetches().await;
        // Moves past the interval in which a rejected token is not refreshed again.
        self.fake.advance(Duration::from_secs(60));
        completed
    }

    /// Waits for the end of token requests in the background, which have a time limit on the fake clock: moved during a
    /// request, the clock would end it. On a busy machine this could repeat until the old token expires.
    async fn end_fetches(&self) {
        while self.fake.waiting() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn round(&self, simulator: &Simulator, rng: &mut Rng, files: bool) -> usize {
        let mut completed = 0;
        for _ in 0..DROPS {
            let operation = if files { self.file_operation(rng) } else { self.operation(rng) };
            let one = pin!(self.drop_one(simulator, rng, operation));
            completed += usize::from(tokio::time::timeout(HANG_TIMEOUT, one).await.expect("a call hangs"));
        }
        completed
    }
}

fn alive(runtime: &Runtime) -> usize {
    runtime.metrics().num_alive_tasks()
}

/// Waits until at most `tasks` tasks are alive; aborted tasks need time to finish.
fn wait_for_tasks(runtime: &Runtime, tasks: usize, of: &str) {
    for _ in 0..2_000 {
        if alive(runtime) <= tasks {
            return;
        }
        runtime.block_on(async { tokio::time::sleep(Duration::from_millis(1)).await });
    }
    panic!("{} tasks of the {of} are alive, expected at most {tasks}", alive(runtime));
}

/// Creates the clients, runs this many rounds and drops the clients. Returns the number of completed operations.
fn lifecycle(runtime: &Runtime, simulator: &Simulator, rng: &mut Rng, rounds: usize) -> usize {
    let fixture = runtime.block_on(Fixture::new(simulator));
    let completed = (0..rounds).map(|_| runtime.block_on(fixture.round(simulator, rng, false))).sum();
    // Each idle pooled connection has a task at both ends and may stay open.
    wait_for_tasks(runtime, 16, "client");
    drop(fixture);
    wait_for_tasks(runtime, 0, "client");
    completed
}

#[test]
fn futures_dropped_at_any_await_point_leak_no_tasks_or_memory_and_block_no_call() {
    let service = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let simulator = service.block_on(Simulator::builder().scale(40).start()).unwrap();
    let idle = alive(&service);
    // On one thread, because allocations are counted per thread.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut rng = Rng(17);
    // Process-wide caches are filled in the first lifecycle, which is not measured.
    lifecycle(&runtime, &simulator, &mut rng, 1);
    let mut completed = 0;
    let memory = allocation_counter::measure(|| completed = lifecycle(&runtime, &simulator, &mut rng, 3));
    let growth = memory.bytes_current;
    assert!(growth < MAX_GROWTH, "{growth} of {} bytes were not freed", memory.bytes_total);
    assert!((DROPS * 3 / 10..DROPS * 29 / 10).contains(&completed), "{completed} operations completed");
    drop(runtime);
    wait_for_tasks(&service, idle, "service");
}

#[test]
fn a_dropped_download_leaves_no_partial_file() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let simulator = runtime.block_on(Simulator::builder().scale(40).start()).unwrap();
    let fixture = runtime.block_on(Fixture::new(&simulator));
    runtime.block_on(fixture.round(&simulator, &mut Rng(4), true));
    let names =
        fs::read_dir(&fixture.directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: Vec<_> = names.collect();
    assert!(!names.iter().any(|name| name.contains(".part")), "{names:?}");
    assert!(names.len() > 3, "some operations must complete: {names:?}");
    for name in names.iter().filter(|name| *name != "source") {
        assert_eq!(fs::metadata(fixture.directory.join(name)).unwrap().len(), 300_000, "{name}");
    }
    fs::remove_dir_all(&fixture.directory).unwrap();
}
