//! Official files are loaded as they are downloaded, with the settings that `populace init` brings.
//! Header lines are those of the publications; the rows are invented.

use crate::project::{NO_POSTCODES, Project, pipeline};
use rust_xlsxwriter::Workbook;

/// The blocks of the pipeline file that `init` writes, with their signs taken away.
fn blocks(project: &Project) -> Vec<String> {
    let text = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let mut blocks = Vec::new();
    for paragraph in text.split("\n\n") {
        let lines = paragraph
            .lines()
            .skip_while(|line| !line.starts_with("# ["));
        let block: Vec<&str> = lines
            .map(|line| line.trim_start_matches('#').trim())
            .collect();
        if !block.is_empty() {
            blocks.push(block.join("\n"));
        }
    }
    blocks
}

fn block(project: &Project, begins: &str) -> String {
    let blocks = blocks(project);
    let found = blocks.iter().find(|block| block.starts_with(begins));
    found
        .unwrap_or_else(|| panic!("{begins}: {blocks:?}"))
        .clone()
}

fn write(project: &Project, name: &str, text: &str) {
    std::fs::create_dir_all(project.path("reference")).unwrap();
    std::fs::write(project.path(&format!("reference/{name}")), text).unwrap();
}

/// A project with these sections and a lake, and its reference tables loaded.
fn load(project: &Project, sections: &str) {
    sections_of(project, sections);
    model(project);
    project.run(&["pull"]);
    project.ok(&["run", "marts.days"]);
}

fn sections_of(project: &Project, sections: &str) {
    std::fs::create_dir_all(project.path("extracts")).unwrap();
    let source = "[sources.x]\nkind = \"csv-folder\"\nurl = \"extracts\"\n";
    project.write_pipeline(&pipeline(NO_POSTCODES, &format!("{source}{sections}")));
}

/// Loading needs a model that reads little.
fn model(project: &Project) {
    let sql = "/*\ndescription: x\ntopic: quality\ngrain: month_start\ncolumns:\n  month_start: x\n*/\nselect month_start from reference.month\n";
    std::fs::write(project.path("sql/marts/quality/days.sql"), sql).unwrap();
}

const LOOKUP: &str = "\u{feff}LSOA21CD,LSOA21NM,SICBL24CD,SICBL24CDH,SICBL24NM,ICB24CD,ICB24CDH,ICB24NM,CAL24CD,CAL24NM,LAD24CD,LAD24NM,ObjectId\r\n\
E01990001,Harrowmere 001A,E38999999,99Z,NHS Wendale - 99Z,E54999999,QWO,NHS Wendale Integrated Care Board,E56999999,x,E07990001,Harrowmere City,1\r\n\
E01990002,Harrowmere 001B,E38999999,99Z,NHS Wendale - 99Z,E54999999,QWO,NHS Wendale Integrated Care Board,E56999999,x,E07990001,Harrowmere City,2\r\n\
E01990003,Elsewhere 001A,E38999998,98Z,NHS Elsewhere - 98Z,E54999998,QXX,NHS Elsewhere Integrated Care Board,E56999998,x,E07990009,Elsewhere,3\r\n";

const DEPRIVATION: &str = "LSOA code (2021),LSOA name (2021),Local Authority District code (2024),Local Authority District name (2024),Index of Multiple Deprivation (IMD) Score,Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived),Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)\n\
E01990001,Harrowmere 001A,E07990001,Harrowmere City,55.1,1864,1\nE01990003,Elsewhere 001A,E07990009,Elsewhere,3.2,33000,10\n";

/// Areas of 2011 and 2021: the first one is unchanged, the next was split, and two were merged.
const CHANGES: &str = "\u{feff}ObjectId,LSOA11CD,LSOA11NM,CHGIND,LSOA21CD,LSOA21NM,LAD22CD,LAD22NM,LAD22NMW\n\
1,E01990001,x,U,E01990001,x,E07990001,Harrowmere City,\n\
2,E01880001,x,S,E01990002,x,E07990001,Harrowmere City,\n\
3,E01880001,x,S,E01990004,x,E07990001,Harrowmere City,\n\
4,E01880002,x,M,E01990005,x,E07990001,Harrowmere City,\n\
5,E01880003,x,M,E01990005,x,E07990001,Harrowmere City,\n\
6,E01880009,x,X,E01990003,x,E07990009,Elsewhere,\n";

