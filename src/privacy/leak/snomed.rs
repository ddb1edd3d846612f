//! SNOMED CT identifiers, which are numbers of nobody.

/// Whether digits are a SNOMED CT identifier of a concept: 6 to 18 digits, partition 00 or 10, and a
/// Verhoeff check digit.
pub(super) fn is_concept_identifier(digits: &[u8]) -> bool {
    let length = digits.len();
    if !(6..=18).contains(&length) || digits[0] == b'0' {
        return false;
    }
    let partition = &digits[length - 3..length - 1];
    (partition == b"00" || partition == b"10") && verhoeff(digits)
}

/// Whether the last of these digits is the check digit of those before it.
pub(crate) fn verhoeff(digits: &[u8]) -> bool {
    const D: [[u8; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const P: [[u8; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    let check = digits
        .iter()
        .rev()
        .enumerate()
        .fold(0usize, |c, (i, digit)| {
            usize::from(D[c][usize::from(P[i % 8][usize::from(digit - b'0')])])
        });
    check == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concepts_are_told_from_other_numbers() {
        for code in ["73211009", "44054006", "1052681000000105", "840539006"] {
            assert!(is_concept_identifier(code.as_bytes()), "{code}");
        }
        for other in ["73211008", "9434765919", "07700900123", "12345"] {
            assert!(!is_concept_identifier(other.as_bytes()), "{other}");
        }
    }
}
