//! Names, titles and descriptions, in the order in which they are listed.

use crate::prompts;

type Text = (&'static str, &'static str, &'static str);

pub(super) const TOOLS: [Text; 27] = [
    (
        "test_simple_text",
        "Simple text",
        "Answers one block of text, for the suite's simplest tool call.",
    ),
    (
        "test_image_content",
        "A picture",
        "Answers one picture, to test that image content arrives whole.",
    ),
    (
        "test_audio_content",
        "A sound",
        "Answers one sound, to test that audio content arrives whole.",
    ),
    (
        "test_embedded_resource",
        "An embedded resource",
        "Answers one resource within the result, to test embedded content.",
    ),
    (
        "test_multiple_content_types",
        "Mixed content",
        "Answers text, a picture and a resource, to test several blocks in one result.",
    ),
    (
        "test_error_handling",
        "A tool error",
        "Always fails, to test that a tool's error is a result and not a protocol error.",
    ),
    (
        "test_tool_with_progress",
        "Progress",
        "Reports 0, 50 and 100 of 100 steps before it answers, to test progress.",
    ),
    (
        "test_logging_tool",
        "No log messages",
        "Answers without a word to the log, to test that nobody gets messages unasked.",
    ),
    (
        "test_custom_header",
        "An argument in a header",
        "Repeats the region, to test arguments that are sent in a header as well.",
    ),
    (
        "json_schema_2020_12_tool",
        "JSON Schema 2020-12",
        "Is listed with many keywords of JSON Schema, to test that none is lost; it ignores its \
         arguments.",
    ),
    (
        "test_missing_capability",
        "A capability that is missing",
        "Asks the client's model, to test the refusal of a client that has declared none.",
    ),
    (
        "test_streaming_elicitation",
        "A question on a stream",
        "Asks the user for a name, to test that no request is sent on the answer's stream.",
    ),
    (
        "test_input_required_result_elicitation",
        "Asks the user",
        "Asks the user for a name and repeats it, to test elicitation in two rounds.",
    ),
    (
        "test_input_required_result_sampling",
        "Asks the model",
        "Asks the client's model for a capital and repeats its answer, to test sampling.",
    ),
    (
        "test_input_required_result_list_roots",
        "Asks for the roots",
        "Asks the client for its roots and repeats them, to test the list of roots.",
    ),
    (
        "test_input_required_result_capabilities",
        "Asks what can be asked",
        "Asks only what the client has declared, to test that capabilities are heeded.",
    ),
    (
        "test_input_required_result_request_state",
        "Asks with a state",
        "Asks the user to go on, and takes the answer only with the state of the question.",
    ),
    (
        "test_input_required_result_tampered_state",
        "Asks with a state to be forged",
        "Asks the user to go on, to test that a state which was changed is refused.",
    ),
    (
        "test_input_required_result_multiple_inputs",
        "Asks three things at once",
        "Asks the user, the model and for the roots in one round, until all have answered.",
    ),
    (
        "test_input_required_result_multi_round",
        "Asks twice",
        "Asks the user for a name and then for a colour, and repeats both in the end.",
    ),
    (
        "greet",
        "A greeting",
        "Greets whoever is named, at once, to test that what is quick becomes no task.",
    ),
    (
        "slow_compute",
        "A slow computation",
        "Rests for the seconds that are named, 600 at most, to test a task that works and can be \
         cancelled; 20 at most for whoever takes no tasks.",
    ),
    (
        "failing_job",
        "A job that fails",
        "Ends after a second with a tool's error, to test that a task is completed by one.",
    ),
    (
        "protocol_error_job",
        "A job that breaks",
        "Ends after a second with an error of the protocol, to test a task that has failed.",
    ),
    (
        "confirm_delete",
        "A job that asks",
        "Asks the user whether to delete a file, and deletes nothing, to test a task's question.",
    ),
    (
        "multi_input",
        "A job that asks twice",
        "Asks the user two things at once, to test that a task's questions are answered apart.",
    ),
    (
        "test_tool_with_task",
        "Asks first, then a job",
        "Asks the user for a name and repeats it in the end of a task, to test one after the other.",
    ),
];

pub(super) const PROMPTS: [Text; 5] = [
    (
        "test_simple_prompt",
        "Simple prompt",
        "Gives one message of text, for the suite's simplest prompt.",
    ),
    (
        prompts::WITH_ARGUMENTS,
        "Prompt with arguments",
        "Repeats its two arguments, to test that both arrive.",
    ),
    (
        prompts::WITH_EMBEDDED_RESOURCE,
        "Prompt with a resource",
        "Embeds a resource of the URI that is named, to test resources in messages.",
    ),
    (
        "test_prompt_with_image",
        "Prompt with a picture",
        "Gives a message with a picture, to test pictures in messages.",
    ),
    (
        "test_input_required_result_prompt",
        "Prompt that asks first",
        "Asks the user for context before it gives a message, to test prompts in two rounds.",
    ),
];
