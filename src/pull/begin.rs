//! The beginning of a pull: what each source fills, what the lake held, and who has opted out.

use super::attempt::Attempt;
use super::bulk::{self, Memory};
use super::failures::SourceFailures;
use super::known::{Before, OptOutsNow, Outset};
use super::opt_outs::change;
use super::opt_outs::stored::{self, OptedOut};
use super::plan::PullPlan;
use super::prepare::rejects;
use super::state::extracts;
use super::state::{
    data_quality, deleted_records, fence, named_beside, rejected_patients, rowless_versions,
    source_marks, table_versions,
};
use super::warnings;
use crate::error::{Error, Result};
use crate::lake::{Epoch, Lake};
use crate::nearest::nearest;
use crate::privacy::OptOuts;
use std::collections::BTreeMap;

impl Attempt<'_> {
    /// **Plan**: what each source fills, what the lake held before, who has opted out, and whether
    /// everything has to be read again.
    pub(super) async fn plan(
        &self,
        sources: &[String],
        all: bool,
        failures: &mut SourceFailures,
    ) -> Result<(PullPlan, Outset<'_>)> {
        let remembered = properties(self.lake).await?;
        let exports = bulk::recall(&remembered);
        let versions =
            bulk::fhir_versions(self.pipeline, self.lake, &exports, sources, failures).await?;
        let mut plan = PullPlan::read_for(self.pipeline, self.key, &versions)?;
        let privacy = &self.pipeline.settings.privacy;
        if privacy.open_pseudonymiser_salt.is_some() {
            tracing::warn!(
                "people get an open_pseudonym too, which is weak: whoever learns its salt finds every NHS number behind it"
            );
        }
        let epoch = self.epoch(&plan).await?;
        let before = self.before(&plan, exports, &remembered).await?;
        let opt_outs = self.opt_outs(&before.opted_out)?;
        // Records of people who opted in again are no longer in the lake: everything is read again.
        // A table that somebody removed comes back whole.
        let lost = !before.taken.is_empty() && before.tables.iter().any(Option::is_none);
        // What an earlier Populace stored is read again by the rules of this one.
        let older = self.lake.is_older();
        if older && !before.taken.is_empty() {
            tracing::warn!(
                "an earlier populace made the lake at {}: this pull takes it over and reads all files again, once",
                self.lake.location()
            );
        }
        let again = opt_outs.back > 0 || lost || all || older;
        choose(&mut plan, sources, again)?;
        let planned = Outset {
            epoch,
            before,
            opt_outs,
            older,
            again,
            today: self.today(),
        };
        Ok((plan, planned))
    }

    /// The epoch after the last one, whose command is kept from committing anything more if it was
    /// cut short.
    async fn epoch(&self, plan: &PullPlan) -> Result<Epoch<'_>> {
        let mut epoch = self.lake.epoch().await?;
        if epoch.is_open() {
            let create = extracts::load(self.lake).await?.is_empty();
            fence::fence(self.lake, plan, create).await?;
            epoch.close().await?;
        }
        Ok(epoch)
    }

    async fn before(
        &self,
        plan: &PullPlan,
        exports: Memory,
        remembered: &BTreeMap<String, String>,
    ) -> Result<Before> {
        let mut names: Vec<_> = plan.tables.iter().map(|table| table.name.clone()).collect();
        // The logs of the small tables are read beside the others; what they hold is asked for below.
        names.extend([
            extracts::table(),
            stored::table(),
            stored::list_table(),
            rejects::table(),
            data_quality::table(),
            deleted_records::table(),
            named_beside::table(),
            rejected_patients::table(),
            rowless_versions::table(),
        ]);
        let mut tables = self.lake.tables_named(&names).await?;
        tables.truncate(plan.tables.len());
        let opted_out = stored::load(self.lake).await?;
        let taken = extracts::load(self.lake).await?;
        Ok(Before {
            brought: warnings::recall(remembered, &taken),
            marks: source_marks::recall(remembered),
            versions: table_versions::recall(remembered),
            taken,
            tables,
            opted_out,
            exports,
        })
    }

    fn opt_outs(&self, before: &OptedOut) -> Result<OptOutsNow> {
        let lists = &self.pipeline.settings.privacy.opt_outs;
        let mut read = OptOuts::read(lists, &self.pipeline.root, self.key)?;
        let changes = change::changes(before, &read);
        let confirmed = &self.pipeline.settings.privacy.confirmed_opt_outs;
        change::refuse_shrunk(&changes, lists, confirmed)?;
        for list in &mut read.lists {
            if let Some(change) = changes.iter().find(|change| change.list == list.name) {
                (list.joined, list.withdrawn) = (change.joined, change.left);
            }
        }
        Ok(OptOutsNow {
            joining: read.people.difference(&before.people).copied().collect(),
            back: before.people.difference(&read.people).count() as u64,
            lists: changes,
            read,
        })
    }
}

/// The properties of `populace.extract`.
async fn properties(lake: &Lake) -> Result<BTreeMap<String, String>> {
    let table = lake.table(&extracts::table()).await?;
    Ok(table.map(|t| t.properties).unwrap_or_default())
}

/// Keeps the named sources; all of them when everything has to be read again.
fn choose(plan: &mut PullPlan, sources: &[String], again: bool) -> Result<()> {
    for name in sources {
        if !plan.sources.iter().any(|s| &s.name == name) {
            return Err(Error::usage(format!("there is no source '{name}'"))
                .hint(nearest(name, plan.sources.iter().map(|s| s.name.as_str()))));
        }
    }
    if !sources.is_empty() && !again {
        plan.sources.retain(|s| sources.contains(&s.name));
    }
    Ok(())
}
