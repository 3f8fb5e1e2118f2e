//! The fixture as the process that Lambda starts.

use idwo_sandbox::aws::Aws;

#[tokio::test]
async fn it_answers_its_sample_event() {
    let aws = Aws::start().await.unwrap();
    let program = env!("CARGO_BIN_EXE_conformance");
    let _process = aws.run("conformance", program, &[]).await.unwrap();
    let event = include_str!("../../../events/conformance.json");
    let event = serde_json::from_str(event).unwrap();
    let returned = aws.invoke("conformance", event).await.unwrap().unwrap();
    let outcome = returned.get("outcome").and_then(|outcome| outcome.as_str());
    assert_eq!(outcome, Some("replied"), "{returned}");
}
