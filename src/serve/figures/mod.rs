//! Figures of the newest releases as one reader may see them, compared with the whole.

mod chosen_figures;
mod compared_figure;
mod latest_figures;
mod own_area;
mod selection;

pub(crate) use chosen_figures::ChosenFigures;
pub(crate) use compared_figure::{ComparedFigure, Significance};
pub(crate) use latest_figures::{compared_figures, indicators, latest_figures, readable_figures};
pub(crate) use selection::{Selection, WHOLE, area_of};
