//! Every separator, position and neighbour of the four kinds of identifiers, and values that are none.

use super::looks_identifying;
use super::snomed::is_concept_identifier;

const BLANKS: [&str; 18] = [
    " ", "  ", "   ", "\t", "\n", "\r\n", "\u{a0}", "\u{1680}", "\u{2002}", "\u{2003}", "\u{2007}",
    "\u{2009}", "\u{200a}", "\u{202f}", "\u{205f}", "\u{3000}", "&nbsp;", "%20",
];
const SIGNS: [&str; 30] = [
    "-", "--", " - ", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2212}",
    "\u{fe63}", "\u{ff0d}", ".", "/", "\\", "_", ",", ", ", ":", ";", "|", "'", "\u{2019}", "`",
    "*", "\u{b7}", "\u{2022}", "~", "=", "\u{ff0e}", "\u{2044}",
];
const INVISIBLE: [&str; 7] = [
    "\u{200b}", "\u{200c}", "\u{200d}", "\u{2060}", "\u{feff}", "\u{ad}", "\u{200e}",
];
const NUMBERS: [&str; 4] = ["9434765919", "9990000018", "4010232137", "4857773457"];

/// A text cut into parts of these lengths, with `between` them.
fn parts(text: &str, lengths: &[usize], between: &str) -> String {
    let mut at = 0;
    let parts: Vec<&str> = lengths
        .iter()
        .map(|length| {
            at += length;
            &text[at - length..at]
        })
        .collect();
    parts.join(between)
}

/// What stands between signs in a text of HTML or XML and is not seen.
const TAGS: [&str; 8] = [
    "<br>",
    "<BR/>",
    "</td><td>",
    "<span class=\"n\">",
    "</b><b>",
    "&lt;br&gt;",
    "&amp;nbsp;",
    "<!-- -->",
];

fn separators() -> impl Iterator<Item = &'static str> {
    BLANKS.into_iter().chain(SIGNS).chain(INVISIBLE).chain(TAGS)
}

/// The digits in another script.
fn script(text: &str, zero: u32) -> String {
    let sign = |c: char| match c.to_digit(10) {
        Some(digit) => char::from_u32(zero + digit).unwrap(),
        None => c,
    };
    text.chars().map(sign).collect()
}

fn nhs_numbers() -> Vec<String> {
    let groupings: [&[usize]; 12] = [
        &[10],
        &[3, 3, 4],
        &[1; 10],
        &[5, 5],
        &[4, 6],
        &[6, 4],
        &[3, 7],
        &[7, 3],
        &[1, 9],
        &[9, 1],
        &[2; 5],
        &[3, 4, 3],
    ];
    let mut found = Vec::new();
    for number in NUMBERS {
        for between in separators() {
            found.extend(groupings.map(|lengths| parts(number, lengths, between)));
        }
        for zero in [0xff10, 0x660, 0x6f0, 0x966, 0x1d7ce] {
            found.push(script(number, zero));
            found.push(script(&parts(number, &[3, 3, 4], " "), zero));
        }
        for plain in [number.to_string(), parts(number, &[3, 3, 4], " ")] {
            for frame in [
                "NHS#",
                "NHS No. #",
                "no#x",
                "x#",
                "#x",
                "(#)",
                "[#]",
                "12 #",
                "# 42",
                "'#",
                "=\"#\"",
                "#.0",
                "pt # seen 2026-06-20",
                "2026-06-20 10:15 #",
                "é#é",
                "##",
                "ward 7, #/2",
                "00#",
                "mrn:#;ward:3",
                "https://example.org/Patient/#",
            ] {
                found.push(frame.replacen('#', &plain, 1).replace('#', ""));
            }
        }
        let (first, rest) = number.split_at(1);
        found.push(format!("{first}.{rest}E+09"));
        found.push(format!("{number}19610412"));
    }
    found
}

fn postcodes() -> Vec<String> {
    let mut found = Vec::new();
    for (outward, inward) in [
        ("LS1", "4AP"),
        ("ZW1", "1AA"),
        ("SW1A", "1AA"),
        ("M1", "1AE"),
        ("B33", "8TH"),
        ("CR2", "6XH"),
        ("DN55", "1PT"),
        ("W1A", "0AX"),
        ("EC1A", "1BB"),
    ] {
        let whole = format!("{outward}{inward}");
        for between in separators().chain([""]) {
            let code = format!("{outward}{between}{inward}");
            found.push(code.to_lowercase());
            found.push(format!("at {code} now"));
            found.push(format!("Leeds{code}"));
            found.push(code);
        }
        for between in [" ", "-", ".", "\u{a0}", "\u{200b}"] {
            for at in 1..whole.len() {
                found.push(format!("{}{between}{}", &whole[..at], &whole[at..]));
            }
            found.push(parts(&whole, &vec![1; whole.len()], between));
        }
        found.push(format!("{outward} {inward}Leeds"));
        found.push(format!("{whole}Leeds"));
        found.push(format!("postcode{}", whole.to_lowercase()));
        found.push(format!("postcode_{outward}_{inward}"));
        found.push(format!("12 High Street,{outward} {inward}."));
        found.push(script(&format!("{outward} {inward}"), 0xff10));
        let wide = whole
            .bytes()
            .map(|b| char::from_u32(0xfee0 + u32::from(b)).unwrap());
        found.push(wide.collect());
    }
    found
}

