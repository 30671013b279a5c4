//! Links of the book and of the other pages of the repository: files, anchors, images, and the table of contents.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{BrokenLink, CowStr, Event, Parser, Tag, TagEnd};

use crate::{
    markdown::{OPTIONS, line_of},
    pages::{BOOK, files, has_extension, pages, read, root},
};

/// Links and anchors of a page.
#[derive(Default)]
struct Page {
    /// Line and target of each link and image.
    links: Vec<(usize, String)>,
    /// Names of its headings, and ids of its HTML elements.
    anchors: BTreeSet<String>,
    /// Line and text of brackets that refer to a definition that the page lacks.
    broken: Vec<(usize, String)>,
}

impl Page {
    fn parse(text: &str) -> Self {
        let mut page = Self::default();
        let mut broken = Vec::new();
        let mut report = |link: BrokenLink<'_>| -> Option<(CowStr<'_>, CowStr<'_>)> {
            broken.push((line_of(text, link.span.start), link.reference.to_string()));
            None
        };
        let mut headings: BTreeMap<String, usize> = BTreeMap::new();
        let mut heading = None;
        let parser = Parser::new_with_broken_link_callback(text, OPTIONS, Some(&mut report));
        for (event, range) in parser.into_offset_iter() {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let name = anchor(&heading.take().unwrap_or_default());
                    let count = headings.entry(name.clone()).or_default();
                    page.anchors.insert(if *count == 0 { name } else { format!("{name}-{count}") });
                    *count += 1;
                }
                Event::Text(part) | Event::Code(part) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&part);
                    }
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push((line_of(text, range.start), dest_url.to_string()));
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    let line = line_of(text, range.start);
                    for name in ["href", "src", "srcset", "data"] {
                        page.links.extend(attribute(&html, name).map(|value| (line, value.to_owned())));
                    }
                    page.anchors.extend(attribute(&html, "id").map(str::to_owned));
                }
                _ => {}
            }
        }
        page.broken = broken;
        page
    }
}

/// Returns the name that mdBook and GitHub give to a heading.
fn anchor(heading: &str) -> String {
    heading
        .trim()
        .chars()
        .filter_map(|letter| match letter {
            '-' | '_' => Some(letter),
            letter if letter.is_whitespace() => Some('-'),
            letter => letter.is_alphanumeric().then_some(letter),
        })
        .collect::<String>()
        .to_lowercase()
}

/// Returns the values of an attribute in HTML.
fn attribute<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let start = format!(" {name}=\"");
    html.match_indices(&start)
        .map(|(position, start)| &html[position + start.len()..])
        .filter_map(|rest| rest.split('"').next())
        .collect::<Vec<_>>()
        .into_iter()
}

/// Returns the file that a relative link refers to, below the root of the workspace.
fn resolve(page: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}

/// Returns the problem of a link, if there is one.
fn link_problem(page: &str, target: &str, known: &BTreeMap<String, Page>) -> Option<String> {
    let external = target.contains("://") || target.starts_with("mailto:");
    // Links of the documentation of a crate, which rustdoc resolves and checks.
    let item = page.starts_with("crates/") && (target.contains("::") || !target.contains(['/', '.', '#']));
    if external || item {
        return None;
    }
    let (path, fragment) = target.split_once('#').map_or((target, None), |(path, fragment)| (path, Some(fragment)));
    let Some(file) = (if path.is_empty() { Some(page.to_owned()) } else { resolve(page, path) }) else {
        return Some("leads out of the repository".to_owned());
    };
    if page.starts_with(BOOK) && !file.starts_with(&format!("{BOOK}/")) {
        return Some("leads out of the book: name the path as code".to_owned());
    }
    let exists = root().join(&file).exists() || known.contains_key(&file);
    if !exists {
        return Some(format!("leads to {file}, which does not exist"));
    }
    let fragment = fragment?;
    match known.get(&file) {
        Some(target) if target.anchors.contains(fragment) => None,
        Some(target) => Some(format!("{file} has no such heading; it has {:?}", target.anchors)),
        None => Some(format!("{file} is not a page with headings")),
    }
}

/// Returns the problems of all links of the pages.
fn problems(texts: &BTreeMap<String, String>) -> Vec<String> {
    let known: BTreeMap<String, Page> = texts.iter().map(|(path, text)| (path.clone(), Page::parse(text))).collect();
    let mut found = Vec::new();
    for (path, page) in &known {
        for (line, target) in &page.links {
            found
                .extend(link_problem(path, target, &known).map(|problem| format!("{path}:{line}: {target} {problem}")));
        }
        // Outside of the book, brackets can be items for rustdoc, or versions of the changelog.
        for (line, text) in page.broken.iter().filter(|_| path.starts_with(BOOK)) {
            found.push(format!("{path}:{line}: [{text}] is a link without a target"));
        }
    }
    found
}

/// Returns the texts of all pages of the repository.
fn repository() -> BTreeMap<String, String> {
    let further =
        ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "examples/README.md", "specs/README.md"].map(str::to_owned);
    pages().into_iter().chain(further).map(|path| (path.clone(), read(&path))).collect()
}

#[test]
fn every_link_of_the_repository_leads_to_a_page_and_a_heading() {
    let found = problems(&repository());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_table_of_contents_has_every_page_once() {
    let contents = format!("{BOOK}/SUMMARY.md");
    let mut listed: Vec<_> =
        Page::parse(&read(&contents)).links.iter().map(|(_, target)| resolve(&contents, target).unwrap()).collect();
    listed.sort();
    let mut pages = files(BOOK);
    pages.retain(|path| has_extension(path, "md") && *path != contents);
    assert_eq!(listed, pages);
}

#[test]
fn every_picture_is_shown_on_a_page() {
    let texts = repository();
    let shown: BTreeSet<_> = texts
        .iter()
        .flat_map(|(path, text)| Page::parse(text).links.into_iter().map(move |(_, target)| (path, target)))
        .filter_map(|(path, target)| resolve(path, &target))
        .collect();
    let unused: Vec<_> =
        files(BOOK).into_iter().filter(|path| has_extension(path, "svg") && !shown.contains(path)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let page = |name: &str| format!("{BOOK}/guides/{name}.md");
    let other = "# A page, `twice`\n\n## Same\n\n## Same\n\n<a id=\"here\"></a>\n".to_owned();
    let found = problems(&BTreeMap::from([(page("page"), text.to_owned()), (page("other"), other)]));
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (problem, expected) in found.iter().zip(expected) {
        assert!(problem.starts_with(&format!("{}:{expected}", page("page"))), "{problem}");
    }
}

#[test]
fn links_to_existing_pages_and_headings_have_no_problem() {
    check(
        "# Title\n\n[a](other.md) [b](#title) [c](other.md#a-page-twice) [d](other.md#same-1) [e](other.md#here)\n\
         [f](https://doc.rust-lang.org/) [g](../introduction.md) `[h]` [i][x]\n\n[x]: ../guides/other.md\n",
        &[],
    );
}

#[test]
fn dead_links_are_reported_with_their_line() {
    check(
        "# Title\n\n[a](missing.md)\n[b](#titles) ![c](x.svg)\n[d](../../../../README.md)\n<img src=\"y.svg\">\n[e](other.md#same-2)\n[`f`]\n",
        &[
            "3: missing.md leads to",
            "4: #titles",
            "4: x.svg leads to",
            "5: ../../../../README.md leads out of the book",
            "6: y.svg leads to",
            "7: other.md#same-2",
            "8: [`f`] is a link",
        ],
    );
}
