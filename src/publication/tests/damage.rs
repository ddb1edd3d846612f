use super::*;
use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult,
};

#[tokio::test]
async fn identifiers_lead_nowhere() {
    let store = InMemory::new();
    for id in [
        "",
        "..",
        "../x",
        "a/b",
        "a\\b",
        ".hidden",
        "a.1",
        "a b",
        "-x",
        "%2e%2e",
        "\u{202e}x",
        &"x".repeat(101),
    ] {
        let e = read(&store, &root(), id).await.unwrap_err();
        assert_eq!(e.kind(), Kind::Usage, "{id}");
    }
    assert_eq!(identifier::of_file("a.1.json"), Some(("a", 1)));
    for name in [
        "a.0.json",
        "a.01.json",
        "a.+1.json",
        "a.json",
        "a.1.json#2",
        "a.b.1.json",
        ".1.json",
        "a.99999999999.json",
    ] {
        assert_eq!(identifier::of_file(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_damaged_step_hides_its_release_and_no_other() {
    for damage in ["not JSON", "{}", r#"{"release":"x"}"#] {
        let store = InMemory::new();
        for id in [ID, OTHER] {
            taken(&store, id, &to(Approved)).await.unwrap();
            taken(&store, id, &to(Published)).await.unwrap();
        }
        let file = Path::from(format!("publication/{ID}.2.json"));
        store.put(&file, damage.into()).await.unwrap();
        let all = read_all(&store, &root()).await.unwrap();
        let public: Vec<_> = all.iter().filter(|p| p.is_public(now())).collect();
        assert_eq!(public.len(), 1);
        assert_eq!(public[0].release, OTHER);
        let e = taken(&store, ID, &to(Withdrawn)).await.unwrap_err();
        assert_eq!(e.kind(), Kind::Data);
        assert!(e.what().contains("step 2"), "{e}");
    }
    // A step of another release, one that does not follow, and one that is gone.
    let store = InMemory::new();
    for state in [Approved, Published] {
        taken(&store, ID, &to(state)).await.unwrap();
    }
    let step_of = |id: &str, n: u32| Path::from(format!("publication/{id}.{n}.json"));
    let bytes = store
        .get(&step_of(ID, 2))
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    store
        .put(&step_of(OTHER, 1), bytes.clone().into())
        .await
        .unwrap();
    let other = read(&store, &root(), OTHER).await.unwrap();
    assert_eq!(
        other.damaged.as_deref(),
        Some("step 1 is of another release")
    );
    let text = String::from_utf8(bytes.to_vec())
        .unwrap()
        .replace(ID, OTHER);
    store.put(&step_of(OTHER, 1), text.into()).await.unwrap();
    let other = read(&store, &root(), OTHER).await.unwrap();
    assert_eq!(
        other.damaged.as_deref(),
        Some("step 1 does not follow from the one before")
    );
    store.delete(&step_of(ID, 1)).await.unwrap();
    let all = read_all(&store, &root()).await.unwrap();
    assert_eq!(all[0].damaged.as_deref(), Some("step 1 is missing"));
    assert!(all.iter().all(|p| !p.is_public(now())));
    assert_eq!(read(&store, &root(), ID).await.unwrap(), all[0]);
}

#[tokio::test]
async fn a_step_that_is_missing_between_others_is_damage() {
    let store = InMemory::new();
    for state in [Approved, Published, Withdrawn] {
        taken(&store, ID, &to(state)).await.unwrap();
    }
    let second = Path::from(format!("publication/{ID}.2.json"));
    store.delete(&second).await.unwrap();
    // Read alone and with all others: an approved release that was in fact withdrawn.
    let alone = read(&store, &root(), ID).await.unwrap();
    assert_eq!(alone.damaged.as_deref(), Some("step 2 is missing"));
    let all = read_all(&store, &root()).await.unwrap();
    assert_eq!(all, std::slice::from_ref(&alone));
    assert!(!alone.was_public(now()));
    let e = taken(&store, ID, &to(Published)).await.unwrap_err();
    assert_eq!(e.kind(), Kind::Data);
    assert_eq!(
        e.what(),
        format!("the publication of {ID} is damaged: step 2 is missing")
    );
    assert_eq!(
        e.hint_text(),
        Some(
            format!(
                "restore publication/{ID}.1.json and those after it below the releases from a copy"
            )
            .as_str()
        )
    );
}

#[tokio::test]
async fn the_last_number_of_all_is_no_panic() {
    let store = InMemory::new();
    let last = Path::from("publication/names/wold-2026-09-4294967295.json");
    store.put(&last, "{}".into()).await.unwrap();
    let e = naming::take(&store, &root(), ID, "wold").await.unwrap_err();
    assert_eq!(e.kind(), Kind::Data);
    assert!(e.what().contains("wold-2026-09-4294967295"), "{e}");
}

#[tokio::test]
async fn a_store_that_lets_writers_replace_each_other_is_refused() {
    let store = Careless(InMemory::new());
    let e = taken(&store, ID, &to(Approved)).await.unwrap_err();
    assert_eq!(e.kind(), Kind::Data);
    assert!(e.what().contains("lets a second writer replace"), "{e}");
    assert_eq!(read(&store, &root(), ID).await.unwrap().steps.len(), 0);
}

/// A store that ignores conditions.
#[derive(Debug)]
struct Careless(InMemory);

impl std::fmt::Display for Careless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "careless")
    }
}

type StoreAnswer<T> = object_store::Result<T>;

#[async_trait]
impl ObjectStore for Careless {
    async fn put_opts(
        &self,
        to: &Path,
        payload: PutPayload,
        _: PutOptions,
    ) -> StoreAnswer<PutResult> {
        self.0
            .put_opts(to, payload, PutMode::Overwrite.into())
            .await
    }

    async fn put_multipart_opts(
        &self,
        to: &Path,
        options: PutMultipartOptions,
    ) -> StoreAnswer<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(to, options).await
    }

    async fn get_opts(&self, from: &Path, options: GetOptions) -> StoreAnswer<GetResult> {
        self.0.get_opts(from, options).await
    }

    fn delete_stream(
        &self,
        gone: BoxStream<'static, StoreAnswer<Path>>,
    ) -> BoxStream<'static, StoreAnswer<Path>> {
        self.0.delete_stream(gone)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, StoreAnswer<ObjectMeta>> {
        self.0.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> StoreAnswer<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> StoreAnswer<()> {
        self.0.copy_opts(from, to, options).await
    }
}
