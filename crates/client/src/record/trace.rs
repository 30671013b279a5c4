//! Where decoding failed: noted by what gives up, innermost first, and collected by whoever began.

use std::cell::RefCell;
use std::fmt::Write as _;

thread_local! {
    static STEPS: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
}

enum Step {
    Key(String),
    Index(usize),
}

/// Forgets what an earlier failure left.
pub(crate) fn clear() {
    STEPS.with_borrow_mut(Vec::clear);
}

/// The failure was in the value of this key.
#[cold]
pub(crate) fn key(key: &str) {
    STEPS.with_borrow_mut(|steps| steps.push(Step::Key(key.to_owned())));
}

/// The failure was in this element.
#[cold]
pub(crate) fn index(index: usize) {
    STEPS.with_borrow_mut(|steps| steps.push(Step::Index(index)));
}

/// The path to the failure, for example `data[3].qty`; empty if it was not inside anything.
pub(crate) fn take() -> String {
    let mut path = String::new();
    for step in STEPS.take().into_iter().rev() {
        match step {
            Step::Key(key) if path.is_empty() => path = key,
            Step::Key(key) => path.extend([".", &key]),
            Step::Index(index) => write!(path, "[{index}]").expect("a String takes everything"),
        }
    }
    path
}