fn of_2011(code: &str, rank: u32, decile: u32) -> String {
    format!("{code},x,E07990001,Harrowmere City,1.0,{rank},{decile}\n")
}

const REGIONS: &str = "LAD24CD,LAD24NM,RGN24CD,RGN24NM,ObjectId\nE07990001,Harrowmere City,E12999999,The Far North,1\nE07990009,Elsewhere,E12999998,Elsewhere,2\n";

#[test]
fn areas_and_deprivation_of_one_census() {
    let project = Project::empty();
    let areas = block(&project, "[reference.lsoa]");
    let earlier = block(&project, "[[reference.lsoa.add]]");
    let before = block(&project, "[reference.lsoa_2011]");
    let area = |code: &str| LOOKUP.lines().nth(2).unwrap().replace("E01990002", code) + "\r\n";
    let lookup = LOOKUP.to_string() + &area("E01990004") + &area("E01990005");
    write(&project, "LSOA21_SICBL24_ICB24_LAD24_EN_LU.csv", &lookup);
    write(
        &project,
        "File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv",
        DEPRIVATION,
    );
    write(&project, "LAD24_RGN24_EN_LU.csv", REGIONS);
    write(
        &project,
        "LTLA24_UTLA24_EW_LU.csv",
        "LTLA24CD,LTLA24NM,UTLA24CD,UTLA24NM,ObjectId\nE07990001,Harrowmere City,E10999999,Wendale,1\n",
    );
    write(
        &project,
        "LSOA21_WD24_LAD24_EW_LU.csv",
        "LSOA21CD,LSOA21NM,WD24CD,WD24NM,WD24NMW,LAD24CD,LAD24NM,LAD24NMW,ObjectId\nE01990001,Harrowmere 001A,E05999999,Kettlegate,,E07990001,Harrowmere City,,1\n",
    );
    write(&project, "LSOA11_LSOA21_LAD22_EW_LU.csv", CHANGES);
    let header = DEPRIVATION.lines().next().unwrap();
    let of_2019 = header
        .replace("(2021)", "(2011)")
        .replace("(2024)", "(2019)")
        + "\n"
        + &of_2011("E01990001", 4000, 2)
        + &of_2011("E01880001", 20000, 7)
        + &of_2011("E01880002", 9000, 3)
        + &of_2011("E01880009", 30000, 10);
    write(
        &project,
        "File_7_-_All_IoD2019_Scores__Ranks__Deciles_and_Population_Denominators_3.csv",
        &of_2019,
    );
    let in_2011 = |code: &str| {
        format!(
            "{code},x,E38000001,99Z,NHS Wendale - 99Z,E54000001,QWO,NHS Wendale Integrated Care Board,E07990001,Harrowmere City,1\n"
        )
    };
    write(
        &project,
        "LSOA11_SICBL22_ICB22_LAD22_EN_LU.csv",
        &("LSOA11CD,LSOA11NM,SICBL22CD,SICBL22CDH,SICBL22NM,ICB22CD,ICB22CDH,ICB22NM,LAD22CD,LAD22NM,ObjectId\n".to_string()
            + &in_2011("E01990001")
            + &in_2011("E01880001")
            + &in_2011("E01880002")
            + &in_2011("E01880003")),
    );
    load(&project, &format!("{areas}\n{earlier}\n{before}"));
    // An area without a rank keeps its row; another board's are not wanted. Of a merged area it is not
    // known which deprivation of 2019 it has.
    assert_eq!(
        project.sql("select lsoa21_code, lsoa21_name, place_name, ltla_code, sub_icb_code, icb_code, region_code, imd_rank, imd_decile, lsoa11_code, imd_2019_rank, imd_2019_decile from reference.lsoa order by 1"),
        [
            ["E01990001", "Harrowmere 001A", "Harrowmere City", "E07990001", "99Z", "E54999999", "E12999999", "1864", "1", "E01990001", "4000", "2"],
            ["E01990002", "Harrowmere 001B", "Harrowmere City", "E07990001", "99Z", "E54999999", "E12999999", "", "", "E01880001", "20000", "7"],
            ["E01990004", "Harrowmere 001B", "Harrowmere City", "E07990001", "99Z", "E54999999", "E12999999", "", "", "E01880001", "20000", "7"],
            ["E01990005", "Harrowmere 001B", "Harrowmere City", "E07990001", "99Z", "E54999999", "E12999999", "", "", "", "", ""],
        ]
    );
    assert_eq!(
        project.sql("select lsoa11_code, place_name, sub_icb_code, imd_rank, imd_decile, lsoa21_code from reference.lsoa_2011 order by 1"),
        [
            ["E01880001", "Harrowmere City", "99Z", "20000", "7", ""],
            ["E01880002", "Harrowmere City", "99Z", "9000", "3", "E01990005"],
            ["E01880003", "Harrowmere City", "99Z", "", "", "E01990005"],
            ["E01990001", "Harrowmere City", "99Z", "4000", "2", "E01990001"],
        ]
    );
    assert_eq!(
        project.sql("select lsoa21_code, ward_name, utla_code from reference.lsoa where ward_code is not null or lsoa21_code = 'E01990002' order by 1"),
        [["E01990001", "Kettlegate", "E10999999"], ["E01990002", "", "E10999999"]]
    );
    // Both censuses in one model, each with the index that is asked for.
    let deciles = "select lsoa21_code, census, imd_decile from core.area order by 1";
    project.ok(&["run", "core.area"]);
    assert_eq!(
        project.sql(deciles),
        [
            ["E01880001", "2011", ""],
            ["E01880002", "2011", ""],
            ["E01880003", "2011", ""],
            ["E01990001", "2021", "1"],
            ["E01990002", "2021", ""],
            ["E01990004", "2021", ""],
            ["E01990005", "2021", ""],
        ]
    );
    project.ok(&["run", "--set", "deprivation_index=2019", "core.area"]);
    assert_eq!(
        project.sql(deciles),
        [
            ["E01880001", "2011", "7"],
            ["E01880002", "2011", "3"],
            ["E01880003", "2011", ""],
            ["E01990001", "2021", "2"],
            ["E01990002", "2021", "7"],
            ["E01990004", "2021", "7"],
            ["E01990005", "2021", ""],
        ]
    );
    // Deprivation of 2019 is of other areas: by its column, and by its codes.
    let wrong = areas.replace("LSOA code (2021)", "LSOA code (2011)");
    sections_of(&project, &wrong);
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains(
            "lsoa21_code is of the census of 2021, and 'LSOA code (2011)' of that of 2011"
        ),
        "{error}"
    );
    sections_of(
        &project,
        &before.replace("lsoa11_code = \"LSOA11CD\"", "lsoa21_code = \"LSOA11CD\""),
    );
    let error = project.fails(2, &["check"]);
    assert!(error.contains("is of the census of 2021"), "{error}");
    sections_of(&project, &areas);
    write(
        &project,
        "File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv",
        &of_2019,
    );
    let error = project.fails(3, &["check"]);
    assert!(
        error.contains("it has no column LSOA code (2021)"),
        "{error}"
    );
    assert!(
        error.contains("did you mean 'LSOA code (2011)'?"),
        "{error}"
    );
    let elsewhere = DEPRIVATION.replace("E0199", "E0188");
    write(
        &project,
        "File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv",
        &elsewhere,
    );
    let error = project.fails(3, &["check"]);
    assert!(
        error.contains("belongs to a row of the reference table lsoa"),
        "{error}"
    );
}

