//! Nobody is asked in vain, or twice for the same.

use super::*;

const MULTI_ROUND: &str = "test_input_required_result_multi_round";
const MULTIPLE_INPUTS: &str = "test_input_required_result_multiple_inputs";
const ELICITATION: &str = "test_input_required_result_elicitation";

#[tokio::test]
async fn a_call_that_asks_twice_keeps_what_was_said_first() {
    let (keys, first) = questions(tool(MULTI_ROUND, json!({}), None).await);
    assert_eq!(keys, ["step1"]);
    let said = json!({ "step1": accepted(json!({ "name": "Alice" })) });
    let (keys, second) = questions(tool(MULTI_ROUND, said, first.as_deref()).await);
    assert_eq!(keys, ["step2"]);
    assert_ne!(first, second);
    let said = json!({
        "step1": accepted(json!({ "name": "Mallory" })),
        "step2": accepted(json!({ "color": "blue" })),
    });
    let end = result(tool(MULTI_ROUND, said, second.as_deref()).await);
    assert_eq!(end["content"][0]["text"], "step1: Alice\nstep2: blue");
}

#[tokio::test]
async fn who_answers_a_part_is_asked_the_rest_only() {
    let (keys, state) = questions(tool(MULTIPLE_INPUTS, json!({}), None).await);
    assert_eq!(keys.len(), 3);
    let said = json!({
        "user_name": accepted(json!({ "name": "Alice" })),
        "client_roots": { "roots": [{ "uri": "file:///a" }, { "uri": "file:///b" }] },
        "greeting": { "role": "assistant", "content": "not a block" },
    });
    let (keys, state) = questions(tool(MULTIPLE_INPUTS, said, state.as_deref()).await);
    assert_eq!(keys, ["greeting"]);
    let said = json!({ "greeting": { "content": { "type": "text", "text": "Hello" } } });
    let end = result(tool(MULTIPLE_INPUTS, said, state.as_deref()).await);
    let words = end["content"][0]["text"].as_str().unwrap();
    assert_eq!(
        words,
        "client_roots: file:///a file:///b\ngreeting: Hello\nuser_name: Alice"
    );
}

#[tokio::test]
async fn an_answer_of_the_wrong_shape_is_asked_again() {
    for wrong in [
        json!(12345),
        json!(null),
        accepted(json!({ "name": 7 })),
        accepted(json!("Alice")),
        json!({ "action": ["accept"] }),
    ] {
        let said = json!({ "user_name": wrong });
        let (keys, state) = questions(tool(ELICITATION, said, None).await);
        assert_eq!((keys, state), (vec!["user_name".to_owned()], None));
    }
}

#[tokio::test]
async fn what_nobody_asked_for_is_ignored() {
    let said = json!({
        "user_name": accepted(json!({ "name": "Alice" })),
        "unknown": accepted(json!({ "foo": "bar" })),
    });
    let end = result(tool(ELICITATION, said, None).await);
    assert_eq!(end["content"][0]["text"], "user_name: Alice");
}

#[tokio::test]
async fn an_answer_without_the_state_of_its_question_does_not_count() {
    let name = "test_input_required_result_request_state";
    let said = json!({ "confirm": accepted(json!({ "ok": true })) });
    let (keys, state) = questions(tool(name, said.clone(), None).await);
    assert_eq!(keys, ["confirm"]);
    let end = result(tool(name, said, state.as_deref()).await);
    assert_eq!(end["content"][0]["text"], "confirm: yes");
}

#[tokio::test]
async fn who_declines_is_not_asked_again() {
    let said = json!({ "user_name": { "action": "decline" } });
    let refused = tool(ELICITATION, said, None).await.unwrap_err();
    assert!(matches!(refused, Failure::Caller { .. }), "{refused}");
}

#[tokio::test]
async fn a_client_is_asked_what_it_declared() {
    let asked = |capabilities| async {
        let round = Round {
            capabilities: object(capabilities),
            ..Round::default()
        };
        questions(tool_in("test_input_required_result_capabilities", round).await).0
    };
    assert_eq!(asked(json!({ "sampling": {} })).await, ["capital_question"]);
    assert_eq!(asked(json!({ "elicitation": {} })).await, ["user_name"]);
    assert_eq!(asked(json!({})).await, ["capital_question"]);
}

#[tokio::test]
async fn a_model_may_answer_in_one_block_or_in_a_list() {
    let paris = json!({ "type": "text", "text": "Paris" });
    for content in [paris.clone(), json!([paris])] {
        let said = json!({ "capital_question": { "role": "assistant", "content": content } });
        let end = result(tool("test_input_required_result_sampling", said, None).await);
        assert_eq!(end["content"][0]["text"], "capital_question: Paris");
    }
}
