//! `build_fullstack_app`: from a description to an application whose promises are proved.

use super::{Argument, Step, Workflow};

pub(super) const WORKFLOW: Workflow = Workflow {
    name: "build_fullstack_app",
    title: "Build a full-stack application",
    description: "Builds a complete application from a description: requirements, architecture, frontend, backend, deployment and tests, each promise proved before it is called done.",
    goal: "Build the application that is described below. Do not call anything done that was not run.",
    arguments: &[
        Argument {
            name: "project_description",
            description: "What it is for, and who uses it.",
            required: true,
            usual: &[],
        },
        Argument {
            name: "requirements",
            description: "What it must do, one requirement on each line.",
            required: false,
            usual: &[],
        },
        Argument {
            name: "tech_stack",
            description: "Backend and frontend, such as FastAPI + React.",
            required: false,
            usual: &[
                "FastAPI + React",
                "FastAPI + Vue",
                "Django + React",
                "Express + React",
                "Express + Vue",
                "Axum + React",
            ],
        },
        Argument {
            name: "cloud_provider",
            description: "Where it will run.",
            required: false,
            usual: &["AWS", "Azure", "GCP"],
        },
    ],
    steps: &[
        Step::Always(
            "Write the requirements down as numbered acceptance criteria that a test can decide. Ask about those that contradict each other; state what you assume.",
        ),
        Step::Using {
            tool: "generate_architecture",
            text: "Call generate_architecture for the components, their limits and the monthly cost. Tell evidence (computed, with its source) from judgement.",
            otherwise: "Write down the components, the interface between them and the data that each keeps, before any code.",
        },
        Step::Using {
            tool: "orchestrate_development",
            text: "Call orchestrate_development with the criteria and the stack. It answers at once and works on: follow its workflow until it ends, and report a partial end as partial.",
            otherwise: "Write the backend, then the frontend, then the deployment, each against that interface. Leave no placeholder.",
        },
        Step::Using {
            tool: "generate_tests",
            text: "Call generate_tests for the code that decides something, and read which faults its tests would not notice.",
            otherwise: "Write a test for each criterion, and break the code once to see that the test notices.",
        },
        Step::Using {
            tool: "analyze_pr",
            text: "When the work is a pull request, call analyze_pr on it and act on what it finds: code without a touched test, secret-like strings, new dependencies.",
            otherwise: "Look through the whole change for code without a test, secrets and new dependencies.",
        },
        Step::Always(
            "Report by criterion: the test that proves it and its result, or that it is not proved.",
        ),
    ],
};
