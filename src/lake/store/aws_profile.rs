//! The profile that the AWS command line would use: static keys, region and endpoint.

use crate::error::{Error, Result};
use object_store::aws::AmazonS3ConfigKey;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Settings of the chosen profile; the environment's own win over them.
///
/// Keys are read only where the environment names none. A profile that gets its keys from somewhere
/// else (a role, single sign-on, a command) is refused with the way to put them in the environment.
pub(super) fn settings(variables: &[(String, String)]) -> Result<Vec<(AmazonS3ConfigKey, String)>> {
    let value = |name: &str| {
        let found = variables.iter().find(|(n, v)| n == name && !v.is_empty());
        found.map(|(_, value)| value.clone())
    };
    let chosen = value("AWS_PROFILE");
    let profile = chosen.clone().unwrap_or_else(|| "default".to_string());
    let found = keys_of_profile(&profile, value);
    if let Some(name) = chosen.filter(|_| found.is_empty()) {
        return Err(Error::usage(format!("there is no AWS profile '{name}'"))
            .hint("correct AWS_PROFILE, or the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name"));
    }
    let mut settings = Vec::new();
    let mut give = |key: AmazonS3ConfigKey, name: &str| {
        if let Some(value) = found.get(name) {
            settings.push((key, value.clone()));
        }
    };
    give(AmazonS3ConfigKey::Region, "region");
    give(AmazonS3ConfigKey::Endpoint, "endpoint_url");
    let elsewhere = [
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];
    if elsewhere.iter().any(|name| value(name).is_some()) {
        return Ok(settings);
    }
    give(AmazonS3ConfigKey::AccessKeyId, "aws_access_key_id");
    give(AmazonS3ConfigKey::SecretAccessKey, "aws_secret_access_key");
    give(AmazonS3ConfigKey::Token, "aws_session_token");
    let others = [
        "role_arn",
        "sso_session",
        "sso_start_url",
        "credential_process",
    ];
    if !found.contains_key("aws_access_key_id")
        && let Some(other) = others.iter().find(|name| found.contains_key(**name))
    {
        return Err(Error::usage(format!(
            "the AWS profile '{profile}' gets its keys by {other}, which is not supported"
        ))
        .hint(format!(
            "put them in the environment: eval \"$(aws configure export-credentials --profile {profile} --format env)\""
        )));
    }
    Ok(settings)
}

/// What the two files say of a profile; `value` gives the environment.
fn keys_of_profile(
    profile: &str,
    value: impl Fn(&str) -> Option<String>,
) -> BTreeMap<String, String> {
    let home = value("HOME").or_else(|| value("USERPROFILE"));
    let file = |variable: &str, name: &str| {
        let default = || Some(PathBuf::from(home.as_ref()?).join(".aws").join(name));
        value(variable).map(PathBuf::from).or_else(default)
    };
    // The section of the default profile has the same name in both files.
    let in_config = match profile {
        "default" => profile.to_string(),
        profile => format!("profile {profile}"),
    };
    let mut found = BTreeMap::new();
    for (path, section) in [
        (file("AWS_CONFIG_FILE", "config"), in_config.as_str()),
        (file("AWS_SHARED_CREDENTIALS_FILE", "credentials"), profile),
    ] {
        let text = path.and_then(|path| std::fs::read_to_string(path).ok());
        found.extend(keys_of(&text.unwrap_or_default(), section));
    }
    found
}

/// The lines of one section.
fn keys_of(text: &str, section: &str) -> BTreeMap<String, String> {
    let mut inside = false;
    let mut keys = BTreeMap::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            inside = name.split_whitespace().eq(section.split_whitespace());
        } else if inside
            && !line.starts_with(['#', ';'])
            && let Some((key, value)) = line.split_once('=')
        {
            keys.insert(key.trim().to_ascii_lowercase(), value.trim().to_string());
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        config: &str,
        credentials: &str,
        more: &[(&str, &str)],
    ) -> Result<Vec<(AmazonS3ConfigKey, String)>> {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        std::fs::write(home.path().join(".aws/config"), config).unwrap();
        std::fs::write(home.path().join(".aws/credentials"), credentials).unwrap();
        let mut variables = vec![("HOME".to_string(), home.path().display().to_string())];
        variables.extend(more.iter().map(|(k, v)| (k.to_string(), v.to_string())));
        settings(&variables)
    }

    #[test]
    fn a_profile_gives_keys_region_and_endpoint() {
        let config = "[default]\nregion = eu-west-1\n[profile care]\nregion=eu-west-2\nendpoint_url = https://s3.example.org\n";
        let credentials = "[care]\n# ours\naws_access_key_id = ID\naws_secret_access_key = KEY\n";
        let found = read(config, credentials, &[("AWS_PROFILE", "care")]).unwrap();
        let expected = [
            (AmazonS3ConfigKey::Region, "eu-west-2"),
            (AmazonS3ConfigKey::Endpoint, "https://s3.example.org"),
            (AmazonS3ConfigKey::AccessKeyId, "ID"),
            (AmazonS3ConfigKey::SecretAccessKey, "KEY"),
        ];
        assert_eq!(found, expected.map(|(k, v)| (k, v.to_string())));
        // Keys of the environment are used instead of the profile's.
        let own = [("AWS_PROFILE", "care"), ("AWS_ACCESS_KEY_ID", "MINE")];
        assert_eq!(read(config, credentials, &own).unwrap().len(), 2);
        assert_eq!(read(config, credentials, &[]).unwrap().len(), 1);
    }

    #[test]
    fn profiles_that_cannot_be_used_say_what_to_do() {
        let missing = read("", "", &[("AWS_PROFILE", "care")]).unwrap_err();
        assert_eq!(missing.what(), "there is no AWS profile 'care'");
        let role = "[default]\nrole_arn = arn:aws:iam::1:role/care\n";
        let error = read(role, "", &[]).unwrap_err();
        assert!(
            error
                .hint_text()
                .unwrap()
                .contains("export-credentials --profile default")
        );
    }
}
