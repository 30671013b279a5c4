//! The import graph of a crate's files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Item, ItemMod, ItemUse, Macro, UseTree, Visibility,
    visit::{self, Visit},
};

use super::workspace::{files, root};

/// Path of a module below its crate, such as `["store", "file"]`. The crate root is empty.
type ModulePath = Vec<String>;

/// A file's module: the paths it names and the names it re-exports.
#[derive(Default)]
struct Module {
    /// Absolute paths inside the crate.
    uses: BTreeSet<Vec<String>>,
    /// Re-exported name to its absolute path; `*` globs under `*N`.
    reexports: BTreeMap<String, Vec<String>>,
    /// Modules declared with `#[cfg(test)]`.
    test_modules: BTreeSet<String>,
}

/// Collects the paths of one file.
struct Collector<'a> {
    path: ModulePath,
    module: &'a mut Module,
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return false };
        list.path.is_ident("cfg") && list.tokens.to_string() == "test"
    })
}

impl Collector<'_> {
    /// Makes a path that starts with `crate`, `self` or `super` absolute.
    fn absolute(&self, segments: &[String]) -> Option<Vec<String>> {
        let mut base = self.path.clone();
        let mut rest = segments;
        match rest.first()?.as_str() {
            "crate" => (base, rest) = (Vec::new(), &rest[1..]),
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|segment| segment == "super") {
                    base.pop()?;
                    rest = &rest[1..];
                }
            }
            _ => return None,
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }

    fn add(&mut self, segments: &[String]) {
        // A single segment is the `super` of a visibility, or a name in scope.
        if let (2.., Some(path)) = (segments.len(), self.absolute(segments)) {
            self.module.uses.insert(path);
        }
    }

    fn add_use(&mut self, prefix: &[String], tree: &UseTree, public: bool) {
        let joined = |name: &str| [prefix, &[name.to_owned()]].concat();
        match tree {
            UseTree::Path(path) => self.add_use(&joined(&path.ident.to_string()), &path.tree, public),
            UseTree::Name(name) if name.ident == "self" => {
                self.add_import(prefix.to_vec(), prefix.last().cloned().unwrap_or_default(), public);
            }
            UseTree::Name(name) => self.add_import(joined(&name.ident.to_string()), name.ident.to_string(), public),
            UseTree::Rename(rename) => {
                self.add_import(joined(&rename.ident.to_string()), rename.rename.to_string(), public);
            }
            UseTree::Glob(_) => {
                let number = self.module.reexports.len();
                self.add_import(prefix.to_vec(), format!("*{number}"), public);
            }
            UseTree::Group(group) => group.items.iter().for_each(|item| self.add_use(prefix, item, public)),
        }
    }

    fn add_import(&mut self, path: Vec<String>, name: String, public: bool) {
        // A relative first segment is a child module, or an external crate, which resolves to no file.
        let path = self.absolute(&path).unwrap_or_else(|| [self.path.clone(), path].concat());
        if public {
            self.module.reexports.insert(name, path);
        } else {
            self.module.uses.insert(path);
        }
    }

    /// Finds paths in the tokens of a macro, which syn does not parse.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.add(&path);
                        path.clear();
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.add(&path);
                    path.clear();
                    self.add_tokens(group.stream());
                }
                _ => {
                    self.add(&path);
                    path.clear();
                    colons = 0;
                }
            }
        }
        self.add(&path);
    }
}

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let name = item.ident.to_string();
        if is_test(&item.attrs) {
            self.module.test_modules.insert(name);
            return;
        }
        self.path.push(name);
        visit::visit_item_mod(self, item);
        self.path.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add_use(&[], &item.tree, !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(&segments);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        self.add_tokens(item.tokens.clone());
    }
}

/// The modules of a crate by path. Modules compiled for tests only are left out.
struct Crate(BTreeMap<ModulePath, Module>);

impl Crate {
    fn parse(source: &str) -> Self {
        let directory = root().join(source);
        let mut modules: BTreeMap<_, _> = files(source, "rs")
            .iter()
            .map(|file| {
                let path = module_path(file.strip_prefix(&directory).unwrap());
                let syntax = syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap();
                let mut module = Module::default();
                Collector { path: path.clone(), module: &mut module }.visit_file(&syntax);
                (path, module)
            })
            .collect();
        let tests: BTreeSet<ModulePath> = modules
            .iter()
            .flat_map(|(path, module)| {
                module.test_modules.iter().map(|name| [path.as_slice(), std::slice::from_ref(name)].concat())
            })
            .collect();
        modules.retain(|path, _| !tests.iter().any(|test| path.starts_with(test)));
        Self(modules)
    }

    /// Returns the module that defines the item at `path`, following re-exports.
    fn definition(&self, path: &[String], depth: usize) -> Option<ModulePath> {
        let module = (0..=path.len()).rev().map(|length| &path[..length]).find(|path| self.0.contains_key(*path))?;
        let rest = &path[module.len()..];
        let (Some(name), true) = (rest.first(), depth > 0) else { return Some(module.to_vec()) };
        match self.0[module].reexports.get(name) {
            Some(target) if target.as_slice() != path => {
                self.definition(&[target.as_slice(), &rest[1..]].concat(), depth - 1)
            }
            _ => Some(module.to_vec()),
        }
    }

