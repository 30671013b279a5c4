//! Reads the files to which references of a document point, and makes the references local.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::pointer::escaped;
use crate::source::parse;
use crate::yaml::{Map, Yaml, YamlExt};

/// Key of the document under which the other files are placed.
const FILES: &str = "x-keyfob-import-files";

/// Maximum number of files that a document may consist of.
const MAX_FILES: usize = 1_000;

/// Returns the document with all files that it refers to.
///
/// `file` is the document's own file; a document without one, from a URL, cannot refer to others.
///
/// # Errors
///
/// If a reference names a file that is missing, is not below the document's folder, or is a URL.
pub(super) fn bundle(mut document: Yaml, file: Option<&Path>) -> Result<Yaml> {
    let folder = match file.map(Path::canonicalize).transpose()? {
        Some(file) => file.parent().map(Path::to_path_buf),
        None => None,
    };
    let mut files = Files {
        folder,
        own: file.and_then(|file| file.canonicalize().ok()),
        pending: Vec::new(),
        known: BTreeMap::new(),
    };
    let own_folder = files.folder.clone().unwrap_or_default();
    files.localize(&mut document, &own_folder, "")?;
    let mut texts = Map::new();
    while let Some((key, path)) = files.pending.pop() {
        ensure!(texts.len() < MAX_FILES, "the document consists of more than {MAX_FILES} files: bundle it first");
        let text = fs::read_to_string(&path).with_context(|| format!("reading {key}, which the document refers to"))?;
        let mut tree = parse(&key, &text)?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let prefix = format!("/{FILES}/{}", escaped(&key));
        files.localize(&mut tree, &folder, &prefix)?;
        texts.insert(key.into(), tree);
    }
    if !texts.is_empty() {
        document.set(FILES, texts);
    }
    Ok(document)
}

struct Files {
    /// Folder outside of which no file is read; `None` if no file is read at all.
    folder: Option<PathBuf>,
    /// The document itself, to which other files may refer.
    own: Option<PathBuf>,
    /// Files to read: the key, which is the path below the folder, and the path.
    pending: Vec<(String, PathBuf)>,
    /// Prefixes of local references by path.
    known: BTreeMap<PathBuf, String>,
}

impl Files {
    /// Rewrites the references below `node`, a part of a file in `folder` that is placed at `prefix` of the document.
    fn localize(&mut self, node: &mut Yaml, folder: &Path, prefix: &str) -> Result<()> {
        match node {
            Yaml::Mapping(pairs) => {
                for (key, value) in pairs.iter_mut() {
                    match (key.as_str(), value.as_str()) {
                        (Some("$ref"), Some(reference)) => *value = self.local(reference, folder, prefix)?.into(),
                        // An example is data of the vendor: its keys have no meaning.
                        (Some("example" | "examples"), _) => {}
                        (Some("mapping"), None) => self.mapping(value, folder, prefix)?,
                        _ => self.localize(value, folder, prefix)?,
                    }
                }
            }
            Yaml::Sequence(list) => list.iter_mut().try_for_each(|value| self.localize(value, folder, prefix))?,
            _ => {}
        }
        Ok(())
    }

    /// Rewrites the values of a discriminator's mapping, which are references or names.
    fn mapping(&mut self, node: &mut Yaml, folder: &Path, prefix: &str) -> Result<()> {
        let Some(pairs) = node.as_mapping_mut() else { return Ok(()) };
        for (_, value) in pairs.iter_mut() {
            match value.as_str() {
                Some(reference) if reference.contains('#') || reference.contains('/') => {
                    *value = self.local(reference, folder, prefix)?.into();
                }
                Some(_) => {}
                None => self.localize(value, folder, prefix)?,
            }
        }
        Ok(())
    }

    fn local(&mut self, reference: &str, folder: &Path, prefix: &str) -> Result<String> {
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        if file.is_empty() {
            return Ok(format!("#{prefix}{pointer}"));
        }
        if file.contains("://") {
            bail!(
                "the reference {reference} is a URL, which is not fetched: bundle the document first, for example with `redocly bundle`"
            );
        }
        let Some(root) = self.folder.clone() else {
            bail!(
                "the reference {reference} names another file: download the document with its files, and import the file"
            );
        };
        let path = folder
            .join(file)
            .canonicalize()
            .with_context(|| format!("the reference {reference} names a file that cannot be read"))?;
        ensure!(
            path.starts_with(&root),
            "the reference {reference} names a file outside of the document's folder, which is not read: copy the file there"
        );
        if self.own.as_ref() == Some(&path) {
            return Ok(format!("#{pointer}"));
        }
        if let Some(prefix) = self.known.get(&path) {
            return Ok(format!("#{prefix}{pointer}"));
        }
        let key = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let prefix = format!("/{FILES}/{}", escaped(&key));
        self.known.insert(path.clone(), prefix.clone());
        self.pending.push((key, path));
        Ok(format!("#{prefix}{pointer}"))
    }
}
