//! Questions to `populace sql` that try to let a true count out. The models
//! and reference tables are those of this repository, without rows of people.

mod counts;
mod signals;

use super::*;
use crate::engine::Limits;
use crate::lake::{Lake, Location, Settings};
use crate::models::{order, query_inputs, reference_rows};
use crate::pipeline::Pipeline;
use crate::pull::PullPlan;
use std::path::Path;

/// A query over the project's tables and perhaps a model of its own.
struct SqlQuestion {
    name: &'static str,
    /// The query of the model `red.<name>`, which is asked as `red.it`; none when empty.
    model: &'static str,
    sql: &'static str,
    /// What the refusal says.
    says: &'static str,
}

const fn question(name: &'static str, sql: &'static str, says: &'static str) -> SqlQuestion {
    SqlQuestion {
        name,
        model: "",
        sql,
        says,
    }
}

impl SqlQuestion {
    const fn over(mut self, model: &'static str) -> Self {
        self.model = model;
        self
    }

    fn named(&self, text: &str) -> String {
        text.replace("red.it", &format!("red.{}", self.name))
    }

    /// Writes its model below `folder`.
    fn write(&self, folder: &Path) {
        if !self.model.is_empty() {
            let text = format!("/*\ndescription: x\n*/\n{}\n", self.named(self.model));
            std::fs::write(folder.join(format!("red/{}.sql", self.name)), text).unwrap();
        }
    }
}

/// The project with the models of some questions.
struct QuestionBench {
    engine: Engine,
    sensitivity: Sensitivity,
    _folder: tempfile::TempDir,
}

impl QuestionBench {
    async fn of(questions: &[SqlQuestion]) -> QuestionBench {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        let pipeline = Pipeline::load(&repository.join("pipelines/nightly.toml"), &[]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let red = folder.path().join("sql");
        std::fs::create_dir_all(red.join("red")).unwrap();
        for question in questions {
            question.write(&red);
        }
        let mut library = Library::read(&repository.join("sql")).unwrap();
        let own = Library::read(&red).unwrap();
        let mut wanted: BTreeSet<TableName> = own.models.keys().cloned().collect();
        library.models.extend(own.models);
        for question in questions {
            wanted.extend(query_inputs(question.name, &question.named(question.sql)).unwrap());
        }
        wanted.retain(|name| library.models.contains_key(name));

        let location = Location::parse("lake", folder.path()).unwrap();
        let settings = Settings::new(1, "key".to_string());
        let lake = Lake::open_or_create(location, &settings).await.unwrap();
        let limits = Limits {
            memory: 1 << 28,
            threads: 1,
            spill: folder.path().to_path_buf(),
        };
        let engine = Engine::new(&lake, &limits, &pipeline.values()).unwrap();
        let pulled = PullPlan::tables(&pipeline).unwrap();
        for table in &pulled {
            let schema = table.schema.clone();
            engine
                .register_rows(&table.name, schema, Vec::new())
                .unwrap();
        }
        let mut references = BTreeMap::new();
        for (name, rows) in reference_rows(&pipeline).unwrap().rows {
            let schema = rows.schema();
            engine.register_rows(&name, schema, Vec::new()).unwrap();
            let small = link(&rows).map_or(BTreeSet::new(), |_| one_row_each(&rows));
            references.insert(name, ReferenceRows { rows, small });
        }
        for name in order(&library, &wanted).unwrap() {
            let Some(model) = library.models.get(&name) else {
                continue;
            };
            // Some of the attempts cannot even be planned.
            if let Ok(typed) = engine.columns(&name.to_string(), &model.sql).await {
                engine
                    .register_rows(&name, typed.columns, Vec::new())
                    .unwrap();
            }
        }
        let sensitivity =
            Sensitivity::of_models(&engine, &library, &wanted, &pulled, &references).await;
        QuestionBench {
            engine,
            sensitivity: sensitivity.unwrap(),
            _folder: folder,
        }
    }

    /// Why a question is not answered; None of one that is.
    async fn refusal(&mut self, question: &SqlQuestion) -> Option<String> {
        let frame = self
            .engine
            .query(question.name, &question.named(question.sql))
            .await;
        let frame = match frame {
            Ok(frame) => frame,
            Err(e) => return Some(e.to_string()),
        };
        let plan = frame.logical_plan();
        self.sensitivity
            .know_open(plan, |name| name.layer == "information_schema");
        let answer = self.sensitivity.answer(question.name, plan, 1000);
        answer.err().map(|e| e.to_string())
    }
}

async fn misses(questions: &[SqlQuestion]) -> Vec<String> {
    let names: BTreeSet<&str> = questions.iter().map(|question| question.name).collect();
    assert_eq!(names.len(), questions.len());
    let mut asked = QuestionBench::of(questions).await;
    let mut missed = Vec::new();
    for question in questions {
        let says = question.named(question.says);
        match asked.refusal(question).await {
            None => missed.push(format!("{}: answered", question.name)),
            Some(error) if error.contains(&says) => {}
            Some(error) => missed.push(format!("{}: {error}", question.name)),
        }
    }
    missed
}

#[tokio::test]
async fn no_question_makes_a_count_anything_else() {
    let missed = misses(counts::COUNTS).await;
    assert!(counts::COUNTS.len() >= 65, "{}", counts::COUNTS.len());
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[tokio::test]
async fn no_question_lets_a_count_out_as_something_else() {
    let missed = misses(signals::SIGNALS).await;
    assert!(signals::SIGNALS.len() >= 50, "{}", signals::SIGNALS.len());
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
