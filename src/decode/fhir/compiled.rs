//! What a decoder was made for: views, and what to do with the lines of each resource type.

use super::column::Column;
use super::modifier::Modifiers;
use super::resource_plan::ResourcePlan;
use super::resource_type;
use super::view::View;
use crate::decode::Zone;
use std::collections::HashMap;
use std::sync::Arc;

/// Views, compiled.
#[derive(Debug)]
pub(super) struct Compiled {
    pub views: Vec<Arc<View>>,
    /// By resource type, what to do with its lines.
    pub kinds: HashMap<&'static str, ResourcePlan>,
    /// By view and column, whether a value that cannot be read costs the row.
    pub needed: Vec<Box<[bool]>>,
    /// Whether an element that comes more than once where a column takes one costs the row.
    pub refuses_several: bool,
    /// Whether resources without an id are read where no view asks for their key.
    pub without_ids: bool,
    pub modifiers: Box<Modifiers>,
    /// The clock of the source, where there is one.
    pub zone: Option<Zone>,
    /// Whether Bundles come from several servers.
    pub several_servers: bool,
}

impl Compiled {
    /// Compiles `views` for every resource type.
    pub(super) fn new(views: Vec<Arc<View>>) -> Self {
        let kinds = resource_type::all()
            .iter()
            .enumerate()
            .map(|(number, name)| {
                let own = views
                    .iter()
                    .enumerate()
                    .filter(|(_, view)| view.resource == *name);
                (
                    *name,
                    ResourcePlan::new(name, number, &own.collect::<Vec<_>>()),
                )
            });
        Compiled {
            kinds: kinds.collect(),
            needed: views
                .iter()
                .map(|view| view.columns.iter().map(Column::is_needed).collect())
                .collect(),
            refuses_several: true,
            without_ids: false,
            views,
            modifiers: Box::new(Modifiers::known([])),
            zone: None,
            several_servers: false,
        }
    }
}
