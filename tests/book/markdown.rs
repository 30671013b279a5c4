//! Code blocks of a Markdown page; shared by the build script and the tests.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Extensions of Markdown that mdBook and GitHub both support.
pub(crate) const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS);

/// A fenced code block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// Line of the first line of code, from 1.
    pub(crate) line: usize,
    /// The words after the fence, as written: `rust,no_run`.
    pub(crate) info: String,
    /// The code.
    pub(crate) text: String,
}

impl Block {
    /// Returns the first word after the fence.
    pub(crate) fn language(&self) -> &str {
        self.info.split([',', ' ']).next().unwrap_or_default()
    }

    /// Returns whether the block is only read, not run.
    pub(crate) fn no_run(&self) -> bool {
        self.info.split([',', ' ']).any(|word| word == "no_run")
    }

    /// Returns the code after as many empty lines as precede the block on its page, so that compilers and interpreters
    /// report line numbers of the page.
    pub(crate) fn at_its_line(&self) -> String {
        "\n".repeat(self.line - 1) + &self.text
    }
}

/// Returns the fenced code blocks of a page, in order.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open = None;
    for (event, range) in Parser::new_ext(page, OPTIONS).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let line = line_of(page, range.start) + 1;
                open = Some(Block { line, info: info.trim().to_owned(), text: String::new() });
            }
            Event::Text(text) => {
                if let Some(block) = &mut open {
                    block.text.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => found.extend(open.take()),
            _ => {}
        }
    }
    found
}

/// Returns the line of a position, from 1.
pub(crate) fn line_of(page: &str, position: usize) -> usize {
    page[..position].matches('\n').count() + 1
}
