//! What is listed is answered.

use idwo_core::dispatch::Argument;

use super::*;

fn listed(list: &str, member: &str) -> Vec<String> {
    let items = catalogue()[list].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| item[member].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_listed_tool_answers_without_arguments() {
    let (mut asking, mut needing) = (0, 0);
    for name in listed("tools", "name") {
        match tool(&name, json!({}), None).await.unwrap() {
            Reply::Result { result } => {
                assert_ne!(result["content"], json!([]), "{name}");
                let fails = result.get("isError") == Some(&json!(true));
                assert_eq!(fails, name == "test_error_handling", "{name}");
            }
            Reply::Questions { questions, .. } => {
                assert!(!questions.is_empty(), "{name}");
                asking += 1;
            }
            Reply::Needs { capabilities } => {
                assert!(capabilities.contains_key("extensions"), "{name}");
                needing += 1;
            }
            other => panic!("{name} answers {other:?}"),
        }
    }
    assert_eq!((asking, needing), (10, 5));
}

#[test]
fn every_listed_tool_says_what_it_is_for() {
    for tool in catalogue()["tools"].as_array().unwrap() {
        assert!(tool["description"].as_str().unwrap().len() > 40, "{tool}");
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
        assert_eq!(tool["annotations"].as_object().unwrap().len(), 4, "{tool}");
    }
}

#[tokio::test]
async fn every_listed_prompt_answers_to_the_arguments_it_lists() {
    for prompt in catalogue()["prompts"].as_array().unwrap() {
        let arguments = prompt["arguments"].as_array().unwrap();
        let arguments = arguments
            .iter()
            .map(|a| (a["name"].as_str().unwrap().to_owned(), json!("said-so")));
        let arguments: Map<_, _> = arguments.collect();
        let expects_echo = !arguments.is_empty();
        let name = prompt["name"].as_str().unwrap().to_owned();
        let round = Round {
            answers: object(json!({ "user_context": accepted(json!({ "context": "tests" })) })),
            ..Round::default()
        };
        let reply = ask(Ask::Prompt { name, arguments }, round, Watcher::silent()).await;
        let messages = result(reply)["messages"].clone();
        assert_eq!(messages[0]["role"], "user", "{prompt}");
        assert_eq!(messages.to_string().contains("said-so"), expects_echo);
    }
}

#[tokio::test]
async fn a_prompt_without_its_arguments_is_refused_by_name() {
    let name = prompts::WITH_ARGUMENTS.to_owned();
    let arguments = object(json!({ "arg1": "here" }));
    let prompt = Ask::Prompt { name, arguments };
    let refused = ask(prompt, Round::default(), Watcher::silent()).await;
    assert!(refused.unwrap_err().to_string().contains("`arg2`"));
}

#[tokio::test]
async fn every_listed_resource_can_be_read_and_no_other() {
    let read = |uri: &str| {
        let uri = uri.to_owned();
        ask(Ask::Resource { uri }, Round::default(), Watcher::silent())
    };
    for uri in listed("resources", "uri") {
        assert_eq!(result(read(&uri).await)["contents"][0]["uri"], uri);
    }
    let of_template = result(read("test://template/123/data").await);
    assert_eq!(of_template["contents"][0]["text"], r#"{"id":"123"}"#);
    for unknown in [
        "test://other",
        "test://template//data",
        "test://template/1/2/data",
    ] {
        let refused = read(unknown).await.unwrap_err();
        assert!(matches!(refused, Failure::Caller { .. }), "{refused}");
    }
}

#[tokio::test]
async fn an_argument_is_completed_from_its_first_letters() {
    let complete = |argument: &str| {
        let completion = Ask::Completion {
            of: Argument::OfPrompt {
                prompt: prompts::WITH_ARGUMENTS.to_owned(),
                argument: argument.to_owned(),
            },
            value: "testV".to_owned(),
        };
        ask(completion, Round::default(), Watcher::silent())
    };
    let values = &result(complete("arg1").await)["completion"]["values"];
    assert_eq!(*values, json!(["testValue1"]));
    assert!(complete("arg3").await.is_err());
}

#[tokio::test]
async fn progress_is_told_from_beginning_to_end() {
    let (sender, reported) = std::sync::mpsc::channel();
    let watcher = Watcher::new(move |progress| sender.send(progress.done).unwrap());
    let tool = Ask::Tool {
        name: "test_tool_with_progress".to_owned(),
        arguments: Map::new(),
    };
    ask(tool, Round::default(), watcher).await.unwrap();
    assert_eq!(reported.iter().collect::<Vec<_>>(), [0, 50, 100]);
}

#[tokio::test]
async fn an_argument_that_is_also_a_header_is_repeated_if_it_is_text() {
    let tools = catalogue()["tools"].as_array().unwrap().clone();
    let tool = tools.iter().find(|t| t["name"] == "test_custom_header");
    let region = &tool.unwrap()["inputSchema"]["properties"]["region"];
    assert_eq!(region["x-mcp-header"], "Region");
    let in_region = |region| {
        let tool = Ask::Tool {
            name: "test_custom_header".to_owned(),
            arguments: object(json!({ "region": region })),
        };
        ask(tool, Round::default(), Watcher::silent())
    };
    let said = result(in_region(json!("Hello")).await);
    assert_eq!(said["content"][0]["text"], "The region is Hello.");
    assert!(in_region(json!(7)).await.is_err());
}
