//! core.comorbidity against joins that an analyst would write over the same code lists.

use crate::project::{Project, synth};

/// All codes of spells, normalised.
const CODES: &str = "
    with spell as (
        select person_key, admission_date, discharge_date, admission_method,
            unnest([diag_01, diag_02, diag_03, diag_04, diag_05, diag_06]) as written
        from record.apc_spell
        where admission_date <= date '2026-09-30'
    ),
    code as (
        select distinct *, icd10_normalise(written) as code from spell where written is not null
    )";

/// Conditions by prefix and weights by join: people whose score or number of conditions differs.
fn differing(table: &str, weights: &str) -> String {
    format!(
        "{CODES},
        has as (
            select distinct code.person_key, listed.condition
            from code
            inner join reference.{table}_code as listed
                on substring(code.code, 1, length(listed.icd10_prefix)) = listed.icd10_prefix
            where code.admission_date > date '2025-09-30'
        ),
        weighed as (
            select has.person_key, has.condition,
                case when stronger.condition is null then weight.{weights} else 0 end as weight
            from has
            inner join reference.{table}_weight as weight
                on has.condition = weight.condition
            left join has as stronger
                on has.person_key = stronger.person_key and weight.zeroed_by = stronger.condition
        ),
        score as (
            select person_key, sum(weight) as score, count(*) as conditions
            from weighed group by person_key
        )
        select count(*), count(score.person_key),
            count(*) filter (where needs.{table}_score <> coalesce(score.score, 0)
                or needs.{table}_conditions <> coalesce(score.conditions, 0))
        from core.comorbidity as needs
        left join score on needs.person_key = score.person_key"
    )
}

#[test]
fn scores_are_those_of_plain_joins() {
    let record = synth(1500, 12, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    project.ok(&["run", "core.comorbidity"]);
    for (table, weights) in [("charlson", "quan2011"), ("elixhauser", "van_walraven")] {
        let found: Vec<i64> = project.sql(&differing(table, weights))[0]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        assert!(found[0] > 1000 && found[1] > 50, "{table}: {found:?}");
        assert_eq!(found[2], 0, "{table}: of {} people", found[0]);
    }

    // The last emergency at 75 or over, and every code of it and of the two years before.
    let frailty = format!(
        "{CODES},
        emergency as (
            select code.person_key, max(code.admission_date) as day
            from code
            inner join core.person on code.person_key = person.person_key
            where code.admission_date > date '2025-09-30'
                and substring(code.admission_method, 1, 1) = '2'
                and person.birth_month + interval '75' year <= code.admission_date
            group by code.person_key
        ),
        counted as (
            select distinct code.person_key, listed.icd10_prefix, listed.weight
            from code
            inner join emergency on code.person_key = emergency.person_key
            inner join reference.hfrs_code as listed on icd10_category(code.code) = listed.icd10_prefix
            where code.admission_date <= emergency.day
                and (code.admission_date = emergency.day or emergency.day - interval '730' day <= code.discharge_date)
        ),
        score as (
            select emergency.person_key, round(coalesce(sum(counted.weight), 0) * 10) as tenths
            from emergency
            left join counted on emergency.person_key = counted.person_key
            group by emergency.person_key
        )
        select count(needs.frailty_score), count(*) filter (where needs.frailty_score > 0),
            count(*) filter (where round(needs.frailty_score * 10) is distinct from score.tenths)
        from core.comorbidity as needs
        left join score on needs.person_key = score.person_key"
    );
    let found: Vec<i64> = project.sql(&frailty)[0]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    assert!(found[0] > 20 && found[1] > 10, "{found:?}");
    assert_eq!(found[2], 0, "of {} people", found[0]);
}
