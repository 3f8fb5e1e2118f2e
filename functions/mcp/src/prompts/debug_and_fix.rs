//! `debug_and_fix`: from an error message to a fix that was seen to work.

use super::{Argument, Step, Workflow};

pub(super) const WORKFLOW: Workflow = Workflow {
    name: "debug_and_fix",
    title: "Debug and fix",
    description: "Finds the cause of an error and fixes it: reproduce, explain, change as little as possible, and prove the change before it is called a fix.",
    goal: "Find the cause of the error below and fix it. A change that was not run is a candidate, not a fix.",
    arguments: &[
        Argument {
            name: "error_message",
            description: "The error as it was printed, with its stack trace.",
            required: true,
            usual: &[],
        },
        Argument {
            name: "code",
            description: "The code that fails.",
            required: false,
            usual: &[],
        },
        Argument {
            name: "language",
            description: "The language of the code.",
            required: false,
            usual: &[
                "c",
                "cpp",
                "csharp",
                "go",
                "java",
                "javascript",
                "kotlin",
                "php",
                "python",
                "ruby",
                "rust",
                "swift",
                "typescript",
            ],
        },
        Argument {
            name: "pull_request",
            description: "The pull request since which it fails, such as rust-lang/cargo#123.",
            required: false,
            usual: &[],
        },
    ],
    steps: &[
        Step::Always(
            "Say what the message states, and where: the innermost frame that is the project's own. Tell a fault of the code from one of a dependency, the environment, or chance.",
        ),
        Step::Using {
            tool: "analyze_pr",
            text: "If a pull request is named, call analyze_pr on it, and look whether what it touches (files, dependencies, configuration, migrations) can cause this error.",
            otherwise: "If a pull request is named, look whether what it touches can cause this error.",
        },
        Step::Using {
            tool: "auto_fix_code",
            text: "Call auto_fix_code with the code, the error message and the language. Keep its difference between verified and candidate.",
            otherwise: "Reproduce the error with the smallest input that shows it. Then change as little as possible.",
        },
        Step::Using {
            tool: "generate_tests",
            text: "Call generate_tests on the changed code, and keep a test that fails before the change and passes after it.",
            otherwise: "Write a test that fails before the change and passes after it, and run it both ways.",
        },
        Step::Always("Never delete, skip or weaken a test to make it pass."),
        Step::Always(
            "Report the cause, the change as a diff, what was run with which result, and what is still unknown.",
        ),
    ],
};
