//! Comparison of a program's output with the output on its page.
//!
//! On the page, a line `…` stands for any number of lines, and `…` within a line for any characters.

/// The wildcard.
const ANY: &str = "…";

/// Compares an output with the output on a page. Spaces at the end of lines are ignored.
pub(crate) fn matches(expected: &str, actual: &str) -> bool {
    let lines =
        |text: &str| -> Vec<String> { text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect() };
    let (expected, actual) = (lines(expected), lines(actual));
    glob(&expected, &actual, |line| line.trim() == ANY, |expected, actual| line_matches(expected, actual))
}

fn line_matches(expected: &str, actual: &str) -> bool {
    let (expected, actual): (Vec<char>, Vec<char>) = (expected.chars().collect(), actual.chars().collect());
    glob(&expected, &actual, |letter| *letter == '…', |expected, actual| expected == actual)
}

/// Matches a sequence with a pattern in which some elements stand for any elements.
fn glob<T>(pattern: &[T], sequence: &[T], is_any: impl Fn(&T) -> bool, equal: impl Fn(&T, &T) -> bool) -> bool {
    let (mut at, mut position) = (0, 0);
    // The last wildcard, and the end of the elements that it stands for.
    let mut wildcard = None;
    while position < sequence.len() {
        if pattern.get(at).is_some_and(&is_any) {
            wildcard = Some((at, position));
            at += 1;
        } else if pattern.get(at).is_some_and(|expected| equal(expected, &sequence[position])) {
            at += 1;
            position += 1;
        } else if let Some((start, end)) = wildcard {
            wildcard = Some((start, end + 1));
            at = start + 1;
            position = end + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(is_any)
}

#[test]
fn equal_texts_match_and_others_do_not() {
    assert!(matches("one\ntwo\n", "one  \ntwo"));
    assert!(matches("", "\n"));
    for (expected, actual) in [("one", "two"), ("one", "one\ntwo"), ("one\ntwo", "one"), ("", "one"), ("one", "")] {
        assert!(!matches(expected, actual), "{expected:?} {actual:?}");
    }
}

#[test]
fn an_ellipsis_stands_for_lines_or_characters() {
    for (expected, actual) in [
        ("one\n…\nfour", "one\ntwo\nthree\nfour"),
        ("one\n…", "one"),
        ("…\nfour", "three\nfour"),
        ("id …, at …", "id 5f2c, at 08:00, in Oslo"),
        ("a…", "a"),
        ("…\nb\n…\nd", "a\nb\nb\nc\nd"),
    ] {
        assert!(matches(expected, actual), "{expected:?} {actual:?}");
    }
    for (expected, actual) in [
        ("one\n…\nfour", "one\ntwo\nthree"),
        ("id … at", "id 5 on"),
        ("a…\nb", "a\nx\nb"),
        ("…\nb\n…\nd", "a\nb\nc\nd\ne"),
    ] {
        assert!(!matches(expected, actual), "{expected:?} {actual:?}");
    }
}
