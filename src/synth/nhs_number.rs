//! NHS numbers of the range set aside for tests: they begin 999 and no real person has one.

use super::random::{Random, Stream};

/// The most people one record can hold: the valid numbers that begin 999, with room to spare.
pub(crate) const MOST_PEOPLE: u32 = 900_000;

/// The check digit of the first nine digits, when they have one.
pub(super) fn check_digit(nine: u64) -> Option<u64> {
    let mut rest = nine;
    let mut sum = 0;
    for weight in 2..=10 {
        sum += rest % 10 * weight;
        rest /= 10;
    }
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

/// The valid numbers of the range that can be given out.
const NUMBERS: u32 = 905_000;

/// One valid number a person, all different, in an order that the seed decides; and behind them
/// so many `more`, as far as there are any.
pub(super) fn allocate(seed: u64, people: u32, more: u32) -> Vec<u64> {
    let people = people.max((people + more).min(NUMBERS));
    let mut random = Random::new(seed, Stream::Numbers);
    let start = u64::from(random.below(1_000_000));
    // A step without the factors 2 and 5 walks through all million middles before it repeats.
    let step = u64::from(random.below(99_999)) * 10 + 3;
    let mut numbers = Vec::with_capacity(people as usize);
    let mut middle = start;
    while numbers.len() < people as usize {
        middle = (middle + step) % 1_000_000;
        let nine = 999_000_000 + middle;
        if let Some(digit) = check_digit(nine) {
            let number = nine * 10 + digit;
            // Ten equal digits pass the check and are never issued.
            if number != 9_999_999_999 {
                numbers.push(number);
            }
        }
    }
    numbers
}

/// The number as letters and forms often show it: `999 123 4567`.
pub(super) fn spaced(number: u64) -> String {
    format!(
        "{} {:03} {:04}",
        number / 10_000_000,
        number / 10_000 % 1000,
        number % 10_000
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_check() {
        assert_eq!(check_digit(943_476_591), Some(9));
        assert_eq!(check_digit(987_654_321), Some(0));
    }

    #[test]
    fn numbers_are_different_and_from_the_test_range() {
        let mut numbers = allocate(7, 4_900, 100);
        assert!(numbers.iter().all(|n| n / 10_000_000 == 999));
        assert!(numbers.iter().all(|n| check_digit(n / 10) == Some(n % 10)));
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 5_000);
        assert_eq!(spaced(9_991_234_567), "999 123 4567");
    }
}
