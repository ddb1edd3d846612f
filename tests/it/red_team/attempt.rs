//! A table of a report that tries to let a person or a true count out, or that counts honestly.

use crate::project::Project;
use std::fs;

/// A model and a table that counts it.
pub struct Attempt {
    /// What it is.
    pub name: &'static str,
    /// The query of a model `red.<name>_first` that the other reads as `red.first`; none when empty.
    pub first: &'static str,
    /// The query of the model `red.<name>`, which is counted; `core.person` where it is empty.
    pub model: &'static str,
    /// The condition of the table.
    pub condition: &'static str,
    /// The dimension, and what it says.
    pub dimension: (&'static str, &'static str),
    /// What is counted: `people` or `rows`.
    pub kind: &'static str,
    /// What the refusal says.
    pub says: &'static str,
}

pub const SEX: (&str, &str) = (
    "sex",
    "values = [\"Female\", \"Male\", \"Other or not known\", \"female\", \"male\", \"other\", \"unknown\"]",
);
pub const PLACE: (&str, &str) = ("place_name", "from = \"reference.lsoa.place_name\"");
pub const GROUP: (&str, &str) = ("age_group", "from = \"reference.age_group.age_group\"");
pub const SETTING: (&str, &str) = ("setting", "from = \"reference.setting.setting\"");

/// People of `core.person` that a condition chooses.
pub const fn chosen(
    name: &'static str,
    dimension: (&'static str, &'static str),
    condition: &'static str,
    says: &'static str,
) -> Attempt {
    Attempt {
        condition,
        ..modelled(name, dimension, "", says)
    }
}

/// People of a model.
pub const fn modelled(
    name: &'static str,
    dimension: (&'static str, &'static str),
    model: &'static str,
    says: &'static str,
) -> Attempt {
    Attempt {
        name,
        first: "",
        model,
        condition: "",
        dimension,
        kind: "people",
        says,
    }
}

impl Attempt {
    /// The same with a model before its own.
    pub const fn after(mut self, first: &'static str) -> Self {
        self.first = first;
        self
    }

    /// The same with a condition of the table.
    pub const fn where_(mut self, condition: &'static str) -> Self {
        self.condition = condition;
        self
    }

    /// The same, counting rows.
    pub const fn rows(mut self) -> Self {
        self.kind = "rows";
        self
    }

    /// A text with the names of its own models.
    pub fn named(&self, text: &str) -> String {
        text.replace("red.it", &format!("red.{}", self.name))
            .replace("red.first", &format!("red.{}_first", self.name))
    }

    /// Writes its models and its report.
    pub fn write(&self, project: &Project) {
        let name = self.name;
        fs::create_dir_all(project.path("sql/red")).unwrap();
        for (file, sql) in [
            (name.to_string(), self.model),
            (format!("{name}_first"), self.first),
        ] {
            if !sql.is_empty() {
                let model = format!("/*\ndescription: x\n*/\n{}\n", self.named(sql));
                fs::write(project.path(&format!("sql/red/{file}.sql")), model).unwrap();
            }
        }
        let of = match self.model {
            "" => "core.person".to_string(),
            _ => format!("red.{name}"),
        };
        let condition = match self.condition {
            "" => String::new(),
            text => format!("where = '''{text}'''\n"),
        };
        let (dimension, values) = self.dimension;
        let report = format!(
            "name = \"{name}\"\ntitle = \"T\"\ndescription = \"x\"\naudience = \"x\"\n[[tables]]\nid = \"t\"\ntitle = \"T\"\ndescription = \"x\"\nof = \"{of}\"\n{condition}rows = [\"{dimension}\"]\n[tables.dimensions]\n{dimension} = {{ {} }}\n[[tables.measures]]\nlabel = \"People\"\nkind = \"{}\"\n",
            self.named(values),
            self.kind,
        );
        let file = project.path(&format!("pipelines/reports/{name}.toml"));
        fs::write(file, report).unwrap();
    }
}
