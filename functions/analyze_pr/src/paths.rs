//! What a path alone tells about a file: its language, and whether it is a test, generated,
//! vendored, a lock file, CI, infrastructure or a migration.

use std::sync::LazyLock;

use globset::GlobSet;

use crate::constant::constant_set;

/// Languages by file extension, as GitHub's Linguist names them. Its content-based guesses are
/// left out: a path is enough to count by, and the same path always counts the same.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("C", &["c", "h"]),
    ("C#", &["cs"]),
    ("C++", &["cc", "cpp", "cxx", "hh", "hpp", "mm"]),
    ("CSS", &["css", "less", "sass", "scss"]),
    ("Clojure", &["clj", "cljs"]),
    ("Dart", &["dart"]),
    ("Elixir", &["ex", "exs"]),
    ("Go", &["go"]),
    ("Groovy", &["gradle", "groovy"]),
    ("HCL", &["hcl", "tf"]),
    ("HTML", &["htm", "html", "vue", "svelte"]),
    ("Haskell", &["hs"]),
    ("JSON", &["json", "json5"]),
    ("Java", &["java"]),
    ("JavaScript", &["cjs", "js", "jsx", "mjs"]),
    ("Kotlin", &["kt", "kts"]),
    ("Lua", &["lua"]),
    ("Markdown", &["adoc", "md", "mdx", "rst"]),
    ("Objective-C", &["m"]),
    ("PHP", &["php"]),
    ("Perl", &["pl", "pm"]),
    ("Python", &["py", "pyi", "pyx"]),
    ("Ruby", &["rake", "rb"]),
    ("Rust", &["rs"]),
    ("SQL", &["sql"]),
    ("Scala", &["sc", "scala"]),
    ("Shell", &["bash", "fish", "sh", "zsh"]),
    ("Swift", &["swift"]),
    ("TOML", &["toml"]),
    ("Text", &["txt"]),
    ("TypeScript", &["cts", "mts", "ts", "tsx"]),
    ("XML", &["svg", "xml"]),
    ("YAML", &["yaml", "yml"]),
    ("Zig", &["zig"]),
];

/// Languages that hold data or prose: nobody tests these line by line.
const NOT_CODE: &[&str] = &[
    "CSS", "HTML", "JSON", "Markdown", "TOML", "Text", "XML", "YAML",
];

static LOCKS: LazyLock<GlobSet> = LazyLock::new(|| {
    constant_set(&[
        "**/Cargo.lock",
        "**/package-lock.json",
        "**/npm-shrinkwrap.json",
        "**/yarn.lock",
        "**/pnpm-lock.yaml",
        "**/bun.lock",
        "**/poetry.lock",
        "**/uv.lock",
        "**/Pipfile.lock",
        "**/Gemfile.lock",
        "**/composer.lock",
        "**/go.sum",
        "**/mix.lock",
        "**/gradle.lockfile",
        "**/packages.lock.json",
        "**/flake.lock",
        "**/.terraform.lock.hcl",
        "**/Podfile.lock",
        "**/pubspec.lock",
    ])
});

static GENERATED: LazyLock<GlobSet> = LazyLock::new(|| {
    constant_set(&[
        "**/*.min.js",
        "**/*.min.css",
        "**/*.map",
        "**/*.pb.go",
        "**/*_pb2.py",
        "**/*_pb2_grpc.py",
        "**/*.pb.cc",
        "**/*.pb.h",
        "**/*.g.dart",
        "**/*.designer.cs",
        "**/*.snap",
        "**/__snapshots__/**",
        "**/dist/**",
        "**/generated/**",
        "**/__generated__/**",
        "**/*.generated.*",
    ])
});

static VENDORED: LazyLock<GlobSet> = LazyLock::new(|| {
    constant_set(&[
        "**/vendor/**",
        "**/vendored/**",
        "**/third_party/**",
        "**/third-party/**",
        "**/node_modules/**",
        "**/bower_components/**",
        "**/.yarn/releases/**",
        "**/.yarn/plugins/**",
        "**/gradlew",
        "**/gradlew.bat",
        "**/mvnw",
    ])
});

static TESTS: LazyLock<GlobSet> = LazyLock::new(|| {
    constant_set(&[
        "**/{test,tests,spec,specs,testing,testsuite,__tests__,e2e}/**",
        "**/test_*",
        "**/*_test.*",
        "**/*_tests.*",
        "**/*.test.*",
        "**/*.spec.*",
        "**/*_spec.*",
        "**/{tests,test}.*",
        "**/conftest.py",
        "**/*{Test,Tests,TestCase,IT,Spec}.{java,kt,scala,groovy,cs,swift,php}",
    ])
});

static CI: LazyLock<GlobSet> = LazyLock::new(|| {
    constant_set(&[
        ".github/workflows/**",
        ".github/actions/**",
        ".github/dependabot.{yml,yaml}",
        ".gitlab-ci.yml",
        ".gitlab/ci/**",
        ".circleci/**",
        ".buildkite/**",
        ".ci/**",
        "ci/**",
        ".travis.yml",
        ".cirrus.yml",
        ".drone.yml",
        ".woodpecker/**",
        "appveyor.yml",
        "azure-pipelines*.yml",
        "bitbucket-pipelines.yml",
        "**/Jenkinsfile*",
        "buildspec*.yml",
    ])
});

