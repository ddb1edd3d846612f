//! Who reads, and what they may read.

use super::roles::Roles;

/// Who reads.
#[derive(Debug, Clone)]
pub(crate) struct PageReader {
    /// The name, for people and for logs.
    pub name: String,
    /// What the provider calls this reader, which stays when the name changes.
    pub subject: String,
    /// The roles that mean something here.
    pub roles: Vec<String>,
    may: MayRead,
}

#[derive(Debug, Clone)]
enum MayRead {
    Everything,
    ByRole(Roles),
}

/// All that decides what a reader may read. A page that was made for one may go to another with the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ReaderRights {
    /// Whoever is at this machine reads everything.
    Everything,
    /// What these roles may read.
    Roles(Vec<String>),
}

impl PageReader {
    /// Whoever reads on this machine where nobody signs in.
    pub(crate) fn local() -> Self {
        PageReader {
            name: "local".to_string(),
            subject: "local".to_string(),
            roles: Vec::new(),
            may: MayRead::Everything,
        }
    }

    /// A reader of whom these roles are said.
    pub(super) fn new(name: &str, subject: &str, said: &[String], roles: &Roles) -> Self {
        PageReader {
            name: name.to_string(),
            subject: subject.to_string(),
            roles: roles.of(subject, said),
            may: MayRead::ByRole(roles.clone()),
        }
    }

    /// A reader of one role with these areas and reports.
    #[cfg(test)]
    pub(crate) fn of_roles(areas: &[&str], reports: &[&str]) -> Self {
        let owned = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        let role = super::roles::RoleSettings {
            areas: owned(areas),
            reports: owned(reports),
            readers: Vec::new(),
        };
        // Of a name of its own, as each role of a server has.
        let name = format!("{areas:?} {reports:?}");
        let roles = std::collections::BTreeMap::from([(name.clone(), role)]);
        let roles = Roles::new(&roles).unwrap();
        Self::new("Ann", "7", &[name], &roles)
    }

    /// Whether this reader may read what a report says of an area; None stands for the whole area of
    /// the release.
    pub(crate) fn may_read(&self, area_code: Option<&str>, report: &str) -> bool {
        match &self.may {
            MayRead::Everything => true,
            MayRead::ByRole(roles) => roles.may_read(&self.roles, area_code, report),
        }
    }

    /// Whether a role names this area, for some report. It follows from the roles alone, so that it tells
    /// nothing of what there is.
    pub(crate) fn is_for_area(&self, area_code: Option<&str>) -> bool {
        match &self.may {
            MayRead::Everything => true,
            MayRead::ByRole(roles) => roles.name_area(&self.roles, area_code),
        }
    }

    /// Whether a role names this report, for some area; from the roles alone.
    pub(crate) fn is_for_report(&self, report: &str) -> bool {
        match &self.may {
            MayRead::Everything => true,
            MayRead::ByRole(roles) => roles.name_report(&self.roles, report),
        }
    }

    /// All that decides what this reader may read.
    pub(crate) fn rights(&self) -> ReaderRights {
        match &self.may {
            MayRead::Everything => ReaderRights::Everything,
            MayRead::ByRole(_) => ReaderRights::Roles(self.roles.clone()),
        }
    }

    /// Whether somebody is known to read, not just whoever is at this machine.
    pub(crate) fn is_known(&self) -> bool {
        matches!(self.may, MayRead::ByRole(_))
    }
}

#[cfg(test)]
mod tests {
    use super::super::roles::RoleSettings;
    use super::*;
    use std::collections::BTreeMap;

    fn role(areas: &[&str], reports: &[&str], readers: &[&str]) -> RoleSettings {
        let owned = |list: &[&str]| list.iter().map(|text| text.to_string()).collect();
        RoleSettings {
            areas: owned(areas),
            reports: owned(reports),
            readers: owned(readers),
        }
    }