fn telephones() -> Vec<String> {
    let mut found = Vec::new();
    for (area, rest) in [
        ("113", "4960000"),
        ("20", "79460123"),
        ("7700", "900123"),
        ("1632", "960123"),
        ("808", "1570123"),
        ("306", "9990123"),
        ("909", "8790123"),
    ] {
        let (first, second) = rest.split_at(rest.len() - 4);
        for between in separators() {
            found.push(format!("0{area}{between}{first}{between}{second}"));
            found.push(format!("+44{between}{area}{between}{rest}"));
            found.push(format!("0044{between}{area}{between}{rest}"));
        }
        for frame in [
            "+44 (0)",
            "+44(0)",
            "+44 (0) ",
            "0044 (0)",
            "00 44 ",
            "44",
            "44 ",
            "(+44) ",
            "+ 44 ",
            "+44-",
            "(44) ",
            "+(44) ",
            "\u{ff0b}44 ",
        ] {
            found.push(format!("{frame}{area} {first} {second}"));
            found.push(format!("{frame}{area}{rest}"));
        }
        for number in [format!("0{area} {rest}"), format!("0{area}{rest}")] {
            for frame in [
                "tel:#", "tel#", "Tel. #", "mobile#", "# x12", "#/home", "(#)", "ring #!",
            ] {
                found.push(frame.replace('#', &number));
            }
            found.push(script(&number, 0xff10));
        }
        found.push(format!("(0{area}) {first} {second}"));
    }
    for abroad in [
        "+353 87 123 4567",
        "+1 (202) 555-0143",
        "00353871234567",
        "+33123456789",
    ] {
        found.push(abroad.to_string());
    }
    found
}

fn emails() -> Vec<String> {
    let mut found = Vec::new();
    for (local, host) in [
        ("a.b", "example.org"),
        ("jo", "mail.example.nhs.uk"),
        ("zoë", "exämple.org"),
        ("o'neil+x", "example.co.uk"),
        ("имя", "почта.рф"),
        ("a_b", "xn--e1afmkfd.xn--p1ai"),
    ] {
        for at in [
            "@",
            " @ ",
            "@ ",
            " @",
            "\u{ff20}",
            "\u{fe6b}",
            "[at]",
            " [at] ",
            "(at)",
            " (AT) ",
            "{at}",
            "<at>",
            "[@]",
            "&#64;",
            "&commat;",
            "%40",
            "\u{200b}@\u{200b}",
            "\u{a0}@\u{a0}",
        ] {
            found.push(format!("{local}{at}{host}"));
            found.push(format!("mailto:{local}{at}{host}"));
            found.push(format!("ask {local}{at}{host}, or"));
        }
        for dot in [
            " . ", "[dot]", " (dot) ", "[.]", "\u{ff0e}", "\u{3002}", " dot ",
        ] {
            found.push(format!("{local}@{}", host.replace('.', dot)));
            found.push(format!("{local} at {}", host.replace('.', " dot ")));
        }
    }
    found
}

#[test]
fn identifiers_are_stopped_in_every_spelling() {
    for (kind, spellings) in [
        ("NHS number", nhs_numbers()),
        ("postcode", postcodes()),
        ("telephone", telephones()),
        ("e-mail", emails()),
    ] {
        assert!(spellings.len() > 100, "{kind}: {}", spellings.len());
        let stored: Vec<_> = spellings
            .iter()
            .filter(|text| looks_identifying(text).is_none())
            .collect();
        assert!(
            stored.is_empty(),
            "{kind}: {} of {} are not seen: {stored:?}",
            stored.len(),
            spellings.len()
        );
    }
}

/// Numbers that repeat from run to run.
struct SeededNumbers(u64);

impl SeededNumbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn text(&mut self, alphabet: &str, length: usize) -> String {
        let signs = alphabet.as_bytes();
        let sign = |_| char::from(signs[self.below(signs.len() as u64) as usize]);
        (0..length).map(sign).collect()
    }
}

