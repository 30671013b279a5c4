//! Path to a value, from the value to the root of the JSON.

use std::fmt;

use super::error::printable_key;

/// Path to a value. Each step borrows the path to the value that contains it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    fn parent(self) -> Option<&'p Self> {
        match self {
            Self::Root => None,
            Self::Key(parent, _) | Self::Index(parent, _) => Some(parent),
        }
    }

    /// Returns the number of steps.
    pub(super) fn depth(self) -> usize {
        std::iter::successors(Some(&self), |path| path.parent()).count() - 1
    }

    /// Returns `true` for a list that is the response itself or one of its fields: the rows of a listing.
    pub(super) fn is_listing(self) -> bool {
        match self {
            Self::Root | Self::Key(Self::Root, _) => true,
            Self::Key(..) | Self::Index(..) => false,
        }
    }

    /// Returns `true` for the response itself and for the rows of a listing.
    pub(super) fn is_response_or_row(self) -> bool {
        match self {
            Self::Root => true,
            Self::Index(list, _) => list.is_listing(),
            Self::Key(..) => false,
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Self::Root, key) => f.write_str(&printable_key(key)),
            Self::Key(parent, key) => write!(f, "{parent}.{}", printable_key(key)),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
