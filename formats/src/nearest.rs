/// Longest name that is compared.
const LONGEST_NAME: usize = 32;

/// The known name that takes the fewest edits, unless it takes more than a third of the letters: what was meant by a
/// name that nobody knows.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name: String = name.to_ascii_lowercase().chars().take(LONGEST_NAME).collect();
    let scored = candidates.map(|known| (edit_distance(&name, &known.to_ascii_lowercase()), known));
    let (distance, known) =
        scored.min_by_key(|&(distance, known)| (distance, std::cmp::Reverse(known.len())))?;
    (distance * 3 <= known.len().max(3)).then_some(known)
}

/// Levenshtein's distance, one row at a time.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
