//! Code that the tour runs and prints.

/// An expression with its source text. Only [`snippet!`] creates one, so the tour cannot print code that does not
/// compile.
pub(super) struct Snippet<T> {
    text: String,
    pub(super) value: T,
}

impl<T> Snippet<T> {
    /// Do not call; use [`snippet!`].
    pub(super) fn from_source(source: &'static str, value: T) -> Self {
        // `stringify!` may break a long expression into lines.
        let text = source.lines().map(str::trim).collect::<Vec<_>>().join(" ").replace(" .", ".");
        Self { text, value }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// Evaluates an expression and records its source text.
macro_rules! snippet {
    ($code:expr) => {
        $crate::tour::snippet::Snippet::from_source(stringify!($code), $code)
    };
}

pub(super) use snippet;

#[cfg(test)]
mod tests {
    #[test]
    fn the_text_is_the_source_of_the_value_on_one_line() {
        let words = ["a", "b"];
        let snippet = snippet!(words.iter().map(|word| word.to_uppercase()).collect::<Vec<_>>().join("-"));
        assert_eq!(snippet.value, "A-B");
        assert_eq!(snippet.text(), "words.iter().map(|word| word.to_uppercase()).collect::<Vec<_>>().join(\"-\")");
    }
}
