//! Matching of paths by prefix or pattern.

/// Returns true if a path matches. A pattern without `*` is a prefix; with `*` it must match the whole path, and each `*`
/// matches any text, slashes included.
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
        check("/a/core", "/a/core/api", true);
        check("/a/core", "/a/cor", false);
        check("/a/*", "/a/core/api", true);
        check("*/projects", "/a/core/api/projects", true);
        check("*/projects", "/a/core/api/projects/1", false);
        check("/a/*/c/*/e", "/a/b/c/d/e", true);
        check("/a/*/c/*/e", "/a/b/d/e", false);
        check("/ab*b", "/ab", false);
        check("", "/anything", true);
    }
}
