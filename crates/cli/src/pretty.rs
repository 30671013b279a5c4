//! JSON indentation that preserves the order of keys and the digits of numbers.

/// Indents `text`, which must be valid JSON.
pub(crate) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut string, mut escaped) = (0_usize, false, false);
    let mut rest = text.chars().filter(|c| !c.is_control()).peekable();
    let mut last = ' ';
    while let Some(c) = rest.next() {
        if string {
            out.push(c);
            string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            ' ' => continue,
            '"' => {
                string = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while rest.next_if_eq(&' ').is_some() {}
                if !matches!(rest.peek(), Some('}' | ']')) {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                if !matches!(last, '{' | '[') {
                    depth = depth.saturating_sub(1);
                    new_line(&mut out, depth);
                }
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c => out.push(c),
        }
        last = c;
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_changes() {
        let text = "{\"z\":1.50,\"a\":[ ],\"e\":{},\r\n \"s\":\"a, {b}: \\\"[\\\\\",\"l\":[1,{\"x\":null}]}";
        let pretty = json(text);
        assert_eq!(
            pretty,
            "{\n  \"z\": 1.50,\n  \"a\": [],\n  \"e\": {},\n  \"s\": \"a, {b}: \\\"[\\\\\",\n  \"l\": [\n    1,\n    {\n      \"x\": null\n    }\n  ]\n}"
        );
    }
}
