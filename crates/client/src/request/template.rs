//! Path templates of operations.

use crate::operation::Operation;

/// Segment of a path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(&'static str),
    /// `{name}`: one segment.
    Segment(&'static str),
    /// `{+name}`: a value whose slashes are not encoded.
    Rest(&'static str),
}

/// Returns the pieces of a path template.
pub(super) fn pieces(mut template: &'static str) -> impl Iterator<Item = Piece> {
    std::iter::from_fn(move || {
        if template.is_empty() {
            return None;
        }
        let Some((inside, after)) = template.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
            let (text, rest) = template.split_at(template[1..].find('{').map_or(template.len(), |at| at + 1));
            template = rest;
            return Some(Piece::Text(text));
        };
        template = after;
        Some(inside.strip_prefix('+').map_or(Piece::Segment(inside), Piece::Rest))
    })
}

impl Operation {
    /// Returns the names of the path parameters, in their order.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        pieces(self.path).filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Segment(name) | Piece::Rest(name) => Some(name),
        })
    }
}
