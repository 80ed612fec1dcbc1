//! OSC address patterns: `?`, `*`, `[a-c]`, `[!a]` and `{one,two}` within the parts of an address.

/// Steps that the comparison of one part may take.
const MOST_STEPS: usize = 2_048;

/// Whether a part of an address is a pattern.
pub(super) fn is_pattern(part: &str) -> bool {
    part.contains(['*', '?', '[', '{'])
}

/// Whether `pattern` fits the whole of `name`. A pattern that takes too many steps fits nothing.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let mut steps = MOST_STEPS;
    fits_here(pattern.as_bytes(), name.as_bytes(), &mut steps)
}

fn fits_here(pattern: &[u8], name: &[u8], steps: &mut usize) -> bool {
    let Some(left) = steps.checked_sub(1) else { return false };
    *steps = left;
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=name.len()).any(|taken| fits_here(rest, &name[taken..], steps)),
        ([b'{', rest @ ..], _) => {
            let Some(end) = rest.iter().position(|byte| *byte == b'}') else { return false };
            let (words, after) = (&rest[..end], &rest[end + 1..]);
            words
                .split(|byte| *byte == b',')
                .any(|word| name.strip_prefix(word).is_some_and(|others| fits_here(after, others, steps)))
        }
        ([b'[', rest @ ..], [first, others @ ..]) => {
            let Some(end) = rest.iter().position(|byte| *byte == b']') else { return false };
            is_among(*first, &rest[..end]) && fits_here(&rest[end + 1..], others, steps)
        }
        ([b'?', rest @ ..], [_, others @ ..]) => fits_here(rest, others, steps),
        ([byte, rest @ ..], [first, others @ ..]) => byte == first && fits_here(rest, others, steps),
        _ => false,
    }
}

fn is_among(byte: u8, set: &[u8]) -> bool {
    let (set, wanted) = match set {
        [b'!', set @ ..] => (set, false),
        set => (set, true),
    };
    let mut rest = set;
    let mut found = false;
    while let [first, others @ ..] = rest {
        (found, rest) = match others {
            [b'-', last, others @ ..] => (found || (*first..=*last).contains(&byte), others),
            others => (found || *first == byte, others),
        };
    }
    found == wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_osc_says() {
        let cases = [
            ("*", "12", true),
            ("1*", "12", true),
            ("1?", "12", true),
            ("?", "12", false),
            ("[1-3]", "2", true),
            ("[!1-3]", "2", false),
            ("[!1-3]", "7", true),
            ("{azim,elev}", "elev", true),
            ("{azim,elev}", "dist", false),
            ("*z*", "xyz", true),
            ("{x,}y", "y", true),
            ("[", "a", false),
            ("{a", "a", false),
            ("a", "", false),
            ("", "", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_made_to_take_for_ever_ends() {
        assert!(!fits(&"*a".repeat(100), &"a".repeat(60)));
        assert!(!fits(&"{a,a}".repeat(40), &"a".repeat(41)));
    }
}
