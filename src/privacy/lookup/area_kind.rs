//! The kinds of areas whose codes a lookup may promise, and the columns in which official files have
//! them.

/// A kind of area of the Office for National Statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AreaKind {
    OutputArea,
    Lsoa,
    Msoa,
    Ward,
    LocalAuthority,
    Region,
}

/// Of which kind of area, and of which census or year, codes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub kind: AreaKind,
    /// The last two digits of its year, where it is named.
    pub year: Option<u8>,
}

impl Area {
    /// What the name of a column or lookup says: `lsoa21_code`, `postcode_lsoa`, `LSOA21CD`, `lad23cd`.
    /// A name of an area is no code.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let words: Vec<&str> = name
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        if words
            .iter()
            .any(|word| word.ends_with("name") || word.ends_with("nm"))
        {
            return None;
        }
        words.iter().enumerate().find_map(|(at, word)| {
            let letters = word
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(word.len());
            let (letters, rest) = word.split_at(letters);
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (digits, end) = rest.split_at(digits);
            let letters = match (digits, letters.strip_suffix("cd")) {
                ("", Some(kind)) => kind,
                _ => letters,
            };
            let kind = AreaKind::of(letters).filter(|_| matches!(end, "" | "cd" | "code"))?;
            let year = match digits {
                "" => words.get(at + 1).copied().unwrap_or_default(),
                digits => digits,
            };
            // 2021 and 21 are one census.
            let year = match year.len() {
                4 => year.get(2..),
                2 => Some(year),
                _ => None,
            };
            let year = year.and_then(|year| year.parse().ok());
            Some(Area { kind, year })
        })
    }
}

impl AreaKind {
    fn of(letters: &str) -> Option<Self> {
        Some(match letters {
            "oa" => AreaKind::OutputArea,
            "lsoa" => AreaKind::Lsoa,
            "msoa" => AreaKind::Msoa,
            "ward" | "wd" | "osward" => AreaKind::Ward,
            "laua" | "oslaua" | "lad" | "ltla" => AreaKind::LocalAuthority,
            "rgn" | "region" => AreaKind::Region,
            _ => return None,
        })
    }

    /// What errors call its codes.
    pub(super) fn codes(self) -> &'static str {
        match self {
            AreaKind::OutputArea => "codes of output areas (E00…)",
            AreaKind::Lsoa => "LSOA codes (E01…)",
            AreaKind::Msoa => "MSOA codes (E02…)",
            AreaKind::Ward => "ward codes (E05…)",
            AreaKind::LocalAuthority => "codes of local authorities (E06… to E09…)",
            AreaKind::Region => "codes of regions (E12…)",
        }
    }

    /// Whether a text is one of its codes: of England, Wales, Scotland or Northern Ireland, or the
    /// code that the official files have for a country without such areas.
    pub(super) fn has(self, code: &str) -> bool {
        let begins: &[&str] = match self {
            AreaKind::OutputArea => &["E00", "W00", "S00", "N00"],
            AreaKind::Lsoa => &["E01", "W01", "S01", "N20", "N21"],
            AreaKind::Msoa => &["E02", "W02", "S02", "N21"],
            AreaKind::Ward => &["E05", "W05", "S13", "N08", "N10"],
            AreaKind::LocalAuthority => &["E06", "E07", "E08", "E09", "E10", "W06", "S12", "N09"],
            AreaKind::Region => &["E12", "W92", "S92", "N92"],
        };
        let digits = |from: usize| {
            code.get(from..)
                .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
        };
        let of_kind = begins.iter().any(|begin| code.starts_with(begin));
        let none = code.starts_with(['E', 'W', 'S', 'N', 'L', 'M']) && &code[1..] == "99999999";
        code.len() == 9 && digits(1) && (of_kind || none) || self.is_of_northern_ireland(code)
    }

    /// The census of 2011 has other codes there: 95AA01S1, 95AA010001.
    fn is_of_northern_ireland(self, code: &str) -> bool {
        let areas = matches!(self, AreaKind::OutputArea | AreaKind::Lsoa | AreaKind::Msoa);
        areas
            && matches!(code.len(), 8..=10)
            && code.starts_with("95")
            && code
                .bytes()
                .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
            && code[2..4].bytes().all(|b| b.is_ascii_uppercase())
            && code[4..6].bytes().all(|b| b.is_ascii_digit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_say_the_kind_and_the_year() {
        for (name, kind, year) in [
            ("lsoa21_code", AreaKind::Lsoa, Some(21)),
            ("LSOA21CD", AreaKind::Lsoa, Some(21)),
            ("lsoacd", AreaKind::Lsoa, None),
            ("postcode_lsoa", AreaKind::Lsoa, None),
            ("lsoa_2011", AreaKind::Lsoa, Some(11)),
            ("LSOA code (2011)", AreaKind::Lsoa, None),
            ("oslaua", AreaKind::LocalAuthority, None),
            ("lad25cd", AreaKind::LocalAuthority, Some(25)),
            ("msoa11", AreaKind::Msoa, Some(11)),
            ("oa21cd", AreaKind::OutputArea, Some(21)),
        ] {
            let area = Area::named(name).unwrap();
            assert_eq!((area.kind, area.year), (kind, year), "{name}");
        }
        for name in [
            "lsoa21_name",
            "LSOA21NM",
            "pcds",
            "area",
            "oac11",
            "practice_code",
        ] {
            assert_eq!(Area::named(name), None, "{name}");
        }
    }

    #[test]
    fn codes_are_known_by_their_form() {
        for code in [
            "E01000001",
            "W01000001",
            "S01006506",
            "95AA01S1",
            "N20000001",
            "W99999999",
        ] {
            assert!(AreaKind::Lsoa.has(code), "{code}");
        }
        for other in [
            "E02000001",
            "LS1 4AP",
            "ZW1  1AA",
            "",
            "E0100000",
            "E01 00001",
            "1",
            "E01000001 ",
        ] {
            assert!(!AreaKind::Lsoa.has(other), "{other}");
        }
        assert!(AreaKind::LocalAuthority.has("E08000035"));
    }
}
