//! The fences around code: lines that open with three backticks or tildes, or more.
//!
//! Promises: linear time for all fences of a text together. Leaves to others: where code ends that no fence closes
//! (`markdown`).

use super::lines::Line;

/// The kind (0 backticks, 1 tildes) and length of the fence that opens the line.
pub fn mark(body: &str) -> Option<(usize, usize)> {
    let mark = body.bytes().next()?;
    let kind = match mark {
        b'`' => 0,
        b'~' => 1,
        _ => return None,
    };
    let length = body.bytes().take_while(|&b| b == mark).count();
    // "```code```" on one line is a span of code.
    (length >= 3 && !body[length..].contains('`')).then_some((kind, length))
}

/// For each line, the longest closing fence from there on, of backticks and of tildes: whether a fence that opens is ever
/// closed must be told without reading to the end for each.
pub fn closers(text: &str, lines: &[Line]) -> Vec<[usize; 2]> {
    let mut longest = [0, 0];
    let mut closers: Vec<_> = lines
        .iter()
        .rev()
        .map(|line| {
            let body = line.body.of(text);
            if let Some((kind, length)) = mark(body).filter(|(_, length)| *length == body.len()) {
                longest[kind] = longest[kind].max(length);
            }
            longest
        })
        .collect();
    closers.reverse();
    closers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_three_marks_and_no_span_of_code() {
        for (line, expected) in [
            ("```", Some((0, 3))),
            ("~~~~ sh", Some((1, 4))),
            ("``", None),
            ("```x``` is code", None),
            ("text", None),
            ("", None),
        ] {
            assert_eq!(mark(line), expected, "{line}");
        }
    }

    #[test]
    fn only_a_bare_fence_closes() {
        let text = "```sh\n~~~\n````\n```x\n";
        assert_eq!(closers(text, &super::super::lines::lines(text)), [[4, 3], [4, 3], [4, 0], [0, 0]]);
    }
}
