//! Runs every example as a process against a simulator of its own, and compares its output with the one in its head.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use keyfob_simulator::Simulator;

#[cfg(feature = "redis")]
mod redis_server;

/// An example whose test needs a Redis server.
const REDIS: &str = "redis_store";
/// The example that is a test itself.
const TEST: &str = "testing";

struct Example {
    name: String,
    source: PathBuf,
    text: String,
}

impl Example {
    /// Returns the output that the head of the file promises. `…` stands for any text, and alone for any lines.
    fn promised(&self) -> Vec<&str> {
        let head = self.text.lines().map_while(|line| line.strip_prefix("//!"));
        let head = head.map(|line| line.strip_prefix(' ').unwrap_or(line));
        head.skip_while(|line| *line != "```text").skip(1).take_while(|line| *line != "```").collect()
    }

    /// Returns the program, which cargo has built together with this test.
    fn program(&self) -> PathBuf {
        let test = env::current_exe().unwrap();
        let directory = test.ancestors().nth(2).unwrap().join("examples");
        let program = directory.join(format!("{}{}", self.name, env::consts::EXE_SUFFIX));
        let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        assert!(
            modified(&program) >= modified(&self.source),
            "{} is older than its source: run `cargo test -p keyfob-examples` without `--test`, which builds examples",
            program.display()
        );
        program
    }

    /// Runs the program with these variables and no others of this process.
    fn run(&self, variables: &[(&str, String)]) -> Result<(), String> {
        let inherited = ["PATH", "SystemRoot", "TMPDIR", "TEMP"].map(|name| (name, env::var_os(name)));
        let inherited = inherited.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let mut command = Command::new(self.program());
        command.env_clear().envs(inherited).envs(variables.iter().map(|(name, value)| (*name, value)));
        let output = command.output().unwrap();
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let (promised, printed) = (self.promised(), stdout.lines().collect::<Vec<_>>());
        if output.status.success() && matches(&promised, &printed) {
            return Ok(());
        }
        let promised = promised.join("\n");
        Err(format!("{}: {}\n{stdout}{stderr}instead of\n{promised}\n", self.name, output.status))
    }
}

/// Returns the examples of this package: every Rust file beside its manifest.
fn examples() -> Vec<Example> {
    let files = fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap().map(|entry| entry.unwrap().path());
    let sources = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut found: Vec<_> = sources
        .map(|source| Example {
            name: source.file_stem().unwrap().to_str().unwrap().to_owned(),
            text: fs::read_to_string(&source).unwrap(),
            source,
        })
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

/// Returns whether lines match a pattern.
fn matches(pattern: &[&str], lines: &[&str]) -> bool {
    match pattern.split_first() {
        None => lines.is_empty(),
        Some((&"…", rest)) => (0..=lines.len()).any(|skipped| matches(rest, &lines[skipped..])),
        Some((first, rest)) => {
            lines.split_first().is_some_and(|(line, lines)| line_matches(first, line) && matches(rest, lines))
        }
    }
}

/// Returns whether a line matches a pattern.
fn line_matches(pattern: &str, line: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('…') else { return pattern == line };
    let Some(line) = line.strip_prefix(start) else { return false };
    let ends = line.char_indices().map(|(index, _)| index).chain([line.len()]);
    ends.into_iter().any(|skipped| line_matches(rest, &line[skipped..]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_example_succeeds_and_prints_what_its_head_promises() {
    let mut failures = Vec::new();
    for example in examples().iter().filter(|example| example.name != TEST && example.name != REDIS) {
        let simulator = Simulator::start().await.unwrap();
        failures.extend(example.run(&simulator.environment()).err());
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[cfg(feature = "redis")]
#[test]
fn the_example_with_redis_shares_a_token_through_the_server() {
    let server = redis_server::RedisServer::start();
    let examples = examples();
    let example = examples.iter().find(|example| example.name == REDIS).unwrap();
    example.run(&[("REDIS_URL", server.url())]).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn every_example_is_a_target_asserts_its_result_and_says_how_to_run_it() {
    let read = |file: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let (manifest, readme) = (read("Cargo.toml"), read("README.md"));
    let examples = examples();
    assert!(examples.len() > 15, "only {} examples were found", examples.len());
    for Example { name, text, .. } in &examples {
        let (kind, run) = if name == TEST { ("test", "cargo test") } else { ("example", "cargo run") };
        assert!(manifest.contains(&format!("[[{kind}]]\nname = \"{name}\"\n")), "{name} is missing in Cargo.toml");
        assert!(readme.contains(&format!("| [`{name}`]({name}.rs) |")), "{name} is missing in README.md");
        let command = text.lines().find(|line| line.contains(&format!("{run} -p keyfob-examples ")));
        assert!(
            command.is_some_and(|line| line.ends_with(&format!(" --{kind} {name}"))),
            "{name}: no command in its head"
        );
        assert!(text.contains("    assert"), "{name} asserts nothing");
        let lines = text.lines().count();
        assert!((30..=130).contains(&lines), "{name} has {lines} lines");
    }
    let promising = examples.iter().filter(|example| !example.promised().is_empty());
    assert_eq!(promising.count(), examples.len() - 1, "an example promises no output in its head");
}

#[test]
fn a_pattern_matches_any_text_and_any_lines_at_an_ellipsis() {
    assert!(matches(&["a", "…", "z"], &["a", "z"]) && matches(&["a", "…", "z"], &["a", "b", "c", "z"]));
    assert!(!matches(&["a", "…"], &["b"]) && !matches(&["a"], &["a", "b"]) && !matches(&["a", "b"], &["a"]));
    assert!(line_matches("id …: … h", "id 7: 1.5 h") && !line_matches("id …: … h", "id 7: 1.5 hours"));
}