/// A line of epraccur: 27 columns, an address and a telephone number among them.
fn practice(code: &str, name: &str, status: &str, setting: &str) -> String {
    format!(
        "\"{code}\",\"{name}\",\"Y99\",\"QZZ\",\"1 HIGH STREET\",\"\",\"\",\"HARROWMERE\",\"\",\"ZW1 1AA\",\"19740401\",\"\",\"{status}\",\"B\",\"99Z\",\"20200401\",\"\",\"0113 4960000\",\"\",\"\",\"\",\"0\",\"\",\"99Z\",\"\",\"{setting}\",\"\"\n"
    )
}

/// The block of dated memberships: its rows are those of the workbook.
fn of_memberships(project: &Project) -> String {
    let blocks = blocks(project);
    let dated = blocks.iter().find(|block| {
        block.starts_with("[[reference.organisation]]\nfile = \"reference/ePCN.xlsx\"")
    });
    dated.unwrap().clone()
}

#[test]
fn practices_and_their_networks() {
    let project = Project::empty();
    let organisations = block(&project, "[[reference.organisation]]");
    let as_csv = block(&project, "[[reference.organisation.add]]");
    let dated = of_memberships(&project);
    write(
        &project,
        "epraccur.csv",
        &(practice("W99001", "KETTLEGATE SURGERY", "A", "4")
            + &practice("W99002", "CLOSED SURGERY", "C", "4")
            + &practice("W99003", "A PRISON", "A", "11")
            + &practice("W99004", "ALONE", "A", "4")),
    );
    write(
        &project,
        "organisation.csv",
        "ods_code,name,kind,icb_code,connected\nRQZ,Wendale Trust,acute_trust,QZZ,no\n",
    );
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("PCN Details").unwrap();
    let sheet = workbook
        .add_worksheet()
        .set_name("PCN Core Partner Details")
        .unwrap();
    let header = [
        "Partner\nOrganisation\nCode",
        "Partner\nName",
        "Practice Parent Sub ICB Location Code",
        "Practice Parent Sub ICB Location Name",
        "PCN Code",
        "PCN Name",
        "PCN Parent Sub ICB Location Code",
        "PCN Parent Sub ICB Location Name",
        "Practice to PCN\nRelationship\nStart Date",
        "Practice to PCN\nRelationship\nEnd Date",
        "Practice and PCN Sub ICB Location Match",
    ];
    let rows = [
        [
            "W99001",
            "KETTLEGATE SURGERY",
            "99Z",
            "x",
            "U99000",
            "Former PCN",
            "99Z",
            "x",
            "20190701",
            "20230331",
            "Y",
        ],
        [
            "W99001",
            "KETTLEGATE SURGERY",
            "99Z",
            "x",
            "U99001",
            "Harrowmere PCN 1",
            "99Z",
            "x",
            "20230401",
            "",
            "Y",
        ],
    ];
    for (row, values) in std::iter::once(&header).chain(&rows).enumerate() {
        for (column, value) in values.iter().enumerate() {
            sheet
                .write_string(row as u32, column as u16, *value)
                .unwrap();
        }
    }
    std::fs::create_dir_all(project.path("reference")).unwrap();
    workbook.save(project.path("reference/ePCN.xlsx")).unwrap();
    load(&project, &organisations);
    let boards = "select ods_code, region_code, icb_code, sub_icb_code from reference.organisation where kind = 'gp_practice' order by 1";
    assert_eq!(
        project.sql(boards),
        [
            ["W99001", "Y99", "QZZ", "99Z"],
            ["W99004", "Y99", "QZZ", "99Z"]
        ]
    );
    let expected = [
        ["RQZ", "Wendale Trust", "acute_trust", "", "", "QZZ", "no"],
        [
            "W99001",
            "KETTLEGATE SURGERY",
            "gp_practice",
            "U99001",
            "Harrowmere PCN 1",
            "QZZ",
            "yes",
        ],
        ["W99004", "ALONE", "gp_practice", "", "", "QZZ", "yes"],
    ];
    let ask = "select ods_code, name, kind, pcn_code, pcn_name, icb_code, connected from reference.organisation order by 1";
    assert_eq!(project.sql(ask), expected);
    // The same as the report in CSV, without a header.
    let lines: Vec<String> = rows
        .iter()
        .map(|row| format!("\"{}\"\n", row.join("\",\"")))
        .collect();
    write(&project, "epcncorepartnerdetails.csv", &lines.concat());
    let practices = &organisations;
    let from = practices.find("[[reference.organisation.add]]").unwrap();
    let to = practices.rfind("[[reference.organisation]]").unwrap();
    let with_csv = format!("{}{as_csv}\n\n{}", &practices[..from], &practices[to..]);
    load(&project, &with_csv);
    assert_eq!(project.sql(ask), expected);
    // Both memberships, the former among them, are no answer.
    sections_of(&project, &with_csv.replace("only = { \"10\" = \"\" }", ""));
    let error = project.fails(3, &["check"]);
    assert!(
        error
            .contains("epcncorepartnerdetails.csv:2: there are two different rows of one ods_code"),
        "{error}"
    );
    // Memberships with their days: the network is that of the as-of date.
    let from = practices.find("[[reference.organisation.add]]").unwrap();
    load(&project, &format!("{}{dated}", &practices[..from]));
    let networks = "select organisation_code, organisation_name, pcn_code, icb_code from core.organisation order by 1";
    for (as_of, network) in [("2023-03-31", "U99000"), ("2023-04-01", "U99001")] {
        project.ok(&[
            "run",
            "--set",
            &format!("as_of={as_of}"),
            "core.organisation",
        ]);
        assert_eq!(
            project.sql(networks),
            [
                ["W99001", "KETTLEGATE SURGERY", network, "QZZ"],
                ["W99004", "ALONE", "", "QZZ"]
            ]
        );
    }
    // No address or number of epraccur is read.
    assert_eq!(
        project
            .number("select count(*) from reference.organisation where name like '%HIGH STREET%'"),
        0
    );
    sections_of(
        &project,
        &organisations.replace("PCN Core Partner Details", "PCN Core Partners"),
    );
    let error = project.fails(3, &["check"]);
    assert!(
        error.contains("it has no sheet 'PCN Core Partners'"),
        "{error}"
    );
}