const DIGITS: &str = "0123456789";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Values of the codes and words that a shared care record holds.
fn honest() -> Vec<String> {
    let mut random = SeededNumbers(7);
    let mut values = Vec::new();
    for length in 6..=18 {
        for _ in 0..20 {
            let stem = format!("{}{}", 1 + random.below(9), random.text(DIGITS, length - 4));
            let codes = ["00", "10"].map(|partition| format!("{stem}{partition}"));
            let codes = codes
                .iter()
                .flat_map(|c| (0..10).map(move |d| format!("{c}{d}")));
            let codes = codes.filter(|c| is_concept_identifier(c.as_bytes()));
            values.extend(codes);
        }
    }
    for _ in 0..60 {
        values.push(format!("E01{}", random.text(DIGITS, 6)));
        let icd = format!("{}{}", random.text(LETTERS, 1), random.text(DIGITS, 2));
        values.push(format!("{icd}.{}", random.below(10)));
        values.push(format!("{icd}{}", random.below(10)));
        values.push(format!("{icd}X"));
        values.push(icd);
        values.push(format!(
            "R{}",
            random.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", 2)
        ));
        values.push(format!(
            "{}{}",
            random.text(LETTERS, 1),
            random.text(DIGITS, 5)
        ));
        values.push(format!(
            "{}{}{}",
            random.text(LETTERS, 2),
            random.text(DIGITS, 2),
            random.text("ABCZ", 1)
        ));
        let (a, b, c) = (
            random.text("0123456789abcdef", 8),
            random.text("0123456789abcdef", 4),
            random.text("0123456789abcdef", 12),
        );
        values.push(format!("{a}-{b}-4{}-a{}-{c}", &b[..3], &b[1..]));
        values.push(random.text("0123456789abcdef", 40) + "f");
        let (y, m, d) = (
            1900 + random.below(200),
            1 + random.below(12),
            1 + random.below(28),
        );
        let (h, min) = (random.below(24), random.below(60));
        values.push(format!("{y}-{m:02}-{d:02}"));
        values.push(format!("{y}-{m:02}-{d:02} {h:02}:{min:02}:00"));
        values.push(format!("{y}-{m:02}-{d:02}T{h:02}:{min:02}:00.000+01:00"));
        values.push(format!("{d:02}/{m:02}/{y} {h:02}:{min:02}"));
        values.push(format!("{y}{m:02}{d:02}_{:02}", random.below(100)));
        // Accession and local numbers of other lengths than ten.
        for length in [6, 7, 8, 9, 11, 12, 13, 14, 16] {
            values.push(format!(
                "{}{}",
                5 + random.below(5),
                random.text(DIGITS, length - 1)
            ));
        }
        values.push(format!("{y}/{}", random.text(DIGITS, 6)));
        values.push(format!(
            "{}-{y}-{}",
            random.text(LETTERS, 3),
            random.text(DIGITS, 5)
        ));
    }
    for word in [
        "Type 2 diabetes mellitus",
        "Vitamin B12 2nd dose",
        "Paracetamol 500mg tablets",
        "Influenza A (H5N1)",
        "Harrowmere 001A",
        "mm[Hg]",
        "10*9/L",
        "120/80 mmHg",
        "RX1",
        "W99001",
        "urn:oid:2.16.840.1.113883.2.1.4.1",
        "http://snomed.info/sct",
        "Cannot see at the dot",
        "0601022B0AAASAS",
        "5 mg @ 8.00",
        "active",
        "entered-in-error",
        "{score}",
        "3.14159265",
        "COVID-19 mRNA vaccine BNT162b2 30micrograms/0.3ml dose",
        "Yes",
        "128045006:363698007=56459004",
    ] {
        values.push(word.to_string());
    }
    values
}

#[test]
fn honest_values_pass() {
    let values = honest();
    assert!(values.len() > 1500, "{}", values.len());
    let stopped: Vec<_> = values
        .iter()
        .filter_map(|value| Some((value, looks_identifying(value)?)))
        .collect();
    assert!(
        stopped.is_empty(),
        "{} of {}: {stopped:?}",
        stopped.len(),
        values.len()
    );
}

#[test]
fn a_code_of_another_form_is_taken_for_an_identifier_only_by_chance() {
    let mut random = SeededNumbers(11);
    let mut stopped = |make: &mut dyn FnMut(&mut SeededNumbers) -> String| {
        let values = (0..4000).map(|_| make(&mut random));
        values
            .filter(|value| looks_identifying(value).is_some())
            .count()
    };
    // Ten digits have the check digit of an NHS number by chance in one of eleven.
    let ten = stopped(&mut |r| format!("{}{}", 1 + r.below(6), r.text(DIGITS, 9)));
    assert!((280..450).contains(&ten), "{ten}");
    // Local identifiers of letters and digits: fewer than one in a hundred.
    for length in [6, 8, 10, 12] {
        let mixed = stopped(&mut |r| r.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", length));
        assert!(
            mixed < if length == 6 { 60 } else { 40 },
            "{length}: {mixed}"
        );
    }
}
