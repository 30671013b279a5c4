//! Extracts the Rust programs of the README and the book, so that they are compiled into one binary, and writes one test
//! per page.

#[path = "book/markdown.rs"]
mod markdown;
#[path = "book/pages.rs"]
mod pages;

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use self::{
    markdown::{Block, blocks},
    pages::{BOOK, has_programs, pages, read, root},
};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed={}", root().join(BOOK).display());
    let (mut modules, mut programs, mut tests) = (String::new(), String::new(), String::new());
    for page in pages() {
        println!("cargo::rerun-if-changed={}", root().join(&page).display());
        let name = identifier(&page);
        tests += &format!("#[test]\nfn {name}() {{\n    check({page:?});\n}}\n\n");
        if !has_programs(&page) {
            continue;
        }
        for block in blocks(&read(&page)).iter().filter(|block| block.language() == "rust") {
            let module = format!("{name}_{}", block.line);
            let file = out.join(format!("{module}.rs"));
            write(&file, &program(block))?;
            let unused = if block.no_run() { "\n#[allow(dead_code, reason = \"compiled, not run\")]" } else { "" };
            let path = file.display().to_string();
            modules += &format!("#[path = {path:?}]{unused}\nmod {module};\n");
            if !block.no_run() {
                programs += &format!("    (\"{page}:{}\", {module}::run_program),\n", block.line);
            }
        }
    }
    let programs = format!("{modules}\nconst PROGRAMS: &[(&str, fn() -> ExitCode)] = &[\n{programs}];\n");
    write(&out.join("programs.rs"), &programs)?;
    write(&out.join("page_tests.rs"), &tests)?;
    Ok(())
}

/// Returns the module of a program: its code at the line numbers of its page, and a function that runs it.
fn program(block: &Block) -> String {
    let code: String = block.at_its_line().lines().map(|line| visible(line) + "\n").collect();
    if block.no_run() {
        return code;
    }
    code + "\npub(crate) fn run_program() -> std::process::ExitCode {\n    std::process::Termination::report(main())\n}\n"
}

/// Returns a line without the mark of hidden lines.
fn visible(line: &str) -> String {
    let code = line.trim_start();
    if code == "#" {
        return String::new();
    }
    match code.strip_prefix("# ") {
        Some(hidden) => line[..line.len() - code.len()].to_owned() + hidden,
        None => line.to_owned(),
    }
}

/// Returns the name of a page as a Rust identifier: `jobs_projects`.
fn identifier(page: &str) -> String {
    let name = page.strip_prefix(BOOK).unwrap_or(page).trim_start_matches('/').trim_end_matches(".md");
    name.to_lowercase().replace(|letter: char| !letter.is_alphanumeric(), "_")
}

/// Writes a file, unless it has this text already.
fn write(file: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    if !fs::read_to_string(file).is_ok_and(|old| old == text) {
        fs::write(file, text)?;
    }
    Ok(())
}