    fn roles(list: &[(&str, RoleSettings)]) -> Roles {
        let list = list.iter().map(|(n, r)| (n.to_string(), r.clone()));
        Roles::new(&list.collect()).unwrap()
    }

    #[test]
    fn a_role_reads_its_areas_and_reports_only() {
        let roles = roles(&[
            ("place", role(&["E54000051"], &["*"], &[])),
            ("urgent", role(&["*"], &["urgent_*"], &["7"])),
        ]);
        let said = ["place".to_string(), "admin".to_string()];
        let place = PageReader::new("Ann", "5", &said, &roles);
        assert_eq!(place.roles, ["place"]);
        for (area, report, may) in [
            (Some("E54000051"), "waiting_lists", true),
            (Some("E54000052"), "waiting_lists", false),
            (Some("E5400005"), "waiting_lists", false),
            (Some("e54000051"), "waiting_lists", false),
            (Some("E54000051X"), "waiting_lists", false),
            (Some(""), "waiting_lists", false),
            (None, "waiting_lists", false),
        ] {
            assert_eq!(place.may_read(area, report), may, "{area:?} {report}");
        }
        let urgent = PageReader::new("Ben", "7", &[], &roles);
        assert!(urgent.may_read(Some("E54000052"), "urgent_care"));
        assert!(urgent.may_read(None, "urgent_care"));
        assert!(!urgent.may_read(None, "waiting_lists"));
        let nobody = PageReader::new("Cat", "8", &["admin".to_string()], &roles);
        assert!(nobody.roles.is_empty());
        assert!(!nobody.may_read(None, "urgent_care"));
    }

    #[test]
    fn a_role_names_areas_and_reports_whether_they_are_there_or_not() {
        let roles = roles(&[
            ("place", role(&["E5*"], &["waiting_lists"], &[])),
            ("urgent", role(&["whole"], &["urgent_*"], &[])),
        ]);
        let said = ["place".to_string(), "urgent".to_string()];
        let reader = PageReader::new("Ann", "5", &said, &roles);
        assert!(reader.is_for_area(Some("E54000099")) && reader.is_for_area(None));
        assert!(!reader.is_for_area(Some("E6")));
        assert!(reader.is_for_report("urgent_none") && reader.is_for_report("waiting_lists"));
        assert!(!reader.is_for_report("waiting"));
        let nobody = PageReader::new("Ben", "6", &[], &roles);
        assert!(!nobody.is_for_area(None) && !nobody.is_for_report("urgent_care"));
        // Who has no role is not whoever is at this machine.
        assert_ne!(nobody.rights(), PageReader::local().rights());
        assert_ne!(nobody.rights(), reader.rights());
    }

    #[test]
    fn the_whole_area_is_asked_for_by_its_word() {
        let roles = roles(&[("everyone", role(&["whole", "E38*"], &["*"], &[]))]);
        let reader = PageReader::new("Ann", "5", &[], &roles);
        assert!(reader.may_read(None, "x"));
        assert!(reader.may_read(Some("E38000001"), "x"));
        assert!(!reader.may_read(Some("whole"), "x"));
        assert!(!reader.may_read(Some("E39000001"), "x"));
    }

    #[test]
    fn a_name_is_no_subject() {
        let roles = roles(&[("lead", role(&["*"], &["*"], &["ann"]))]);
        assert!(!PageReader::new("ann", "5", &[], &roles).may_read(None, "x"));
        assert!(PageReader::new("x", "ann", &[], &roles).may_read(None, "x"));
    }

    #[test]
    fn roles_that_say_nothing_are_refused() {
        assert!(Roles::new(&BTreeMap::new()).is_err());
        for wrong in [role(&[], &["*"], &[]), role(&["E*8"], &["*"], &[])] {
            let list = BTreeMap::from([("x".to_string(), wrong)]);
            assert!(Roles::new(&list).is_err());
        }
    }
}
