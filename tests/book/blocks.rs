//! Code blocks: languages, syntax of data, and the output of programs and commands.

use crate::{
    markdown::{Block, blocks},
    pages::{has_programs, read},
};

/// Languages of code blocks, with the words that may follow.
const LANGUAGES: [(&str, &[&str]); 9] = [
    ("javascript", &["no_run"]),
    ("json", &[]),
    ("python", &["no_run"]),
    ("rust", &["no_run"]),
    ("sh", &["no_run"]),
    ("text", &[]),
    ("toml", &[]),
    ("xml", &[]),
    ("yaml", &[]),
];

/// One test per page, named after the page.
mod page {
    include!(concat!(env!("OUT_DIR"), "/page_tests.rs"));

    fn check(page: &str) {
        let problems = super::problems(page, &super::read(page));
        assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    }
}

/// Checks the code blocks of a page. Returns problems, each with the page and its line.
fn problems(page: &str, text: &str) -> Vec<String> {
    let blocks = blocks(text);
    let mut found: Vec<_> = blocks
        .iter()
        .filter_map(|block| Some(format!("{page}:{}: {}", block.line, syntax_problem(page, block)?)))
        .collect();
    #[cfg(unix)]
    if found.is_empty() {
        found.extend(crate::session::run(page, &blocks));
    }
    found
}

/// Checks the language of a block, and the syntax of data.
fn syntax_problem(page: &str, block: &Block) -> Option<String> {
    match block.language() {
        "toml" => toml::from_str::<toml::Table>(&block.text).err().map(|error| error.to_string()),
        "json" => serde_json::from_str::<serde_json::Value>(&block.text).err().map(|error| error.to_string()),
        // The README of a crate has examples for rustdoc, with its words.
        _ if !has_programs(page) => None,
        language => {
            let mut words = block.info.split(',').skip(1);
            let known = LANGUAGES.iter().find(|(known, _)| *known == language);
            let valid = known.is_some_and(|(_, allowed)| words.all(|word| allowed.contains(&word)));
            (!valid).then(|| {
                let languages = LANGUAGES.map(|(language, _)| language).join(", ");
                format!("```{} is not one of {languages}, of which programs can have `,no_run`", block.info)
            })
        }
    }
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found = problems("page.md", text);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (problem, expected) in found.iter().zip(expected) {
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[test]
fn unknown_languages_and_invalid_data_are_reported_with_their_line() {
    check(
        "# Title\n\n```\nno language\n```\n\n```rust,ignore\n```\n\n```toml\na = 1\nb = \n```\n\n- item\n  ```json\n  {,}\n  ```\n",
        &[
            "page.md:4: ``` is not one of",
            "page.md:8: ```rust,ignore is not",
            "page.md:11: TOML",
            "page.md:17: key must",
        ],
    );
    check("```toml\na = 1\n```\n\n```json\n{}\n```\n\n```text\n…\n```\n\n```sh,no_run\nexit 1\n```\n", &[]);
}

#[cfg(unix)]
#[test]
fn commands_of_a_page_share_a_shell_a_directory_and_a_simulator() {
    check(
        "```sh\nname=bird\necho $name > file\n```\n\n```sh\ncat file; echo $name $DITIO_CLIENT_ID >&2; pwd\n```\n\n\
         ```text\nbird\nbird …\n…/home\n```\n\n```sh,no_run\nexit 1\n```\n\n```text\nnever\n```\n\n\
         ```sh\nkeyfob call ditio-core projects | head -c 1; sleep 1000 &\n```\n\n```text\n[\n```\n",
        &[],
    );
}

#[cfg(unix)]
#[test]
fn a_different_output_is_reported_with_the_line_of_the_expected_output() {
    check(
        "```sh\necho one\n```\n\n```text\ntwo\n```\n\n```sh\necho three\n```\n\n```text\nthree\nfour\n```\n",
        &["page.md:6: the block at line 2 prints something else:\none\n", "page.md:14: the block at line 10 "],
    );
}

#[cfg(unix)]
#[test]
fn a_failed_command_is_reported_with_its_line_and_ends_the_page() {
    check(
        "```sh\necho one\n```\n\n```text\ntwo\n```\n\n```sh\necho three\nfalse\necho never\n```\n\n```sh\nexit 1\n```\n",
        &["page.md:6: the block", "page.md:10: the block failed with exit status: 1\nthree\n"],
    );
    let found = problems("page.md", "\n\n```sh\ntrue\nno-such-program\n```\n");
    assert!(found[0].contains("page.md.sh: line 5: no-such-program"), "{found:?}");
}

#[cfg(unix)]
#[test]
fn a_failed_program_is_reported_with_its_errors() {
    // No program was compiled from this page.
    check("```rust\nfn main() {}\n```\n", &["page.md:2: the block failed with exit status: 2\nno program begins at"]);
}
