//! Runs `keyfob` in an empty environment, against a simulator in this process.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use keyfob_simulator::{Builder, Simulator};
use serde_json::Value;
use tokio::runtime::Runtime;

/// A simulator on its own runtime.
pub(crate) struct Running {
    pub(crate) simulator: Simulator,
    _runtime: Runtime,
}

impl Running {
    pub(crate) fn start() -> Self {
        Self::with(Simulator::builder())
    }

    /// Starts a simulator in real time, for tests that compare its times with the system clock.
    pub(crate) fn in_real_time() -> Self {
        Self::with(Simulator::builder().real_time())
    }

    fn with(builder: Builder) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let simulator = runtime.block_on(builder.start()).unwrap();
        Self { simulator, _runtime: runtime }
    }

    /// Returns a run of `keyfob` with the environment variables of this simulator.
    pub(crate) fn keyfob(&self, arguments: &[&str]) -> Keyfob {
        self.simulator
            .environment()
            .into_iter()
            .fold(Keyfob::new(arguments), |keyfob, (name, value)| keyfob.env(name, &value))
    }
}

/// A run of `keyfob` to be started.
pub(crate) struct Keyfob(Command);

impl Keyfob {
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob-under-test"));
        let home = folder("home");
        command.args(arguments).env_clear().env("HOME", &home).current_dir(home).stdin(Stdio::null());
        Self(command)
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.env_remove(name);
        self
    }

    pub(crate) fn within(mut self, folder: &PathBuf) -> Self {
        self.0.current_dir(folder);
        self
    }

    pub(crate) fn run(mut self) -> Run {
        Run::from(self.0.output().unwrap())
    }

    pub(crate) fn command(self) -> Command {
        self.0
    }

    /// Starts the run and waits until `reached` returns true.
    #[track_caller]
    pub(super) fn start_until(mut self, reached: impl Fn() -> bool) -> Started {
        let child = self.0.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (mut started, begun) = (Started(Some(child)), Instant::now());
        while !reached() {
            let runs = started.child().try_wait().unwrap().is_none();
            assert!(runs && begun.elapsed() < Duration::from_secs(60), "the run does not reach this point");
            std::thread::sleep(Duration::from_millis(10));
        }
        started
    }
}

/// A run that was started, killed on drop.
pub(super) struct Started(Option<Child>);

impl Started {
    pub(super) fn id(&self) -> u32 {
        self.0.as_ref().unwrap().id()
    }

    /// Sends a signal, such as `INT`.
    #[cfg(unix)]
    pub(super) fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.id())]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end.
    pub(super) fn end(mut self) -> Run {
        Run::from(self.0.take().unwrap().wait_with_output().unwrap())
    }

    fn child(&mut self) -> &mut Child {
        self.0.as_mut().unwrap()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    /// Returns the output as JSON. Panics unless the run succeeded.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!((self.status, self.stderr.as_str()), (0, ""), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// Asserts that the run failed with this status, an empty standard output, and `words` in the first line.
    #[track_caller]
    pub(crate) fn failed(&self, status: i32, words: &[&str]) {
        assert_eq!((self.status, self.stdout.as_str()), (status, ""), "{self:?}");
        let first = self.stderr.lines().next().unwrap_or_default();
        assert!(first.starts_with("error: "), "{first}");
        for word in words {
            assert!(first.contains(word), "`{word}` is not in: {first}");
        }
        assert!(self.stderr.lines().count() <= 4, "{}", self.stderr);
    }
}

/// Creates an empty directory for one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NUMBER: AtomicUsize = AtomicUsize::new(0);

    let parent = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{name}-{}-{number}", std::process::id()));
        // An earlier run with the same process id may have left its directories behind.
        match fs::create_dir(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            created => {
                created.unwrap();
                return path;
            }
        }
    }
}
