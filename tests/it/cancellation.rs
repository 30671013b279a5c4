//! Whatever is dropped, at whatever moment: nothing of it stays behind, and nobody waits for it.

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

use crate::ditio::{environment, known};

/// How often something is dropped in one round.
const DROPS: usize = 150;
/// What all that is dropped in a life of the clients may keep: a hundred bytes each, since some of what the simulator is
/// told here is given back by its own thread.
const DRIFT: i64 = 45_000;
/// How long something may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// Random numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Polls a future at most so many times, and drops it. Says whether it came to its end.
async fn dropped_after(polls: u64, future: BoxFuture<'static, ()>) -> bool {
    let mut future = Some(future);
    let mut left = polls;
    poll_fn(move |context| {
        let Some(running) = future.as_mut().filter(|_| left > 0) else {
            future = None;
            return Poll::Ready(false);
        };
        left -= 1;
        let ended = running.poll_unpin(context).is_ready();
        if ended || left == 0 {
            future = None;
            return Poll::Ready(ended);
        }
        Poll::Pending
    })
    .await
}

/// Starts building an authenticator for both APIs.
fn authenticator(environment: &Environment) -> keyfob::auth::AuthenticatorBuilder {
    ditio::authenticator(environment, known(), &[Scope::Core, Scope::Reporting])
}

/// The clients, what they are called with, and where downloads go.
struct Stage {
    core: ditio_core::Client,
    reporting: ditio_reporting::Client,
    environment: Environment,
    clock: Clock,
    fake: FakeClock,
    project: String,
    file: String,
    directory: PathBuf,
}

impl Stage {
    async fn set(simulator: &Simulator) -> Self {
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

    /// Something that takes several steps. Its outcome does not matter.
    fn errand(&self, dice: &mut Dice) -> BoxFuture<'static, ()> {
        let (core, reporting) = (self.core.clone(), self.reporting.clone());
        let (project, file) = (self.project.clone(), self.file.clone());
        match dice.roll(9) {
            0 => async move { drop(core.project(project).await) }.boxed(),
            1 => {
                let machine = types::MachineCreate::new(credentials::DITIO_COMPANY_ID, format!("M-{}", dice.roll(50)));
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
                // A token of its own: the whole fetch.
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

    /// One that writes files, whose memory comes and goes on other threads.
    fn errand_with_files(&self, dice: &mut Dice) -> BoxFuture<'static, ()> {
        let (core, project, file) = (self.core.clone(), self.project.clone(), self.file.clone());
        let directory = self.directory.clone();
        match dice.roll(3) {
            0 => async move {
                if let Ok(download) = core.download_file(file).await {
                    drop(download.into_inner().save_in(&directory, "file").await);
                }
            }
            .boxed(),
            1 => async move {
                if let Ok(download) = core.download_file(file).await {
                    drop(download.into_inner().save_as(directory.join("kept")).await);
                }
            }
            .boxed(),
            _ => {
                let source = directory.join("source");
                fs::write(&source, vec![5; 100_000]).unwrap();
                let form = Form::new().part("file", Part::file(source));
                async move { drop(core.upload_project_documents(project, form).await) }.boxed()
            }
        }
    }

    /// Drops one errand on its way, in this weather, beside a call that is not dropped and before one that comes after.
    async fn drop_one(&self, simulator: &Simulator, dice: &mut Dice, errand: BoxFuture<'static, ()>) -> bool {
        match dice.roll(8) {
            0 => simulator.revoke_tokens(Vendor::Ditio),
            1 => drop(simulator.inject(Fault::status(503).on(Vendor::Ditio).times(1))),
            2 => drop(simulator.inject(Fault::truncated().on(Vendor::Ditio).times(1))),
            _ => {}
        }
        let polls = if dice.roll(3) == 0 { dice.roll(60) } else { dice.roll(8) };
        let beside = self.core.project(&self.project).send();
        let (ended, beside) = join(dropped_after(polls, errand), beside).await;
        beside.expect("a call beside one that was dropped");
        simulator.clear_faults();
        self.core.project(&self.project).await.expect("a call after one that was dropped");
        // So that a rejected token may be renewed again.
        self.fake.advance(Duration::from_secs(60));
        ended
    }

    async fn round(&self, simulator: &Simulator, dice: &mut Dice, files: bool) -> usize {
        let mut ended = 0;
        for _ in 0..DROPS {
            let errand = if files { self.errand_with_files(dice) } else { self.errand(dice) };
            let one = pin!(self.drop_one(simulator, dice, errand));
            ended += usize::from(tokio::time::timeout(PATIENCE, one).await.expect("somebody hangs"));
        }
        ended
    }
}

fn alive(runtime: &Runtime) -> usize {
    runtime.metrics().num_alive_tasks()
}

/// Waits until so few tasks are left: those whose end was asked for need a moment.
fn settle(runtime: &Runtime, tasks: usize, of: &str) {
    for _ in 0..2_000 {
        if alive(runtime) <= tasks {
            return;
        }
        runtime.block_on(async { tokio::time::sleep(Duration::from_millis(1)).await });
    }
    panic!("{} tasks of the {of} are left instead of {tasks}", alive(runtime));
}

/// A life of the clients, with so many rounds in it; says how many errands came to their end.
fn life(runtime: &Runtime, simulator: &Simulator, dice: &mut Dice, rounds: usize) -> usize {
    let stage = runtime.block_on(Stage::set(simulator));
    let ended = (0..rounds).map(|_| runtime.block_on(stage.round(simulator, dice, false))).sum();
    // A connection has a task at both ends. Those that are idle may stay, as many as were needed at once.
    settle(runtime, 16, "client");
    drop(stage);
    settle(runtime, 0, "client");
    ended
}

#[test]
fn whatever_is_dropped_at_any_moment_leaves_nothing_behind_and_hinders_nobody() {
    let service = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let simulator = service.block_on(Simulator::builder().scale(40).start()).unwrap();
    let idle = alive(&service);
    // On one thread, so that what it takes and gives back is counted.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut dice = Dice(17);
    // What is made once and kept for ever is made in the first life.
    life(&runtime, &simulator, &mut dice, 1);
    let mut ended = 0;
    let memory = allocation_counter::measure(|| ended = life(&runtime, &simulator, &mut dice, 3));
    let kept = memory.bytes_current;
    assert!(kept < DRIFT, "{kept} of {} bytes are kept", memory.bytes_total);
    assert!((DROPS * 3 / 10..DROPS * 29 / 10).contains(&ended), "{ended} errands came to their end");
    drop(runtime);
    settle(&service, idle, "service");
}

#[test]
fn a_download_that_is_dropped_leaves_no_half_of_a_file() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let simulator = runtime.block_on(Simulator::builder().scale(40).start()).unwrap();
    let stage = runtime.block_on(Stage::set(&simulator));
    runtime.block_on(stage.round(&simulator, &mut Dice(4), true));
    let names = fs::read_dir(&stage.directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: Vec<_> = names.collect();
    assert!(!names.iter().any(|name| name.contains(".part")), "{names:?}");
    assert!(names.len() > 3, "some came to their end: {names:?}");
    for name in names.iter().filter(|name| *name != "source") {
        assert_eq!(fs::metadata(stage.directory.join(name)).unwrap().len(), 300_000, "{name}");
    }
    fs::remove_dir_all(&stage.directory).unwrap();
}
