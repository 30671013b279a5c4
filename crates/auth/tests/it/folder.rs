//! Temporary directories, deleted at the end of a test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("keyfob-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Returns a path for a store, which creates the directory.
    pub(crate) fn store(&self) -> PathBuf {
        self.0.join("tokens")
    }

    /// Returns all files of the store with their content.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(self.store()).expect("a directory");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.map(|path| (path.clone(), std::fs::read(path).expect("readable"))).collect()
    }

    /// Returns the file that contains a token.
    pub(crate) fn token_file(&self) -> PathBuf {
        let mut files = self.files().into_iter().map(|(path, _)| path);
        files.find(|path| path.extension().is_some_and(|kind| kind == "token")).expect("a token file")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Returns true if the bytes contain a text, verbatim or in base64 at any of the three alignments.
pub(crate) fn contains(bytes: &[u8], text: &str) -> bool {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;

    let mut forms = vec![text.as_bytes().to_vec()];
    for shift in 0..3 {
        let encoded = STANDARD_NO_PAD.encode(format!("{}{text}", &"   "[..shift]));
        forms.push(encoded.as_bytes()[4.min(encoded.len() / 3)..encoded.len() - 2].to_vec());
    }
    forms.iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
}
