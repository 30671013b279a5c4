//! Runs the programs and commands of a page, in order, in one shell, in an empty directory, against a simulator of the
//! page's own.

use std::{
    env, fs,
    os::unix::{fs::symlink, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use keyfob_simulator::Simulator;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::runtime::Runtime;

use crate::{markdown::Block, output::matches};

/// Time within which the blocks of a page must end, on a machine that is busy with other work.
const LIMIT: Duration = Duration::from_secs(300);

/// A block to run, with the output that the page shows.
struct Step<'a> {
    block: &'a Block,
    expected: Option<&'a Block>,
}

/// Runs the blocks of a page, and returns the differences from the outputs on the page.
///
/// A block that needs a program that this machine lacks is skipped, with the blocks after it.
#[expect(clippy::print_stderr, reason = "the test harness shows it")]
pub(crate) fn run(page: &str, blocks: &[Block]) -> Vec<String> {
    let mut steps = steps(page, blocks);
    if let Some((first, program)) =
        steps.iter().enumerate().find_map(|(index, step)| Some((index, missing_program(step.block)?)))
    {
        eprintln!("{page}: skipped from line {} on, because {program} is not installed", steps[first].block.line);
        steps.truncate(first);
    }
    if steps.is_empty() { Vec::new() } else { Session::new().run(page, &steps) }
}

/// Returns the blocks that are run. The next block is the expected output if its language is `text`.
fn steps<'a>(page: &str, blocks: &'a [Block]) -> Vec<Step<'a>> {
    let runs = |block: &Block| match block.language() {
        "rust" => crate::pages::has_programs(page),
        "sh" | "python" | "javascript" => true,
        _ => false,
    };
    let next = blocks.iter().skip(1).map(Some).chain([None]);
    blocks
        .iter()
        .zip(next)
        .filter(|(block, _)| runs(block) && !block.no_run())
        .map(|(block, next)| Step { block, expected: next.filter(|next| next.language() == "text") })
        .collect()
}

/// Returns a program that the block needs and that is not in `PATH`.
fn missing_program(block: &Block) -> Option<&'static str> {
    let words = |word: &str| block.text.split(|letter: char| !letter.is_alphanumeric()).any(|found| found == word);
    [("python", "python3"), ("javascript", "node"), ("sh", "curl"), ("sh", "jq"), ("sh", "python3"), ("sh", "node")]
        .into_iter()
        .filter(|(language, program)| block.language() == *language && (*language != "sh" || words(program)))
        .map(|(_, program)| program)
        .find(|program| find(program).is_none())
}

/// Returns the path of a program.
fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|directory| directory.join(program)).find(|path| path.is_file())
}

/// A simulator, and the directories of a page.
struct Session {
    simulator: Simulator,
    _runtime: Runtime,
    /// Scripts and outputs.
    files: PathBuf,
    /// Working and home directory of the blocks.
    home: PathBuf,
}

impl Session {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let simulator = runtime.block_on(Simulator::start()).unwrap();
        let name = format!("book-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let files = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&files);
        let home = files.join("home");
        fs::create_dir_all(&home).unwrap();
        fs::create_dir(files.join("bin")).unwrap();
        symlink(env!("CARGO_BIN_EXE_keyfob-under-test"), files.join("bin/keyfob")).unwrap();
        Self { simulator, _runtime: runtime, files, home }
    }

    fn run(&self, page: &str, steps: &[Step<'_>]) -> Vec<String> {
        let script: String = steps.iter().map(|step| self.command(page, step)).collect();
        let mut shell = self.shell(&script);
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = shell.0.try_wait().unwrap() {
                break Some(status);
            }
            if begun.elapsed() > LIMIT {
                break None;
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        drop(shell);
        let current = fs::read_to_string(self.files.join("line")).unwrap_or_default();
        let mut problems = Vec::new();
        for step in steps {
            let line = step.block.line;
            let [output, errors] = ["out", "err"].map(|name| self.output(line, name));
            if current.trim() == line.to_string() {
                let failure = match status {
                    Some(status) if status.success() => None,
                    Some(status) => Some(format!("the block failed with {status}")),
                    None => Some("the block does not end".to_owned()),
                };
                if let Some(failure) = failure {
                    problems.push(format!("{page}:{line}: {failure}\n{output}{errors}"));
                    break;
                }
            }
            if let Some(expected) = step.expected.filter(|expected| !matches(&expected.text, &output)) {
                problems.push(format!(
                    "{page}:{}: the block at line {line} prints something else:\n{output}{errors}",
                    expected.line
                ));
            }
            if current.trim() == line.to_string() {
                break;
            }
        }
        problems
    }

    /// Returns the lines of the script that run a block.
    fn command(&self, page: &str, step: &Step<'_>) -> String {
        let line = step.block.line;
        let extension = match step.block.language() {
            "javascript" if step.block.text.contains("require(") => "cjs",
            "javascript" => "mjs",
            "python" => "py",
            _ => "sh",
        };
        // The name of the page, for error messages with lines of the page.
        let directory = self.files.join(line.to_string());
        fs::create_dir_all(&directory).unwrap();
        let file = directory.join(format!("{}.{extension}", page.replace('/', "_")));
        fs::write(&file, step.block.at_its_line()).unwrap();
        let (file, out, err) = (quote(&file), quote(&directory.join("out")), quote(&directory.join("err")));
        let mark = format!("echo {line} >{}\n", quote(&self.files.join("line")));
        mark + &match step.block.language() {
            "rust" => {
                let programs = quote(Path::new(env!("CARGO_BIN_EXE_keyfob-programs")));
                format!("{programs} '{page}:{line}' >{out} 2>{err}\n")
            }
            "python" => format!("python3 {file} >{out} 2>{err}\n"),
            "javascript" => format!("node {file} >{out} 2>{err}\n"),
            // Both outputs in one file, in their order, as on a terminal.
            _ => format!(". {file} >{out} 2>&1\n"),
        }
    }

    fn shell(&self, script: &str) -> Shell {
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([self.files.join("bin")].into_iter().chain(env::split_paths(&path))).unwrap();
        let mut command = Command::new("bash");
        command.args(["-eu", "-c", script]).current_dir(&self.home).env_clear();
        command.env("PATH", path).env("HOME", &self.home).env("LANG", "C.UTF-8").envs(self.simulator.environment());
        // A group of its own, so that programs that the blocks start in the background end with the page.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null());
        Shell(command.spawn().expect("bash is installed"))
    }

    fn output(&self, line: usize, name: &str) -> String {
        let bytes = fs::read(self.files.join(line.to_string()).join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.files);
    }
}

/// A shell, killed on drop with all programs that it has started.
struct Shell(Child);

impl Drop for Shell {
    fn drop(&mut self) {
        if let Some(group) = Pid::from_raw(self.0.id().cast_signed()) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

/// Returns a path as a word of the shell.
fn quote(path: &Path) -> String {
    format!("'{}'", path.to_str().expect("the target directory is UTF-8").replace('\'', r"'\''"))
}
