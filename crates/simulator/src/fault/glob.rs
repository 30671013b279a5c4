//! Paths by prefix or pattern.

/// A pattern without `*` is a prefix; with `*` it stands for the whole path, `*` for any text, slashes too.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return path.starts_with(pattern);
    };
    let Some(mut path) = path.strip_prefix(head) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return path.ends_with(part);
        }
        let Some(at) = path.find(part) else { return false };
        path = &path[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, path: &str, expected: bool) {
        assert_eq!(matches(pattern, path), expected, "{pattern} on {path}");
    }

    #[test]
    fn a_pattern_without_star_is_a_prefix_and_with_star_the_whole_path() {
        check("/ditio/core", "/ditio/core/api", true);
        check("/ditio/core", "/ditio/cor", false);
        check("/ditio/*", "/ditio/core/api", true);
        check("*/projects", "/ditio/core/api/projects", true);
        check("*/projects", "/ditio/core/api/projects/1", false);
        check("/a/*/c/*/e", "/a/b/c/d/e", true);
        check("/a/*/c/*/e", "/a/b/d/e", false);
        check("/ab*b", "/ab", false);
        check("", "/anything", true);
    }
}