static INFRASTRUCTURE: LazyLock<GlobSet> = LazyLock::new(|| {
    constant_set(&[
        "**/Dockerfile*",
        "**/Containerfile*",
        "**/*.dockerfile",
        "**/docker-compose*.{yml,yaml}",
        "**/compose.{yml,yaml}",
        "**/*.tf",
        "**/*.tfvars",
        "**/*.bicep",
        "**/{k8s,kubernetes,helm,charts,terraform,ansible,pulumi}/**",
        "**/Chart.yaml",
        "**/kustomization.{yml,yaml}",
        "**/serverless.{yml,yaml}",
        "template.{yml,yaml}",
        "**/samconfig.toml",
        "**/cdk.json",
        "**/Procfile",
        "**/fly.toml",
        "**/nginx*.conf",
    ])
});

static MIGRATIONS: LazyLock<GlobSet> = LazyLock::new(|| {
    constant_set(&[
        "**/{migrations,migration,migrate}/**/*.{sql,py,rb,js,ts,php,rs,go,cs,java,kt}",
        "**/alembic/versions/**",
        "**/db/changelog/**",
        "**/V[0-9]*__*.sql",
        "**/schema.sql",
        "**/structure.sql",
    ])
});

pub(crate) fn language(path: &str) -> Option<&'static str> {
    let extension = path
        .rsplit('/')
        .next()?
        .rsplit_once('.')?
        .1
        .to_ascii_lowercase();
    let known = LANGUAGES
        .iter()
        .find(|(_, extensions)| extensions.contains(&extension.as_str()));
    known.map(|(language, _)| *language)
}

pub(crate) fn is_code(path: &str) -> bool {
    language(path).is_some_and(|language| !NOT_CODE.contains(&language))
}

/// Prose for people: by its language, or by the folder it lies in.
pub(crate) fn is_document(path: &str) -> bool {
    let is_prose = matches!(language(path), Some("Markdown" | "Text" | "HTML"));
    is_prose
        || path
            .split('/')
            .rev()
            .skip(1)
            .any(|folder| matches!(folder, "doc" | "docs"))
}

pub(crate) fn is_lock(path: &str) -> bool {
    LOCKS.is_match(path)
}

pub(crate) fn is_generated(path: &str) -> bool {
    GENERATED.is_match(path)
}

pub(crate) fn is_vendored(path: &str) -> bool {
    VENDORED.is_match(path)
}

pub(crate) fn is_test(path: &str) -> bool {
    TESTS.is_match(path)
}

pub(crate) fn is_ci(path: &str) -> bool {
    CI.is_match(path)
}

pub(crate) fn is_infrastructure(path: &str) -> bool {
    INFRASTRUCTURE.is_match(path)
}

pub(crate) fn is_migration(path: &str) -> bool {
    MIGRATIONS.is_match(path)
}

/// The folder a file lies in; `None` for the repository's root.
pub(crate) fn folder(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(is: fn(&str) -> bool, paths: &[&str]) {
        for path in paths {
            assert!(is(path), "{path}");
        }
    }

    fn none(is: fn(&str) -> bool, paths: &[&str]) {
        all(|_| true, paths);
        for path in paths {
            assert!(!is(path), "{path}");
        }
    }

    #[test]
    fn tests_are_known_by_folder_or_name() {
        all(
            is_test,
            &[
                "tests/a.rs",
                "src/tests.rs",
                "a/test_x.py",
                "x_test.go",
                "a.spec.ts",
                "src/AppTest.java",
                "web/__tests__/a.js",
            ],
        );
        none(
            is_test,
            &[
                "src/latest.rs",
                "src/contest.py",
                "src/attestation/a.rs",
                "src/testament.java",
            ],
        );
    }

    #[test]
    fn what_runs_and_deploys_is_told_apart() {
        all(
            is_ci,
            &[".github/workflows/ci.yml", ".gitlab-ci.yml", "Jenkinsfile"],
        );
        none(is_ci, &["src/ci.rs", "docs/.github/workflows.md"]);
        all(
            is_infrastructure,
            &[
                "Dockerfile",
                "deploy/Dockerfile.prod",
                "infra/main.tf",
                "template.yaml",
            ],
        );
        none(is_infrastructure, &["src/docker.rs", "web/template.yaml"]);
        all(
            is_migration,
            &[
                "db/migrations/001_init.sql",
                "app/migrations/0002_x.py",
                "sql/V12__add.sql",
            ],
        );
        none(
            is_migration,
            &["docs/migration.md", "docs/migrations/guide.md"],
        );
    }

    #[test]
    fn lock_generated_and_vendored_files_are_set_apart() {
        all(is_lock, &["Cargo.lock", "web/package-lock.json"]);
        all(is_generated, &["web/app.min.js", "api/v1/x.pb.go"]);
        all(is_vendored, &["vendor/x/y.go", "web/node_modules/a.js"]);
        none(is_vendored, &["src/vendor.rs"]);
    }

    #[test]
    fn languages_go_by_extension() {
        assert_eq!(language("a/b.RS"), Some("Rust"));
        assert_eq!((language("Makefile"), language("a.b/c")), (None, None));
        assert!(is_code("a.py") && !is_code("a.md") && !is_code("LICENSE"));
    }
}
