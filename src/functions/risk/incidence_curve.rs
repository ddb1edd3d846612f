//! The share of a cohort that has had an event by a time (Aalen and Johansen).

/// What ends a person's follow-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FollowUp {
    /// Nothing that happened to the person.
    Censored,
    Event,
    Competing,
}

impl FollowUp {
    /// The outcome of a number that was checked.
    pub(super) fn numbered(number: f64) -> Self {
        match number {
            1.0 => FollowUp::Event,
            2.0 => FollowUp::Competing,
            _ => FollowUp::Censored,
        }
    }
}

/// A cohort at the end of a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct IncidenceCurve {
    /// The share that has had the event, and its variance; None where nobody is followed so long.
    pub share: Option<(f64, f64)>,
    pub events: f64,
    pub competing: f64,
    /// Those who are followed beyond it, or to it without anything.
    pub at_risk: f64,
}

/// One time at which something happens.
struct IncidenceStep {
    at_risk: f64,
    events: f64,
    either: f64,
    /// The share without either before it.
    free: f64,
    /// The share with the event after it.
    share: f64,
}

/// The cohort of people in the order of their times, at a horizon.
pub(super) fn incidence(people: &[(f64, FollowUp)], horizon: f64) -> IncidenceCurve {
    let mut steps: Vec<IncidenceStep> = Vec::new();
    let (mut free, mut share) = (1.0, 0.0);
    let (mut events, mut competing) = (0.0, 0.0);
    let mut at = 0;
    while at < people.len() && people[at].0 <= horizon {
        let time = people[at].0;
        let same = people[at..].iter().take_while(|(t, _)| *t == time);
        let outcomes: Vec<FollowUp> = same.map(|(_, outcome)| *outcome).collect();
        let count = |of: FollowUp| outcomes.iter().filter(|outcome| **outcome == of).count() as f64;
        let (here, others) = (count(FollowUp::Event), count(FollowUp::Competing));
        let at_risk = (people.len() - at) as f64;
        if here + others > 0.0 {
            share += free * here / at_risk;
            steps.push(IncidenceStep {
                at_risk,
                events: here,
                either: here + others,
                free,
                share,
            });
            free *= 1.0 - (here + others) / at_risk;
            events += here;
            competing += others;
        }
        at += outcomes.len();
    }
    // Whoever is followed to the horizon and has nothing on it was at risk for all of the time.
    let last = people.last().map_or(0.0, |(time, _)| *time);
    let to_the_end = people[..at].iter().rev();
    let to_the_end = to_the_end
        .take_while(|(time, _)| *time == horizon)
        .filter(|(_, outcome)| *outcome == FollowUp::Censored)
        .count();
    let at_risk = (people.len() - at + to_the_end) as f64;
    let known = last >= horizon || free <= 0.0;
    IncidenceCurve {
        share: known.then(|| (share, variance(&steps, share))),
        events,
        competing,
        at_risk,
    }
}

fn variance(steps: &[IncidenceStep], share: f64) -> f64 {
    let terms = steps.iter().map(|step| {
        let (n, d) = (step.at_risk, step.either);
        let left = share - step.share;
        // Of the last people nobody is left, and nothing follows.
        let survival = if d < n {
            left * left * d / (n * (n - d))
        } else {
            0.0
        };
        let own = step.free * step.free * step.events * (n - step.events) / (n * n * n);
        survival + own - 2.0 * left * step.free * step.events / (n * n)
    });
    terms.fold(0.0, |sum, term| sum + term).max(0.0)
}