    /// Returns the modules that each module imports from.
    fn graph(&self) -> BTreeMap<ModulePath, BTreeSet<ModulePath>> {
        let edges = |path: &ModulePath, module: &Module| -> BTreeSet<ModulePath> {
            let found = module.uses.iter().filter_map(|used| self.definition(used, 8));
            found.filter(|found| found != path).collect()
        };
        self.0.iter().map(|(path, module)| (path.clone(), edges(path, module))).collect()
    }
}

fn module_path(file: &Path) -> ModulePath {
    let without = file.with_extension("");
    let parts: Vec<_> = without.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    match parts.as_slice() {
        [only] if only == "lib" || only == "main" => Vec::new(),
        _ => parts,
    }
}

/// Returns the groups of files that import each other, directly or through others.
///
/// A parent module that only re-exports the items of its children does not count as importing them. `allowed` lists pairs of
/// modules that may import each other: a type and its builder.
pub(super) fn circles(source: &str, allowed: &[(&str, &str)]) -> Vec<Vec<String>> {
    circles_of(&Crate::parse(source), allowed)
}

fn circles_of(parsed: &Crate, allowed: &[(&str, &str)]) -> Vec<Vec<String>> {
    let name = |path: &ModulePath| if path.is_empty() { "lib".to_owned() } else { path.join("/") };
    let mut graph: BTreeMap<String, BTreeSet<String>> =
        parsed.graph().iter().map(|(path, edges)| (name(path), edges.iter().map(name).collect())).collect();
    for (owner, builder) in allowed {
        if let Some(edges) = graph.get_mut(*owner) {
            edges.remove(*builder);
        }
    }
    let reachable: BTreeMap<_, _> = graph.keys().map(|from| (from.clone(), reach(&graph, from))).collect();
    let mut found = BTreeSet::new();
    for from in graph.keys().filter(|from| reachable[*from].contains(*from)) {
        let members = reachable[from].iter().filter(|to| reachable[*to].contains(from)).cloned();
        found.insert(members.collect::<Vec<_>>());
    }
    found.into_iter().collect()
}

fn reach(graph: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<_> = graph[from].iter().cloned().collect();
    while let Some(next) = open.pop() {
        if seen.insert(next.clone()) {
            open.extend(graph.get(&next).into_iter().flatten().cloned());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(files: &[(&str, &str)]) -> Crate {
        let parse = |(file, text): &(&str, &str)| {
            let path = module_path(Path::new(file));
            let mut module = Module::default();
            Collector { path: path.clone(), module: &mut module }.visit_file(&syn::parse_file(text).unwrap());
            (path, module)
        };
        Crate(files.iter().map(parse).collect())
    }

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[&[&str]]) {
        let found = circles_of(&parse(files), &[]);
        assert_eq!(found, expected.iter().map(|circle| circle.to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn two_files_that_import_each_other_are_a_circle() {
        check(&[("lib.rs", ""), ("a.rs", "use crate::b::B;"), ("b.rs", "use super::a::A;")], &[&["a", "b"]]);
        check(&[("a.rs", "fn f() { crate::b::g() }"), ("b.rs", "macro_call!(crate::a::A);")], &[&["a", "b"]]);
        check(&[("a.rs", "use crate::b::B;"), ("b.rs", "")], &[]);
    }

    #[test]
    fn a_circle_through_a_third_file_or_a_re_export_is_found() {
        let files = [("a.rs", "use crate::b::B;"), ("b.rs", "use crate::c::C;"), ("c.rs", "use crate::{a::A, b::B};")];
        check(&files, &[&["a", "b", "c"]]);
        let files = [
            ("p.rs", "mod x; mod y; pub use self::{x::X, y::Y};"),
            ("p/x.rs", "use super::Y;"),
            ("p/y.rs", "use super::X;"),
        ];
        check(&files, &[&["p/x", "p/y"]]);
    }

    #[test]
    fn re_exports_of_children_and_test_modules_do_not_count() {
        check(&[("p.rs", "mod x; pub use self::x::X; pub struct P;"), ("p/x.rs", "use super::P;")], &[]);
        check(&[("a.rs", "#[cfg(test)] mod tests { use crate::b::B; }"), ("b.rs", "use crate::a::A;")], &[]);
        check(&[("p.rs", "mod x; use self::x::X;"), ("p/x.rs", "pub(super) struct X { pub(super) y: u8 }")], &[]);
    }

    #[test]
    fn a_parent_that_uses_its_child_is_a_circle_with_a_child_that_uses_its_parent() {
        check(&[("p.rs", "mod x; use self::x::X; pub struct P(X);"), ("p/x.rs", "use super::P;")], &[&["p", "p/x"]]);
    }
}