#[test]
fn populations_and_projections() {
    let project = Project::empty();
    let population = block(&project, "[[reference.population]]");
    let projection = block(&project, "[[reference.population_projection]]");
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Contents").unwrap();
    let sheet = workbook
        .add_worksheet()
        .set_name("Mid-2024 LSOA 2021")
        .unwrap();
    sheet
        .write_string(
            0,
            0,
            "Mid-2024: Lower layer Super Output Area population estimates",
        )
        .unwrap();
    let header = [
        "LAD 2023 Code",
        "LAD 2023 Name",
        "LSOA 2021 Code",
        "LSOA 2021 Name",
        "Total",
        "F0",
        "F90",
        "M0",
        "M90",
    ];
    for (column, name) in header.iter().enumerate() {
        sheet.write_string(3, column as u16, *name).unwrap();
    }
    for (row, (area, lsoa)) in [("E06000001", "E01990001"), ("E07990009", "E01990003")]
        .iter()
        .enumerate()
    {
        let row = 4 + row as u32;
        for (column, text) in [*area, "x", *lsoa, "x"].iter().enumerate() {
            sheet.write_string(row, column as u16, *text).unwrap();
        }
        for (column, number) in [18.0, 7.0, 3.0, 6.0, 2.0].iter().enumerate() {
            sheet.write_number(row, 4 + column as u16, *number).unwrap();
        }
    }
    std::fs::create_dir_all(project.path("reference")).unwrap();
    workbook
        .save(project.path("reference/sapelsoasyoa20222024.xlsx"))
        .unwrap();
    for (sex, count) in [("females", 10), ("males", 9)] {
        let text = format!(
            "\"AREA_CODE\",\"AREA_NAME\",\"COMPONENT\",\"SEX\",\"AGE_GROUP\",\"2022\",\"2023\"\nE07990001,Harrowmere City,Population,{sex},0,{count},11\nE07990001,Harrowmere City,Population,{sex},90 and over,2,3\nE07990001,Harrowmere City,Population,{sex},All ages,12,14\n"
        );
        write(&project, &format!("2022 SNPP Population {sex}.csv"), &text);
    }
    let types = "types = { variant = \"string\", ltla_code = \"string\", sex = \"string\", age = \"integer\", year = \"integer\", persons = \"integer\" }\n";
    let second = projection.rfind("[[").unwrap();
    load(
        &project,
        &format!(
            "{population}\n{}{types}{}\n{types}",
            &projection[..second],
            &projection[second..]
        ),
    );
    assert_eq!(
        project.sql(
            "select year, lsoa21_code, age, sex, persons from reference.population order by 4, 3"
        ),
        [
            ["2024", "E01990001", "0", "female", "7"],
            ["2024", "E01990001", "90", "female", "3"],
            ["2024", "E01990001", "0", "male", "6"],
            ["2024", "E01990001", "90", "male", "2"],
        ]
    );
    assert_eq!(
        project.sql("select sex, year, sum(persons), max(age) from reference.population_projection group by sex, year order by 1, 2"),
        [["female", "2022", "12", "90"], ["female", "2023", "14", "90"], ["male", "2022", "11", "90"], ["male", "2023", "14", "90"]]
    );
}

