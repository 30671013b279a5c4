//! Languages of the tenant.

/// A language of the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dvinci) enum Language {
    German,
    English,
}

impl Language {
    /// Parses a locale such as `de`, `de_DE` or `en-GB`; `None` for other languages.
    pub(in crate::dvinci) fn parse(text: &str) -> Option<Self> {
        let (language, region) = text.split_once(['_', '-']).unwrap_or((text, "XX"));
        let well_formed = region.len() == 2 && region.chars().all(|c| c.is_ascii_alphabetic());
        match language.to_ascii_lowercase().as_str() {
            "de" if well_formed => Some(Self::German),
            "en" if well_formed => Some(Self::English),
            _ => None,
        }
    }

    /// Returns the text in this language.
    pub(in crate::dvinci) fn pick<'a>(self, german: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::German => german,
            Self::English => english,
        }
    }
}
