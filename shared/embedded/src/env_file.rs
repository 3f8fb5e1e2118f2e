//! Variables from a file that only its owner can reach: a line each, `NAME=value`.
//!
//! | line | means |
//! |---|---|
//! | `NAME=value`, `export NAME=value` | that, without spaces around the value |
//! | `NAME="a value"`, `NAME='a value'` | what stands between the quotes, as it stands |
//! | `NAME=value # why` | the value ends before a `#` that has a space before it |
//! | `# why`, an empty line | nothing |
//!
//! Nothing is replaced in a value: no `$`, no `\n`. Crates that read such files replace both, look into the
//! environment for it, and quote a bad line in their errors; here that line can be a key.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Longest file, in bytes: as much as one secret on AWS holds.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// What the file may allow nobody but its owner.
const OTHERS: u32 = 0o077;

/// Says where, and nothing of what is in the file.
#[derive(Debug, thiserror::Error)]
pub enum EnvFileError {
    #[error("the file of variables {path} cannot be read")]
    Unread { path: PathBuf, source: io::Error },

    #[error("others than its owner may read or change {path}, which is for keys: `chmod 600` it")]
    Shared { path: PathBuf },

    #[error("{path} is longer than {FILE_BYTES_MAX} bytes, or no text")]
    NoVariables { path: PathBuf },

    #[error("line {line} of {path} is none of NAME=value, a comment and nothing")]
    BadLine { path: PathBuf, line: usize },

    #[error("line {line} of {path} sets what a line before it has set")]
    Twice { path: PathBuf, line: usize },
}

/// The variables in the file `path` and their values. It is for the caller to let the environment win.
///
/// No file is looked for: people start a server inside clones that they do not trust, and one of those could
/// bring along a file that says whom to send a key to.
pub fn read(path: &Path) -> Result<BTreeMap<String, String>, EnvFileError> {
    let text = text(path)?;
    let mut variables = BTreeMap::new();
    for (line, content) in (1..).zip(text.lines()) {
        let path = || path.to_owned();
        let Some(content) = meaning(content) else {
            continue;
        };
        let variable = variable(content);
        let (name, value) = variable.ok_or_else(|| EnvFileError::BadLine { path: path(), line })?;
        if variables
            .insert(name.to_owned(), value.to_owned())
            .is_some()
        {
            return Err(EnvFileError::Twice { path: path(), line });
        }
    }
    Ok(variables)
}

fn text(path: &Path) -> Result<String, EnvFileError> {
    let named = || path.to_owned();
    let unread = |source| EnvFileError::Unread {
        path: named(),
        source,
    };
    let file = File::open(path).map_err(unread)?;
    // Of what was opened, not of what has its name by now.
    let mode = file.metadata().map_err(unread)?.permissions().mode();
    if mode & OTHERS != 0 {
        return Err(EnvFileError::Shared { path: named() });
    }
    let mut bytes = Vec::new();
    let mut file = file.take(FILE_BYTES_MAX + 1);
    file.read_to_end(&mut bytes).map_err(unread)?;
    let fits = bytes.len() as u64 <= FILE_BYTES_MAX;
    let text = String::from_utf8(bytes).ok().filter(|_| fits);
    text.ok_or_else(|| EnvFileError::NoVariables { path: named() })
}

/// Nothing of a line that says nothing.
fn meaning(line: &str) -> Option<&str> {
    let line = line.trim();
    (!line.is_empty() && !line.starts_with('#')).then_some(line)
}

fn variable(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.trim_start().split_once('=')?;
    let value = value_of(value).filter(|value| !value.contains('\0'))?;
    is_name(name).then_some((name, value))
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(fits) && name.starts_with(|c: char| !c.is_ascii_digit())
}

fn value_of(text: &str) -> Option<&str> {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.trim_start().strip_prefix(quote) {
            let (value, rest) = quoted.split_once(quote)?;
            return unquoted(rest).is_empty().then_some(value);
        }
    }
    Some(unquoted(text))
}

/// Without spaces around it and a comment behind it.
fn unquoted(text: &str) -> &str {
    let (value, _) = text.split_once(" #").unwrap_or((text, ""));
    value.trim()
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use super::*;

    fn written(text: impl AsRef<[u8]>, mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vendors.env");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    fn refused(text: impl AsRef<[u8]>) -> String {
        let (_folder, path) = written(text, 0o600);
        let refused = read(&path).unwrap_err().to_string();
        assert!(!refused.contains("sesame"), "{refused}");
        refused.replace(&path.display().to_string(), "FILE")
    }

    #[test]
    fn each_line_is_a_variable_a_comment_or_nothing() {
        let text = "# sesame\n\n  \t\nA=1\r\nexport B=two words \n_C3= 'it # stays $HOME\\n' # why\nD=\"\"\n\
                    E=a#b=c # why\nF=\nG= # why\n H=\"it's\"";
        let (_folder, path) = written(text, 0o600);
        let expected = [
            ("A", "1"),
            ("B", "two words"),
            ("D", ""),
            ("E", "a#b=c"),
            ("F", ""),
            ("G", ""),
            ("H", "it's"),
            ("_C3", "it # stays $HOME\\n"),
        ];
        let read = read(&path).unwrap();
        let read: Vec<_> = read.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn a_bad_line_is_named_by_its_number_and_nothing_of_it_is_told() {
        for bad in [
            "sesame",
            "=sesame",
            "1A=sesame",
            "A B=sesame",
            "A =sesame",
            "A-B=sesame",
            "A=\"sesame",
            "A='sesame\"",
            "A=\"sesame\"sesame",
            "A=\"sesame\"#sesame",
            "A=sesame\0",
        ] {
            let said = "line 3 of FILE is none of NAME=value, a comment and nothing";
            assert_eq!(refused(format!("\nOK=1\n{bad}\n")), said, "{bad}");
        }
        let said = "line 2 of FILE sets what a line before it has set";
        assert_eq!(refused("A=1\nA=sesame"), said);
    }

    #[test]
    fn what_others_may_reach_is_refused() {
        for (mode, is_read) in [
            (0o600, true),
            (0o400, true),
            (0o640, false),
            (0o604, false),
            (0o620, false),
            (0o602, false),
        ] {
            let (_folder, path) = written("A=sesame", mode);
            assert_eq!(read(&path).is_ok(), is_read, "{mode:o}");
        }
        let (_folder, path) = written("A=sesame", 0o644);
        let said = read(&path).unwrap_err().to_string();
        assert!(said.contains("chmod 600"), "{said}");
    }

    #[test]
    fn what_is_no_file_of_variables_is_refused() {
        let longest = format!("A={}", "x".repeat(64 * 1024 - 2));
        let (_folder, path) = written(&longest, 0o600);
        assert!(read(&path).is_ok());
        let said = "FILE is longer than 65536 bytes, or no text";
        assert_eq!(refused(longest + "x"), said);
        assert_eq!(refused(b"A=sesame\xff"), said);
        let missing = read(&path.with_extension("not")).unwrap_err();
        assert!(matches!(missing, EnvFileError::Unread { .. }), "{missing}");
    }
}