/// List sizes of practices: a file for each sex, of which totals of all ages do not count.
#[test]
fn list_sizes_of_practices() {
    let project = Project::empty();
    let lists = block(&project, "[[reference.list_size]]");
    for (sex, old) in [("FEMALE", 3), ("MALE", 2)] {
        let mut text = String::from(
            "EXTRACT_DATE,SUB_ICB_LOCATION_CODE,ONS_SUB_ICB_LOCATION_CODE,ORG_CODE,POSTCODE,SEX,AGE,NUMBER_OF_PATIENTS\n",
        );
        for (age, persons) in [("ALL", 90), ("0", 7), ("95+", old)] {
            text += &format!("01MAR2026,99Z,E38999999,W99001,ZZ99 9ZZ,{sex},{age},{persons}\n");
        }
        let name = format!("gp-reg-pat-prac-sing-age-{}.csv", sex.to_lowercase());
        write(&project, &name, &text);
    }
    load(&project, &lists);
    assert_eq!(
        project.sql(
            "select extract_date, practice_code, age, sex, persons from reference.list_size order by 4, 3"
        ),
        [
            ["01MAR2026", "W99001", "0", "female", "7"],
            ["01MAR2026", "W99001", "95", "female", "3"],
            ["01MAR2026", "W99001", "0", "male", "7"],
            ["01MAR2026", "W99001", "95", "male", "2"],
        ]
    );
}

