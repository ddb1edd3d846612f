//! The content of a model's table, by which its readers know it: what is built again with the same rows
//! leaves all that reads it as it is.

use crate::lake::DataFile;
use arrow::datatypes::Schema;

/// The form of contents. A table with one of another form is another table to its readers.
const FORM: &str = "content 1";

/// Changes with the names and types of columns and with the rows that count, and with nothing else: neither
/// with their order, nor with how they are spread over files.
pub(super) fn content(schema: &Schema, files: &[DataFile]) -> String {
    let digests = files.iter().map(|file| file.digest);
    let digest = digests.fold(0u128, u128::wrapping_add);
    let rows: u64 = files.iter().map(|file| file.rows).sum();
    let mut hash = blake3::Hasher::new();
    let mut add = |bytes: &[u8]| {
        hash.update(&(bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    add(FORM.as_bytes());
    for field in schema.fields() {
        add(field.name().as_bytes());
        add(field.data_type().to_string().as_bytes());
    }
    add(&digest.to_be_bytes());
    add(&rows.to_be_bytes());
    hash.finalize().to_hex()[..32].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::DeletionVector;
    use arrow::datatypes::{DataType, Field};

    fn schema(name: &str, kind: DataType) -> Schema {
        Schema::new(vec![Field::new(name, kind, true)])
    }

    fn file(path: &str, rows: u64, digest: u128) -> DataFile {
        DataFile {
            path: path.to_string(),
            size: rows,
            rows,
            removed: DeletionVector::default(),
            shard: None,
            digest,
            person_range: None,
            order: None,
        }
    }

    #[test]
    fn only_columns_and_rows_count() {
        let number = schema("n", DataType::Int64);
        let whole = content(&number, &[file("a", 5, 70)]);
        let parts = [file("b", 2, u128::MAX), file("c", 3, 71)];
        assert_eq!(content(&number, &parts), whole);
        assert_ne!(content(&number, &[file("a", 5, 71)]), whole);
        assert_ne!(content(&number, &[file("a", 6, 70)]), whole);
        let others = [schema("m", DataType::Int64), schema("n", DataType::Int32)];
        for other in others {
            assert_ne!(content(&other, &[file("a", 5, 70)]), whole);
        }
        assert_ne!(content(&number, &[]), content(&Schema::empty(), &[]));
    }
}
