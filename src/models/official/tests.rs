use super::*;
use crate::pipeline::ReferenceSettings;

/// The table that settings make of files, line by line.
fn table(files: &[(&str, &str)], settings: &str) -> Result<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let settings: BTreeMap<String, ReferenceSettings> = toml::from_str(settings).unwrap();
    let (name, settings) = settings.iter().next().unwrap();
    let csv = assembled(name, &settings.parts, folder.path())?;
    let text = String::from_utf8(csv).unwrap();
    Ok(text.lines().map(str::to_string).collect())
}

fn refused(files: &[(&str, &str)], settings: &str) -> String {
    let error = table(files, settings).unwrap_err();
    format!(
        "{error}\n{}\n{}",
        error.causes().join("\n"),
        error.hint_text().unwrap_or_default()
    )
}

#[test]
fn wide_tables_become_long() {
    let snpp = "AREA_CODE,AREA_NAME,COMPONENT,SEX,AGE_GROUP,2022,2023\n\
        E07990001,Harrowmere City,Population,males,0,10,11\n\
        E07990001,Harrowmere City,Population,males,90 and over,3,\n\
        E07990001,Harrowmere City,Population,males,All ages,13,15\n\
        E07990002,Thurl,Population,males,0,7,8\n";
    let settings = "[projection]\nfile = 'snpp.csv'\n\
        columns = { ltla_code = 'AREA_CODE', sex = 'SEX', age = 'AGE_GROUP' }\n\
        constants = { variant = 'principal' }\n\
        only = { AREA_CODE = ['E07990001'] }\nexcept = { AGE_GROUP = 'All ages' }\n\
        words = { sex = { males = 'male' }, age = { '90 and over' = '90' } }\n\
        unpivot = { columns = '{year}', value = 'persons' }\n";
    assert_eq!(
        table(&[("snpp.csv", snpp)], settings).unwrap(),
        [
            "age,ltla_code,persons,sex,variant,year",
            "0,E07990001,10,male,principal,2022",
            "0,E07990001,11,male,principal,2023",
            "90,E07990001,3,male,principal,2022",
        ]
    );
    let none = settings.replace("'{year}'", "'Mid-{year}'");
    assert!(
        refused(&[("snpp.csv", snpp)], &none)
            .contains("no column has a name of the form Mid-{year}")
    );
}

#[test]
fn columns_of_other_files_are_added() {
    let lookup = "LSOA21CD,LSOA21NM,ICB24CD,LAD24CD,LAD24NM\n\
        E01990001,Harrowmere 001A,E54999999,E07990001,Harrowmere City\n\
        E01990002,Harrowmere 001B,E54999999,E07990001,Harrowmere City\n";
    let imd = "LSOA code (2021),Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)\nE01990001,1864\n";
    let settings = "[lsoa]\nfile = 'lookup.csv'\n\
        columns = { lsoa21_code = 'LSOA21CD', icb_code = 'ICB??CD', ltla_code = 'LAD??CD', place_code = 'LAD??CD' }\n\
        [[lsoa.add]]\nfile = 'imd.csv'\nby = { lsoa21_code = 'LSOA code (2021)' }\n\
        columns = { imd_rank = 'Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)' }\n";
    let files = [("lookup.csv", lookup), ("imd.csv", imd)];
    assert_eq!(
        table(&files, settings).unwrap(),
        [
            "icb_code,imd_rank,lsoa21_code,ltla_code,place_code",
            "E54999999,1864,E01990001,E07990001,E07990001",
            "E54999999,,E01990002,E07990001,E07990001",
        ]
    );
    // Of another census, of other areas, of two minds, without the column.
    let other = settings.replace("code (2021)", "code (2011)");
    let error = toml::from_str::<BTreeMap<String, ReferenceSettings>>(&other).unwrap_err();
    assert!(
        error.message().contains(
            "lsoa21_code is of the census of 2021, and 'LSOA code (2011)' of that of 2011"
        ),
        "{error}"
    );
    let scotland = [
        ("lookup.csv", lookup),
        (
            "imd.csv",
            "LSOA code (2021),Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)\nS01000001,1\n",
        ),
    ];
    assert!(refused(&scotland, settings).contains("no row of"));
    let twice = format!("{imd}E01990001,7\n");
    assert!(
        refused(&[("lookup.csv", lookup), ("imd.csv", &twice)], settings)
            .contains("imd.csv:3: there are two different rows of one lsoa21_code")
    );
    let missing = settings.replace("LAD??CD", "LADCD");
    let error = refused(&files, &missing);
    assert!(
        error.contains("it has no column LADCD") && error.contains("did you mean 'LAD24CD'?"),
        "{error}"
    );
    let vague = settings.replace("'LAD??CD', place", "'LAD24??', place");
    assert!(refused(&files, &vague).contains("LAD24CD and LAD24NM both fit that name"));
}

#[test]
fn files_without_header_and_with_titles() {
    let practices = "\"W99001\",\"KETTLEGATE SURGERY\",\"Y99\",\"QZZ\",\"A\",\"4\"\n\
        \"W99002\",\"CLOSED\",\"Y99\",\"QZZ\",\"C\",\"4\"\n\
        \"W99003\",\"PRISON\",\"Y99\",\"QZZ\",\"A\",\"8\"\n";
    let others = "Organisations\n\nods_code,name,kind\nRQZ,Wendale Trust,acute_trust\n";
    let settings = "[[organisation]]\nfile = 'epraccur.csv'\nheader = false\n\
        columns = { ods_code = 1, name = 2, icb_code = 4 }\nconstants = { kind = 'gp_practice' }\n\
        only = { 5 = 'A', 6 = '4' }\n\
        [[organisation]]\nfile = 'others.csv'\ncolumns = { ods_code = 'ods_code', name = 'name', kind = 'kind' }\n";
    assert_eq!(
        table(
            &[("epraccur.csv", practices), ("others.csv", others)],
            settings
        )
        .unwrap(),
        [
            "icb_code,kind,name,ods_code",
            "QZZ,gp_practice,KETTLEGATE SURGERY,W99001",
            ",acute_trust,Wendale Trust,RQZ",
        ]
    );
}