/// Postcode lookups of both names and years, with postcodes that are no longer in use.
#[test]
fn postcodes_of_the_official_lookups() {
    let onspd = "pcd,pcd2,pcds,dointr,doterm,oscty,ced,oslaua,osward,parish,usertype,oseast1m,osnrth1m,osgrdind,oshlthau,nhser,ctry,rgn,streg,pcon,eer,teclec,ttwa,pct,itl,statsward,oa01,casward,npark,lsoa01,msoa01,ur01ind,oac01,oa11,lsoa11,msoa11,wz11,sicbl,bua11,buasd11,ru11ind,oac11,lat,long,lep1,lep2,pfa,imd,calncv,icb,oa21,lsoa21,msoa21\n";
    let line = |postcode: &str, ended: &str, lsoa11: &str, lsoa21: &str| {
        let columns = onspd.trim().split(',').map(|column| match column {
            "pcd" => postcode.replace(' ', "  "),
            "pcd2" | "pcds" => postcode.to_string(),
            "dointr" => "198001".to_string(),
            "doterm" => ended.to_string(),
            "lsoa11" => lsoa11.to_string(),
            "lsoa21" => lsoa21.to_string(),
            "oslaua" => "E07990001".to_string(),
            _ => String::new(),
        });
        columns.collect::<Vec<_>>().join(",") + "\n"
    };
    let of_now = line("ZW1 1AA", "", "E01880001", "E01990001");
    let of_then = line("ZW1 1AB", "200401", "E01880002", "E01990002");
    let onspd = format!("{onspd}{of_now}{of_then}");
    let nspl = "pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty25cd,ced25cd,lad25cd,wd25cd,nhser24cd,ctry25cd,rgn25cd,pcon24cd,ttwa15cd,itl25cd,npark16cd,lsoa21cd,msoa21cd,wz11cd,sicbl24cd,bua24cd,ruc21ind,oac11ind,lat,long,lep21cd1,lep21cd2,pfa23cd,imd20ind,icb23cd\n\
        ZW1 1AA,ZW1  1AA,ZW1 1AA,198001,,0,,,1,,,,E07990001,,,,,,,,,E01990001,,,,,,,,,,,,,\n\
        ZW1 1AB,ZW1  1AB,ZW1 1AB,198001,200401,0,,,1,,,,E07990001,,,,,,,,,E01990002,,,,,,,,,,,,,\n";
    let project = Project::empty();
    let column_file = "table = \"visit\"\nfiles = \"visit*.csv\"\nkey = [\"visit_id\"]\nperson = \"nhs_number\"\n[columns]\nvisit_id = { type = \"code\" }\nlsoa21_code = { from = \"postcode\", type = \"string\", privacy = \"lookup:postcode_lsoa\" }\n";
    for old in std::fs::read_dir(project.path("pipelines/csv")).unwrap() {
        std::fs::remove_file(old.unwrap().path()).unwrap();
    }
    std::fs::write(project.path("pipelines/csv/visit.toml"), column_file).unwrap();
    std::fs::create_dir_all(project.path("extracts")).unwrap();
    let visits = "visit_id,nhs_number,postcode\n1,9990000018,zw11aa\n2,9990000018,ZW1 1AB\n3,9990000018,ZW9 9ZZ\n";
    let source =
        "[sources.x]\nkind = \"csv-folder\"\nurl = \"extracts\"\naccept_test_numbers = true\n";
    for (name, text) in [
        ("ONSPD_AUG_2025_UK.csv", onspd.as_str()),
        ("NSPL21_AUG_2025_UK.csv", nspl),
    ] {
        write(&project, name, text);
        let lookups = format!("[privacy.lookups]\npostcode_lsoa = \"reference/{name}\"\n");
        let _ = std::fs::remove_dir_all(project.path("lake"));
        project.write_pipeline(&pipeline(&lookups, source));
        std::fs::write(project.path("extracts/visit.csv"), visits).unwrap();
        project.ok(&["pull"]);
        assert_eq!(
            project.sql("select visit_id, lsoa21_code from record.visit order by 1"),
            [["1", "E01990001"], ["2", "E01990002"], ["3", ""]],
            "{name}"
        );
    }
    // A column that is not what the lookup promises.
    for (value, says) in [
        ("oslaua", "LSOA codes"),
        ("pcd2", "LSOA codes"),
        ("doterm", "LSOA codes"),
    ] {
        let lookups = format!(
            "[privacy.lookups]\npostcode_lsoa = {{ file = \"reference/ONSPD_AUG_2025_UK.csv\", key = \"pcds\", value = \"{value}\" }}\n"
        );
        project.write_pipeline(&pipeline(&lookups, source));
        let error = project.fails(3, &["check"]);
        assert!(
            error.contains(&format!("column {value}")),
            "{value}: {error}"
        );
        assert!(
            error.contains("may not be stored")
                && (error.contains(says) || error.contains("postcode")),
            "{value}: {error}"
        );
        assert!(!error.contains("ZW1 1AA"), "{error}");
    }
}
