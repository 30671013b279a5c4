//! Vocabulary rules: names that must not be defined, and how doc comments begin.

use std::{collections::BTreeSet, fs};

use syn::visit::{self, Visit};

use super::workspace::{display, files, root, sources};

/// Names that a crate must not define, because the field has another term. `*` stands for all crates.
///
/// Only definitions count (types, traits, functions, methods, variants, fields, constants, modules): a word that is right
/// elsewhere, such as `Form` for multipart forms or `Value` of `serde_json`, stays free.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "crates/auth/src",
        &[
            "Edition",
            "Flight",
            "Held",
            "Joined",
            "Ledger",
            "Members",
            "Moment",
            "Obtain",
            "Once",
            "Reading",
            "Recent",
            "Seal",
            "Shared",
            "Stripe",
            "TokenAnswer",
            "Transport",
            "Turn",
            "Waiting",
            "Wish",
            "Writing",
            "judge",
            "look",
            "renewal",
            "scoped",
            "settle",
        ],
    ),
    (
        "crates/client/src",
        &[
            "Draft",
            "Elements",
            "Entry",
            "Exchange",
            "Failure",
            "Fill",
            "FormsOf",
            "Held",
            "Holding",
            "Hops",
            "Inner",
            "Members",
            "More",
            "Note",
            "Outcome",
            "Outgoing",
            "Parts",
            "Payload",
            "Pending",
            "Place",
            "Reading",
            "Record",
            "Refusal",
            "Repeat",
            "Seen",
            "Sink",
            "Whole",
            "Word",
            "Write",
            "ahead",
            "again",
            "arrived",
            "behind",
            "blank",
            "bulk",
            "codes",
            "given",
            "largest_answer",
            "needed",
            "open_server",
            "plainly",
            "refusal",
            "rejection_status",
            "take_in",
            "truth",
        ],
    ),
    ("crates/cli/src", &["At", "Columns", "Given", "Kept", "New", "Place", "Usage", "follow", "said", "say", "shown"]),
    ("xtask/src", &["facts", "one", "place", "sent", "strays", "Tree"]),
    (
        "crates/simulator/src",
        &["Act", "Ask", "Look", "Problem", "Refusal", "buried", "has_names", "may_go", "showings", "written"],
    ),
    ("*", &["answer", "Answer", "room", "wish", "asked", "told", "kept"]),
];

/// First words of a doc comment that hide the subject. A summary starts with a verb (functions) or a noun (types).
const QUESTION_WORDS: &[&str] =
    &["What", "Whether", "How", "Where", "Why", "So", "Nothing", "None", "Whatever", "Whoever"];

struct Definitions<'a> {
    names: &'a BTreeSet<&'static str>,
    found: Vec<String>,
}

impl Definitions<'_> {
    fn check(&mut self, ident: &syn::Ident) {
        let name = ident.to_string();
        if self.names.contains(name.as_str()) {
            self.found.push(name);
        }
    }
}

impl<'ast> Visit<'ast> for Definitions<'_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.check(&item.ident);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.check(&item.ident);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.check(&item.ident);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.check(&item.ident);
        visit::visit_item_type(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.check(&item.ident);
        visit::visit_item_mod(self, item);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.check(&item.ident);
        visit::visit_item_const(self, item);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        self.check(&signature.ident);
        visit::visit_signature(self, signature);
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.check(&variant.ident);
        visit::visit_variant(self, variant);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        field.ident.iter().for_each(|ident| self.check(ident));
        visit::visit_field(self, field);
    }
}

fn forbidden_in(text: &str, names: &BTreeSet<&'static str>) -> Vec<String> {
    let mut definitions = Definitions { names, found: Vec::new() };
    definitions.visit_file(&syn::parse_file(text).unwrap());
    definitions.found
}

/// Returns the definitions that the dictionary forbids, as `path: name`.
pub(super) fn forbidden_definitions() -> Vec<String> {
    let mut found = Vec::new();
    for (directory, names) in FORBIDDEN {
        let names: BTreeSet<_> = names.iter().copied().collect();
        let paths = if *directory == "*" { sources() } else { files(directory, "rs") };
        assert!(!paths.is_empty(), "{directory} has no files");
        for path in paths.iter().filter(|path| !path.ends_with("src/generated.rs")) {
            let text = fs::read_to_string(path).unwrap();
            found.extend(forbidden_in(&text, &names).into_iter().map(|name| format!("{}: {name}", display(path))));
        }
    }
    found
}

/// Returns the line numbers of doc comments that begin with one of [`QUESTION_WORDS`].
fn question_words_in(text: &str) -> Vec<usize> {
    let doc = |line: &str| {
        let line = line.trim_start();
        line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).map(|text| text.trim().to_owned())
    };
    let lines: Vec<_> = text.lines().map(doc).collect();
    let begins = |number: usize| number == 0 || lines[number - 1].is_none();
    let first_word = |line: &str| line.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_owned();
    let begins_badly = |line: &str| QUESTION_WORDS.contains(&first_word(line).as_str());
    let numbered = lines.iter().enumerate();
    numbered
        .filter(|(number, line)| begins(*number) && line.as_deref().is_some_and(begins_badly))
        .map(|(number, _)| number + 1)
        .collect()
}

/// Returns the doc comments that begin with a question word, as `path:line`.
pub(super) fn question_words() -> Vec<String> {
    let mut found = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        found.extend(question_words_in(&text).into_iter().map(|line| format!("{}:{line}", display(&path))));
    }
    found
}

/// Returns the directories that the dictionary names, to check that they exist.
pub(super) fn directories() -> impl Iterator<Item = std::path::PathBuf> {
    FORBIDDEN.iter().filter(|(directory, _)| *directory != "*").map(|(directory, _)| root().join(directory))
}

#[test]
fn definitions_are_found_and_uses_are_not() {
    let names = BTreeSet::from(["Held", "look"]);
    let text = "use other::Held; struct A { look: u8 } impl A { fn look(&self, held: Held) {} } enum E { Held }";
    assert_eq!(forbidden_in(text, &names), ["look", "look", "Held"]);
}

#[test]
fn the_first_line_of_a_doc_comment_decides() {
    let text = "//! What this is.\nfn f() {}\n/// Returns a value.\n/// What it holds.\nfn g() {}\n/// Somewhere.\nfn h() {}\n    /// So many.\n";
    assert_eq!(question_words_in(text), [1, 8]);
}
